//! Transcripts that are no exchange.

use super::{Origin, Rule};

pub(super) const RULE: Rule = Rule {
    id: "transcript_unreadable",
    reason: "a transcript that is half an exchange, or no HTTP, is a documented example that nothing checks",
    check: |lint, findings| {
        for error in lint.transcripts.into_iter().flat_map(|transcripts| &transcripts.broken) {
            let mut finding =
                lint.finding(error.line, &error.subject, error.reason.clone(), "write it as it stands on its page");
            finding.origin = Origin { file: error.file.clone(), line: error.line };
            findings.push(finding);
        }
    },
};
