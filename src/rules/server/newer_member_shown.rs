//! Members of an enumeration behind its sentinel, which only a client that asks for them knows.

use super::entity_malformed::{body, entities};
use super::{Action, SENTINEL, ServerCase, documented_request, property, reader};
use crate::contract::{Contract, Property, Shape};
use crate::rules::{Reply, Request, Rule, Subject};
use crate::verdict::{Side, Verdict};

/// The rule.
pub const RULE: Rule = Rule {
    id: "newer_member_shown",
    side: Side::Server,
    reason: "clients that were built before a member existed break on it",
};

/// On a documented read, whose request does not ask for them.
pub(super) fn check(subject: &Subject<'_>, case: &mut ServerCase) {
    let contract = subject.facts.contract;
    let Some(shape) = subject.operation.success.shape.clone() else { return };
    let entity = contract.page_of(&shape).unwrap_or(&shape);
    let Shape::Object { properties, .. } = contract.resolve(entity) else { return };
    for property in properties {
        let Shape::Enum { members, .. } = contract.resolve(&property.shape) else { continue };
        let Some(known) = before_the_sentinel(members) else { continue };
        // Those who have one may be far down the list: they are looked for.
        let further = case.after.len();
        let n_further = match contract.page_of(&shape).filter(|_| subject.is_first()) {
            Some(_) => look_for(subject, property, &members[known.len()..], case),
            None => 0,
        };
        let check = subject.check(
            &RULE,
            &property.name,
            subject.convention("evolvable-enum"),
            format!("a member up to {SENTINEL}"),
            format!("{} has only members that every client knows", property.name),
        );
        let (contract, shape, name) = (subject.facts.shared(), shape.clone(), property.name.clone());
        case.assert(check, move |seen| {
            body(seen, |body| {
                let more = seen.after.iter().skip(further).take(n_further).filter(|reply| reply.status == 200);
                let bodies: Vec<_> = std::iter::once(body).chain(more.filter_map(Reply::json)).collect();
                let listed = bodies.iter().flat_map(|body| entities(body, &contract, &shape));
                let values: Vec<&str> = listed.filter_map(|entity| entity.get(&name)?.as_str()).collect();
                let newer = values.iter().find(|value| !known.iter().any(|known| known == *value));
                match (newer, values.is_empty()) {
                    (Some(newer), _) => Verdict::fail(format!("{newer}, without having been asked for")),
                    (None, true) => Verdict::not_run(format!("nothing that is answered has {name}")),
                    (None, false) => Verdict::pass(format!("none newer among {}", values.len())),
                }
            })
        });
    }
}

/// Asks for those that have one of these members, by their numbers among the reads afterwards.
fn look_for(subject: &Subject<'_>, property: &Property, newer: &[String], case: &mut ServerCase) -> usize {
    let Some(filter) = subject.operation.query.iter().find(|query| query.name == "$filter") else { return 0 };
    case.after.extend(newer.iter().map(|member| {
        let query = vec![(filter.name.clone(), format!("{} eq '{member}'", property.name))];
        Request { query, ..documented_request(subject) }
    }));
    newer.len()
}

/// Behind an action that sets a newer member: whoever does not ask for it sees the sentinel.
pub(super) fn check_effect(action: &Action<'_>, case: &mut ServerCase) {
    let contract = action.subject.facts.contract;
    let Some(id) = action.ids.first() else { return };
    for becomes in &action.effect.becomes {
        let Some((read, shape)) = reader(contract, &action.effect.set, id) else { return };
        if !is_newer(contract, &shape, &becomes.property, &becomes.value) {
            continue;
        }
        let check = action.subject.check(
            &RULE,
            &becomes.property,
            action.subject.convention("evolvable-enum"),
            SENTINEL,
            format!("{} is {SENTINEL} for who does not ask for newer members", becomes.property),
        );
        let name = becomes.property.clone();
        let place = case.after.len();
        case.after.push(read);
        case.assert_state(check, move |seen| match seen.after.get(place).map(|reply| property(reply, &name)) {
            Some(Some(found)) => Verdict::when(found == SENTINEL, found),
            _ => Verdict::not_run("the account cannot be read"),
        });
    }
}

fn is_newer(contract: &Contract, entity: &Shape, property: &str, value: &str) -> bool {
    let Shape::Object { properties, .. } = contract.resolve(entity) else { return false };
    let found = properties.iter().find(|found| found.name == property);
    match found.map(|found| contract.resolve(&found.shape)) {
        Some(Shape::Enum { members, .. }) => {
            members.iter().any(|member| member == value)
                && before_the_sentinel(members).is_some_and(|known| !known.iter().any(|known| known == value))
        }
        _ => false,
    }
}

/// The members up to the sentinel and with it; `None` where there is no sentinel.
fn before_the_sentinel(members: &[String]) -> Option<Vec<String>> {
    let place = members.iter().position(|member| member == SENTINEL)?;
    Some(members[..=place].to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_every_client_knows_ends_with_the_sentinel() {
        let members = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let known = before_the_sentinel(&members(&["a", SENTINEL, "b"]));
        assert_eq!(known, Some(members(&["a", SENTINEL])));
        assert_eq!(before_the_sentinel(&members(&["a", "b"])), None);
    }
}
