//! Properties that the metadata does not have.

use super::join::What;
use super::{Judgement, Rule};
use crate::finding::Severity;

/// The rule.
pub const RULE: Rule = Rule {
    id: "metadata/property_unknown",
    severity: Severity::Error,
    reason: "a property is waited for that the service does not have",
    judge: |pair| match &pair.what {
        What::Property { described: Some(_), declared: Some(_), .. } => Judgement::Agrees,
        // Values of an open type may have it all the same.
        What::Property { described: Some(_), declared: None, is_open: true, .. } => Judgement::Silent,
        What::Property { name, described: Some(_), declared: None, .. } => {
            pair.not_declared(&format!("property {name}"), "")
        }
        _ => Judgement::Silent,
    },
};
