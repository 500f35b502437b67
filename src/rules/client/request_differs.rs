//! The request on the wire against the documented one, as decoded values.

use serde_json::Value;

use super::{ClientCase, ClientSeen, arguments, documented_answer, parameters, query};
use crate::contract::Exchange;
use crate::rules::{Asserted, Request, Rule, Subject};
use crate::verdict::{Side, Verdict};

/// The rule.
pub const RULE: Rule = Rule {
    id: "request_differs",
    side: Side::Client,
    reason: "a service that keeps to its page may refuse what differs from it, or do something else",
};

/// Headers of the client that no operation's page names, and where a general page or RFC does.
pub const GENERAL_HEADERS: &[(&str, &str)] = &[
    ("host", "RFC 9110, 7.2"),
    ("content-length", "RFC 9110, 8.6"),
    ("user-agent", "RFC 9110, 10.1.5"),
    ("accept", "RFC 9110, 12.5.1"),
    ("client-request-id", "concepts/batching.md"),
    ("prefer", "concepts/best-practices.md"),
];

pub(super) fn cases(subject: &Subject<'_>) -> Vec<ClientCase> {
    let exchange = subject.exchange;
    let api = &subject.facts.contract.api;
    let target = exchange.target(api);
    let mut checks = Vec::new();
    let mut add = |case: &str,
                   kind: &str,
                   documented: String,
                   asserts: &str,
                   judge: Box<dyn Fn(&Request) -> Verdict + Send + Sync>| {
        let check = subject.check(&RULE, case, subject.fact(kind, None), documented, asserts);
        checks.push(Asserted::new(check, move |seen: &ClientSeen| match seen.requests.as_slice() {
            [request] => judge(request),
            [] => Verdict::fail(format!("nothing was sent: {}", seen.result.message)),
            requests => Verdict::fail(format!("{} requests were sent", requests.len())),
        }));
    };

    let method = exchange.method.clone();
    add(
        "method",
        "method",
        method.clone(),
        "the client uses the documented method",
        Box::new(move |request| Verdict::when(request.method == method, &request.method)),
    );

    let documented = target.as_ref().map_or_else(|| exchange.url.clone(), |target| target.path.clone());
    let equal = equal_paths(subject, &documented);
    add(
        "path",
        "path",
        documented,
        "the client calls the documented path, or one that is documented to mean the same",
        Box::new(move |request| Verdict::when(equal.contains(&request.path), &request.path)),
    );

    let options = query(target.and_then(|target| target.query).as_deref().unwrap_or_default());
    add(
        "query",
        "exchange",
        show(&options),
        "the client sends the documented query options, and no others",
        Box::new(move |request| {
            let (mut sent, mut wanted) = (request.query.clone(), options.clone());
            sent.sort();
            wanted.sort();
            Verdict::when(sent == wanted, show(&request.query))
        }),
    );

    let body = exchange.request.body.clone();
    let documented = body.as_ref().map_or_else(|| "none".to_owned(), Value::to_string);
    add(
        "body",
        "exchange",
        documented,
        "the client sends the documented body",
        Box::new(move |request| match &body {
            None => Verdict::when(request.body.is_none(), request.body.as_deref().map_or("none", |_| "a body")),
            Some(body) => {
                let seen = request.json().map_or_else(|| "no JSON".to_owned(), |sent| sent.to_string());
                Verdict::when(request.json().as_ref() == Some(body), seen)
            }
        }),
    );

    for (name, value) in &exchange.request.headers {
        let case = format!("header/{name}");
        let kind = if name.eq_ignore_ascii_case("content-type") { "contentType" } else { "exchange" };
        let (name, value) = (name.clone(), value.clone());
        add(
            &case,
            kind,
            value.clone(),
            "the client sends the documented header",
            Box::new(move |request| {
                let seen = request.header(&name).unwrap_or("no such header");
                Verdict::when(media_type(seen).eq_ignore_ascii_case(media_type(&value)), seen)
            }),
        );
    }

    if exchange.states("header", "Authorization").is_some() || subject.fact("header", Some("Authorization")).is_some() {
        let check = subject.check(
            &RULE,
            "header/Authorization",
            subject.fact("header", Some("Authorization")),
            "Bearer {token}",
            "the client sends its token as a bearer token",
        );
        checks.push(Asserted::new(check, |seen: &ClientSeen| {
            match seen.requests.first().and_then(|request| request.header("authorization")) {
                Some(value) if value.starts_with("Bearer ") => Verdict::pass("Bearer, hidden"),
                Some(_) => Verdict::fail("another scheme"),
                None => Verdict::fail("no Authorization"),
            }
        }));
    }

    let known = known_headers(subject, exchange);
    let check = subject.check(
        &RULE,
        "extras",
        subject.fact("exchange", Some(&exchange.name)),
        "no header that neither this page nor a general one names",
        "every header of the request is explained by a page",
    );
    checks.push(Asserted::new(check, move |seen: &ClientSeen| {
        let Some(request) = seen.requests.first() else { return Verdict::fail("nothing was sent") };
        let extra: Vec<&str> = request
            .headers
            .iter()
            .map(|(name, _)| name.as_str())
            .filter(|name| !known.contains(&name.to_lowercase()))
            .collect();
        Verdict::when(extra.is_empty(), if extra.is_empty() { "none".to_owned() } else { extra.join(", ") })
    }));

    vec![ClientCase {
        operation: subject.operation.id.clone(),
        arguments: Some(arguments(subject)),
        script: vec![documented_answer(subject)],
        checks,
    }]
}

/// The documented path, and the paths that the transcripts document as meaning the same.
fn equal_paths(subject: &Subject<'_>, documented: &str) -> Vec<String> {
    let mut equal = vec![documented.to_owned()];
    let transcripts =
        subject.facts.contract.exchanges.iter().filter(|exchange| exchange.operation == subject.operation.id);
    let stated = transcripts.flat_map(|exchange| exchange.stated("alias"));
    let aliases: Vec<_> = stated.map(|statement| crate::contract::Template::new(&statement.value)).collect();
    if aliases.iter().any(|alias| alias.matches(documented).is_some()) {
        // The example is on an alias: the canonical path is the one that other examples show.
        let values = parameters(subject, documented);
        let canonical = subject.operation.path.as_str().split('/').map(|segment| {
            let name = segment.strip_prefix('{').and_then(|segment| segment.strip_suffix('}'));
            let value = name.and_then(|name| values.iter().find(|(parameter, _)| parameter == name));
            value.map_or(segment, |(_, value)| value.as_str())
        });
        equal.push(canonical.collect::<Vec<_>>().join("/"));
    }
    equal
}

fn known_headers(subject: &Subject<'_>, exchange: &Exchange) -> Vec<String> {
    let general = GENERAL_HEADERS.iter().map(|(name, _)| (*name).to_owned());
    let own = exchange.request.headers.iter().map(|(name, _)| name.to_lowercase());
    let stated = exchange.stated("header");
    let stated = stated.filter_map(|statement| statement.name.as_deref().map(str::to_lowercase));
    let body = subject.operation.body.is_some().then(|| "content-type".to_owned());
    general.chain(own).chain(stated).chain(body).chain(["authorization".to_owned()]).collect()
}

fn media_type(value: &str) -> &str {
    value.split(';').next().unwrap_or_default().trim()
}

fn show(options: &[(String, String)]) -> String {
    match options.is_empty() {
        true => "none".to_owned(),
        false => options.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&"),
    }
}
