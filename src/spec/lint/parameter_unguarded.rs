//! Path parameters that may be empty, or do not fit their path.

use super::{Node, Rule};

pub(super) const RULE: Rule = Rule {
    id: "parameter_unguarded",
    reason: "an empty path parameter calls the parent path, and the generator panics on an optional one",
    check: |lint, findings| {
        for (subject, name, parameter) in lint.parameters() {
            match parameter.str("in") {
                Some("path") => {
                    if !parameter.is_true("required") {
                        let message = format!("the path parameter '{name}' is not required");
                        findings.push(lint.finding(parameter.line, &subject, message, "add required: true"));
                    }
                    let schema = parameter.get("schema").and_then(|schema| lint.document.follow(schema));
                    let guarded = schema.is_some_and(|schema| {
                        schema.str("format") == Some("uuid")
                            || schema.get("enum").is_some()
                            || schema.get("minLength").and_then(Node::integer).is_some_and(|length| length > 0)
                    });
                    if !guarded {
                        let message = format!("the path parameter '{name}' may be empty");
                        findings.push(lint.finding(
                            parameter.line,
                            &subject,
                            message,
                            "add format: uuid or minLength: 1",
                        ));
                    }
                }
                Some("query" | "header") => {}
                other => {
                    let message = format!("'{name}' is in '{}'", other.unwrap_or("nothing"));
                    findings.push(lint.finding(
                        parameter.line,
                        &subject,
                        message,
                        "a parameter is in path, query or header",
                    ));
                }
            }
        }
        for (path, method, operation) in lint.document.operations() {
            let subject = format!("{method} {path}");
            let declared: Vec<&str> = operation
                .get("parameters")
                .into_iter()
                .flat_map(Node::items)
                .filter_map(|item| lint.document.follow(item))
                .filter(|parameter| parameter.str("in") == Some("path"))
                .filter_map(|parameter| parameter.str("name"))
                .collect();
            let mut wanted: Vec<&str> =
                path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}')).collect();
            wanted.retain(|name| !declared.contains(name));
            for name in wanted {
                let message = format!("'{{{name}}}' stands in the path but not among the parameters");
                findings.push(lint.finding(operation.line, &subject, message, "declare it with in: path"));
            }
            for name in declared.into_iter().filter(|name| !path.contains(&format!("{{{name}}}"))) {
                let message = format!("the path parameter '{name}' does not stand in the path");
                findings.push(lint.finding(operation.line, &subject, message, "remove it, or correct the path"));
            }
        }
    },
};
