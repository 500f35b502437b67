//! Answers that could not grow.

use super::super::Content;
use super::places::reached;
use super::{Finding, Lint, Node, Rule};

pub(super) const RULE: Rule = Rule {
    id: "response_closed",
    reason: "with 'true', or nothing, the generator drops unknown properties, with 'false' it refuses the whole answer",
    check: |lint, findings| {
        for place in &lint.places.schemas {
            // What is only sent may be closed: a client sends what it knows.
            if let Some(open) = place.node.get("additionalProperties").filter(|_| place.node.is_open()) {
                findings.extend(no_schema(lint, &place.subject, open));
            }
        }
        let answers = lint.operations().filter_map(|(_, operation)| operation.get("responses"));
        for place in reached(lint.document, answers.flat_map(Node::entries).map(|(_, _, answer)| answer)) {
            match place.node.get("additionalProperties") {
                None if place.node.str("type") == Some("object") => findings.push(lint.finding(
                    place.node.line,
                    &place.subject,
                    "the object is answered and has no additionalProperties",
                    "write additionalProperties: {} so that unknown properties are kept",
                )),
                Some(closed) if !place.node.is_open() => findings.extend(no_schema(lint, &place.subject, closed)),
                _ => {}
            }
        }
    },
};

fn no_schema(lint: &Lint<'_>, subject: &str, given: &Node) -> Option<Finding> {
    let scalar = matches!(given.content, Content::Scalar(_));
    let message = "additionalProperties is not a schema";
    scalar.then(|| lint.finding(given.line, subject, message, "write additionalProperties: {}"))
}
