//! Answers that could not grow.

use super::super::Content;
use super::{Node, Rule};

pub(super) const RULE: Rule = Rule {
    id: "response_closed",
    reason: "with 'true' the generator drops unknown properties, with 'false' it refuses the whole answer",
    check: |lint, findings| {
        for (name, _, schema) in lint.schemas() {
            let inline = schema.get("properties").into_iter().flat_map(Node::entries).map(|(_, _, node)| node);
            for node in std::iter::once(schema).chain(inline) {
                if let Some(Node { content: Content::Scalar(_), line }) = node.get("additionalProperties") {
                    findings.push(lint.finding(
                        *line,
                        name,
                        "additionalProperties is not a schema",
                        "write additionalProperties: {}",
                    ));
                }
            }
        }
        for (subject, operation) in lint.operations() {
            let answers = operation.get("responses").into_iter().flat_map(Node::entries);
            let schemas = answers
                .filter_map(|(_, _, answer)| lint.document.follow(answer)?.at("/content/application~1json/schema"))
                .filter_map(|schema| lint.document.follow(schema));
            for schema in schemas.filter(|schema| schema.str("type") == Some("object")) {
                if schema.get("additionalProperties").is_none() {
                    findings.push(lint.finding(
                        schema.line,
                        &subject,
                        "the object that it answers has no additionalProperties",
                        "write additionalProperties: {} so that unknown properties are kept",
                    ));
                }
            }
        }
    },
};
