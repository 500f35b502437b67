//! Keys that mean nothing.

use super::super::METHODS;
use super::{Finding, Lint, Node, Rule};

pub(super) const RULE: Rule = Rule {
    id: "unknown_key",
    reason: "a key that OpenAPI does not have vanishes without a word, and with it what it meant to say",
    check: |lint, findings| {
        let root = &lint.document.root;
        keys(lint, findings, "the document", root, ROOT);
        for (path, _, item) in root.get("paths").into_iter().flat_map(Node::entries) {
            let known: Vec<&str> = METHODS.iter().copied().chain(["summary", "description", "parameters"]).collect();
            keys(lint, findings, path, item, &known);
        }
        for (subject, operation) in lint.operations() {
            keys(lint, findings, &subject, operation, OPERATION);
        }
        for (subject, _, parameter) in lint.parameters() {
            keys(lint, findings, &subject, parameter, PARAMETER);
        }
        for place in &lint.places.schemas {
            keys(lint, findings, &place.subject, place.node, SCHEMA);
        }
    },
};

const ROOT: &[&str] = &["openapi", "info", "servers", "paths", "components", "security", "tags", "externalDocs"];
const OPERATION: &[&str] = &[
    "tags",
    "summary",
    "description",
    "externalDocs",
    "operationId",
    "parameters",
    "requestBody",
    "responses",
    "callbacks",
    "deprecated",
    "security",
    "servers",
    "x-entra-source",
    "x-entra-sources",
    "x-entra-licence",
    "x-entra-clouds",
    "x-entra-command",
    "x-entra-aliases",
    "x-entra-permissions",
    "x-entra-roles",
    "x-entra-effect",
    "x-entra-of",
];
const PARAMETER: &[&str] = &[
    "name",
    "in",
    "description",
    "required",
    "deprecated",
    "allowEmptyValue",
    "style",
    "explode",
    "allowReserved",
    "schema",
    "example",
    "examples",
    "content",
    "x-entra-source",
];
const SCHEMA: &[&str] = &[
    "$ref",
    "title",
    "multipleOf",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "pattern",
    "maxItems",
    "minItems",
    "uniqueItems",
    "maxProperties",
    "minProperties",
    "required",
    "enum",
    "type",
    "allOf",
    "oneOf",
    "anyOf",
    "not",
    "items",
    "properties",
    "additionalProperties",
    "description",
    "format",
    "default",
    "nullable",
    "discriminator",
    "readOnly",
    "writeOnly",
    "xml",
    "externalDocs",
    "example",
    "deprecated",
    "x-entra-set",
    "x-entra-members",
    "x-entra-source",
    "x-entra-sources",
];

fn keys(lint: &Lint<'_>, findings: &mut Vec<Finding>, subject: &str, node: &Node, known: &[&str]) {
    for (key, line, _) in node.entries() {
        // Extensions of others are theirs; ours are a closed list.
        let foreign = key.starts_with("x-") && !key.starts_with("x-entra-");
        if foreign || known.contains(&key.as_str()) {
            continue;
        }
        let near = known.iter().find(|candidate| candidate.eq_ignore_ascii_case(key));
        let remedy = match near {
            Some(near) => format!("did you mean '{near}'?"),
            None => "remove it".to_owned(),
        };
        findings.push(lint.finding(*line, subject, format!("'{key}' is no key of this object"), &remedy));
    }
}
