//! Headers of an answer that are no lists come once.

use super::ServerCase;
use crate::rules::{Rule, Subject};
use crate::verdict::{Side, Verdict};

/// The rule.
pub const RULE: Rule = Rule {
    id: "header_twice",
    side: Side::Server,
    reason: "of two values each reader takes the one that it likes; two lengths are two different answers",
};

/// RFC 9110, 8.3, 8.6, 10.2.2, 10.2.3 and 6.6.1, and the service's own.
const SINGLE: &[&str] = &["content-type", "content-length", "location", "retry-after", "date", "request-id"];

pub(super) fn check(subject: &Subject<'_>, case: &mut ServerCase) {
    let fact = subject.convention("one-header");
    let check = subject.check(&RULE, "", fact, "each once", "headers that are no lists come once");
    case.assert(check, |seen| {
        let count =
            |name: &&&str| seen.reply.headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name)).count() > 1;
        let twice: Vec<&str> = SINGLE.iter().filter(count).copied().collect();
        match twice.is_empty() {
            true => Verdict::pass("each once"),
            false => Verdict::fail(format!("more than once: {}", twice.join(", "))),
        }
    });
}
