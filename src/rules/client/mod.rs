//! What the generated client is tried with: the documented requests, a table of answers, and
//! arguments that must not be sent.

pub mod answer_misread;
pub mod bound_not_kept;
pub mod header_not_sent;
pub mod member_unknown;
pub mod request_differs;
pub mod statement_contradicted;

use std::time::Duration;

use serde_json::{Map, Value};

use super::{Asserted, Facts, Request, Subject};
use crate::contract::Shape;

/// One call of the client against a scripted server, and what is to be said of it.
pub struct ClientCase {
    /// Id of the operation.
    pub operation: String,
    /// Arguments for the dispatcher; `None` where nothing is called.
    pub arguments: Option<Map<String, Value>>,
    /// What the server does with each attempt, in order.
    pub script: Vec<Answer>,
    /// The checks.
    pub checks: Vec<Asserted<ClientSeen>>,
}

/// What a scripted server does with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// These bytes, then the next request.
    Bytes(Vec<u8>),
    /// These bytes, then the end of the connection.
    Truncated(Vec<u8>),
    /// The connection is reset.
    Reset,
    /// Nothing, until the client gives up.
    Silence,
}

/// What a call showed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ClientSeen {
    /// What arrived at the server.
    pub requests: Vec<Request>,
    /// What the call gave.
    pub result: CallResult,
    /// The waits between attempts.
    pub waits: Vec<Duration>,
}

/// What a call gave, in words.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CallResult {
    /// Whether it was success.
    pub ok: bool,
    /// Status of the last answer.
    pub status: Option<u16>,
    /// The typed body as JSON again.
    pub body: Option<Value>,
    /// The kind of error: `Refused`, `AnswerUnknown`, …
    pub kind: String,
    /// What became of the request: `NotSent`, `Unknown`, `Answered`.
    pub delivery: String,
    /// `error.code` of the answer.
    pub code: Option<String>,
    /// `request-id` of the answer.
    pub request_id: Option<String>,
    /// The error in words.
    pub message: String,
}

/// Every case for the client of a contract.
#[must_use]
pub fn cases(facts: &Facts<'_>) -> Vec<ClientCase> {
    facts
        .subjects()
        .flat_map(|subject| {
            let mut cases = stated_by(&subject);
            cases.extend(request_differs::cases(&subject));
            cases.extend(header_not_sent::cases(&subject));
            cases.extend(answer_misread::cases(&subject));
            cases.extend(bound_not_kept::cases(&subject));
            cases
        })
        .collect()
}

/// The cases in which nothing is called: what transcripts state, and the contract says.
#[must_use]
pub fn stated(facts: &Facts<'_>) -> Vec<ClientCase> {
    facts.subjects().flat_map(|subject| stated_by(&subject)).collect()
}

fn stated_by(subject: &Subject<'_>) -> Vec<ClientCase> {
    let mut cases = statement_contradicted::cases(subject);
    cases.extend(member_unknown::cases(subject));
    cases
}

/// The arguments that the documented request amounts to, by the names that it uses itself.
pub(super) fn arguments(subject: &Subject<'_>) -> Map<String, Value> {
    let mut arguments = Map::new();
    let (operation, exchange) = (subject.operation, subject.exchange);
    if let Some(target) = exchange.target(&subject.facts.contract.api) {
        for (name, value) in parameters(subject, &target.path) {
            arguments.insert(name, Value::String(value));
        }
        for (name, value) in query(target.query.as_deref().unwrap_or_default()) {
            let numeric =
                operation.query.iter().any(|query| query.name == name && matches!(query.shape, Shape::Integer { .. }));
            let number = value.parse::<i64>().ok().filter(|_| numeric).map(Value::from);
            arguments.insert(name, number.unwrap_or(Value::String(value)));
        }
    }
    for (name, value) in &exchange.request.headers {
        let framing = ["content-type", "content-length", "authorization", "host", "accept"];
        if !framing.contains(&name.to_lowercase().as_str()) {
            arguments.insert(name.clone(), Value::String(value.clone()));
        }
    }
    if let Some(body) = &exchange.request.body {
        arguments.insert("body".to_owned(), body.clone());
    }
    arguments
}

/// Values of path parameters, by any path of the operation that fits.
pub(super) fn parameters(subject: &Subject<'_>, path: &str) -> Vec<(String, String)> {
    let fits = subject.operation.paths().find_map(|template| template.matches(path));
    fits.map(|matched| matched.parameters).unwrap_or_default()
}

/// The options of a documented query, which is written for people: decoded, with blanks.
pub(super) fn query(text: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(text.replace('+', "%2B").as_bytes())
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

/// The documented answer as bytes.
pub(super) fn documented_answer(subject: &Subject<'_>) -> Answer {
    let exchange = subject.exchange;
    let body = exchange.response.body.as_ref().map(ToString::to_string);
    Answer::Bytes(http(exchange.status, &exchange.response.headers, body.as_deref()))
}

/// An HTTP/1.1 answer. A `204` gets no length.
pub(super) fn http(status: u16, headers: &[(String, String)], body: Option<&str>) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 {status} Scripted\r\nrequest-id: {REQUEST_ID}\r\n");
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    if status != 204 {
        text += &format!("Content-Length: {}\r\n", body.map_or(0, str::len));
    }
    text += "\r\n";
    text += body.unwrap_or_default();
    text.into_bytes()
}

/// The id that scripted answers carry.
pub(super) const REQUEST_ID: &str = "6a5d5d5c-0000-4000-8000-00000000c0de";
