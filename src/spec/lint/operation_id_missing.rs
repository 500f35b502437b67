//! Operations without an id.

use super::Rule;

pub(super) const RULE: Rule = Rule {
    id: "operation_id_missing",
    reason: "the generated method, the dispatcher and every check are named after it",
    check: |lint, findings| {
        for (subject, operation) in lint.operations() {
            if operation.str("operationId").is_none_or(str::is_empty) {
                findings.push(lint.finding(
                    operation.line,
                    &subject,
                    "there is no operationId",
                    "add one, such as thing.list",
                ));
            }
        }
    },
};
