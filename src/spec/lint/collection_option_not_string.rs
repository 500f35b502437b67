//! Lists of names in the query that are not written as one text.

use super::{Node, Rule};

pub(super) const RULE: Rule = Rule {
    id: "collection_option_not_string",
    reason: "the generator ignores 'explode: false' and would repeat the option for each item",
    check: |lint, findings| {
        for (subject, name, parameter) in lint.parameters() {
            let kind = parameter.get("schema").and_then(|schema| lint.document.follow(schema)?.get("type"));
            let kind = kind.and_then(Node::text);
            let listed = ["$select", "$orderby", "$expand"].contains(&name) || kind == Some("array");
            if listed && kind != Some("string") {
                let message = format!("'{name}' is not a string");
                findings.push(lint.finding(
                    parameter.line,
                    &subject,
                    message,
                    "declare type: string, items separated by commas",
                ));
            }
        }
    },
};
