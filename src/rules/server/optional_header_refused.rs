//! A request with a documented optional header is answered like one without.

use super::{ServerCase, documented_request};
use crate::rules::{Rule, Subject};
use crate::verdict::{Side, Verdict};

/// The rule.
pub const RULE: Rule = Rule {
    id: "optional_header_refused",
    side: Side::Server,
    reason: "scripts written by the first revision of a page still send what it listed",
};

pub(super) fn cases(subject: &Subject<'_>) -> Vec<ServerCase> {
    let stated = subject.exchange.stated("header").filter(|statement| statement.value == "optional");
    stated
        .filter_map(|statement| {
            let name = statement.name.clone()?;
            let mut case = ServerCase::new(subject, documented_request(subject));
            case.request.headers.push((name.clone(), "conformance-session".to_owned()));
            let status = subject.exchange.status;
            let check = subject.check(
                &RULE,
                &name,
                subject.fact("header", Some(&name)),
                status.to_string(),
                format!("the request with {name} is answered like the one without"),
            );
            case.assert(check, move |seen| Verdict::when(seen.reply.status == status, seen.reply.summary()));
            Some(case)
        })
        .collect()
}
