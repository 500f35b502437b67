//! Two roots of one cloud.

use std::collections::HashSet;

use heck::ToPascalCase as _;

use super::{Node, Rule};

pub(super) const RULE: Rule = Rule {
    id: "cloud_repeated",
    reason: "a cloud is chosen by its name, and each name is one variant in Rust",
    check: |lint, findings| {
        let mut seen = HashSet::new();
        for server in lint.document.root.get("servers").into_iter().flat_map(Node::items) {
            let cloud = server.str("x-entra-cloud").unwrap_or("global");
            let variant = cloud.to_pascal_case();
            if !variant.starts_with(|c: char| c.is_ascii_alphabetic()) || !seen.insert(variant) {
                let message = format!("the cloud '{cloud}' cannot be told from another one");
                findings.push(lint.finding(
                    server.line,
                    "servers",
                    message,
                    "give each root an x-entra-cloud of its own, such as us-l4",
                ));
            }
        }
    },
};
