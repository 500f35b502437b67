//! Names that become one in Rust.

use std::collections::HashMap;

use heck::{ToPascalCase as _, ToSnakeCase as _};

use super::{Node, Rule};

pub(super) const RULE: Rule = Rule {
    id: "name_collision",
    reason: "two names that become one in Rust give code that does not compile",
    check: |lint, findings| {
        let mut seen: HashMap<String, String> = HashMap::new();
        for (subject, operation) in lint.operations() {
            let id = operation.str("operationId").unwrap_or_default();
            if let Some(other) = seen.insert(id.to_snake_case(), subject.clone()).filter(|_| !id.is_empty()) {
                let message = format!("its operationId '{id}' and that of {other} give the same method name");
                findings.push(lint.finding(operation.line, &subject, message, "rename one"));
            }
            let mut names: HashMap<String, &str> = RESERVED.iter().map(|name| ((*name).to_owned(), *name)).collect();
            let parameters = operation.get("parameters").into_iter().flat_map(Node::items);
            for parameter in parameters.filter_map(|item| lint.document.follow(item)) {
                let name = parameter.str("name").unwrap_or_default();
                if let Some(other) = names.insert(name.to_snake_case(), name) {
                    let message = format!("the parameter '{name}' and '{other}' give the same setter name");
                    findings.push(lint.finding(parameter.line, &subject, message, "rename one"));
                }
            }
        }
        let mut types: HashMap<String, &str> = HashMap::new();
        for (name, line, _) in lint.schemas() {
            if let Some(other) = types.insert(name.to_pascal_case(), name) {
                let message = format!("the schemas '{name}' and '{other}' give the same type name");
                findings.push(lint.finding(line, name, message, "rename one"));
            }
        }
        for place in &lint.places.schemas {
            let mut fields: HashMap<String, &str> = HashMap::new();
            if place.node.is_open() {
                // The generated field that keeps what is not described.
                fields.insert("extra".to_owned(), "extra");
            }
            for (name, line, _) in place.node.get("properties").into_iter().flat_map(Node::entries) {
                if let Some(other) =
                    fields.insert(name.to_snake_case(), name).filter(|other| other != name || name == "extra")
                {
                    let message = format!("the properties '{name}' and '{other}' give the same field name");
                    findings.push(lint.finding(
                        *line,
                        &place.subject,
                        message,
                        "leave one out: what is not described is kept",
                    ));
                }
            }
        }
    },
};

/// Methods that every generated builder has.
const RESERVED: &[&str] = &["body", "new", "send", "into_future", "pages"];
