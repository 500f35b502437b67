//! Optional headers that a page names: the client can send them.

use serde_json::Value;

use super::{ClientCase, ClientSeen, arguments, documented_answer};
use crate::rules::{Asserted, Rule, Subject};
use crate::verdict::{Side, Verdict};

/// The rule.
pub const RULE: Rule = Rule {
    id: "header_not_sent",
    side: Side::Client,
    reason: "a documented header that the client cannot send is a documented feature that it lacks",
};

/// A value that is plainly made up.
const VALUE: &str = "conformance-session";

pub(super) fn cases(subject: &Subject<'_>) -> Vec<ClientCase> {
    let stated = subject.exchange.stated("header").filter(|statement| statement.value == "optional");
    stated
        .filter_map(|statement| {
            let name = statement.name.clone()?;
            let fact = subject.fact("header", Some(&name));
            let asserts = format!("the client sends {name} when it is asked to");
            let mut check = subject.check(&RULE, &name, fact, format!("{name}: {VALUE}"), asserts);
            if fact.is_none() {
                check.facts = vec![subject.id("header", Some(&name))];
                check.origin = statement.origin.clone();
            }
            let mut arguments = arguments(subject);
            arguments.insert(name.clone(), Value::String(VALUE.to_owned()));
            let judge = move |seen: &ClientSeen| match seen.requests.first() {
                Some(request) => Verdict::when(
                    request.header(&name) == Some(VALUE),
                    request.header(&name).unwrap_or("no such header"),
                ),
                None => Verdict::fail(format!("nothing was sent: {}", seen.result.message)),
            };
            Some(ClientCase {
                operation: subject.operation.id.clone(),
                arguments: Some(arguments),
                script: vec![documented_answer(subject)],
                checks: vec![Asserted::new(check, judge)],
            })
        })
        .collect()
}
