//! Examples and defaults that their own schema does not allow.

use super::super::fit::misfits;
use super::{Finding, Lint, Node, Rule};

pub(super) const RULE: Rule = Rule {
    id: "example_misfit",
    reason: "an example that does not fit its schema says that one of the two is wrong, and readers copy the example",
    check: |lint, findings| {
        for holder in &lint.places.holders {
            let Some(schema) = holder.node.get("schema") else { continue };
            for (name, value) in lint.examples(holder.node) {
                judge(lint, findings, &holder.subject, &quoted("example", name), schema, value);
            }
        }
        for schema in &lint.places.schemas {
            for key in ["example", "default"] {
                if let Some(value) = schema.node.get(key) {
                    judge(lint, findings, &schema.subject, key, schema.node, value);
                }
            }
        }
    },
};

fn quoted(word: &str, name: &str) -> String {
    if name.is_empty() { word.to_owned() } else { format!("{word} '{name}'") }
}

fn judge(lint: &Lint<'_>, findings: &mut Vec<Finding>, subject: &str, what: &str, schema: &Node, value: &Node) {
    for misfit in misfits(lint.document, schema, value) {
        let at = if misfit.at.is_empty() { String::new() } else { format!(" at {}", misfit.at) };
        let message = format!("the {what} does not fit its schema{at}: {}", misfit.reason);
        findings.push(lint.finding(misfit.line, subject, message, "correct the one that the page does not say"));
    }
}
