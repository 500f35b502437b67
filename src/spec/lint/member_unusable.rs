//! Enum members that cannot be told apart in Rust.

use std::collections::HashMap;

use super::super::variant;
use super::{Node, Rule};

pub(super) const RULE: Rule = Rule {
    id: "member_unusable",
    reason: "two members that become one name in Rust do not compile, nor does one without a letter or digit",
    check: |lint, findings| {
        for place in &lint.places.schemas {
            let mut seen: HashMap<String, &str> = HashMap::new();
            let members = place.node.get("enum").into_iter().flat_map(Node::items);
            for (node, member) in members.filter_map(|node| Some((node, node.text()?))) {
                let Some(variant) = variant(member) else {
                    let message = format!("no variant can be named after the member '{member}'");
                    findings.push(lint.finding(
                        node.line,
                        &place.subject,
                        message,
                        "leave it out: members that are not listed are kept as they come",
                    ));
                    continue;
                };
                if let Some(other) = seen.insert(variant, member) {
                    let message = format!("the members '{other}' and '{member}' give the same variant");
                    findings.push(lint.finding(
                        node.line,
                        &place.subject,
                        message,
                        "list one: members that are not listed are kept as they come",
                    ));
                }
            }
        }
    },
};
