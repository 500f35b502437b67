//! Query options do what OData says that they do.

use serde_json::Value;

use super::entity_malformed::{body, entities};
use super::{ServerCase, documented_request};
use crate::contract::{Query, Shape};
use crate::rules::{Rule, Subject};
use crate::verdict::{Side, Verdict};

/// The rule.
pub const RULE: Rule =
    Rule { id: "query_ignored", side: Side::Server, reason: "a filter that is ignored selects everybody" };

pub(super) fn cases(subject: &Subject<'_>) -> Vec<ServerCase> {
    let contract = subject.facts.contract;
    let Some(shape) = subject.operation.success.shape.clone() else { return Vec::new() };
    let mut cases = Vec::new();
    let documented = documented_request(subject);
    for (option, value) in &documented.query {
        let Some((name, wanted)) = equation(value).filter(|_| option == "$filter") else { continue };
        let mut case = ServerCase::new(subject, documented.clone());
        let check = subject.check(
            &RULE,
            "$filter",
            subject.fact("query", Some("$filter")),
            format!("{name} is {wanted}"),
            "every listed entity meets the documented filter",
        );
        let (known, shape) = (subject.facts.shared(), shape.clone());
        case.assert(check, move |seen| {
            body(seen, |body| {
                let listed = entities(body, &known, &shape);
                let others = listed
                    .iter()
                    .filter(|entity| entity.get(&name).and_then(Value::as_str) != Some(wanted.as_str()))
                    .count();
                match listed.len() {
                    0 => Verdict::not_run("the server lists nobody that meets it"),
                    n_listed => Verdict::when(others == 0, format!("{n_listed} listed, {others} of them otherwise")),
                }
            })
        });
        cases.push(case);
    }
    if !subject.is_first() {
        return cases;
    }
    let is_page = contract.page_of(&shape).is_some();
    let entity = contract.entity_set(contract.page_of(&shape).unwrap_or(&shape));
    for query in subject.operation.query.iter().filter(|query| is_page || query.name == "$select") {
        let tries = tries(subject, query, entity.map(|set| set.key.as_str()));
        for Try { name, value, documented, judge } in tries.into_iter().chain(filter(subject, query)) {
            let mut case = ServerCase::new(subject, documented_request(subject));
            case.request.query = vec![(query.name.clone(), value.clone())];
            let check = subject.check(
                &RULE,
                &name,
                subject.fact("query", Some(&query.name)),
                documented,
                format!("{}={value} is taken, and kept to", query.name),
            );
            let (known, shape) = (subject.facts.shared(), shape.clone());
            case.assert(check, move |seen| {
                body(seen, |body| {
                    let listed = entities(body, &known, &shape);
                    match listed.len() {
                        0 => Verdict::not_run("the server lists nobody"),
                        n_listed => Verdict::when(judge(body, &listed, &value), format!("{n_listed} listed")),
                    }
                })
            });
            cases.push(case);
        }
    }
    cases
}

/// A value to try an option with.
struct Try {
    name: String,
    value: String,
    documented: String,
    judge: Listed,
}

fn tries(subject: &Subject<'_>, query: &Query, key: Option<&str>) -> Vec<Try> {
    let option = query.name.as_str();
    let try_with = |name: String, value: String, documented: &str, judge: Listed| Try {
        name,
        value,
        documented: documented.to_owned(),
        judge,
    };
    match (option, key, subject.facts.contract.resolve(&query.shape)) {
        ("$top", _, shape) => {
            let few: Listed = |_, listed, top| listed.len() <= top.parse().unwrap_or(usize::MAX);
            let one = try_with(option.to_owned(), "1".to_owned(), "at most one entity", few);
            let most = match shape {
                Shape::Integer { max: Some(max), .. } => {
                    Some(try_with(format!("{option}-{max}"), max.to_string(), "200, and no more than that", few))
                }
                _ => None,
            };
            std::iter::once(one).chain(most).collect()
        }
        ("$select", Some(key), _) => {
            let alone: Listed = |_, listed, key| {
                let mut entities = listed.iter().filter_map(|entity| entity.as_object());
                entities.all(|entity| {
                    entity.contains_key(key) && entity.keys().all(|name| name == key || name.contains('@'))
                })
            };
            vec![try_with(option.to_owned(), key.to_owned(), &format!("{key} alone"), alone)]
        }
        ("$count", _, _) => {
            let counted: Listed = |body, listed, _| {
                body.get("@odata.count").and_then(Value::as_u64).is_some_and(|count| count >= listed.len() as u64)
            };
            vec![try_with(option.to_owned(), "true".to_owned(), "@odata.count, at least as many as listed", counted)]
        }
        _ => Vec::new(),
    }
}

/// Where a filter is documented and none is shown, one by a member of the documented entity. Which
/// properties a filter may name is on few pages; the members of enumerations are what it is for.
fn filter(subject: &Subject<'_>, query: &Query) -> Option<Try> {
    let contract = subject.facts.contract;
    let exchanges = contract.exchanges.iter().filter(|exchange| exchange.operation == subject.operation.id);
    let queries = exchanges.filter_map(|exchange| exchange.target(&contract.api)?.query);
    let mut options = queries.flat_map(|query| crate::rules::client::query(&query));
    if query.name != "$filter" || options.any(|(name, value)| name == query.name && equation(&value).is_some()) {
        return None;
    }
    let shape = subject.operation.success.shape.as_ref()?;
    let body = subject.exchange.response.body.as_ref()?;
    let entity = entities(body, contract, shape).into_iter().next()?;
    let Shape::Object { properties, .. } = contract.resolve(contract.page_of(shape)?) else { return None };
    let (name, member) = properties.iter().find_map(|property| match contract.resolve(&property.shape) {
        Shape::Enum { members, .. } => {
            let member = entity.get(&property.name)?.as_str()?;
            members.iter().any(|known| known == member).then(|| (property.name.clone(), member.to_owned()))
        }
        _ => None,
    })?;
    let kept: Listed = |_, listed, value| {
        let Some((name, wanted)) = equation(value) else { return false };
        listed.iter().all(|entity| entity.get(&name).and_then(Value::as_str) == Some(wanted.as_str()))
    };
    Some(Try {
        name: query.name.clone(),
        value: format!("{name} eq '{member}'"),
        documented: format!("{name} is {member}"),
        judge: kept,
    })
}

/// Whether a page and its entities keep to an option's value.
type Listed = fn(&Value, &[&Value], &str) -> bool;

/// `NAME eq LITERAL`, with the literal in either documented form.
fn equation(filter: &str) -> Option<(String, String)> {
    let (name, literal) = filter.split_once(" eq ")?;
    let literal = literal.rsplit_once('.').map_or(literal, |(_, literal)| literal);
    let text = literal.split_once('\'')?.1.strip_suffix('\'')?;
    (!name.contains(' ') && !text.contains('\'')).then(|| (name.to_owned(), text.to_owned()))
}
