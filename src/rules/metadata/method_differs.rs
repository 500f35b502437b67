//! The method of a call.

use super::join::What;
use super::{Judgement, Rule};
use crate::finding::Severity;

/// The rule.
pub const RULE: Rule = Rule {
    id: "metadata/method_differs",
    severity: Severity::Error,
    reason: "actions are called by POST and functions by GET (OData 4.01, 11.5)",
    judge: |pair| match &pair.what {
        What::Method { call, described } => {
            let method = if call.is_action { "POST" } else { "GET" };
            if method == *described {
                return Judgement::Agrees;
            }
            pair.differs("method", &format!("{method}, being {} {}", article(call.word()), call.name), described)
        }
        _ => Judgement::Silent,
    },
};

fn article(word: &str) -> String {
    let article = if word.starts_with('a') { "an" } else { "a" };
    format!("{article} {word}")
}
