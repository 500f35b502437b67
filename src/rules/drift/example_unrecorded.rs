//! An example of a page that no transcript holds.

use super::{Judgement, Rule};
use crate::finding::Severity;

/// The rule.
pub const RULE: Rule = Rule {
    id: "drift/example_unrecorded",
    severity: Severity::Warning,
    reason: "neither client nor server is tried with what the page shows",
    judge: |pair| match (pair.kind, pair.example, pair.exchange) {
        ("exchange", Some(example), None) => {
            let name = example.name.as_deref().unwrap_or("without a name");
            Judgement::Differs {
                message: format!("the page shows the example '{name}', and no transcript holds it"),
                remedy: format!("copy it into openapi/exchanges/{}/", pair.contract.api),
            }
        }
        _ => Judgement::Silent,
    },
};
