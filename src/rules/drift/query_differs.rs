//! Query options.

use super::join::Sides;
use super::{Judgement, Rule};
use crate::finding::Severity;

/// The rule.
///
/// A page that says it supports "some" options names none, and so claims nothing.
pub const RULE: Rule = Rule {
    id: "drift/query_differs",
    severity: Severity::Error,
    reason: "a documented query option cannot be sent, or one that is not documented is",
    judge: |pair| match (pair.kind, pair.sides()) {
        ("query", Sides::Both(..)) => Judgement::Agrees,
        ("query", Sides::PageOnly(_)) => pair.not_described("supported"),
        ("query", Sides::DescriptionOnly(fact)) => pair.not_documented(&fact.value),
        _ => Judgement::Silent,
    },
};
