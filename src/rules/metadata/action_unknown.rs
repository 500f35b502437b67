//! Actions and functions that the metadata does not have.

use super::join::What;
use super::{Judgement, Rule};
use crate::finding::Severity;

/// The rule.
pub const RULE: Rule = Rule {
    id: "metadata/action_unknown",
    severity: Severity::Error,
    reason: "an action is described that the service does not have on that resource",
    judge: |pair| match &pair.what {
        What::Call { found: Some(_), .. } => Judgement::Agrees,
        What::Call { name, on, found: None } => {
            pair.not_declared(&format!("action {name}"), &format!(": none of that name is bound to {on}"))
        }
        _ => Judgement::Silent,
    },
};
