//! A 204 is followed by nothing: no byte, no media type.

use super::ServerCase;
use crate::rules::{Rule, Subject};
use crate::verdict::{Side, Verdict};

/// The rule.
pub const RULE: Rule = Rule {
    id: "no_content_has_content",
    side: Side::Server,
    reason: "bytes behind a 204 are read as the next answer of the connection, by whoever asks next",
};

pub(super) fn check(subject: &Subject<'_>, case: &mut ServerCase) {
    if subject.exchange.status != 204 {
        return;
    }
    let fact = subject.convention("no-content");
    let not_204 = |status: u16| Verdict::not_applicable(format!("the answer is {status}"));
    let check = subject.check(&RULE, "body", fact, "no byte after the head", "no byte follows the head of the 204");
    case.assert(check, move |seen| match (&seen.reply.after, seen.reply.status) {
        (Some(after), 204) => Verdict::when(after.is_empty(), format!("{} bytes", after.len())),
        (None, 204) => Verdict::not_run("TLS hides what follows an answer; try the server over plain HTTP on loopback"),
        (_, status) => not_204(status),
    });
    let check = subject.check(&RULE, "framing", fact, "no body is announced", "the 204 announces no body");
    case.assert(check, move |seen| {
        let length = seen.reply.header("content-length").filter(|length| length.trim() != "0");
        match (length, seen.reply.header("transfer-encoding"), seen.reply.status) {
            (None, None, 204) => Verdict::pass("none"),
            (Some(length), _, 204) => Verdict::fail(format!("Content-Length: {length}")),
            (None, Some(coding), 204) => Verdict::fail(format!("Transfer-Encoding: {coding}")),
            (_, _, status) => not_204(status),
        }
    });
    let check = subject.check(&RULE, "content-type", fact, "no Content-Type", "the 204 declares no media type");
    case.assert(check, move |seen| match (seen.reply.header("content-type"), seen.reply.status) {
        (found, 204) => Verdict::when(found.is_none(), found.unwrap_or("none")),
        (_, status) => not_204(status),
    });
}
