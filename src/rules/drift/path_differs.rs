//! The canonical path of an operation.

use super::{Judgement, Rule};
use crate::finding::Severity;

/// The rule.
pub const RULE: Rule = Rule {
    id: "drift/path_differs",
    severity: Severity::Error,
    reason: "the page that the description names as its source has no such request line",
    judge: |pair| match pair.kind {
        "path" => pair.same_path(),
        _ => Judgement::Silent,
    },
};
