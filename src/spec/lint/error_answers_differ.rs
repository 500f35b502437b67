//! Refusals that are not described once for all.

use super::Rule;

pub(super) const RULE: Rule = Rule {
    id: "error_answers_differ",
    reason: "the generator panics unless 4XX and 5XX are there with one type, and on 'default' beside a success",
    check: |lint, findings| {
        for (subject, operation) in lint.operations() {
            let answer = |status: &str| {
                operation.get("responses").and_then(|node| node.get(status)).and_then(|node| node.str("$ref"))
            };
            if answer("4XX").is_none() || answer("4XX") != answer("5XX") {
                findings.push(lint.finding(
                    operation.line,
                    &subject,
                    "4XX and 5XX do not refer to the same response",
                    "give both the same $ref",
                ));
            }
            for (status, line, _) in operation.get("responses").into_iter().flat_map(super::Node::entries) {
                let known = matches!(status.as_str(), "4XX" | "5XX") || is_success(status);
                if !known {
                    findings.push(lint.finding(
                        *line,
                        &subject,
                        format!("an answer '{status}' is described"),
                        "describe one 2xx, 4XX and 5XX",
                    ));
                }
            }
        }
    },
};

/// One status: a range has no number to compare an answer with.
fn is_success(status: &str) -> bool {
    status.len() == 3 && status.starts_with('2') && status.bytes().all(|byte| byte.is_ascii_digit())
}
