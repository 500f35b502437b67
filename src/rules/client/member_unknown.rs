//! Enum members that a page shows in an example, against those that the description lists.

use serde_json::Value;

use super::ClientCase;
use crate::contract::{Contract, FactId, Shape};
use crate::rules::{Asserted, Rule, Subject};
use crate::verdict::{Side, Verdict};

/// The rule.
pub const RULE: Rule = Rule {
    id: "member_unknown",
    side: Side::Client,
    reason: "a member that the description lacks is only text to a program, and falls through its cases",
};

pub(super) fn cases(subject: &Subject<'_>) -> Vec<ClientCase> {
    let contract = subject.facts.contract;
    let mut shown = Vec::new();
    if let (Some(shape), Some(body)) = (&subject.operation.success.shape, &subject.exchange.response.body) {
        walk(contract, shape, body, &mut shown);
    }
    // An effect's value is shown by its statement; the set's entity says of which enum it is.
    let set = subject.operation.effects.first().map(|effect| effect.set.as_str());
    let entity = contract.shapes.values().find_map(|shape| match shape {
        Shape::Object { properties, set: Some(of), .. } if Some(of.name.as_str()) == set => Some(properties),
        _ => None,
    });
    for statement in subject.exchange.stated("effect") {
        let property = entity.into_iter().flatten().find(|property| Some(&property.name) == statement.name.as_ref());
        if let Some(Shape::Named { name }) = property.map(|property| &property.shape) {
            shown.push((name.clone(), statement.value.clone()));
        }
    }
    shown.sort();
    shown.dedup();
    let checks = shown.into_iter().filter_map(|(name, member)| {
        let Some(Shape::Enum { members, .. }) = contract.shapes.get(&name) else { return None };
        let id = FactId::about(&contract.api, &name, "member", Some(&member));
        let fact = subject.facts.all().find(|fact| fact.id == id);
        let asserts = format!("the description knows {member} as a member of {name}");
        let mut check = subject.check(&RULE, &format!("{name}.{member}"), fact, &member, asserts);
        if fact.is_none() {
            check.facts = vec![id];
        }
        let verdict = Verdict::when(members.contains(&member), members.join(", "));
        Some(Asserted::new(check, move |_| verdict.clone()))
    });
    let checks = checks.collect();
    vec![ClientCase { operation: subject.operation.id.clone(), arguments: None, script: Vec::new(), checks }]
}

/// Every string at a place where an enum is described.
fn walk(contract: &Contract, shape: &Shape, value: &Value, shown: &mut Vec<(String, String)>) {
    match (shape, contract.resolve(shape), value) {
        (Shape::Named { name }, Shape::Enum { .. }, Value::String(member)) => {
            shown.push((name.clone(), member.clone()))
        }
        (_, Shape::Object { properties, .. }, Value::Object(object)) => {
            for property in properties {
                if let Some(value) = object.get(&property.name) {
                    walk(contract, &property.shape, value, shown);
                }
            }
        }
        (_, Shape::List { of, .. }, Value::Array(items)) => {
            items.iter().for_each(|item| walk(contract, of, item, shown));
        }
        _ => {}
    }
}
