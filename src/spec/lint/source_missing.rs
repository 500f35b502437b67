//! Statements that nobody made.

use super::Rule;

pub(super) const RULE: Rule = Rule {
    id: "source_missing",
    reason: "a statement about the service that nobody made cannot be checked against anything",
    check: |lint, findings| {
        for (subject, operation) in lint.operations() {
            if operation.get("x-entra-source").is_none() {
                findings.push(lint.finding(
                    operation.line,
                    &subject,
                    "no page is named",
                    "add x-entra-source: {page, rests}",
                ));
            }
        }
        for (name, line, schema) in lint.schemas() {
            if schema.get("x-entra-source").is_none() {
                findings.push(lint.finding(line, name, "no page is named", "add x-entra-source: {page, rests}"));
            }
        }
    },
};
