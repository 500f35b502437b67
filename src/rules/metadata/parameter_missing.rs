//! Parameters that the description does not have.

use super::join::What;
use super::{Judgement, Rule};
use crate::finding::Severity;

/// The rule.
pub const RULE: Rule = Rule {
    id: "metadata/parameter_missing",
    severity: Severity::Error,
    reason: "a described action lacks a parameter, so that no request can give it",
    judge: |pair| match &pair.what {
        What::Parameter { name, described: None, declared: Some(parameter), .. } => {
            pair.not_described(&format!("parameter {name}"), &parameter.of.text)
        }
        _ => Judgement::Silent,
    },
};
