//! Operations that anybody could call, by the description.

use std::collections::{HashMap, HashSet};

use super::{Node, Rule};

pub(super) const RULE: Rule = Rule {
    id: "security_missing",
    reason: "every operation of Graph needs a token, and the permission checks come from here",
    check: |lint, findings| {
        let schemes = lint.document.root.at("/components/securitySchemes").into_iter().flat_map(Node::entries);
        let known: HashMap<&str, HashSet<&str>> =
            schemes.map(|(name, _, scheme)| (name.as_str(), scopes(scheme))).collect();
        for (subject, operation) in lint.operations() {
            let Some(security) = operation.get("security").filter(|node| node.items().next().is_some()) else {
                findings.push(lint.finding(
                    operation.line,
                    &subject,
                    "there is no security requirement",
                    "add delegated and application with the documented permissions",
                ));
                continue;
            };
            for (name, line, scopes) in security.items().flat_map(Node::entries) {
                let Some(known) = known.get(name.as_str()) else {
                    findings.push(lint.finding(
                        *line,
                        &subject,
                        format!("'{name}' is no security scheme"),
                        "the schemes are delegated and application",
                    ));
                    continue;
                };
                for scope in scopes.items().filter_map(Node::text).filter(|scope| !known.contains(scope)) {
                    findings.push(lint.finding(
                        *line,
                        &subject,
                        format!("'{scope}' is no scope of '{name}'"),
                        "correct it, or add it to the scheme",
                    ));
                }
            }
        }
    },
};

/// The scopes of every flow of a scheme.
fn scopes(scheme: &Node) -> HashSet<&str> {
    let flows = scheme.get("flows").into_iter().flat_map(Node::entries);
    let scopes = flows.filter_map(|(_, _, flow)| flow.get("scopes")).flat_map(Node::entries);
    scopes.map(|(scope, _, _)| scope.as_str()).collect()
}
