//! The answer to HEAD, whatever it says, ends with its head.

use super::{ServerCase, documented_request};
use crate::rules::{Rule, Subject};
use crate::verdict::{Side, Verdict};

/// The rule.
pub const RULE: Rule = Rule {
    id: "head_has_body",
    side: Side::Server,
    reason: "bytes behind an answer to HEAD are read as the next answer of the connection",
};

pub(super) fn cases(subject: &Subject<'_>) -> Vec<ServerCase> {
    if subject.exchange.method != "GET" {
        return Vec::new();
    }
    let mut request = documented_request(subject);
    request.method = "HEAD".to_owned();
    let mut case = ServerCase::new(subject, request);
    case.acts = true;
    case.to_the_end = true;
    let fact = subject.convention("head");
    let check =
        subject.check(&RULE, "", fact, "no byte after the head", "no byte follows the head of an answer to HEAD");
    case.assert(check, |seen| match &seen.reply.after {
        Some(after) => Verdict::when(after.is_empty(), format!("{}, then {} bytes", seen.reply.status, after.len())),
        None => Verdict::not_run("TLS hides what follows an answer; try the server over plain HTTP on loopback"),
    });
    vec![case]
}
