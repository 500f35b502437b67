//! Members that the description does not have.

use super::join::What;
use super::{Judgement, Rule};
use crate::finding::Severity;

/// The rule.
pub const RULE: Rule = Rule {
    id: "metadata/member_missing",
    severity: Severity::Warning,
    reason: "the service may answer a member that clients of the description do not know",
    judge: |pair| match &pair.what {
        What::Member { name, is_described: false, .. } => pair.not_described(&format!("member {name}"), "a member"),
        _ => Judgement::Silent,
    },
};
