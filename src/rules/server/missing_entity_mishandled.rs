//! What happens to an identity that the set does not hold.

use super::{Action, ServerCase, generated_id};
use crate::contract::Missing;
use crate::rules::Rule;
use crate::verdict::{Side, Verdict};

/// The rule.
pub const RULE: Rule = Rule {
    id: "missing_entity_mishandled",
    side: Side::Server,
    reason: "bulk jobs meet accounts that have no risk; whether one of them sinks a batch must be known",
};

pub(super) fn case(action: &Action<'_>) -> Option<ServerCase> {
    // An id of its own for each operation and way: a second run meets the same state, and no
    // operation that of another.
    let way = match action.effect.missing {
        Missing::Create => 1,
        Missing::Ignore => 2,
        Missing::Refuse => 3,
    };
    let operations = &action.contract().operations;
    let index = operations.iter().position(|operation| operation.id == action.subject.operation.id);
    let ids = vec![generated_id(0xF00 + 0x1000 * index.unwrap_or_default() + way)];
    let mut case = action.case(action.request(&ids), &ids);
    case.setup.clear();
    case.ready = None;
    let missing = action.effect.missing;
    let documented = match missing {
        Missing::Create => "success, and it is there afterwards",
        Missing::Ignore => "success, and it is not there afterwards",
        Missing::Refuse => "a 4xx status",
    };
    let check = action.subject.check(
        &RULE,
        "",
        action.subject.fact("missing", None),
        documented,
        format!("an id that the set does not hold: {documented}"),
    );
    case.assert_state(check, move |seen| {
        let (status, after) = (seen.reply.status, seen.after.first().map(|reply| reply.status));
        let taken = (200..300).contains(&status);
        let right = match missing {
            Missing::Create => taken && after == Some(200),
            Missing::Ignore => taken && after != Some(200),
            Missing::Refuse => (400..500).contains(&status),
        };
        Verdict::when(
            right,
            format!(
                "{status}, then {} when read",
                after.map_or_else(|| "nothing".to_owned(), |status| status.to_string())
            ),
        )
    });
    Some(case)
}
