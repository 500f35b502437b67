//! A refusal says why, in the form that every Graph client reads.

use super::ServerCase;
use crate::contract::Rests;
use crate::rules::{Rule, Subject};
use crate::verdict::{Side, Verdict};

/// The rule.
pub const RULE: Rule = Rule {
    id: "refusal_unlike_odata",
    side: Side::Server,
    reason: "programs decide by error.code, people by error.message",
};

pub(super) fn check(subject: &Subject<'_>, probe: &str, severity: Rests, case: &mut ServerCase) {
    let fact = subject.convention("odata-error");
    let mut check = subject.check(
        &RULE,
        probe,
        fact,
        "JSON with error.code and error.message",
        "the refusal carries an OData error",
    );
    // Where the refusal itself is an assumption, so is its form.
    check.severity = check.severity.max(severity);
    case.assert(check, |seen| {
        if !(400..600).contains(&seen.reply.status) {
            return Verdict::not_applicable(format!("it was not refused ({})", seen.reply.status));
        }
        let Some(body) = seen.reply.json() else { return Verdict::fail("the body is not JSON") };
        let media = seen.reply.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default().trim();
        if !media.eq_ignore_ascii_case("application/json") && !media.to_ascii_lowercase().ends_with("+json") {
            return Verdict::fail(format!("the body is JSON, and is called '{media}'"));
        }
        let filled =
            |pointer: &str| body.pointer(pointer).and_then(|value| value.as_str()).is_some_and(|text| !text.is_empty());
        match (filled("/error/code"), filled("/error/message")) {
            (true, true) => Verdict::pass(seen.reply.summary()),
            (false, _) => Verdict::fail("no error.code"),
            (true, false) => Verdict::fail("no error.message"),
        }
    });
}
