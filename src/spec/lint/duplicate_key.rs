//! Keys that stand twice in one mapping.

use super::{Origin, Rule};

pub(super) const RULE: Rule = Rule {
    id: "duplicate_key",
    reason: "most readers of YAML keep the last of two equal keys without a word, others the first",
    check: |lint, findings| {
        for duplicate in &lint.document.duplicates {
            let message = format!("the key '{}' stands twice, first on line {}", duplicate.key, duplicate.first);
            let mut finding = lint.finding(duplicate.line, "", message, "remove or rename one");
            finding.other = Some(Origin { line: duplicate.first, ..finding.origin.clone() });
            findings.push(finding);
        }
    },
};
