//! Names from which no name of Rust can be made.

use heck::{ToPascalCase as _, ToSnakeCase as _};

use super::{Node, Rule};

pub(super) const RULE: Rule = Rule {
    id: "name_unusable",
    reason: "an id that becomes a keyword or a method that every client has does not compile; an enum under another name than its type is silently closed",
    check: |lint, findings| {
        for (subject, operation) in lint.operations() {
            let Some(id) = operation.get("operationId").filter(|id| id.text() != Some("")) else { continue };
            let method = id.text().unwrap_or_default().to_snake_case();
            if !is_identifier(&method) || RESERVED.contains(&method.as_str()) || KEYWORDS.contains(&method.as_str()) {
                let message = format!("the operationId {} cannot name a method", id.to_json());
                findings.push(lint.finding(
                    id.line,
                    &subject,
                    message,
                    "write thing.verb, in letters and digits of ASCII",
                ));
            }
        }
        for (name, line, schema) in lint.schemas() {
            let page = schema.at("/properties/value").is_some_and(|value| value.str("type") == Some("array"));
            let replaced = page || schema.str("type") == Some("array") || schema.get("enum").is_some();
            let pascal = name.to_pascal_case();
            if !is_identifier(&pascal) || replaced && pascal != name || pascal == "Self" {
                let remedy = match is_identifier(&pascal) && pascal != "Self" {
                    true => format!("call it {pascal}"),
                    false => "write a name such as RiskLevel".to_owned(),
                };
                findings.push(lint.finding(line, name, "the schema cannot name a type", &remedy));
            }
        }
        for (subject, name, parameter) in lint.parameters() {
            if !is_identifier(&name.to_snake_case()) {
                let message = format!("the parameter '{name}' cannot name a setter");
                findings.push(lint.finding(parameter.line, &subject, message, "a name has a letter of ASCII first"));
            }
        }
        for place in &lint.places.schemas {
            for (name, line, _) in place.node.get("properties").into_iter().flat_map(Node::entries) {
                if name.to_snake_case().is_empty() {
                    let message = format!("the property '{name}' cannot name a field");
                    findings.push(lint.finding(*line, &place.subject, message, "a name has a letter or a digit"));
                }
            }
        }
    },
};

fn is_identifier(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Methods that every generated client has, or that its own code calls on it.
const RESERVED: &[&str] =
    &["api_version", "client", "clone", "exec", "for_call", "inner", "new", "new_with_client", "on", "post", "pre"];

const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true",
    "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];
