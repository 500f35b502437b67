//! Methods that a path does not have.

use super::{ServerCase, documented_request, refusal_unlike_odata};
use crate::contract::Operation;
use crate::rules::{Rule, Subject};
use crate::verdict::{Side, Verdict};

/// The rule.
pub const RULE: Rule = Rule {
    id: "wrong_method_accepted",
    side: Side::Server,
    reason: "the pages themselves once had the wrong method; the answer must say which is right",
};

pub(super) fn cases(subject: &Subject<'_>) -> Vec<ServerCase> {
    let documented = documented_request(subject);
    // A template with a parameter may take the same path for another method.
    let fits = |operation: &&Operation| operation.paths().any(|path| path.matches(&documented.path).is_some());
    let methods: Vec<String> =
        subject.facts.contract.operations.iter().filter(fits).map(|operation| operation.method.clone()).collect();
    let strict: Vec<String> = subject
        .facts
        .contract
        .matching(&documented.path)
        .into_iter()
        .map(|(operation, _)| operation.method.clone())
        .collect();
    let others = ["GET", "POST", "PUT", "PATCH", "DELETE"]
        .into_iter()
        .filter(|method| !methods.iter().any(|known| known == method));
    others
        .map(|method| {
            let mut request = documented.clone();
            request.method = method.to_owned();
            request.query.clear();
            if method == "GET" || method == "DELETE" {
                request.body = None;
                request.headers.clear();
            }
            let mut case = ServerCase::new(subject, request);
            case.acts = true;
            let allowed = strict.clone();
            let check = subject.check(
                &RULE,
                method,
                subject.convention("wrong-method"),
                format!("405 with Allow: {}", strict.join(", ")),
                format!("{method} on this path is refused, and Allow says what is right"),
            );
            case.assert(check, move |seen| {
                let allow = seen.reply.header("allow").unwrap_or("no Allow");
                let named: Vec<&str> = allow.split(',').map(str::trim).collect();
                let all = allowed.iter().all(|method| named.contains(&method.as_str()));
                Verdict::when(seen.reply.status == 405 && all, format!("{}, {allow}", seen.reply.summary()))
            });
            refusal_unlike_odata::check(subject, method, crate::contract::Rests::Convention, &mut case);
            case
        })
        .collect()
}
