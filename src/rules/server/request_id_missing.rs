//! Every answer names itself.

use super::ServerCase;
use crate::rules::{Rule, Subject};
use crate::verdict::{Side, Verdict};

/// The rule.
pub const RULE: Rule = Rule {
    id: "request_id_missing",
    side: Side::Server,
    reason: "without the service's own id nobody can ask its support about a request",
};

pub(super) fn check(subject: &Subject<'_>, case: &mut ServerCase) {
    let check = subject.check(
        &RULE,
        "",
        subject.convention("request-id"),
        "a request-id header",
        "the answer carries request-id",
    );
    case.assert(check, |seen| match seen.reply.header("request-id") {
        Some(id) if !id.trim().is_empty() => Verdict::pass("there is one"),
        _ => Verdict::fail("no request-id"),
    });
}
