//! A documented further path means the same.

use super::{ServerCase, documented_request};
use crate::contract::Template;
use crate::rules::{Rule, Subject};
use crate::verdict::{Side, Verdict};

/// The rule.
pub const RULE: Rule = Rule {
    id: "alias_unknown",
    side: Side::Server,
    reason: "the same page documents both paths, and scripts use either",
};

pub(super) fn cases(subject: &Subject<'_>) -> Vec<ServerCase> {
    aliases(subject).into_iter().chain(canonical(subject)).collect()
}

/// Where the example is at a further path, the path of the operation itself.
pub(super) fn canonical(subject: &Subject<'_>) -> Option<ServerCase> {
    let operation = subject.operation;
    let mut request = documented_request(subject);
    let matched = match operation.path.matches(&request.path) {
        Some(_) => return None,
        None => operation.paths().find_map(|path| path.matches(&request.path))?,
    };
    request.path = matched
        .parameters
        .iter()
        .fold(operation.path.to_string(), |path, (name, value)| path.replace(&format!("{{{name}}}"), value));
    let mut case = ServerCase::new(subject, request);
    case.exact = true;
    // The control: a server that has nothing at the further path is asked for something else.
    case.setup.push(documented_request(subject));
    let status = subject.exchange.status;
    let asserts = format!("{} answers as the example does", operation.path);
    let check = subject.check(&RULE, "itself", subject.fact("path", None), status.to_string(), asserts);
    case.assert(check, move |seen| match seen.setup.first() {
        Some(control) if control.status != status => {
            Verdict::not_run(format!("the example is not answered either ({})", control.summary()))
        }
        _ => Verdict::when(seen.reply.status == status, seen.reply.summary()),
    });
    Some(case)
}

fn aliases(subject: &Subject<'_>) -> Vec<ServerCase> {
    let stated = subject.exchange.stated("alias");
    stated
        .filter_map(|statement| {
            let mut request = documented_request(subject);
            let matched = subject.operation.paths().find_map(|path| path.matches(&request.path))?;
            request.path =
                matched.parameters.iter().fold(Template::new(&statement.value).to_string(), |path, (name, value)| {
                    path.replace(&format!("{{{name}}}"), value)
                });
            let mut case = ServerCase::new(subject, request);
            case.exact = true;
            let status = subject.exchange.status;
            let name = statement.name.as_deref().unwrap_or_default();
            let check = subject.check(
                &RULE,
                &name.replace('/', "."),
                subject.fact("alias", Some(name)),
                status.to_string(),
                format!("{} answers like {}", statement.value, subject.operation.path),
            );
            case.assert(check, move |seen| match seen.reply.status {
                404 => Verdict::not_applicable("the server does not have this optional path"),
                found => Verdict::when(found == status, seen.reply.summary()),
            });
            Some(case)
        })
        .collect()
}
