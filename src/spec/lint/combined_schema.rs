//! Schemas made of others.

use super::{Rule, Severity};

pub(super) const RULE: Rule = Rule {
    id: "combined_schema",
    reason: "an alternative of an enum and a text compiles and refuses every answer; the suite and the double read no combination at all",
    check: |lint, findings| {
        for place in &lint.places.schemas {
            for key in ["anyOf", "oneOf", "not"] {
                if let Some(node) = place.node.get(key) {
                    let message = format!("'{key}' is used");
                    let remedy = "describe one form, open to more: additionalProperties: {}, or a named enum";
                    findings.push(lint.finding(node.line, &place.subject, message, remedy));
                }
            }
            // A reference that may be null has no other form in OpenAPI 3.0.
            if let Some(node) = place.node.get("allOf").filter(|_| place.node.nullable_reference().is_none()) {
                let message = "'allOf' is used: the suite and the double take it for anything";
                let mut finding =
                    lint.finding(node.line, &place.subject, message, "write the properties in one schema, or one $ref");
                finding.severity = Severity::Warning;
                findings.push(finding);
            }
        }
    },
};
