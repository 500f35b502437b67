//! Paths that the metadata does not have.

use super::join::What;
use super::{Judgement, Rule};
use crate::finding::Severity;

/// The rule.
pub const RULE: Rule = Rule {
    id: "metadata/path_unknown",
    severity: Severity::Error,
    reason: "a path of the description leads nowhere by the service's own declarations",
    judge: |pair| match &pair.what {
        What::Path { lost: None, .. } => Judgement::Agrees,
        What::Path { path, lost: Some(lost) } => {
            let words = format!("path {path}");
            pair.not_declared(&words, &format!(": '{}' is nothing that {} has", lost.segment, lost.on))
        }
        _ => Judgement::Silent,
    },
};
