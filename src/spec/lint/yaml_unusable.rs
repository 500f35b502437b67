//! Files that are not one YAML document.

use super::super::SpecError;
use super::{Finding, Origin, Rule, Severity};

/// Nothing is left for it to look at once there is a document.
pub(super) const RULE: Rule = Rule {
    id: "yaml_unusable",
    reason: "a description is one YAML document, without aliases, that ends and is not nested without bound",
    check: |_, _| {},
};

/// What keeps a text from being a document.
pub(super) fn finding(error: SpecError) -> Finding {
    Finding {
        rule: RULE.id.to_owned(),
        severity: Severity::Error,
        origin: Origin { file: error.file, line: error.line },
        subject: error.subject,
        message: error.reason,
        remedy: "nothing else of this file was read".to_owned(),
        other: None,
        fact: None,
    }
}
