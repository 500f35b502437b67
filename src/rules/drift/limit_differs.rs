//! The greatest number of items.

use super::join::Sides;
use super::{Judgement, Rule};
use crate::finding::Severity;

/// The rule.
///
/// Limits stand in prose: a page that states none is silent, whatever the description's source.
pub const RULE: Rule = Rule {
    id: "drift/limit_differs",
    severity: Severity::Error,
    reason: "a list that is longer than the documented limit is refused, a shorter bound refuses good calls",
    judge: |pair| match (pair.kind, pair.sides()) {
        ("limit", Sides::Both(..)) => pair.same_text(),
        ("limit", Sides::PageOnly(claim)) => pair.not_described(claim.value.as_deref().unwrap_or_default()),
        _ => Judgement::Silent,
    },
};
