//! A fact that is said to rest on metadata, and does not stand there.

use super::fact_unspoken::unspoken;
use super::{Judgement, Rule};
use crate::contract::Fact;
use crate::finding::{Finding, Severity};

/// The rule. Of fragments nothing is demanded: the fact may stand in the rest.
pub const RULE: Rule = Rule {
    id: "metadata/fact_unconfirmed",
    severity: Severity::Warning,
    reason: "a fact rests on metadata that does not speak of it",
    judge: |_| Judgement::Silent,
};

/// The finding for a fact.
pub(super) fn finding(fact: &Fact) -> Finding {
    let remedy = format!("name at {} what the fact rests on instead", fact.origin);
    unspoken(&RULE, fact, remedy)
}
