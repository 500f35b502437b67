//! A refused request changes nothing.

use super::{Action, ServerCase, property};
use crate::contract::Rests;
use crate::rules::Rule;
use crate::verdict::{Side, Verdict};

/// The rule.
pub const RULE: Rule = Rule {
    id: "refusal_changes_state",
    side: Side::Server,
    reason: "a refusal that acted is the worst answer: nobody looks again",
};

pub(super) fn check(action: &Action<'_>, probe: &str, severity: Rests, case: &mut ServerCase) {
    let fact = action.subject.convention("refusal-changes-nothing");
    let mut check = action.subject.check(
        &RULE,
        probe,
        fact,
        "the state from before",
        "the refused request left the documented account as it was",
    );
    check.severity = check.severity.max(severity);
    let names: Vec<String> = action.effect.becomes.iter().map(|becomes| becomes.property.clone()).collect();
    case.assert_state(check, move |seen| {
        if !(400..600).contains(&seen.reply.status) {
            return Verdict::not_applicable(format!("it was not refused ({})", seen.reply.status));
        }
        let (Some(before), Some(after)) = (seen.before.first(), seen.after.first()) else {
            return Verdict::not_run("the description has no operation that reads one entity");
        };
        if before.status != 200 {
            return Verdict::not_run(format!("the account cannot be read ({})", before.summary()));
        }
        let state =
            |reply| names.iter().map(|name| property(reply, name).unwrap_or_default()).collect::<Vec<_>>().join(", ");
        Verdict::when(state(before) == state(after), state(after))
    });
}
