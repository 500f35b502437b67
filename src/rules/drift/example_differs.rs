//! An example of a page and the transcript of it.

use super::join::{Pair, examples};
use super::{Judgement, Rule};
use crate::finding::Severity;

/// The rule.
///
/// Method, URL, status and the values of both bodies; how they are written does not count.
pub const RULE: Rule = Rule {
    id: "drift/example_differs",
    severity: Severity::Error,
    reason: "client and server are held to a transcript that is not what the page shows",
    judge: |pair| match pair.kind {
        "exchange" => judge(pair),
        _ => Judgement::Silent,
    },
};

fn judge(pair: &Pair<'_>) -> Judgement {
    let (Some(example), Some(exchange)) = (pair.example, pair.exchange) else { return Judgement::Silent };
    let differences = examples::differences(example, exchange);
    if differences.is_empty() {
        return Judgement::Agrees;
    }
    Judgement::Differs {
        message: format!("example '{}': {}", exchange.name, differences.join("; ")),
        remedy: format!("copy the example anew into {}", exchange.origin.file),
    }
}
