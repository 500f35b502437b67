//! The types of body and resource properties.

use super::join::{Pair, Sides, types};
use super::{Judgement, Rule};
use crate::finding::Severity;

/// The rule.
///
/// The two sides have different words; what fits what is in `join::types`. A type that the
/// description narrows (a GUID where the page says only String) is no disagreement.
pub const RULE: Rule = Rule {
    id: "drift/type_differs",
    severity: Severity::Error,
    reason: "a value of another type than the documented one is refused, or cannot be read",
    judge: |pair| match pair.kind {
        "body" | "property" => judge(pair),
        _ => Judgement::Silent,
    },
};

fn judge(pair: &Pair<'_>) -> Judgement {
    let Sides::Both(claim, fact) = pair.sides() else { return Judgement::Silent };
    let Some(page) = claim.value.as_deref() else { return Judgement::Silent };
    let described = match pair.kind {
        "body" => fact.value.rsplit_once(", ").map_or(fact.value.as_str(), |(kind, _)| kind),
        _ => fact.value.as_str(),
    };
    match types::fits(page, described, pair.contract) {
        None => Judgement::Silent,
        Some(true) => Judgement::Agrees,
        Some(false) => pair.differs(page, described),
    }
}
