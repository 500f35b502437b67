//! The caller's own id comes back.

use super::{ServerCase, generated_id};
use crate::rules::{Rule, Subject};
use crate::verdict::{Side, Verdict};

/// The rule.
pub const RULE: Rule = Rule {
    id: "correlation_lost",
    side: Side::Server,
    reason: "callers find their requests in their own logs by the id that they sent",
};

pub(super) fn check(subject: &Subject<'_>, case: &mut ServerCase) {
    let id = generated_id(0xC0);
    case.request.headers.push(("client-request-id".to_owned(), id.clone()));
    let check = subject.check(
        &RULE,
        "",
        subject.convention("echo-client-request-id"),
        &id,
        "client-request-id comes back as it was sent",
    );
    case.assert(check, move |seen| {
        let found = seen.reply.header("client-request-id");
        Verdict::when(found == Some(id.as_str()), found.unwrap_or("none"))
    });
}
