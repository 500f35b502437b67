//! A transcript whose page has no such example.

use super::{Judgement, Rule};
use crate::finding::Severity;

/// The rule.
pub const RULE: Rule = Rule {
    id: "drift/transcript_unfounded",
    severity: Severity::Error,
    reason: "client and server are held to an example that is not on the page it is said to come from",
    judge: |pair| match (pair.kind, pair.example, pair.exchange) {
        ("exchange", None, Some(exchange)) => Judgement::Differs {
            message: format!(
                "the transcript '{}' names this page, which has no example of that name or with that request and answer",
                exchange.name
            ),
            remedy: "correct the transcript or the page that it names, or remove it".to_owned(),
        },
        _ => Judgement::Silent,
    },
};
