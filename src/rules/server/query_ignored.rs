//! Query options do what OData says that they do.

use serde_json::Value;

use super::entity_malformed::{body, entities};
use super::{ServerCase, documented_request};
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
        let (known, shape) = (contract.clone(), shape.clone());
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
    if !subject.is_first() || contract.page_of(&shape).is_none() {
        return cases;
    }
    let entity = contract.page_of(&shape).and_then(|entity| contract.entity_set(entity));
    for query in &subject.operation.query {
        let (value, documented, judge): (String, String, Listed) = match (query.name.as_str(), entity) {
            ("$top", _) => ("1".to_owned(), "at most one entity".to_owned(), |listed, _| listed.len() <= 1),
            ("$select", Some(set)) => (set.key.clone(), format!("{} alone", set.key), |listed, key| {
                listed
                    .iter()
                    .filter_map(|entity| entity.as_object())
                    .all(|entity| entity.keys().all(|name| name == key || name.contains('@')))
            }),
            _ => continue,
        };
        let mut case = ServerCase::new(subject, documented_request(subject));
        case.request.query = vec![(query.name.clone(), value.clone())];
        let check = subject.check(
            &RULE,
            &query.name,
            subject.fact("query", Some(&query.name)),
            documented,
            format!("{}={value} is kept to", query.name),
        );
        let (known, shape) = (contract.clone(), shape.clone());
        case.assert(check, move |seen| {
            body(seen, |body| {
                let listed = entities(body, &known, &shape);
                match listed.len() {
                    0 => Verdict::not_run("the server lists nobody"),
                    n_listed => Verdict::when(judge(&listed, &value), format!("{n_listed} listed")),
                }
            })
        });
        cases.push(case);
    }
    cases
}

/// Whether the listed entities keep to an option's value.
type Listed = fn(&[&Value], &str) -> bool;

/// `NAME eq LITERAL`, with the literal in either documented form.
fn equation(filter: &str) -> Option<(String, String)> {
    let (name, literal) = filter.split_once(" eq ")?;
    let literal = literal.rsplit_once('.').map_or(literal, |(_, literal)| literal);
    let text = literal.split_once('\'')?.1.strip_suffix('\'')?;
    (!name.contains(' ') && !text.contains('\'')).then(|| (name.to_owned(), text.to_owned()))
}
