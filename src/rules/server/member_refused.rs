//! Each member of an enumeration, asked for.

use serde_json::Value;

use super::entity_malformed::entities;
use super::{ALL_MEMBERS, SENTINEL, ServerCase, documented_request};
use crate::contract::{FactId, Property, Rests, Shape};
use crate::rules::{Request, Rule, Subject};
use crate::verdict::{Side, Verdict};

/// The rule.
pub const RULE: Rule = Rule {
    id: "member_refused",
    side: Side::Server,
    reason: "whoever looks for accounts in a documented state must find those, and no others",
};

pub(super) fn cases(subject: &Subject<'_>) -> Vec<ServerCase> {
    let contract = subject.facts.contract;
    let Some(shape) = subject.operation.success.shape.as_ref() else { return Vec::new() };
    let Some(entity) = contract.page_of(shape) else { return Vec::new() };
    let filter = subject.operation.query.iter().find(|query| query.name == "$filter");
    let (Some(filter), Shape::Object { properties, .. }) = (filter, contract.resolve(entity)) else {
        return Vec::new();
    };
    let mut cases = Vec::new();
    for property in properties {
        let Shape::Enum { members, .. } = contract.resolve(&property.shape) else { continue };
        let prefix = documented_form(subject, property);
        let request = |member: &str| {
            let literal = format!("{}'{member}'", prefix.as_deref().unwrap_or_default());
            let mut request = Request { query: Vec::new(), ..documented_request(subject) };
            request.query.push((filter.name.clone(), format!("{} eq {literal}", property.name)));
            request.headers.push(("Prefer".to_owned(), ALL_MEMBERS.to_owned()));
            request
        };
        for member in members {
            let mut case = ServerCase::new(subject, request(member));
            // The control: whether the server filters by this property at all.
            case.setup.extend(members.first().map(|first| request(first)));
            let name = format!("{}.{member}", property.name);
            let fact = subject.fact("query", Some(&filter.name));
            let asserts = format!("a filter by {} {member} is taken, and kept to", property.name);
            let mut check = subject.check(&RULE, &name, fact, format!("200, and {member} alone"), asserts);
            // Which properties can be filtered by is on no page, but for the examples' own; and
            // the sentinel is no state to be in.
            if prefix.is_none() || member == SENTINEL {
                check.severity = Rests::Assumption;
            }
            check
                .facts
                .extend(enumeration(property).map(|name| FactId::about(&contract.api, name, "member", Some(member))));
            let (known, shape, wanted, name) =
                (subject.facts.shared(), shape.clone(), member.clone(), property.name.clone());
            case.assert(check, move |seen| {
                let control = seen.setup.first().is_some_and(|reply| reply.status == 200);
                let Some(body) = seen.reply.json().filter(|_| seen.reply.status == 200) else {
                    return match control {
                        true => Verdict::fail(seen.reply.summary()),
                        false => {
                            Verdict::not_run(format!("the server does not filter by {name} ({})", seen.reply.summary()))
                        }
                    };
                };
                let listed = entities(body, &known, &shape);
                let others = listed.iter().filter(|entity| entity.get(&name).and_then(Value::as_str) != Some(&wanted));
                let n_others = if wanted == SENTINEL { 0 } else { others.count() };
                Verdict::when(n_others == 0, format!("200, {} listed, {n_others} of them otherwise", listed.len()))
            });
            cases.push(case);
        }
    }
    cases
}

/// What stands before the quotes in a documented filter by this property: a type, or nothing.
/// `None` where no documented filter is by it.
fn documented_form(subject: &Subject<'_>, property: &Property) -> Option<String> {
    let contract = subject.facts.contract;
    let exchanges = contract.exchanges.iter().filter(|exchange| exchange.operation == subject.operation.id);
    let queries = exchanges.filter_map(|exchange| exchange.target(&contract.api)?.query);
    let options = queries.flat_map(|query| crate::rules::client::query(&query));
    options.filter(|(name, _)| name == "$filter").find_map(|(_, filter)| {
        let literal = filter.strip_prefix(&property.name)?.strip_prefix(" eq ")?;
        Some(literal.split_once('\'')?.0.to_owned())
    })
}

/// The name of a property's enumeration.
fn enumeration(property: &Property) -> Option<&str> {
    match &property.shape {
        Shape::Named { name } => Some(name),
        _ => None,
    }
}
