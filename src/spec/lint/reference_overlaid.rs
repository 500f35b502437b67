//! Keys beside a reference.

use super::super::Content;
use super::{Finding, Lint, Node, Rule};

pub(super) const RULE: Rule = Rule {
    id: "reference_overlaid",
    reason: "in OpenAPI 3.0 whatever stands beside a $ref vanishes without a word",
    check: |lint, findings| {
        let root = &lint.document.root;
        for section in ["paths", "components"] {
            root.get(section).into_iter().for_each(|node| walk(lint, findings, node));
        }
    },
};

fn walk(lint: &Lint<'_>, findings: &mut Vec<Finding>, node: &Node) {
    match &node.content {
        Content::Map(entries) => {
            if node.str("$ref").is_some() {
                // Descriptions change nothing, and extensions are read where they stand.
                let harmless = |key: &str| matches!(key, "$ref" | "description" | "summary") || key.starts_with("x-");
                for (key, line, _) in entries.iter().filter(|(key, _, _)| !harmless(key)) {
                    let message = format!("'{key}' stands beside a $ref");
                    findings.push(lint.finding(
                        *line,
                        "$ref",
                        message,
                        "write it in the component that is referred to",
                    ));
                }
            }
            for (key, _, child) in entries {
                // What an example holds is not ours to read.
                if !matches!(key.as_str(), "example" | "default" | "value")
                    || node.get("type").is_none() && key != "example"
                {
                    walk(lint, findings, child);
                }
            }
        }
        Content::List(items) => items.iter().for_each(|child| walk(lint, findings, child)),
        Content::Scalar(_) => {}
    }
}
