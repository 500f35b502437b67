//! The documented request gets the documented status.

use super::ServerCase;
use crate::rules::{Rule, Subject};
use crate::verdict::{Side, Verdict};

/// The rule.
pub const RULE: Rule = Rule {
    id: "example_not_answered",
    side: Side::Server,
    reason: "an example of a page that the service answers otherwise is a page that cannot be believed",
};

pub(super) fn check(subject: &Subject<'_>, case: &mut ServerCase) {
    let status = subject.exchange.status;
    let asserts = format!("the example {} is answered with {status}", subject.exchange.name);
    let check = subject.check(&RULE, "status", subject.fact("success", None), status.to_string(), asserts);
    case.assert(check, move |seen| Verdict::when(seen.reply.status == status, seen.reply.summary()));
    if let Some(content_type) = subject.exchange.response.header("content-type") {
        let documented = content_type.to_owned();
        let check = subject.check(
            &RULE,
            "content-type",
            subject.fact("exchange", Some(&subject.exchange.name)),
            content_type,
            "the answer has the documented media type",
        );
        case.assert(check, move |seen| {
            let found = seen.reply.header("content-type").unwrap_or("no Content-Type");
            let media = found.split(';').next().unwrap_or_default().trim();
            Verdict::when(media.eq_ignore_ascii_case(&documented), found)
        });
    }
}
