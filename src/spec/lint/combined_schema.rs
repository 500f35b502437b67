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
            if let Some(node) = place.node.get("allOf") {
                let message = "'allOf' is used: the suite and the double take it for anything";
                let mut finding =
                    lint.finding(node.line, &place.subject, message, "write the properties in one schema, or one $ref");
                finding.severity = Severity::Warning;
                findings.push(finding);
            }
        }
    },
};
