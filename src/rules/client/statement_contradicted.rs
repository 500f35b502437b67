//! What a page states beside its example, against the table of facts that the client was
//! generated with.

use super::ClientCase;
use crate::rules::{Asserted, Rule, Subject};
use crate::verdict::{Side, Verdict};

/// The rule.
pub const RULE: Rule = Rule {
    id: "statement_contradicted",
    side: Side::Client,
    reason: "the client was generated from a description that says otherwise than the page",
};

pub(super) fn cases(subject: &Subject<'_>) -> Vec<ClientCase> {
    let checks = subject.exchange.statements.iter().map(|statement| {
        let fact = subject.fact(&statement.kind, statement.name.as_deref());
        let key = statement.key();
        let asserts = format!("the description says of {key} what the page says: {}", statement.value);
        let mut check = subject.check(&RULE, &key.replace('/', "."), fact, &statement.value, asserts);
        check.severity = statement.rests;
        check.page.clone_from(&statement.page);
        if fact.is_none() {
            check.facts = vec![subject.id(&statement.kind, statement.name.as_deref())];
            check.origin = statement.origin.clone();
        }
        let seen = fact.map(|fact| fact.value.clone());
        let stated = statement.value.clone();
        Asserted::new(check, move |_| match &seen {
            Some(seen) => Verdict::when(*seen == stated, seen.clone()),
            None => Verdict::fail("the description does not say it"),
        })
    });
    vec![ClientCase {
        operation: subject.operation.id.clone(),
        arguments: None,
        script: Vec::new(),
        checks: checks.collect(),
    }]
}
