//! The types of properties.

use super::join::What;
use super::{Judgement, Rule};
use crate::finding::Severity;

/// The rule.
pub const RULE: Rule = Rule {
    id: "metadata/property_type_differs",
    severity: Severity::Error,
    reason: "a property is read as another type than the service answers",
    judge: |pair| match &pair.what {
        What::Property { name, described: Some(property), declared: Some(declared), fit, .. } => {
            fit.judge(pair, &format!("property {name}"), &declared.of.text, &pair.described_type(property))
        }
        _ => Judgement::Silent,
    },
};
