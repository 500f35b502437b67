//! Parameters in a form that cannot be sent.

use super::{Node, Rule};

pub(super) const RULE: Rule = Rule {
    id: "parameter_form_unusable",
    reason: "the generator gives up on a parameter without a schema or with a style of its own, and a header that may be null does not compile",
    check: |lint, findings| {
        for (subject, name, parameter) in lint.parameters() {
            let schema = parameter.get("schema").and_then(|schema| lint.document.follow(schema));
            let mut say = |message: String, remedy: &str| {
                findings.push(lint.finding(parameter.line, &subject, message, remedy));
            };
            if parameter.get("content").is_some() || parameter.get("schema").is_none() {
                say(format!("'{name}' has no schema"), "describe it by a schema, not by content");
            }
            let usual = if parameter.str("in") == Some("query") { "form" } else { "simple" };
            if let Some(style) = parameter.get("style").filter(|style| style.text() != Some(usual)) {
                say(
                    format!("'{name}' has the style {}", style.to_json()),
                    &format!("Graph's are '{usual}'; leave it out"),
                );
            }
            let Some(schema) = schema else { continue };
            if schema.str("type") == Some("object") {
                say(format!("'{name}' is an object"), "declare type: string");
            }
            if schema.is_true("nullable") && parameter.str("in") != Some("query") {
                say(format!("'{name}' may be null"), "leave out nullable: what is not required may be left out");
            }
        }
        for (path, _, item) in lint.document.root.get("paths").into_iter().flat_map(Node::entries) {
            if let Some(parameters) = item.get("parameters") {
                findings.push(lint.finding(
                    parameters.line,
                    path,
                    "parameters are given for all operations of the path",
                    "write them in each operation: the suite and the double read them there",
                ));
            }
            let partial = |segment: &&str| {
                segment.contains(['{', '}'])
                    && segment
                        .strip_prefix('{')
                        .and_then(|rest| rest.strip_suffix('}'))
                        .is_none_or(|name| name.is_empty() || name.contains(['{', '}']))
            };
            if let Some(segment) = path.split('/').find(partial) {
                findings.push(lint.finding(
                    item.line,
                    path,
                    format!("the segment '{segment}' is only in part a parameter"),
                    "a parameter is a whole segment: the suite and the double read no other",
                ));
            }
        }
    },
};
