//! Schemas without a type, or with one that OpenAPI does not have.

use super::{Node, Rule};

pub(super) const RULE: Rule = Rule {
    id: "type_unusable",
    reason: "the generator guesses a type that is not given, the suite and the double take it for anything, and an enum of numbers is closed",
    check: |lint, findings| {
        for place in &lint.places.schemas {
            let (subject, schema) = (&place.subject, place.node);
            let telling = ["properties", "items", "enum", "maxItems", "minItems", "required"];
            match schema.get("type") {
                None => {
                    if let Some(key) = telling.iter().find(|key| schema.get(key).is_some()) {
                        let message = format!("there is '{key}' and no type");
                        findings.push(lint.finding(schema.line, subject, message, "add the type"));
                    }
                }
                Some(kind) if !kind.text().is_some_and(|kind| TYPES.contains(&kind)) => {
                    let given = kind.to_json();
                    findings.push(lint.finding(
                        kind.line,
                        subject,
                        format!("{given} is no type"),
                        "a type is one of array, boolean, integer, number, object, string",
                    ));
                }
                Some(kind) => {
                    if let Some(members) = schema.get("enum").filter(|_| kind.text() != Some("string")) {
                        findings.push(lint.finding(
                            members.line,
                            subject,
                            "an enum is of another type than string",
                            "name the values in the description, and leave out the enum",
                        ));
                    }
                }
            }
            for (key, value) in COUNTS.iter().filter_map(|key| Some((key, schema.get(key)?))) {
                if value.integer().is_none_or(|count| count < 0) {
                    let message = format!("{key} is {}, not a count", value.to_json());
                    findings.push(lint.finding(value.line, subject, message, "write a whole number, not below 0"));
                }
            }
            for key in ["required", "enum"] {
                // OpenAPI 3.0.3: an enum that may be null has null among its members.
                let null = key == "enum" && schema.is_true("nullable");
                let usable = |item: &Node| item.text().is_some() || null && item.to_json().is_null();
                if let Some(list) = schema.get(key).filter(|list| !list.items().all(usable)) {
                    let message = format!("{key} holds something else than texts");
                    findings.push(lint.finding(
                        list.line,
                        subject,
                        message,
                        "write a list of texts; quote what YAML would take for a number, true or null",
                    ));
                }
            }
        }
    },
};

const TYPES: &[&str] = &["array", "boolean", "integer", "number", "object", "string"];
const COUNTS: &[&str] = &["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"];
