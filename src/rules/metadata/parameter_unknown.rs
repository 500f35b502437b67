//! Parameters that the metadata does not have.

use super::join::What;
use super::{Judgement, Rule};
use crate::finding::Severity;

/// The rule.
pub const RULE: Rule = Rule {
    id: "metadata/parameter_unknown",
    severity: Severity::Error,
    reason: "a request sends a parameter that the action does not have",
    judge: |pair| match &pair.what {
        What::Parameter { described: Some(_), declared: Some(_), .. } => Judgement::Agrees,
        What::Parameter { name, described: Some(_), declared: None, .. } => {
            pair.not_declared(&format!("parameter {name}"), "")
        }
        _ => Judgement::Silent,
    },
};
