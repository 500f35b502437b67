//! A fact of which no page that was read speaks.

use super::{Judgement, Rule};
use crate::contract::Fact;
use crate::finding::{Finding, Severity};

/// The rule. Its notes are made only where somebody asks for them: silence is no contradiction.
pub const RULE: Rule = Rule {
    id: "drift/fact_unspoken",
    severity: Severity::Note,
    reason: "what no page speaks of was not compared",
    judge: |_| Judgement::Silent,
};

/// The note for a fact.
pub(super) fn note(fact: &Fact) -> Finding {
    let (subject, key) = fact.id.as_str().split_once('#').unwrap_or((fact.id.as_str(), ""));
    Finding {
        rule: RULE.id.to_owned(),
        severity: RULE.severity,
        origin: fact.origin.clone(),
        subject: subject.split_once(' ').map_or(subject, |(_, subject)| subject).to_owned(),
        message: format!(
            "no page that was read speaks of {key}, which is '{}' here ({}: {})",
            fact.value, fact.source.rests, fact.source.page
        ),
        remedy: String::new(),
        other: None,
        fact: Some(fact.id.clone()),
    }
}
