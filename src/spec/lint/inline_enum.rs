//! Enums without a name.

use super::{Finding, Lint, Node, Rule};

pub(super) const RULE: Rule = Rule {
    id: "inline_enum",
    reason: "only a named enum becomes an open one; an inline one fails the whole answer at the first new member",
    check: |lint, findings| {
        for (name, _, schema) in lint.schemas() {
            below(lint, findings, name, schema);
        }
        for (subject, name, parameter) in lint.parameters() {
            if let Some(schema) = parameter.get("schema").filter(|schema| schema.get("enum").is_some()) {
                findings.push(lint.finding(schema.line, &subject, format!("the enum of '{name}' is inline"), REMEDY));
            }
        }
    },
};

const REMEDY: &str = "name it under components/schemas";

fn below(lint: &Lint<'_>, findings: &mut Vec<Finding>, name: &str, schema: &Node) {
    let properties = schema.get("properties").into_iter().flat_map(Node::entries).map(|(_, _, node)| node);
    for child in properties.chain(schema.get("items")) {
        if child.get("enum").is_some() {
            findings.push(lint.finding(child.line, name, "an enum is inline", REMEDY));
        }
        below(lint, findings, name, child);
    }
}
