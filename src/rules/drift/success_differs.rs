//! The status that means success.

use super::join::Sides;
use super::{Judgement, Rule};
use crate::finding::Severity;

/// The rule.
///
/// Where a page names several, the described one is among them.
pub const RULE: Rule = Rule {
    id: "drift/success_differs",
    severity: Severity::Error,
    reason: "a client that waits for another status takes success for a failure",
    judge: |pair| match (pair.kind, pair.sides()) {
        ("success", Sides::Both(claim, fact)) => {
            let page = claim.value.as_deref().unwrap_or_default();
            match page.split(" or ").any(|status| status == fact.value) {
                true => Judgement::Agrees,
                false => pair.differs(page, &fact.value),
            }
        }
        _ => Judgement::Silent,
    },
};
