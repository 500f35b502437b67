//! The properties of a resource.

use super::join::Sides;
use super::{Judgement, Rule};
use crate::finding::Severity;

/// The rule.
pub const RULE: Rule = Rule {
    id: "drift/property_differs",
    severity: Severity::Error,
    reason: "a documented property is not read, or one that is not documented is waited for",
    judge: |pair| match (pair.kind, pair.sides()) {
        ("property", Sides::Both(..)) => Judgement::Agrees,
        ("property", Sides::PageOnly(claim)) => pair.not_described(claim.value.as_deref().unwrap_or("a property")),
        ("property", Sides::DescriptionOnly(fact)) => pair.not_documented(&fact.value),
        _ => Judgement::Silent,
    },
};
