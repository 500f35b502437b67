//! Methods and paths that no operation of Graph has.

use super::Rule;

pub(super) const RULE: Rule = Rule {
    id: "method_unusable",
    reason: "Graph has no operations with OPTIONS, HEAD or TRACE, and a GET body is lost on the way",
    check: |lint, findings| {
        for (path, method, operation) in lint.document.operations() {
            let subject = format!("{method} {path}");
            if !path.starts_with('/') || path.len() > 1 && path.ends_with('/') {
                findings.push(lint.finding(
                    operation.line,
                    &subject,
                    "the path does not start with '/', or ends with it",
                    "write /segment/segment",
                ));
            }
            if matches!(method, "options" | "head" | "trace") {
                findings.push(lint.finding(
                    operation.line,
                    &subject,
                    "no operation of Graph has this method",
                    "remove it",
                ));
            }
            if method == "get" && operation.get("requestBody").is_some() {
                findings.push(lint.finding(operation.line, &subject, "a GET has no body", "remove requestBody"));
            }
        }
    },
};
