//! The properties of the request body, and whether they must be there.

use super::join::{Pair, Sides};
use super::{Judgement, Rule};
use crate::finding::Severity;

/// The rule.
pub const RULE: Rule = Rule {
    id: "drift/body_differs",
    severity: Severity::Error,
    reason: "a documented property cannot be sent, one that is not documented is, or a required one may be missing",
    judge: |pair| match pair.kind {
        "body" => presence(pair),
        "bodyRequired" => requirement(pair),
        _ => Judgement::Silent,
    },
};

fn presence(pair: &Pair<'_>) -> Judgement {
    match pair.sides() {
        Sides::Both(..) => Judgement::Agrees,
        Sides::PageOnly(claim) => pair.not_described(claim.value.as_deref().unwrap_or("a property of the body")),
        Sides::DescriptionOnly(fact) => pair.not_documented(&fact.value),
        Sides::Silent => Judgement::Silent,
    }
}

fn requirement(pair: &Pair<'_>) -> Judgement {
    let Sides::Both(claim, fact) = pair.sides() else { return Judgement::Silent };
    let Some(page) = claim.value.as_deref() else { return Judgement::Silent };
    let described = fact.value.rsplit(", ").next().unwrap_or_default();
    if page == described { Judgement::Agrees } else { pair.differs(page, described) }
}
