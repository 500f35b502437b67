//! Members in a state in which an action is refused.

use serde_json::Value;

use super::entity_malformed::entities;
use super::{Action, ServerCase, property, refusal_unlike_odata};
use crate::contract::Refused;
use crate::rules::Rule;
use crate::verdict::{Side, Verdict};

/// The rule.
pub const RULE: Rule = Rule {
    id: "refused_state_accepted",
    side: Side::Server,
    reason: "an action that cannot be done must not be answered as if it were",
};

pub(super) fn cases(action: &Action<'_>) -> Vec<ServerCase> {
    action.effect.refuses.iter().filter_map(|refused| case(action, refused)).collect()
}

fn case(action: &Action<'_>, refused: &Refused) -> Option<ServerCase> {
    let subject = action.subject;
    let id = documented(action, refused)?;
    let mut case = action.case(action.request(std::slice::from_ref(&id)), std::slice::from_ref(&id));
    // Nothing can be brought about on such a member.
    case.setup.clear();
    case.ready = None;
    let name = refused.property.clone();
    let fact = subject.fact("refuse", Some(&name));
    let asserts = format!("an id that has {name} {} is not acted on", refused.value);
    // That it cannot be done is documented; whether the whole call is refused, or this one is
    // passed over, is not.
    let check = subject.check(&RULE, &name, fact, "a 4xx status, or no change", asserts);
    let changed = action.becomes().map(|(name, _)| name).unwrap_or_default();
    let severity = check.severity;
    let value = refused.value.clone();
    case.assert(check, move |seen| {
        let state = seen.before.first().and_then(|reply| reply.json()?.get(&name).cloned());
        let shown = |replies: &[crate::rules::Reply]| replies.first().and_then(|reply| property(reply, &changed));
        let left = seen.reply.status < 300 && shown(&seen.before) == shown(&seen.after);
        match state == Some(value.clone()) {
            true => Verdict::when(left || (400..500).contains(&seen.reply.status), seen.reply.summary()),
            false => Verdict::not_run(format!("no documented account has {name} {value} on this server")),
        }
    });
    refusal_unlike_odata::check(subject, &refused.property, severity, &mut case);
    Some(case)
}

/// An identity that an example shows in this state.
fn documented(action: &Action<'_>, refused: &Refused) -> Option<String> {
    let contract = action.subject.facts.contract;
    contract.exchanges.iter().find_map(|exchange| {
        let shape = contract.operation(&exchange.operation)?.success.shape.as_ref()?;
        let entity = contract.page_of(shape).unwrap_or(shape);
        contract.entity_set(entity).filter(|set| set.name == action.effect.set)?;
        let body = exchange.response.body.as_ref()?;
        let shown = entities(body, contract, shape);
        let found = shown.into_iter().find(|entity| entity.get(&refused.property) == Some(&refused.value))?;
        found.get(&action.effect.key).and_then(Value::as_str).map(str::to_owned)
    })
}
