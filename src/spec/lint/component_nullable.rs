//! Named lists and enums that may be null.

use super::{Lint, Node, Rule};

pub(super) const RULE: Rule = Rule {
    id: "component_nullable",
    reason: "the client has types of its own for named lists and enums, which are never null: only where a property may be left out does it take null for that",
    check: |lint, findings| {
        for (name, _, schema) in lint.schemas() {
            let replaced = schema.str("type") == Some("array") || schema.get("enum").is_some();
            let null = schema.get("nullable").filter(|_| replaced && schema.is_true("nullable"));
            if let Some(nullable) = null.filter(|_| is_needed(lint, name)) {
                findings.push(lint.finding(
                    nullable.line,
                    name,
                    "a named list or enum may be null where it is required",
                    "leave out nullable here; a property that is not required may be left out",
                ));
            }
        }
    },
};

/// Whether something else than a property that may be left out leads to it.
fn is_needed(lint: &Lint<'_>, name: &str) -> bool {
    let leads = |node: &Node| node.str("$ref").is_some_and(|to| to.rsplit('/').next() == Some(name));
    let optional = |object: &Node| {
        let required = |name: &str| {
            object.get("required").into_iter().flat_map(Node::items).any(|needed| needed.text() == Some(name))
        };
        let properties = object.get("properties").into_iter().flat_map(Node::entries);
        properties.filter(|(name, _, node)| leads(node) && !required(name)).count()
    };
    let schemas = &lint.places.schemas;
    schemas.iter().filter(|place| leads(place.node)).count() > schemas.iter().map(|place| optional(place.node)).sum()
}
