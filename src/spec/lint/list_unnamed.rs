//! Bounds that the client does not keep, and lists that it cannot hold.

use super::places::reached;
use super::{Node, Rule};

pub(super) const RULE: Rule = Rule {
    id: "list_unnamed",
    reason: "the generator ignores minItems and maxItems; only a named list of ids or texts gets a type that keeps them",
    check: |lint, findings| {
        let bodies = lint.operations().filter_map(|(_, operation)| operation.get("requestBody"));
        for place in reached(lint.document, bodies) {
            let bound = ["maxItems", "minItems"].iter().find_map(|key| place.node.get(key));
            if let Some(bound) = bound.filter(|_| !place.named) {
                findings.push(lint.finding(
                    bound.line,
                    &place.subject,
                    "a list with a bound has no name",
                    "name it under components/schemas",
                ));
            }
        }
        for (name, line, schema) in lint.schemas().filter(|(_, _, schema)| schema.str("type") == Some("array")) {
            let of = schema.get("items").and_then(|items| lint.document.follow(items));
            let texts = of.is_some_and(|of| of.str("type") == Some("string") && of.get("enum").is_none());
            if !texts {
                let line = schema.get("items").map_or(line, |items: &Node| items.line);
                findings.push(lint.finding(
                    line,
                    name,
                    "a named list holds something else than ids or texts",
                    "write the list where it is used",
                ));
            }
        }
    },
};
