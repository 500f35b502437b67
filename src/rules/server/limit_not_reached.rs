//! As many identities as the page allows are taken in one call.

use super::{Action, ServerCase, act, generated_id};
use crate::contract::{Effect, Missing};
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
    let mut case = action.case(action.request(&ids), &[]);
    case.setup.clear();
    case.ready = None;
    // The accounts must be there, or their absence may be what is refused: an action that
    // creates what is missing brings them about. Then the control: half of them at a time must
    // be taken, so that a refusal of all is about their number.
    let contract = subject.facts.contract;
    let creator = contract.operations.iter().find_map(|operation| {
        let creates = |effect: &&Effect| effect.set == action.effect.set && effect.missing == Missing::Create;
        Some((operation, operation.effects.iter().find(creates)?))
    });
    let halves: Vec<&[String]> = ids.chunks(limit.div_ceil(2).max(1)).collect();
    if let Some((operation, effect)) = creator {
        case.setup.extend(halves.iter().map(|half| act(operation, effect, half)));
    }
    case.setup.extend(halves.iter().map(|half| action.request(half)));
    let n_halves = halves.len();
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
        let control = seen.setup.iter().rev().take(n_halves).find(|reply| reply.status != status);
        match control {
            Some(reply) if seen.reply.status != status => Verdict::not_run(format!(
                "half of {limit} accounts are refused too ({}): the server does not hold so many",
                reply.summary()
            )),
            _ => Verdict::when(seen.reply.status == status, seen.reply.summary()),
        }
    });
    Some(case)
}
