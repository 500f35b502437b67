//! Other paths of an operation.

use super::{Judgement, Rule};
use crate::finding::Severity;

/// The rule.
pub const RULE: Rule = Rule {
    id: "drift/alias_differs",
    severity: Severity::Error,
    reason: "a second path of an operation is documented and not described, or the other way round",
    judge: |pair| match pair.kind {
        "alias" => pair.same_path(),
        _ => Judgement::Silent,
    },
};
