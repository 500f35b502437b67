//! A fact of which the metadata does not speak.

use super::{Judgement, Rule};
use crate::contract::Fact;
use crate::finding::{Finding, Severity};

/// The rule. Its notes are made only where somebody asks for them: silence is no contradiction.
pub const RULE: Rule = Rule {
    id: "metadata/fact_unspoken",
    severity: Severity::Note,
    reason: "what the metadata does not speak of was not compared",
    judge: |_| Judgement::Silent,
};

/// The note for a fact.
pub(super) fn note(fact: &Fact) -> Finding {
    unspoken(&RULE, fact, String::new())
}

/// A finding of silence.
pub(super) fn unspoken(rule: &Rule, fact: &Fact, remedy: String) -> Finding {
    let (subject, key) = fact.id.as_str().split_once('#').unwrap_or((fact.id.as_str(), ""));
    Finding {
        rule: rule.id.to_owned(),
        severity: rule.severity,
        origin: fact.origin.clone(),
        subject: subject.split_once(' ').map_or(subject, |(_, subject)| subject).to_owned(),
        message: format!(
            "the metadata does not speak of {key}, which is '{}' here ({}: {})",
            fact.value, fact.source.rests, fact.source.page
        ),
        remedy,
        other: None,
        fact: Some(fact.id.clone()),
    }
}
