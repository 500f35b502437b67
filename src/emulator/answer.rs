//! Answers as HTTP: the headers that every answer of Graph has, and refusals as OData errors.
//! What is answered is decided elsewhere.

use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use serde_json::json;

use super::clock::Clock;
use super::content::Content;
use super::refusal::Refusal;
use crate::odata::format_instant;

/// What to answer to a request that is done.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) status: StatusCode,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    /// JSON; none for an answer without content.
    pub(super) body: Option<Bytes>,
}

/// What tells one request from every other.
#[derive(Debug)]
pub(super) struct Trace {
    request_id: HeaderValue,
    client_request_id: Option<HeaderValue>,
}

const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");
const JSON: HeaderValue = HeaderValue::from_static("application/json;odata.metadata=minimal;charset=utf-8");

/// Which fact a request violated, and where the description says it.
const VIOLATED: HeaderName = HeaderName::from_static("x-entra-risk-violated");

fn violated(refusal: &Refusal) -> Option<HeaderValue> {
    let (fact, origin) = refusal.violated.as_ref()?;
    let text = match origin {
        Some(origin) => format!("{fact}; origin={origin}"),
        None => fact.clone(),
    };
    HeaderValue::from_str(&text).ok()
}

/// The longest client-request-id that comes back.
const LONGEST_ID: usize = 128;

impl Trace {
    /// A fresh request id, and the client's own if it sent one that can be a header.
    pub(super) fn new(headers: &HeaderMap) -> Self {
        let mut text = uuid::Uuid::encode_buffer();
        let id = uuid::Builder::from_random_bytes(fastrand::u128(..).to_ne_bytes()).into_uuid();
        let request_id = HeaderValue::from_str(id.hyphenated().encode_lower(&mut text));
        let is_sane = |value: &&HeaderValue| {
            let bytes = value.as_bytes();
            (1..=LONGEST_ID).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic)
        };
        Self {
            request_id: request_id.expect("a GUID is ASCII"),
            client_request_id: headers.get(&CLIENT_REQUEST_ID).filter(is_sane).cloned(),
        }
    }

    /// The ids as text: ours, and the client's.
    pub(super) fn ids(&self) -> (String, Option<String>) {
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        (text(&self.request_id), self.client_request_id.as_ref().map(text))
    }

    pub(super) fn respond(self, outcome: Result<Done, Box<Refusal>>, clock: &Clock) -> Response<Content> {
        match outcome {
            Ok(done) => {
                let mut response = self.start(done.status, done.body);
                for (name, value) in done.headers {
                    response.headers_mut().append(name, value);
                }
                response
            }
            Err(refusal) => {
                let body = self.error(&refusal, clock);
                let mut response = self.start(refusal.status, Some(body));
                if let Some(value) = violated(&refusal) {
                    response.headers_mut().insert(VIOLATED, value);
                }
                if let Some((name, value)) = refusal.header {
                    response.headers_mut().insert(name, value);
                }
                response
            }
        }
    }

    fn start(self, status: StatusCode, body: Option<Bytes>) -> Response<Content> {
        let has_body = body.is_some();
        let mut response = Response::new(Content::whole(body.unwrap_or_default()));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(REQUEST_ID, self.request_id);
        if let Some(id) = self.client_request_id {
            headers.insert(CLIENT_REQUEST_ID, id);
        }
        if has_body {
            headers.insert(CONTENT_TYPE, JSON);
        }
        response
    }

    fn error(&self, refusal: &Refusal, clock: &Clock) -> Bytes {
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let mut inner = json!({
            "date": format_instant(clock.now()),
            "request-id": text(&self.request_id),
        });
        if let Some(id) = &self.client_request_id {
            inner["client-request-id"] = text(id).into();
        }
        for (name, value) in refusal.inner {
            inner[*name] = (*value).into();
        }
        if let Some((fact, origin)) = &refusal.violated {
            inner["violated"] = fact.as_str().into();
            if let Some(origin) = origin {
                inner["origin"] = origin.to_string().into();
            }
        }
        let error = json!({
            "error": { "code": refusal.code, "message": refusal.message, "innerError": inner }
        });
        Bytes::from(error.to_string())
    }
}
