//! Content that is not JSON, or not JSON alone.

use super::{Node, Rule};

pub(super) const RULE: Rule = Rule {
    id: "several_media_types",
    reason: "the generator panics on a second media type and turns an unknown one into bytes",
    check: |lint, findings| {
        for (subject, operation) in lint.operations() {
            let body = operation.get("requestBody").and_then(|body| lint.document.follow(body));
            let answers = operation.get("responses").into_iter().flat_map(Node::entries);
            let parts = body.into_iter().chain(answers.filter_map(|(_, _, answer)| lint.document.follow(answer)));
            for content in parts.filter_map(|part| part.get("content")) {
                let types: Vec<&str> = content.entries().map(|(name, _, _)| name.as_str()).collect();
                if types != ["application/json"] {
                    let message = format!("the content is {}", types.join(" and "));
                    findings.push(lint.finding(content.line, &subject, message, "Graph speaks application/json alone"));
                }
                for (_, line, _) in content.entries().filter(|(_, _, media)| media.get("schema").is_none()) {
                    findings.push(lint.finding(
                        *line,
                        &subject,
                        "JSON content without a schema",
                        "add schema: {$ref: …}",
                    ));
                }
            }
        }
    },
};
