//! Patterns, which the client has nothing to check with.

use super::Rule;

pub(super) const RULE: Rule = Rule {
    id: "pattern_unusable",
    reason: "the generated check of a pattern needs a library of regular expressions that the client does without: it would not compile",
    check: |lint, findings| {
        for place in &lint.places.schemas {
            if let Some(pattern) = place.node.get("pattern") {
                findings.push(lint.finding(
                    pattern.line,
                    &place.subject,
                    "a pattern is given",
                    "say it with a format, a length or an enum, or in the description",
                ));
            }
        }
    },
};
