//! The same action twice.

use super::{Action, ServerCase, history_missing, property};
use crate::rules::{Reply, Rule};
use crate::verdict::{Side, Verdict};

/// The rule.
pub const RULE: Rule = Rule {
    id: "repeat_refused",
    side: Side::Server,
    reason: "whoever lost an answer sends the request again; that must neither fail nor do anything else",
};

pub(super) fn case(action: &Action<'_>) -> Option<ServerCase> {
    let subject = action.subject;
    let request = action.request(&action.ids);
    let mut case = action.case(request.clone(), &action.ids);
    case.setup.push(request);
    case.ready = Some(action.becomes()?);
    let fact = subject.convention("repeatable");
    let status = subject.exchange.status;
    let asserts = "the same action on the same ids is taken a second time";
    let check = subject.check(&RULE, "status", fact, status.to_string(), asserts);
    let first = move |seen: &super::ServerSeen| seen.setup.last().map(|reply| reply.status) == Some(status);
    case.assert(check, move |seen| match first(seen) {
        true => Verdict::when(seen.reply.status == status, seen.reply.summary()),
        false => Verdict::not_run("the first call is not answered as documented"),
    });
    let n_ids = case.after.len();
    let names: Vec<String> = action.effect.becomes.iter().map(|becomes| becomes.property.clone()).collect();
    let check = subject.check(
        &RULE,
        "state",
        fact,
        "the state that the first call left",
        "the second call leaves the ids as the first one left them",
    );
    case.assert_state(check, move |seen| {
        if !first(seen) {
            return Verdict::not_run("the first call is not answered as documented");
        }
        let state = |reply: &Reply| {
            let values = names.iter().map(|name| property(reply, name).unwrap_or_else(|| "absent".to_owned()));
            values.collect::<Vec<_>>().join(", ")
        };
        let states = |replies: &[Reply]| replies.iter().take(n_ids).map(state).collect::<Vec<String>>();
        let (before, after) = (states(&seen.before), states(&seen.after));
        match after.is_empty() {
            true => Verdict::not_run("the description has no operation that reads one entity"),
            false => Verdict::when(before == after, after.join("; ")),
        }
    });
    written(action, &mut case);
    Some(case)
}

/// What changes nothing is not written down.
fn written(action: &Action<'_>, case: &mut ServerCase) {
    let subject = action.subject;
    let contract = subject.facts.contract;
    let read = action.ids.first().and_then(|id| history_missing::read(contract, action.effect, id));
    let Some(read) = read else { return };
    let place = case.after.len();
    case.before.push(read.clone());
    case.after.push(read);
    let documented = "as many items as before";
    let asserts = "a call that changes nothing adds nothing to the history";
    let check = subject.check(&RULE, "history", subject.convention("repeatable"), documented, asserts);
    case.assert_state(check, move |seen| {
        let count = |replies: &[Reply]| {
            let page = replies.get(place).filter(|page| page.status == 200)?.json()?;
            Some(page.get("value")?.as_array()?.len())
        };
        match (count(&seen.before), count(&seen.after)) {
            (Some(before), Some(after)) => Verdict::when(before == after, format!("{before}, then {after}")),
            _ => Verdict::not_applicable("the server has no history of this account"),
        }
    });
}
