//! A path that does not exist.

use super::{ServerCase, documented_request, refusal_unlike_odata};
use crate::contract::Rests;
use crate::rules::{Rule, Subject};
use crate::verdict::{Side, Verdict};

/// The rule.
pub const RULE: Rule = Rule {
    id: "unknown_path_accepted",
    side: Side::Server,
    reason: "a misspelt action that succeeds settles nobody and says that it did",
};

pub(super) fn cases(subject: &Subject<'_>) -> Vec<ServerCase> {
    // Literal paths only: a misspelt id is an id.
    if !subject.operation.parameters.is_empty() {
        return Vec::new();
    }
    let mut request = documented_request(subject);
    request.path.push_str("NotThere");
    let mut case = ServerCase::new(subject, request);
    case.acts = true;
    let check = subject.check(
        &RULE,
        "",
        subject.convention("unknown-path"),
        "404, or another 4xx but 401 and 403",
        "a misspelt path is refused",
    );
    case.assert(check, |seen| {
        let right = (400..500).contains(&seen.reply.status) && !matches!(seen.reply.status, 401 | 403 | 429);
        Verdict::when(right, seen.reply.summary())
    });
    refusal_unlike_odata::check(subject, "an-unknown-path", Rests::Convention, &mut case);
    vec![case]
}
