//! What is answered.

use super::join::What;
use super::{Judgement, Rule};
use crate::finding::Severity;

/// The rule.
pub const RULE: Rule = Rule {
    id: "metadata/return_differs",
    severity: Severity::Error,
    reason: "an answer is read as something else than the service gives",
    judge: |pair| match &pair.what {
        What::Returns { declared, described, fit } => fit.judge(pair, "answer", declared, described),
        _ => Judgement::Silent,
    },
};
