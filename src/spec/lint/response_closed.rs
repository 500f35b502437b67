//! Answers that could not grow.

use super::super::Content;
use super::places::reached;
use super::{Node, Rule};

pub(super) const RULE: Rule = Rule {
    id: "response_closed",
    reason: "with 'true', or nothing, the generator drops unknown properties, with 'false' it refuses the whole answer",
    check: |lint, findings| {
        for place in &lint.places.schemas {
            if let Some(Node { content: Content::Scalar(_), line }) = place.node.get("additionalProperties") {
                findings.push(lint.finding(
                    *line,
                    &place.subject,
                    "additionalProperties is not a schema",
                    "write additionalProperties: {}",
                ));
            }
        }
        let answers = lint.operations().filter_map(|(_, operation)| operation.get("responses"));
        for place in reached(lint.document, answers.flat_map(Node::entries).map(|(_, _, answer)| answer)) {
            let object = place.node.str("type") == Some("object");
            if object && place.node.get("additionalProperties").is_none() {
                findings.push(lint.finding(
                    place.node.line,
                    &place.subject,
                    "the object is answered and has no additionalProperties",
                    "write additionalProperties: {} so that unknown properties are kept",
                ));
            }
        }
    },
};
