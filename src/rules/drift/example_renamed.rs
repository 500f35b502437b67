//! An example that has another name on the page than in its transcript.

use super::join::{Pair, examples};
use super::{Judgement, Rule};
use crate::finding::Severity;

/// The rule.
///
/// The same request and answer under another name: nothing of the API has changed, but whoever
/// looks for the transcript's name on the page does not find it.
pub const RULE: Rule = Rule {
    id: "drift/example_renamed",
    severity: Severity::Warning,
    reason: "a transcript is found on its page by its name",
    judge: |pair| match pair.kind {
        "exchange" => judge(pair),
        _ => Judgement::Silent,
    },
};

fn judge(pair: &Pair<'_>) -> Judgement {
    let (Some(example), Some(exchange)) = (pair.example, pair.exchange) else { return Judgement::Silent };
    match example.name.as_deref() {
        // Where there is one, `example_differs` has already compared by it.
        Some(name) if !examples::same_name(name, &exchange.name) => Judgement::Differs {
            message: format!("the page calls the example '{name}', its transcript is called '{}'", exchange.name),
            remedy: format!("rename {} after the page's example", exchange.origin.file),
        },
        _ => Judgement::Silent,
    }
}
