//! References to something that is no component of the right kind.

use super::{Finding, Lint, Node, Rule};

pub(super) const RULE: Rule = Rule {
    id: "reference_elsewhere",
    reason: "the generator follows references to components alone, each to its own kind, and types are named after them",
    check: |lint, findings| {
        for place in &lint.places.schemas {
            judge(lint, findings, &place.subject, place.node, "schemas");
        }
        for (subject, operation) in lint.operations() {
            operation
                .get("parameters")
                .into_iter()
                .flat_map(Node::items)
                .for_each(|node| judge(lint, findings, &subject, node, "parameters"));
            operation
                .get("requestBody")
                .into_iter()
                .for_each(|node| judge(lint, findings, &subject, node, "requestBodies"));
            operation
                .get("responses")
                .into_iter()
                .flat_map(Node::entries)
                .for_each(|(_, _, node)| judge(lint, findings, &subject, node, "responses"));
        }
    },
};

fn judge(lint: &Lint<'_>, findings: &mut Vec<Finding>, subject: &str, node: &Node, section: &str) {
    let Some(reference) = node.str("$ref") else { return };
    let name = reference.strip_prefix("#/components/").and_then(|rest| rest.strip_prefix(section)?.strip_prefix('/'));
    // One that leads nowhere has a finding of its own.
    if name.is_none_or(|name| name.is_empty() || name.contains('/')) && lint.document.follow(node).is_some() {
        let message = format!("'{reference}' is not one of #/components/{section}");
        findings.push(lint.finding(node.line, subject, message, "make it a component of its own"));
    }
}
