//! Query options that are not documented, or have values that are not.

use super::{ServerCase, documented_request, refusal_unlike_odata};
use crate::contract::{Fact, Property, Shape};
use crate::rules::{Rule, Subject};
use crate::verdict::{Side, Verdict};

/// The rule.
pub const RULE: Rule = Rule {
    id: "bad_query_accepted",
    side: Side::Server,
    reason: "an option that is not understood and ignored selects more accounts than were meant",
};

pub(super) fn cases(subject: &Subject<'_>) -> Vec<ServerCase> {
    let contract = subject.facts.contract;
    let Some(entity) = subject.operation.success.shape.as_ref().and_then(|shape| contract.page_of(shape)) else {
        return Vec::new();
    };
    let properties: &[Property] = match contract.resolve(entity) {
        Shape::Object { properties, .. } => properties,
        _ => &[],
    };
    let mut probes: Vec<(String, String, String, Option<&Fact>)> = Vec::new();
    let mut add = |name: &str, option: &str, value: String, fact| {
        probes.push((name.to_owned(), option.to_owned(), value, fact));
    };
    add("an-unknown-option", "$notDocumented", "1".to_owned(), None);
    for query in &subject.operation.query {
        let option = query.name.as_str();
        let fact = subject.fact("query", Some(option));
        match (option, contract.resolve(&query.shape)) {
            ("$filter", _) => {
                let text = |property: &&Property| {
                    matches!(contract.resolve(&property.shape), Shape::Text { .. } | Shape::Enum { .. })
                };
                let name = properties.iter().find(text).map_or("id", |property| property.name.as_str());
                add("$filter-without-operand", option, format!("{name} eq"), fact);
                add("$filter-with-an-open-bracket", option, format!("({name} eq 'a'"), fact);
                add("$filter-with-an-unknown-operator", option, format!("{name} is 'a'"), fact);
                add("$filter-by-an-unknown-property", option, "notDocumented eq 'a'".to_owned(), fact);
            }
            ("$select", _) => add("$select-of-an-unknown-property", option, "notDocumented".to_owned(), fact),
            (_, Shape::Integer { min, max }) => {
                add(&format!("{option}-of-letters"), option, "many".to_owned(), fact);
                for bound in min.iter().map(|min| min - 1).chain(max.iter().map(|max| max + 1)) {
                    add(&format!("{option}-{bound}"), option, bound.to_string(), fact);
                }
            }
            _ => {}
        }
    }
    let case = |(name, option, value, also): (String, String, String, Option<&Fact>)| {
        let mut request = documented_request(subject);
        request.query = vec![(option.clone(), value.clone())];
        let mut case = ServerCase::new(subject, request);
        case.acts = true;
        let fact = subject.convention("bad-query");
        let mut check = subject.check(
            &RULE,
            &name,
            fact,
            "400, 422 or 501",
            format!("{option}={value} is refused, and not ignored"),
        );
        check.facts.extend(also.map(|fact| fact.id.clone()));
        let severity = check.severity;
        case.assert(check, |seen| Verdict::when(matches!(seen.reply.status, 400 | 422 | 501), seen.reply.summary()));
        refusal_unlike_odata::check(subject, &name, severity, &mut case);
        case
    };
    probes.into_iter().map(case).collect()
}
