//! Actions that the description does not have.

use super::join::What;
use super::{Judgement, Rule};
use crate::finding::Severity;

/// The rule.
pub const RULE: Rule = Rule {
    id: "metadata/action_missing",
    severity: Severity::Note,
    reason: "the service can do more with a described resource than the description says",
    judge: |pair| match &pair.what {
        What::OtherCall { call } => {
            let on = call.binding().map_or("nothing", |binding| &binding.of.text);
            pair.not_described(&format!("action {}", call.name), &format!("bound to {on}"))
        }
        _ => Judgement::Silent,
    },
};
