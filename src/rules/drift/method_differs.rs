//! The method of an operation.

use super::{Judgement, Rule};
use crate::finding::Severity;

/// The rule.
pub const RULE: Rule = Rule {
    id: "drift/method_differs",
    severity: Severity::Error,
    reason: "a call with another method than the documented one is refused, or does something else",
    judge: |pair| match pair.kind {
        "method" => pair.same_text(),
        _ => Judgement::Silent,
    },
};
