//! As many identities as the page allows are taken in one call.

use super::{Action, ServerCase, act, generated_id, property};
use crate::contract::{Effect, Missing, Statement};
use crate::rules::Rule;
use crate::verdict::{Side, Verdict};

/// The rule.
pub const RULE: Rule =
    Rule { id: "limit_not_reached", side: Side::Server, reason: "whoever settles thousands counts on full batches" };

pub(super) fn case(action: &Action<'_>) -> Option<ServerCase> {
    let subject = action.subject;
    let statement = subject.exchange.stated("limit").next()?;
    let limit: usize = statement.value.parse().ok()?;
    let name = statement.name.as_deref().unwrap_or_default();
    let ids: Vec<String> = (0..limit).map(generated_id).collect();
    let ends = [ids.first()?.clone(), ids.last()?.clone()];
    let mut case = action.case(action.request(&ids), &ends);
    case.after = action.reads(&ids);
    case.population.clone_from(&ids);
    case.setup.clear();
    // The accounts must be there, or their absence may be what is refused: an action that
    // creates what is missing brings them about. Then the control: half of them at a time must
    // be taken, so that a refusal of all is about their number. Then they are brought into
    // another state, so that what the request itself does is seen.
    let contract = subject.facts.contract;
    let creator = contract.operations.iter().find_map(|operation| {
        let creates = |effect: &&Effect| effect.set == action.effect.set && effect.missing == Missing::Create;
        Some((operation, operation.effects.iter().find(creates)?))
    });
    let halves: Vec<&[String]> = ids.chunks(limit.div_ceil(2).max(1)).collect();
    if let Some((operation, effect)) = creator.filter(|(operation, _)| operation.id != subject.operation.id) {
        case.setup.extend(halves.iter().map(|half| act(operation, effect, half)));
    }
    let control = case.setup.len()..case.setup.len() + halves.len();
    case.setup.extend(halves.iter().map(|half| action.request(half)));
    case.setup.extend(halves.iter().flat_map(|half| action.undo(half)));
    let mut check = subject.check(
        &RULE,
        &format!("{name}-{limit}"),
        subject.fact("limit", Some(name)),
        "success",
        format!("{limit} {name} in one call are taken"),
    );
    check.severity = statement.rests;
    let status = subject.exchange.status;
    case.assert(check, move |seen| {
        let refused =
            seen.setup.get(control.clone()).and_then(|control| control.iter().find(|reply| reply.status != status));
        match refused {
            Some(reply) if seen.reply.status != status => Verdict::not_run(format!(
                "half of {limit} accounts are refused too ({}): the server does not hold so many",
                reply.summary()
            )),
            _ => Verdict::when(seen.reply.status == status, seen.reply.summary()),
        }
    });
    if let Some((property, value)) = action.becomes() {
        changed(action, &mut case, statement, &property, value);
    }
    Some(case)
}

/// Taking them is not doing them: each one is looked at.
fn changed(action: &Action<'_>, case: &mut ServerCase, statement: &Statement, name: &str, value: String) {
    let subject = action.subject;
    let effect = subject.fact("effect", Some(name));
    let of = statement.name.as_deref().unwrap_or_default();
    let limit = &statement.value;
    let mut check = subject.check(
        &RULE,
        &format!("{of}-{limit}-{name}"),
        effect,
        format!("{name}: {value} for {limit} of {limit}"),
        format!("{limit} {of} in one call are all done, and none is left out in silence"),
    );
    check.facts.extend(subject.fact("limit", Some(of)).map(|fact| fact.id.clone()));
    check.severity = check.severity.max(statement.rests);
    let (status, name) = (subject.exchange.status, name.to_owned());
    case.assert_state(check, move |seen| {
        if seen.reply.status != status {
            return Verdict::not_applicable(format!("they were not taken ({})", seen.reply.summary()));
        }
        if seen.after.is_empty() {
            return Verdict::not_run("the description has no operation that reads one entity");
        }
        if seen.after.iter().any(|reply| reply.status == 404) {
            return Verdict::not_run("the server does not hold so many accounts");
        }
        let done = seen.after.iter().filter(|reply| property(reply, &name).as_ref() == Some(&value)).count();
        Verdict::when(done == seen.after.len(), format!("{done} of {}", seen.after.len()))
    });
}
