//! What a read answers has the form that the pages describe.

use serde_json::Value;

use super::{ServerCase, ServerSeen};
use crate::contract::{Contract, FactId, Shape, ValueSource};
use crate::rules::shape::{differences, extras};
use crate::rules::{Rule, Subject};
use crate::verdict::{Side, Verdict};

/// The rule.
pub const RULE: Rule =
    Rule { id: "entity_malformed", side: Side::Server, reason: "programs decide over accounts by these properties" };

pub(super) fn check(subject: &Subject<'_>, case: &mut ServerCase) {
    let contract = subject.facts.contract;
    let Some(shape) = subject.operation.success.shape.clone() else { return };
    let entity = contract.page_of(&shape).cloned().unwrap_or_else(|| shape.clone());
    let by_key = contract.page_of(&shape).is_none() && subject.operation.path.as_str().ends_with('}');
    let fact = subject.fact("success", None);

    let (known, form) = (subject.facts.shared(), shape.clone());
    let check = subject.check(
        &RULE,
        "form",
        fact,
        "the described form",
        "every property that is answered has the described form",
    );
    case.assert(check, move |seen| {
        body(seen, |body| {
            let found = differences(&known, &form, body);
            let extra = extras(&known, &form, body);
            let note =
                if extra.is_empty() { String::new() } else { format!("; beyond the page: {}", extra.join(", ")) };
            match found.is_empty() {
                true => Verdict::pass(format!("as described{note}")),
                false => Verdict::fail(format!("{}{note}", found.join("; "))),
            }
        })
    });

    owner(subject, shape.clone(), case);
    let Some(example) =
        subject.exchange.response.body.as_ref().and_then(|body| entities(body, contract, &shape).into_iter().next())
    else {
        return;
    };
    // How much control information is sent, the client chooses (OData JSON 4.01, 3.1).
    let is_property = |name: &&String| !name.contains('@');
    let names: Vec<String> =
        example.as_object().map(|object| object.keys().filter(is_property).cloned().collect()).unwrap_or_default();
    let mut check = subject.check(
        &RULE,
        "properties",
        fact,
        names.join(", "),
        "every property of the documented example is answered",
    );
    check.facts.extend(property_facts(contract, &entity, &names));
    let known = subject.facts.shared();
    case.assert(check, move |seen| {
        body(seen, |body| match entities(body, &known, &shape).first() {
            None => Verdict::not_run("the server lists nothing"),
            Some(found) => {
                let missing: Vec<&str> =
                    names.iter().map(String::as_str).filter(|name| found.get(name).is_none()).collect();
                Verdict::when(
                    missing.is_empty(),
                    if missing.is_empty() {
                        "all there".to_owned()
                    } else {
                        format!("missing: {}", missing.join(", "))
                    },
                )
            }
        })
    });

    if let (true, Some(set)) = (by_key, contract.entity_set(&entity)) {
        let key = set.key.clone();
        let check = subject.check(
            &RULE,
            "identity",
            subject.fact("path", None),
            "the entity that was asked for",
            "the answer is about the id in the path",
        );
        case.assert(check, move |seen| {
            body(seen, |body| {
                let asked = seen.request.path.rsplit('/').next().unwrap_or_default();
                let found = body.get(&key).and_then(Value::as_str).unwrap_or("no id");
                Verdict::when(found.eq_ignore_ascii_case(asked), found)
            })
        });
    }
}

/// What belongs to an entity names that entity.
fn owner(subject: &Subject<'_>, shape: Shape, case: &mut ServerCase) {
    let Some(owner) = &subject.operation.of else { return };
    let ValueSource::Path(parameter) = &owner.id else { return };
    let (name, parameter) = (owner.property.clone(), parameter.clone());
    let mut check = subject.check(
        &RULE,
        &name,
        subject.fact("of", Some(&name)),
        "the entity in the path",
        format!("{name} is the id in the path"),
    );
    let entity = subject.facts.contract.page_of(&shape).unwrap_or(&shape);
    check.facts.extend(property_facts(subject.facts.contract, entity, std::slice::from_ref(&name)));
    let (known, operation) = (subject.facts.shared(), subject.operation.clone());
    case.assert(check, move |seen| {
        body(seen, |body| {
            let matched = operation.paths().find_map(|path| path.matches(&seen.request.path));
            let asked = matched.and_then(|matched| matched.get(&parameter).map(str::to_owned)).unwrap_or_default();
            let listed = entities(body, &known, &shape);
            let own = |entity: &&&Value| {
                entity.get(&name).and_then(Value::as_str).is_some_and(|id| id.eq_ignore_ascii_case(&asked))
            };
            let n_own = listed.iter().filter(own).count();
            match listed.len() {
                0 => Verdict::not_run("the server lists nothing"),
                n_listed => Verdict::when(n_own == n_listed, format!("{n_own} of {n_listed}")),
            }
        })
    });
}

/// Judges the JSON body of a success.
pub(super) fn body(seen: &ServerSeen, judge: impl FnOnce(&Value) -> Verdict) -> Verdict {
    match (seen.reply.status, seen.reply.json()) {
        (200, Some(body)) => judge(body),
        (200, None) => Verdict::fail("the body is not JSON"),
        _ => Verdict::fail(seen.reply.summary()),
    }
}

/// The entities of a page, or the one entity of an answer.
pub(super) fn entities<'a>(body: &'a Value, contract: &Contract, shape: &Shape) -> Vec<&'a Value> {
    match contract.page_of(shape) {
        Some(_) => body.get("value").and_then(Value::as_array).map(|items| items.iter().collect()).unwrap_or_default(),
        None => vec![body],
    }
}

fn property_facts(contract: &Contract, entity: &Shape, names: &[String]) -> Vec<FactId> {
    let Shape::Named { name: entity } = entity else { return Vec::new() };
    names.iter().map(|name| FactId::about(&contract.api, entity, "property", Some(name))).collect()
}
