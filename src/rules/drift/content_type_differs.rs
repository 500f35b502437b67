//! The media type of the request body, as the page's examples send it.

use super::{Judgement, Rule};
use crate::finding::Severity;

/// The rule.
pub const RULE: Rule = Rule {
    id: "drift/content_type_differs",
    severity: Severity::Error,
    reason: "a body in another media type than the documented one is refused",
    judge: |pair| match pair.kind {
        "contentType" => pair.same_text(),
        _ => Judgement::Silent,
    },
};
