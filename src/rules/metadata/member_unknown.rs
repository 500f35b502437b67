//! Members that the metadata does not have.

use super::join::What;
use super::{Judgement, Rule};
use crate::finding::Severity;

/// The rule.
pub const RULE: Rule = Rule {
    id: "metadata/member_unknown",
    severity: Severity::Error,
    reason: "a member of an enumeration is described that the service does not have",
    judge: |pair| match &pair.what {
        What::Member { name, is_described: true, declared: Some(spelled) } if name == spelled => Judgement::Agrees,
        What::Member { name, is_described: true, declared: Some(spelled) } => {
            pair.differs("spelling of a member", spelled, name)
        }
        What::Member { name, is_described: true, declared: None } => pair.not_declared(&format!("member {name}"), ""),
        _ => Judgement::Silent,
    },
};
