//! Objects and enumerations.

use super::join::What;
use super::{Judgement, Rule};
use crate::finding::Severity;

/// The rule.
pub const RULE: Rule = Rule {
    id: "metadata/kind_differs",
    severity: Severity::Error,
    reason: "an object is described as an enumeration, or the other way round",
    judge: |pair| match &pair.what {
        What::Kind { declared, described } => pair.differs("kind of type", declared, described),
        _ => Judgement::Silent,
    },
};
