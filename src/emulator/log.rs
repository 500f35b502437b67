//! A line in the log for each request: what was asked for in the words of the description, never
//! in those of the client, so that no token, secret, name or id gets into it.

use std::time::Duration;

use hyper::http::request::Parts;

use super::answer::Done;
use super::refusal::Outcome;
use super::service::{Located, Service};

/// Whether anybody reads it.
pub(super) fn is_on() -> bool {
    tracing::enabled!(tracing::Level::INFO)
}

/// What came of a request.
pub(super) struct Seen<'a> {
    pub(super) status: Option<u16>,
    pub(super) violated: Option<&'a str>,
    pub(super) request_id: &'a str,
    pub(super) took: Duration,
}

/// The status of an outcome, and what the request violated.
pub(super) fn shown(outcome: &Outcome<Done>) -> (Option<u16>, Option<&str>) {
    match outcome {
        Ok(done) => (Some(done.status.as_u16()), None),
        Err(refusal) => {
            let violated = refusal.violated.as_ref().map(|(fact, _)| fact.as_str());
            (Some(refusal.status.as_u16()), violated.or(Some(refusal.code)))
        }
    }
}

impl Service {
    /// Writes the line of a request.
    pub(super) fn log(&self, parts: &Parts, seen: &Seen<'_>) {
        let located = self.locate(parts).ok();
        let named = |located: &Located<'_>| {
            (format!("/{}{}", located.api.contract.api, located.operation.path), located.operation.id.clone())
        };
        let (path, operation) = located.as_ref().map(named).unwrap_or_default();
        // A method is any word that a client makes up.
        let method = located.as_ref().map_or("other", |located| &located.operation.method);
        tracing::info!(
            method,
            path,
            operation,
            status = seen.status,
            violated = seen.violated,
            micros = u64::try_from(seen.took.as_micros()).unwrap_or(u64::MAX),
            request_id = seen.request_id,
            "request"
        );
    }
}
