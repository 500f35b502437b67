//! Entities that the metadata has no type of.

use super::join::What;
use super::{Judgement, Rule};
use crate::finding::Severity;

/// The rule.
pub const RULE: Rule = Rule {
    id: "metadata/type_unknown",
    severity: Severity::Error,
    reason: "an entity is described that the service does not have",
    judge: |pair| match &pair.what {
        What::Type { name } => pair.not_declared(&format!("type {name}"), " have a type of that name"),
        _ => Judgement::Silent,
    },
};
