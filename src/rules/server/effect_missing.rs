//! A success alone proves nothing: the effect is there afterwards, for every identity, and was
//! not there before (microsoft-graph-docs 5917).

use super::{Action, ServerCase, property};
use crate::rules::{Reply, Rule};
use crate::verdict::{Outcome, Side, Verdict};

/// The rule.
pub const RULE: Rule = Rule {
    id: "effect_missing",
    side: Side::Server,
    reason: "a 204 says that the request was taken, not that anything happened",
};

pub(super) fn check(action: &Action<'_>, case: &mut ServerCase) {
    let subject = action.subject;
    for becomes in &action.effect.becomes {
        let fact = subject.fact("effect", Some(&becomes.property));
        // The documented value is the transcript's; the description's only where no page has it.
        let stated = subject.exchange.states("effect", &becomes.property);
        let value = stated.map_or_else(|| becomes.value.clone(), |stated| stated.value.clone());
        let asserts = format!("every id has {} {value} afterwards, and had not before", becomes.property);
        let check = subject.check(&RULE, &becomes.property, fact, &value, asserts);
        let (ids, name) = (action.ids.clone(), becomes.property.clone());
        case.assert_state(check, move |seen| {
            if seen.after.len() < ids.len() || seen.before.len() < ids.len() {
                return Verdict::not_run("the description has no operation that reads one entity");
            }
            let absent = |replies: &[Reply]| replies.iter().any(|reply| reply.status == 404);
            if absent(&seen.before) && absent(&seen.after) {
                return Verdict::not_run("the server does not hold the accounts, and does not create them");
            }
            let mut said = Vec::new();
            let mut outcome = Outcome::Pass;
            for (index, _) in ids.iter().enumerate() {
                let (before, after) = (property(&seen.before[index], &name), property(&seen.after[index], &name));
                if after.as_deref() != Some(value.as_str()) {
                    outcome = Outcome::Fail;
                } else if before == after && outcome == Outcome::Pass {
                    outcome = Outcome::NotRun;
                }
                let show =
                    |state: Option<String>, reply: &Reply| state.unwrap_or_else(|| format!("({})", reply.status));
                said.push(format!("{} -> {}", show(before, &seen.before[index]), show(after, &seen.after[index])));
            }
            let said = match outcome {
                Outcome::NotRun => {
                    format!("{}: it was so before, and could not be brought to another state first", said.join(", "))
                }
                _ => format!("{} (answer {})", said.join(", "), seen.reply.status),
            };
            Verdict { outcome, seen: said }
        });
    }
    processing(action, case);
}

/// A change that is there is no longer being worked on.
fn processing(action: &Action<'_>, case: &mut ServerCase) {
    let (Some(processing), Some((changed, value))) = (&action.effect.processing, action.becomes()) else { return };
    let subject = action.subject;
    let name = processing.property.clone();
    let fact = subject.fact("processing", None);
    let asserts = format!("{name} is not true any more once the effect is there");
    let check = subject.check(&RULE, &name, fact, "false, or null", asserts);
    let n_ids = action.ids.len();
    case.assert_state(check, move |seen| {
        let done = |reply: &&Reply| property(reply, &changed).as_ref() == Some(&value);
        let done: Vec<&Reply> = seen.after.iter().take(n_ids).filter(done).collect();
        let working = done.iter().filter(|reply| property(reply, &name).as_deref() == Some("true")).count();
        match done.len() {
            0 => Verdict::not_run("the effect is not there"),
            n_done => Verdict::when(working == 0, format!("{working} of {n_done} still in progress")),
        }
    });
}
