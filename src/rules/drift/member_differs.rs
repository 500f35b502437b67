//! The members of an enumeration.

use super::join::Sides;
use super::{Judgement, Rule};
use crate::finding::Severity;

/// The rule.
///
/// Pages of other resources list only the members that matter to them: they may lack some, but
/// none of theirs may be missing from the description.
pub const RULE: Rule = Rule {
    id: "drift/member_differs",
    severity: Severity::Error,
    reason: "a documented member is unknown to the client, or one that is not documented is offered",
    judge: |pair| match (pair.kind, pair.sides()) {
        ("member", Sides::Both(..)) => Judgement::Agrees,
        ("member", Sides::PageOnly(_)) => pair.not_described("a member"),
        ("member", Sides::DescriptionOnly(_)) => pair.not_documented("a member"),
        _ => Judgement::Silent,
    },
};
