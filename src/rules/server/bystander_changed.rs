//! An action on one identity leaves the others alone.

use super::{Action, ServerCase, property};
use crate::rules::Rule;
use crate::verdict::{Side, Verdict};

/// The rule.
pub const RULE: Rule = Rule {
    id: "bystander_changed",
    side: Side::Server,
    reason: "risk settled on an account that nobody named is risk that nobody looked at",
};

pub(super) fn case(action: &Action<'_>) -> Option<ServerCase> {
    let [first, second, ..] = action.ids.as_slice() else { return None };
    let named = std::slice::from_ref(first);
    let seen = [first.clone(), second.clone()];
    let mut case = action.case(action.request(named), &seen);
    let properties: Vec<(String, String)> =
        action.effect.becomes.iter().take(1).map(|becomes| (becomes.property.clone(), becomes.value.clone())).collect();
    let (name, value) = properties.first()?.clone();
    let check = action.subject.check(
        &RULE,
        "",
        action.subject.fact("effect", Some(&name)),
        format!("{name}: {value} for the one id, unchanged for the other"),
        "an action on one id of two changes that one alone",
    );
    case.assert_state(check, move |seen| {
        let [one, other] = seen.after.as_slice() else {
            return Verdict::not_run("the description has no operation that reads one entity");
        };
        if seen.before.iter().any(|reply| reply.status == 404) && (one.status == 404 || other.status == 404) {
            return Verdict::not_run("the server does not hold the accounts, and does not create them");
        }
        let before = seen.before.get(1).and_then(|reply| property(reply, &name));
        let (one, other) = (property(one, &name), property(other, &name));
        let show = |state: &Option<String>| state.clone().unwrap_or_else(|| "absent".to_owned());
        let said = format!(
            "the named one {}, the other {} (before {}; answer {})",
            show(&one),
            show(&other),
            show(&before),
            seen.reply.status
        );
        Verdict::when(one.as_deref() == Some(value.as_str()) && other == before, said)
    });
    Some(case)
}
