//! Several requests in one: `POST /{version}/$batch` (concepts/json-batching.md). Each of them is
//! checked, done, recorded and struck by faults like one that came by itself.

use std::collections::{HashMap, HashSet};

use http_body_util::BodyExt as _;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderValue, WWW_AUTHENTICATE};
use hyper::http::request::Parts;
use hyper::{Method, Request, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::answer::{Done, Trace};
use super::api::Api;
use super::clock;
use super::content::Answered;
use super::json;
use super::perform::read_body;
use super::record::{Recorder, Verdict};
use super::refusal::{Outcome, Refusal};
use super::service::{Scheme, Service, arrived, drain};
use super::watch::Came;
use crate::contract::Origin;
use crate::odata::format_instant;

/// The last segment of its path.
pub(super) const BATCH: &str = "$batch";

/// How many requests a batch has at most.
const MOST: usize = 20;

/// Who says all this.
const PAGE: &str = "concepts/json-batching.md (2026-05)";

#[derive(Deserialize)]
struct Batch {
    requests: Vec<Inner>,
}

/// One request of a batch.
#[derive(Deserialize)]
struct Inner {
    id: String,
    method: String,
    url: String,
    #[serde(default)]
    headers: Map<String, Value>,
    #[serde(default)]
    body: Option<Value>,
    #[serde(default, rename = "dependsOn")]
    depends_on: Vec<String>,
}

impl Inner {
    /// Ids have no case.
    fn key(&self) -> String {
        self.id.to_ascii_lowercase()
    }
}

impl Service {
    /// Whether a request is a batch.
    pub(super) fn is_batch(&self, parts: &Parts) -> bool {
        let path = parts.uri.path();
        path.ends_with(BATCH)
            && self.version(parts).is_some_and(|api| path.get(2 + api.contract.api.len()..) == Some(BATCH))
    }

    /// Answers a batch.
    pub(super) async fn batch(&self, parts: &Parts, scheme: Scheme, mut body: Incoming, trace: Trace) -> Answered {
        let number = self.watch.recorder.as_ref().map(Recorder::number);
        let outcome = match self.wrapped(parts) {
            Ok(api) => match arrived(&mut body).await.and_then(|bytes| read(&bytes, api)) {
                Ok(batch) => Ok(self.each(api, parts, scheme, batch, number).await),
                Err(refusal) => Err(refusal),
            },
            Err(refusal) => Err(refusal),
        };
        drain(parts, body).await;
        if let (Some(recorder), Some(number), Err(refusal)) = (&self.watch.recorder, number, &outcome) {
            // A batch that was taken shows in its requests.
            let mut received = self.received(number, parts, None, None);
            (received.scheme, received.time) = (scheme.as_str(), format_instant(self.clock.now()));
            (received.status, received.code) = (Some(refusal.status.as_u16()), Some(refusal.code.to_owned()));
            received.verdict = Verdict::Wrong;
            received.violations = vec![self.watch.judge.violation(&self.apis, None, (**refusal).clone())];
            (received.request_id, received.client_request_id) = trace.ids();
            recorder.keep(received);
        }
        Ok(trace.respond(outcome, &self.clock))
    }

    /// Checks the head of a batch.
    fn wrapped(&self, parts: &Parts) -> Outcome<&Api> {
        let Some(api) = self.version(parts) else { return Err(Refusal::not_found("There is nothing here.")) };
        if parts.method != Method::POST {
            let refusal =
                Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", "A batch is sent with POST.");
            let refusal = refusal.convention(&api.contract, "wrong-method");
            return Err(refusal.with(ALLOW, HeaderValue::from_static("POST")));
        }
        if !self.any_token
            && let Err(why) = self.authority.caller(&parts.headers)
        {
            let refusal = Refusal::new(StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken", why);
            let refusal = refusal.convention(&api.contract, "unauthenticated");
            return Err(refusal.with(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")));
        }
        let announced = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let media_type = announced.split(';').next().unwrap_or_default().trim();
        if !media_type.eq_ignore_ascii_case("application/json") {
            let message = "A batch has to be announced by Content-Type: application/json.";
            let refusal = Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UnsupportedMediaType", message);
            return Err(refusal.convention(&api.contract, "wrong-content-type"));
        }
        Ok(api)
    }

    /// Does the requests of a batch, each after those that it depends on.
    async fn each(&self, api: &Api, outer: &Parts, scheme: Scheme, batch: Batch, number: Option<u64>) -> Done {
        let mut statuses: HashMap<String, u16> = HashMap::new();
        let mut answers: Vec<Option<Value>> = batch.requests.iter().map(|_| None).collect();
        // Dependencies have no cycles, so that each round does at least one.
        while answers.iter().any(Option::is_none) {
            for (place, inner) in batch.requests.iter().enumerate() {
                let waits = |id: &String| !statuses.contains_key(&id.to_ascii_lowercase());
                if answers[place].is_some() || inner.depends_on.iter().any(waits) {
                    continue;
                }
                let failed = |id: &String| statuses.get(&id.to_ascii_lowercase()).is_none_or(|status| *status >= 400);
                let answer = match inner.depends_on.iter().any(failed) {
                    true => self.refused(inner, outer, dependency()).await,
                    false => match request(api, outer, inner) {
                        Ok((mut parts, bytes)) => {
                            self.respell(&mut parts);
                            self.one(&parts, scheme, bytes, number, inner).await
                        }
                        Err(refusal) => self.refused(inner, outer, refusal).await,
                    },
                };
                let status = answer["status"].as_u64().and_then(|status| u16::try_from(status).ok());
                statuses.insert(inner.key(), status.unwrap_or(500));
                answers[place] = Some(answer);
            }
        }
        let responses: Vec<Value> = answers.into_iter().flatten().collect();
        let body = json!({ "responses": responses }).to_string();
        Done { status: StatusCode::OK, headers: Vec::new(), body: Some(body.into()) }
    }

    async fn one(&self, parts: &Parts, scheme: Scheme, bytes: Bytes, within: Option<u64>, inner: &Inner) -> Value {
        let trace = Trace::new(&parts.headers);
        let answered = if self.watch.is_on() {
            let number = self.watch.recorder.as_ref().map(Recorder::number);
            let came = Came { started: clock::stopwatch(), number, within, bytes: Some(bytes), failed: None };
            self.observed(parts, scheme, came, trace).await
        } else {
            let outcome = self.admit(parts, scheme).and_then(|admitted| {
                let value = read_body(&admitted.api.contract, admitted.operation, &bytes)?;
                self.perform(&admitted, value.as_ref())
            });
            Ok(trace.respond(outcome, &self.clock))
        };
        shown(inner, answered).await
    }

    async fn refused(&self, inner: &Inner, outer: &Parts, refusal: Box<Refusal>) -> Value {
        shown(inner, Ok(Trace::new(&outer.headers).respond(Err(refusal), &self.clock))).await
    }
}

fn dependency() -> Box<Refusal> {
    let message = "A request that this one depends on has failed.";
    Refusal::new(StatusCode::FAILED_DEPENDENCY, "FailedDependency", message)
}

/// Reads a batch, and checks what concerns it as a whole.
fn read(bytes: &Bytes, api: &Api) -> Outcome<Batch> {
    let origin = Origin { file: PAGE.to_owned(), line: 1 };
    let refuse = |message: String| Refusal::bad_request(message).words("the form of a batch", &origin);
    let malformed = || {
        let refusal = Refusal::bad_request("The body is not a batch: {\"requests\": [{\"id\", \"method\", \"url\"}]}.");
        refusal.convention(&api.contract, "malformed-body")
    };
    let batch = json::parse(bytes).map_err(|_| malformed())?;
    let batch: Batch = serde_json::from_value(batch.into()).map_err(|_| malformed())?;
    if !(1..=MOST).contains(&batch.requests.len()) {
        return Err(refuse(format!("A batch has 1 to {MOST} requests, not {}.", batch.requests.len())));
    }
    let mut ids = HashSet::new();
    for inner in &batch.requests {
        if inner.id.is_empty() || !ids.insert(inner.key()) {
            return Err(refuse(
                "The ids of the requests of a batch have to be there and to differ; case does not count.".to_owned(),
            ));
        }
    }
    // Each round leaves out those whose dependencies are done; what is left goes round in circles.
    let mut done: HashSet<String> = HashSet::new();
    loop {
        let ready = |inner: &&Inner| {
            !done.contains(&inner.key()) && inner.depends_on.iter().all(|id| done.contains(&id.to_ascii_lowercase()))
        };
        let next: Vec<String> = batch.requests.iter().filter(ready).map(Inner::key).collect();
        if next.is_empty() {
            break;
        }
        done.extend(next);
    }
    match done.len() == batch.requests.len() {
        true => Ok(batch),
        false => Err(refuse("A request depends on one that is not in the batch, or on itself.".to_owned())),
    }
}

/// A request of a batch as one that came by itself.
fn request(api: &Api, outer: &Parts, inner: &Inner) -> Outcome<(Parts, Bytes)> {
    let refuse = |message: &str| Refusal::bad_request(message);
    let path = inner.url.trim_start_matches('/');
    if inner.url.contains("://") || inner.url.chars().any(|letter| letter.is_control()) {
        return Err(refuse("The url of a request in a batch is relative to the version."));
    }
    if path.split(['?', '/']).next().is_some_and(|first| first.eq_ignore_ascii_case(BATCH)) {
        return Err(refuse("A batch cannot be part of a batch."));
    }
    let target = format!("/{}/{}", api.contract.api, path.replace(' ', "%20"));
    let mut request = Request::builder().method(inner.method.to_ascii_uppercase().as_bytes()).uri(target);
    for (name, value) in &inner.headers {
        // Who calls is said once, for the whole batch.
        let is_ours = [AUTHORIZATION, HOST, CONTENT_LENGTH].iter().any(|ours| name.eq_ignore_ascii_case(ours.as_str()));
        let Some(value) = value.as_str() else { return Err(refuse("The value of a header in a batch is text.")) };
        if !is_ours {
            request = request.header(name, value);
        }
    }
    for name in [AUTHORIZATION, HOST] {
        if let Some(value) = outer.headers.get(&name) {
            request = request.header(name, value);
        }
    }
    let bytes = inner.body.as_ref().map(|body| Bytes::from(body.to_string())).unwrap_or_default();
    let request = request.header(CONTENT_LENGTH, bytes.len()).body(());
    let request = request.map_err(|_| refuse("Method, url or headers of a request in a batch cannot be sent."))?;
    Ok((request.into_parts().0, bytes))
}

/// An answer as it stands in the answer to a batch.
async fn shown(inner: &Inner, answered: Answered) -> Value {
    let Ok(response) = answered else {
        // A connection cannot break for one of several requests.
        return json!({ "id": inner.id, "status": 502 });
    };
    let (head, body) = response.into_parts();
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers: Map<String, Value> =
        head.headers.iter().map(|(name, value)| (name.to_string(), text(value).into())).collect();
    let mut answer = json!({ "id": inner.id, "status": head.status.as_u16(), "headers": headers });
    let bytes = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    if !bytes.is_empty() {
        let content = || Value::String(String::from_utf8_lossy(&bytes).into_owned());
        answer["body"] = serde_json::from_slice(&bytes).unwrap_or_else(|_| content());
    }
    answer
}
