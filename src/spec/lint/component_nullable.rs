//! Named lists and enums that may be null.

use super::Rule;

pub(super) const RULE: Rule = Rule {
    id: "component_nullable",
    reason: "the client has types of its own for named lists and enums, which are never null: such an answer would be refused",
    check: |lint, findings| {
        for (name, _, schema) in lint.schemas() {
            let replaced = schema.str("type") == Some("array") || schema.get("enum").is_some();
            if let Some(nullable) = schema.get("nullable").filter(|_| replaced && schema.is_true("nullable")) {
                findings.push(lint.finding(
                    nullable.line,
                    name,
                    "a named list or enum may be null",
                    "leave out nullable here; a property that is not required may be left out",
                ));
            }
        }
    },
};
