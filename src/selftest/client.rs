//! Defective clients: what the generated client sent and told, changed after the fact. The
//! client is called once; each defect is put into what it showed, and the checks look again.

use std::time::Duration;

use serde_json::{Value, json};

use super::mutant::Operator::{self, Alter, Drop, Narrow, Widen};
use super::mutant::{Mutant, Witness, facts_of};
use super::suite::{Met, Suite, judge};
use crate::contract::{Contract, Fact, Operation, Shape};
use crate::rules::Request;
use crate::rules::client::{CallResult, ClientCase, ClientSeen};

/// One defect of a client.
pub(super) struct Defect {
    name: &'static str,
    operator: Operator,
    breaks: &'static str,
    /// Rules of the client's side that must notice.
    aims: &'static [&'static str],
    /// The facts that no longer hold: kinds, with a name where only that one is meant.
    facts: &'static [&'static str],
    change: fn(&Call<'_>, &mut ClientSeen),
}

/// The call that a case makes.
struct Call<'a> {
    contract: &'a Contract,
    case: &'a ClientCase,
}

impl Call<'_> {
    fn operation(&self) -> Option<&Operation> {
        self.contract.operation(&self.case.operation)
    }

    /// The lists that the body may hold, and most items of each.
    fn limits(&self) -> Vec<(&str, usize)> {
        let Some(body) = self.operation().and_then(|operation| operation.body.as_ref()) else { return Vec::new() };
        let Shape::Object { properties, .. } = self.contract.resolve(&body.shape) else { return Vec::new() };
        let limit = |shape| match self.contract.resolve(shape) {
            Shape::List { max, .. } => *max,
            _ => None,
        };
        properties.iter().filter_map(|property| Some((property.name.as_str(), limit(&property.shape)?))).collect()
    }

    /// Whether the call has a list of the greatest length.
    fn is_full(&self) -> bool {
        let body = self.case.arguments.as_ref().and_then(|arguments| arguments.get("body"));
        let length = |name: &str| body?.get(name)?.as_array().map(Vec::len);
        self.limits().into_iter().any(|(name, limit)| length(name) == Some(limit))
    }
}

impl Defect {
    pub(super) fn mutant(&self, api: &str, facts: &[Fact]) -> Mutant {
        let mut mutant = Mutant::new(api, Witness::Client, self.operator, self.name, self.breaks);
        mutant.aims = self.aims.iter().map(|rule| format!("client/{rule}")).collect();
        mutant.facts = facts_of(facts, self.facts);
        mutant
    }
}

/// Looks at a defective client again. `None` where nothing that the client showed is concerned.
pub(super) fn attempt(suite: &Suite<'_>, defect: &Defect) -> Option<Met> {
    let mut met = Met::default();
    let mut changed = false;
    for (case, seen) in &suite.client {
        let mut other = seen.clone();
        (defect.change)(&Call { contract: suite.contract, case }, &mut other);
        if other != *seen {
            changed = true;
            met.add(suite.meet(&judge(case, &other)));
        }
    }
    changed.then_some(met)
}

/// Every defect.
pub(super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "method",
        operator: Alter,
        breaks: "requests are sent with another method",
        aims: &["request_differs"],
        facts: &["method"],
        change: |_, seen| {
            for request in &mut seen.requests {
                request.method = if request.method == "PUT" { "PATCH" } else { "PUT" }.to_owned();
            }
        },
    },
    Defect {
        name: "path",
        operator: Alter,
        breaks: "requests go to another path",
        aims: &["request_differs"],
        facts: &["path"],
        change: |_, seen| seen.requests.iter_mut().for_each(|request| request.path.push_str("/elsewhere")),
    },
    Defect {
        name: "query-lost",
        operator: Drop,
        breaks: "query options are not sent",
        aims: &["request_differs"],
        facts: &["query"],
        change: |_, seen| seen.requests.iter_mut().for_each(|request| request.query.clear()),
    },
    Defect {
        name: "query-added",
        operator: Widen,
        breaks: "a query option is sent that nobody asked for",
        aims: &["request_differs"],
        facts: &[],
        change: |_, seen| {
            let more = ("$count".to_owned(), "true".to_owned());
            seen.requests.iter_mut().for_each(|request| request.query.push(more.clone()));
        },
    },
    Defect {
        name: "body-lost",
        operator: Drop,
        breaks: "bodies are not sent",
        aims: &["request_differs"],
        facts: &["body"],
        change: |_, seen| seen.requests.iter_mut().for_each(|request| request.body = None),
    },
    Defect {
        name: "property-renamed",
        operator: Alter,
        breaks: "the properties of bodies have other names",
        aims: &["request_differs"],
        facts: &["body"],
        change: |_, seen| {
            bodies(seen, |body| {
                let renamed = std::mem::take(body).into_iter().map(|(name, value)| (format!("{name}s"), value));
                *body = renamed.collect();
            });
        },
    },
    Defect {
        name: "list-cut",
        operator: Narrow,
        breaks: "the last item of a list is not sent",
        aims: &["request_differs"],
        facts: &[],
        change: |_, seen| lists(seen, |items| drop(items.pop())),
    },
    Defect {
        name: "item-doubled",
        operator: Widen,
        breaks: "the first item of a list is sent twice",
        aims: &["request_differs"],
        facts: &[],
        change: |_, seen| lists(seen, |items| items.extend(items.first().cloned())),
    },
    Defect {
        name: "content-type-lost",
        operator: Drop,
        breaks: "bodies are sent without their media type",
        aims: &["request_differs"],
        facts: &["contentType"],
        change: |_, seen| headers(seen, "content-type", None),
    },
    Defect {
        name: "content-type",
        operator: Alter,
        breaks: "bodies are sent as plain text",
        aims: &["request_differs"],
        facts: &["contentType"],
        change: |_, seen| headers(seen, "content-type", Some("text/plain")),
    },
    Defect {
        name: "token-lost",
        operator: Drop,
        breaks: "requests carry no token",
        aims: &["request_differs"],
        facts: &["header[Authorization]"],
        change: |_, seen| headers(seen, "authorization", None),
    },
    Defect {
        name: "token-scheme",
        operator: Alter,
        breaks: "the token is sent by another scheme",
        aims: &["request_differs"],
        facts: &["header[Authorization]"],
        change: |_, seen| headers(seen, "authorization", Some("Basic dG9rZW4=")),
    },
    Defect {
        name: "header-added",
        operator: Widen,
        breaks: "requests carry a header that no page explains",
        aims: &["request_differs"],
        facts: &[],
        change: |_, seen| {
            let more = ("x-added".to_owned(), "1".to_owned());
            seen.requests.iter_mut().for_each(|request| request.headers.push(more.clone()));
        },
    },
    Defect {
        name: "optional-header-lost",
        operator: Drop,
        breaks: "an optional header is not sent, though it was asked for",
        aims: &["header_not_sent"],
        facts: &[],
        change: |call, seen| {
            let known = call.operation().map(|operation| operation.headers.as_slice()).unwrap_or_default();
            for header in known.iter().filter(|header| !header.required) {
                for request in &mut seen.requests {
                    request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case(&header.name));
                }
            }
        },
    },
    Defect {
        name: "optional-header-changed",
        operator: Alter,
        breaks: "an optional header is sent with another value",
        aims: &["header_not_sent"],
        facts: &[],
        change: |call, seen| {
            let known = call.operation().map(|operation| operation.headers.as_slice()).unwrap_or_default();
            for header in known.iter().filter(|header| !header.required) {
                headers(seen, &header.name, Some("other"));
            }
        },
    },
    Defect {
        name: "prefer-lost",
        operator: Drop,
        breaks: "reads do not ask for members that are newer than their enumeration",
        aims: &[],
        facts: &[],
        change: |_, seen| headers(seen, "prefer", None),
    },
    Defect {
        name: "sent-twice",
        operator: Widen,
        breaks: "each request is sent twice",
        aims: &["request_differs", "answer_misread"],
        facts: &[],
        change: |_, seen| {
            let again = seen.requests.clone();
            seen.requests.extend(again);
        },
    },
    Defect {
        name: "refusal-is-success",
        operator: Widen,
        breaks: "a refusal is told as success",
        aims: &["answer_misread"],
        facts: &["convention[odata-error]"],
        change: |call, seen| {
            if seen.result.kind == "Refused" {
                succeed(call, seen);
            }
        },
    },
    Defect {
        name: "other-status-is-success",
        operator: Widen,
        breaks: "any answer that is no error is told as success",
        aims: &["answer_misread"],
        facts: &["success"],
        change: |call, seen| {
            if seen.result.kind == "Unexpected" {
                succeed(call, seen);
            }
        },
    },
    Defect {
        name: "unknown-is-success",
        operator: Widen,
        breaks: "an answer that broke off is told as success",
        aims: &["answer_misread"],
        facts: &["convention[broken-answer]"],
        change: |call, seen| {
            if seen.result.kind == "AnswerUnknown" {
                succeed(call, seen);
            }
        },
    },
    Defect {
        name: "unknown-is-not-sent",
        operator: Alter,
        breaks: "a request of unknown outcome is told as not sent",
        aims: &["answer_misread"],
        facts: &["convention[broken-answer]"],
        change: |_, seen| {
            if seen.result.delivery == "Unknown" {
                seen.result.delivery = "NotSent".to_owned();
            }
        },
    },
    Defect {
        name: "unknown-is-sent-again",
        operator: Widen,
        breaks: "a request of unknown outcome is sent again",
        aims: &["answer_misread"],
        facts: &["convention[broken-answer]"],
        change: |_, seen| {
            if seen.result.kind == "AnswerUnknown" {
                seen.requests.extend(seen.requests.first().cloned());
            }
        },
    },
    Defect {
        name: "success-is-error",
        operator: Narrow,
        breaks: "the documented answer is told as an error",
        aims: &["answer_misread"],
        facts: &["success"],
        change: |_, seen| {
            if seen.result.ok {
                seen.result.ok = false;
                seen.result.kind = "Unexpected".to_owned();
            }
        },
    },
    Defect {
        name: "body-of-204-is-error",
        operator: Narrow,
        breaks: "bytes behind a 204 make an error of it",
        aims: &["answer_misread"],
        facts: &["convention[no-content]"],
        change: |_, seen| {
            if seen.result.ok && seen.result.status == Some(204) {
                seen.result.ok = false;
            }
        },
    },
    Defect {
        name: "answer-body-lost",
        operator: Drop,
        breaks: "the body of an answer is not handed on",
        aims: &["answer_misread"],
        facts: &[],
        change: |_, seen| seen.result.body = None,
    },
    Defect {
        name: "answer-property-lost",
        operator: Drop,
        breaks: "a property of each entity of an answer is lost",
        aims: &["answer_misread"],
        facts: &[],
        change: |_, seen| {
            let Some(body) = &mut seen.result.body else { return };
            let shorten = |value: &mut Value| {
                if let Some(object) = value.as_object_mut() {
                    let last = object.keys().next_back().cloned();
                    last.map(|last| object.remove(&last));
                }
            };
            match body.get_mut("value").and_then(Value::as_array_mut) {
                Some(items) => items.iter_mut().for_each(shorten),
                None => shorten(body),
            }
        },
    },
    Defect {
        name: "status-lost",
        operator: Drop,
        breaks: "an error does not say the status",
        aims: &["answer_misread"],
        facts: &[],
        change: |_, seen| errors(seen, |result| result.status = None),
    },
    Defect {
        name: "status",
        operator: Alter,
        breaks: "an error tells another status",
        aims: &["answer_misread"],
        facts: &[],
        change: |_, seen| errors(seen, |result| result.status = result.status.map(|status| status + 1)),
    },
    Defect {
        name: "code-lost",
        operator: Drop,
        breaks: "an error does not say the service's code",
        aims: &["answer_misread"],
        facts: &["convention[odata-error]"],
        change: |_, seen| errors(seen, |result| result.code = None),
    },
    Defect {
        name: "request-id-lost",
        operator: Drop,
        breaks: "an error does not say the service's request-id",
        aims: &["answer_misread"],
        facts: &["convention[odata-error]"],
        change: |_, seen| errors(seen, |result| result.request_id = None),
    },
    Defect {
        name: "message-lost",
        operator: Drop,
        breaks: "an error says nothing to people",
        aims: &["answer_misread"],
        facts: &["convention[odata-error]"],
        change: |_, seen| errors(seen, |result| result.message.clear()),
    },
    Defect {
        name: "kind",
        operator: Alter,
        breaks: "a refusal is told as an unexpected answer",
        aims: &["answer_misread"],
        facts: &["convention[odata-error]"],
        change: |_, seen| {
            if seen.result.kind == "Refused" {
                seen.result.kind = "Unexpected".to_owned();
            }
        },
    },
    Defect {
        name: "throttled-not-retried",
        operator: Drop,
        breaks: "a throttled request is given up at once",
        aims: &["answer_misread"],
        facts: &["convention[throttled]"],
        change: |_, seen| {
            if !seen.waits.is_empty() {
                seen.waits.clear();
                seen.requests.truncate(1);
                fail(seen, 429);
            }
        },
    },
    Defect {
        name: "waits-too-short",
        operator: Narrow,
        breaks: "a throttled request is sent again at once",
        aims: &["answer_misread"],
        facts: &["convention[throttled]"],
        change: |_, seen| seen.waits.iter_mut().for_each(|wait| *wait = Duration::ZERO),
    },
    Defect {
        name: "waits-too-long",
        operator: Widen,
        breaks: "a throttled request waits a hundred times as long",
        aims: &["answer_misread"],
        facts: &["convention[throttled]"],
        change: |_, seen| seen.waits.iter_mut().for_each(|wait| *wait *= 100),
    },
    Defect {
        name: "retried-for-longer",
        operator: Widen,
        breaks: "a request that is refused again and again is sent once more",
        aims: &["answer_misread"],
        facts: &["convention[throttled]"],
        change: |_, seen| {
            if seen.requests.len() > 2 {
                seen.requests.extend(seen.requests.first().cloned());
            }
        },
    },
    Defect {
        name: "challenge-not-met",
        operator: Drop,
        breaks: "a challenge for claims is taken for a refusal",
        aims: &["answer_misread"],
        facts: &["convention[claims-challenge]"],
        change: |_, seen| {
            if seen.waits.is_empty() && seen.requests.len() == 2 {
                seen.requests.truncate(1);
                fail(seen, 401);
            }
        },
    },
    Defect {
        name: "bounds-not-kept",
        operator: Widen,
        breaks: "arguments that must not leave are sent",
        aims: &["bound_not_kept"],
        facts: &["limit", "minimum", "format", "path"],
        change: |call, seen| {
            if seen.result.kind == "Invalid" && seen.requests.is_empty() {
                let operation = call.operation();
                let method = operation.map(|operation| operation.method.clone()).unwrap_or_default();
                let path = operation.map(|operation| operation.path.to_string()).unwrap_or_default();
                seen.requests.push(Request { method, path, ..Request::default() });
                succeed(call, seen);
            }
        },
    },
    Defect {
        name: "bounds-reported-as-sent",
        operator: Alter,
        breaks: "arguments that were not sent are told as refused by the service",
        aims: &["bound_not_kept"],
        facts: &[],
        change: |_, seen| {
            if seen.result.kind == "Invalid" {
                seen.result.kind = "Refused".to_owned();
                seen.result.delivery = "Answered".to_owned();
            }
        },
    },
    Defect {
        name: "full-list-refused",
        operator: Narrow,
        breaks: "a list of the greatest length is not sent",
        aims: &["bound_not_kept"],
        facts: &["limit"],
        change: |call, seen| {
            if call.is_full() {
                seen.requests.clear();
                seen.result = CallResult {
                    kind: "Invalid".to_owned(),
                    delivery: "NotSent".to_owned(),
                    message: "too many".to_owned(),
                    ..CallResult::default()
                };
            }
        },
    },
    Defect {
        name: "full-list-split",
        operator: Alter,
        breaks: "of a list of the greatest length, half is sent",
        aims: &["bound_not_kept"],
        facts: &["limit"],
        change: |call, seen| {
            if call.is_full() {
                lists(seen, |items| items.truncate(items.len() / 2));
            }
        },
    },
];

/// Tells of the documented success.
fn succeed(call: &Call<'_>, seen: &mut ClientSeen) {
    let exchange = call.contract.exchanges.iter().find(|exchange| exchange.operation == call.case.operation);
    seen.result = CallResult {
        ok: true,
        status: exchange.map(|exchange| exchange.status),
        body: exchange.and_then(|exchange| exchange.response.body.clone()),
        ..CallResult::default()
    };
}

fn fail(seen: &mut ClientSeen, status: u16) {
    seen.result = CallResult {
        status: Some(status),
        kind: "Refused".to_owned(),
        delivery: "Answered".to_owned(),
        message: "refused".to_owned(),
        ..CallResult::default()
    };
}

fn errors(seen: &mut ClientSeen, change: impl Fn(&mut CallResult)) {
    if !seen.result.ok {
        change(&mut seen.result);
    }
}

/// Gives a header that was sent another value, or none.
fn headers(seen: &mut ClientSeen, name: &str, value: Option<&str>) {
    for request in &mut seen.requests {
        match value {
            None => request.headers.retain(|(header, _)| !header.eq_ignore_ascii_case(name)),
            Some(value) => {
                let sent = request.headers.iter_mut().filter(|(header, _)| header.eq_ignore_ascii_case(name));
                sent.for_each(|(_, sent)| *sent = value.to_owned());
            }
        }
    }
}

fn bodies(seen: &mut ClientSeen, change: impl Fn(&mut serde_json::Map<String, Value>)) {
    for request in &mut seen.requests {
        if let Some(Value::Object(mut body)) = request.json() {
            change(&mut body);
            request.body = Some(json!(body).to_string().into_bytes());
        }
    }
}

fn lists(seen: &mut ClientSeen, change: impl Fn(&mut Vec<Value>)) {
    bodies(seen, |body| body.values_mut().filter_map(Value::as_array_mut).for_each(&change));
}
