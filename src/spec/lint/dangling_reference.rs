//! References and sources that lead nowhere.

use super::super::Content;
use super::{Finding, Lint, Node, Rule};

pub(super) const RULE: Rule = Rule {
    id: "dangling_reference",
    reason: "the generator panics on a reference to nothing, and a source of nothing is a slip",
    check: |lint, findings| walk(lint, findings, &lint.document.root),
};

fn walk(lint: &Lint<'_>, findings: &mut Vec<Finding>, node: &Node) {
    if let Some(reference) = node.str("$ref")
        && lint.document.follow(node).is_none()
    {
        let message = format!("'{reference}' leads nowhere in this file");
        findings.push(lint.finding(node.line, "$ref", message, "add the component or correct the name"));
    }
    for (pointer, line, _) in node.get("x-entra-sources").into_iter().flat_map(Node::entries) {
        if node.at(pointer).is_none() || !pointer.starts_with('/') {
            let message = format!("'{pointer}' leads nowhere in this object");
            findings.push(lint.finding(
                *line,
                "x-entra-sources",
                message,
                "a key is a JSON pointer from here, such as /requestBody",
            ));
        }
    }
    match &node.content {
        Content::Map(entries) => entries.iter().for_each(|(_, _, child)| walk(lint, findings, child)),
        Content::List(items) => items.iter().for_each(|child| walk(lint, findings, child)),
        Content::Scalar(_) => {}
    }
}
