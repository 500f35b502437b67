//! An operation that belongs to what is described, and is not.

use super::{Judgement, Rule};
use crate::finding::Severity;

/// The rule.
pub const RULE: Rule = Rule {
    id: "drift/operation_new",
    severity: Severity::Note,
    reason: "an operation was added beside those that the description has",
    judge: |pair| match (pair.kind, &pair.claim) {
        ("operation", Some(claim)) => {
            let lines = claim.value.as_deref().unwrap_or_default();
            Judgement::Differs {
                message: format!("the page says '{lines}', the description has no such operation"),
                remedy: "add it to the description, if it is of use".to_owned(),
            }
        }
        _ => Judgement::Silent,
    },
};
