//! Request headers.

use super::join::{Pair, Sides};
use super::{Judgement, Rule};
use crate::finding::Severity;

/// The rule.
///
/// A page with a list of headers lists all of them, but for `Authorization`, which every call
/// needs, and `Content-Type`, which belongs to the body.
pub const RULE: Rule = Rule {
    id: "drift/header_differs",
    severity: Severity::Error,
    reason: "a documented header cannot be sent, or one that is not documented is",
    judge: |pair| match pair.kind {
        "header" => judge(pair),
        _ => Judgement::Silent,
    },
};

fn judge(pair: &Pair<'_>) -> Judgement {
    match pair.sides() {
        Sides::Both(claim, fact) => match claim.value.as_deref() {
            Some(value) if value != fact.value => pair.differs(value, &fact.value),
            _ => Judgement::Agrees,
        },
        Sides::PageOnly(claim) => pair.not_described(claim.value.as_deref().unwrap_or("listed")),
        Sides::DescriptionOnly(fact) if pair.name.as_deref() == Some("Authorization") => {
            // Not a word of it on the page, and still every call needs it.
            let _ = fact;
            Judgement::Silent
        }
        Sides::DescriptionOnly(fact) => pair.not_documented(&fact.value),
        Sides::Silent => Judgement::Silent,
    }
}
