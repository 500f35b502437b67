//! Properties that the description does not have.

use super::join::What;
use super::{Judgement, Rule};
use crate::finding::Severity;

/// The rule.
pub const RULE: Rule = Rule {
    id: "metadata/property_missing",
    severity: Severity::Note,
    reason: "the service answers more than the description says",
    judge: |pair| match &pair.what {
        What::Property { name, described: None, declared: Some(declared), .. } => {
            pair.not_described(&format!("property {name}"), &declared.of.text)
        }
        _ => Judgement::Silent,
    },
};
