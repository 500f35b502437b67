//! As many identities as the page allows are taken in one call.

use super::{Action, ServerCase, act, generated_id};
use crate::contract::Missing;
use crate::rules::Rule;
use crate::verdict::{Side, Verdict};

/// The rule.
pub const RULE: Rule =
    Rule { id: "limit_not_reached", side: Side::Server, reason: "whoever settles thousands counts on full batches" };

pub(super) fn case(action: &Action<'_>) -> Option<ServerCase> {
    let subject = action.subject;
    let statement = subject.exchange.statements.iter().find(|statement| statement.kind == "limit")?;
    let limit: usize = statement.value.parse().ok()?;
    let name = statement.name.as_deref().unwrap_or_default();
    let ids: Vec<String> = (0..limit).map(generated_id).collect();
    let mut case = action.case(action.request(&ids), &ids[..1]);
    case.setup.clear();
    case.after.clear();
    // The accounts must be there, or their absence may be what is refused: an action that
    // creates what is missing brings them about, half of them at a time.
    let contract = subject.facts.contract;
    let creator = contract.operations.iter().find_map(|operation| {
        let effect = operation
            .effects
            .iter()
            .find(|effect| effect.set == action.effect.set && effect.missing == Missing::Create)?;
        Some((operation, effect))
    });
    if let Some((operation, effect)) = creator {
        case.setup = ids.chunks(limit.div_ceil(2).max(1)).map(|half| act(operation, effect, half)).collect();
    }
    let mut check = subject.check(
        &RULE,
        &format!("{name}-{limit}"),
        subject.fact("limit", Some(name)),
        "success",
        format!("{limit} {name} in one call are taken"),
    );
    check.severity = statement.rests;
    let status = subject.exchange.status;
    case.assert(check, move |seen| match seen.setup.iter().find(|reply| !(200..300).contains(&reply.status)) {
        Some(reply) => Verdict::not_run(format!("{limit} accounts could not be brought about: {}", reply.summary())),
        None if seen.reply.status != status && seen.before.first().is_some_and(|reply| reply.status == 404) => {
            Verdict::not_run(format!(
                "the server holds fewer than {limit} accounts to try it on ({})",
                seen.reply.summary()
            ))
        }
        None => Verdict::when(seen.reply.status == status, seen.reply.summary()),
    });
    Some(case)
}
