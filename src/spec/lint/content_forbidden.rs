//! Content in answers that have none.

use super::{Node, Rule};

pub(super) const RULE: Rule = Rule {
    id: "content_forbidden",
    reason: "RFC 9110 gives 204 and 205 no content; a client that waits for some waits for the next answer",
    check: |lint, findings| {
        for (subject, operation) in lint.operations() {
            for (status, line, answer) in operation.get("responses").into_iter().flat_map(Node::entries) {
                let content = lint.document.follow(answer).and_then(|answer| answer.get("content"));
                if matches!(status.as_str(), "204" | "205") && content.is_some() {
                    findings.push(lint.finding(
                        *line,
                        &subject,
                        format!("a {status} has content"),
                        "remove the content, or describe it as a 200",
                    ));
                }
            }
        }
    },
};
