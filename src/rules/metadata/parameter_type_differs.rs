//! The types of parameters.

use super::join::What;
use super::{Judgement, Rule};
use crate::finding::Severity;

/// The rule.
pub const RULE: Rule = Rule {
    id: "metadata/parameter_type_differs",
    severity: Severity::Error,
    reason: "a parameter is sent as another type than the action takes",
    judge: |pair| match &pair.what {
        What::Parameter { name, described: Some(Some(property)), declared: Some(parameter), fit, .. } => {
            fit.judge(pair, &format!("parameter {name}"), &parameter.of.text, &pair.described_type(property))
        }
        _ => Judgement::Silent,
    },
};
