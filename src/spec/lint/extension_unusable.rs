//! Values of our extensions, and sources, that have no meaning.

use super::{Rule, Severity};

pub(super) const RULE: Rule = Rule {
    id: "extension_unusable",
    reason: "an effect, alias, permission or source that cannot be read would be left out of every check",
    check: |lint, findings| {
        // What else is wrong is said already, and may be the cause.
        if findings.iter().any(|finding| finding.severity == Severity::Error) {
            return;
        }
        for error in lint.document.defects() {
            findings.push(lint.finding(
                error.line,
                &error.subject,
                error.reason,
                "see openapi/ of entra-risk for the forms",
            ));
        }
    },
};
