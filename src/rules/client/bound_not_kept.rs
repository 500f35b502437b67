//! Arguments that must not be sent: too many ids, none, ids that are no GUID, path segments
//! that lead elsewhere.

use serde_json::{Map, Value, json};

use super::{ClientCase, ClientSeen, arguments, documented_answer};
use crate::contract::{Fact, Shape};
use crate::rules::server::generated_id;
use crate::rules::{Asserted, Rule, Subject};
use crate::verdict::{Side, Verdict};

/// The rule.
pub const RULE: Rule = Rule {
    id: "bound_not_kept",
    side: Side::Client,
    reason: "what the service cannot take must not leave: a refused batch settles nobody",
};

pub(super) fn cases(subject: &Subject<'_>) -> Vec<ClientCase> {
    if !subject.is_first() {
        return Vec::new();
    }
    let mut cases = Vec::new();
    // The bound is the page's word, or our assumption in the transcript, never the description's.
    let limits = subject.exchange.stated("limit");
    for statement in limits {
        let (Some(name), Ok(limit)) = (statement.name.as_deref(), statement.value.parse::<usize>()) else { continue };
        let mut add = |case: String, ids: Vec<Value>, kind: &str, sent: bool| {
            let mut case = case_of(subject, case, name, ids, subject.fact(kind, Some(name)), sent);
            if kind == "limit" {
                for asserted in &mut case.checks {
                    asserted.check.severity = statement.rests;
                    asserted.check.page.clone_from(&statement.page);
                }
            }
            cases.push(case);
        };
        add(format!("{name}-{limit}"), ids(limit), "limit", true);
        add(format!("{name}-{}", limit + 1), ids(limit + 1), "limit", false);
        add(format!("{name}-0"), Vec::new(), "minimum", false);
        // Not every identity is a GUID.
        if subject.fact("format", Some(name)).is_some() {
            add(format!("{name}-not-a-guid"), vec![json!("not-a-guid")], "format", false);
        }
    }
    for (name, shape) in &subject.operation.parameters {
        let Shape::Text { format, .. } = subject.facts.contract.resolve(shape) else { continue };
        let never = [("empty", ""), ("dot", "."), ("dots", "..")];
        // Another identity than a GUID may be any text; what leads elsewhere is encoded.
        let no_guid =
            [("slash", "a/b"), ("not-a-guid", "not-a-guid")].into_iter().filter(|_| format.as_deref() == Some("uuid"));
        for (case, value) in never.into_iter().chain(no_guid) {
            let documented = "an identity of one entity";
            let asserts = format!("nothing is sent for {name} = '{value}'");
            let check =
                subject.check(&RULE, &format!("{name}-{case}"), subject.fact("path", None), documented, asserts);
            let mut arguments = arguments(subject);
            arguments.insert(name.clone(), Value::String(value.to_owned()));
            cases.push(refused(subject, arguments, check));
        }
    }
    cases
}

fn ids(n_ids: usize) -> Vec<Value> {
    (0..n_ids).map(|index| Value::String(generated_id(index))).collect()
}

fn case_of(
    subject: &Subject<'_>,
    case: String,
    name: &str,
    ids: Vec<Value>,
    fact: Option<&Fact>,
    sent: bool,
) -> ClientCase {
    let n_ids = ids.len();
    let mut arguments = arguments(subject);
    arguments.insert("body".to_owned(), json!({ name: ids }));
    if !sent {
        let check = subject.check(
            &RULE,
            &case,
            fact,
            "nothing is sent",
            format!("the client sends nothing for these {name} ({n_ids})"),
        );
        return refused(subject, arguments, check);
    }
    let check = subject.check(
        &RULE,
        &case,
        fact,
        format!("{n_ids} ids in one request"),
        format!("the client sends {n_ids} {name} in one request"),
    );
    let name = name.to_owned();
    let judge = move |seen: &ClientSeen| {
        let sent = seen.requests.first().and_then(|request| request.json()?.get(&name)?.as_array().map(Vec::len));
        match sent {
            Some(sent) => Verdict::when(sent == n_ids && seen.result.ok, format!("{sent} ids")),
            None => Verdict::fail(format!("nothing was sent: {}", seen.result.message)),
        }
    };
    ClientCase {
        operation: subject.operation.id.clone(),
        arguments: Some(arguments),
        script: vec![documented_answer(subject)],
        checks: vec![Asserted::new(check, judge)],
    }
}

fn refused(subject: &Subject<'_>, arguments: Map<String, Value>, check: crate::verdict::Check) -> ClientCase {
    let judge = |seen: &ClientSeen| match seen.requests.first() {
        Some(request) => Verdict::fail(format!("{} {} was sent", request.method, request.path)),
        None => Verdict::when(
            !seen.result.ok && seen.result.kind == "Invalid" && seen.result.delivery == "NotSent",
            &seen.result.message,
        ),
    };
    ClientCase {
        operation: subject.operation.id.clone(),
        arguments: Some(arguments),
        script: vec![documented_answer(subject)],
        checks: vec![Asserted::new(check, judge)],
    }
}
