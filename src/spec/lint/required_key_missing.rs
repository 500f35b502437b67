//! Keys without which OpenAPI has no meaning.

use super::{Node, Rule};

pub(super) const RULE: Rule = Rule {
    id: "required_key_missing",
    reason: "OpenAPI requires them, and the generator names no place when it misses one",
    check: |lint, findings| {
        let root = &lint.document.root;
        let mut say = |line: usize, subject: &str, key: &str, remedy: &str| {
            findings.push(lint.finding(line, subject, format!("'{key}' is missing"), remedy));
        };
        match root.get("info") {
            None => say(1, "the document", "info", "add info: {title, version}"),
            Some(info) if info.str("title").is_none() => say(info.line, "info", "title", "add a title"),
            Some(_) => {}
        }
        if root.get("paths").is_none() {
            say(1, "the document", "paths", "add paths: {/segment: {get: …}}");
        }
        for (subject, operation) in lint.operations() {
            let answers = operation.get("responses").into_iter().flat_map(Node::entries);
            for (status, line, answer) in answers.filter(|(_, _, answer)| answer.get("$ref").is_none()) {
                if answer.str("description").is_none() {
                    say(*line, &subject, "description", &format!("add a description to the {status}"));
                }
            }
        }
        for (name, line, answer) in root.at("/components/responses").into_iter().flat_map(Node::entries) {
            if answer.str("description").is_none() {
                say(*line, name, "description", "add a description");
            }
        }
        for (subject, name, parameter) in lint.parameters() {
            if name.is_empty() {
                say(parameter.line, &subject, "name", "name the parameter");
            }
        }
    },
};
