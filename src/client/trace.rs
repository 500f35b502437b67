//! A line for each attempt, for whoever wants to see the calls. Neither addresses nor bodies are in
//! it: they hold identities and names. The client alone has no crate for it.

use std::time::Duration;

use http::{Method, StatusCode};
use reqwest::Request;

use super::{Call, Clock, refusal};

/// A GUID has 36 characters.
const LONGEST_ID: usize = 64;

/// An attempt that is being made.
pub(super) struct Attempt<'a> {
    call: Option<&'a Call>,
    clock: &'a dyn Clock,
    method: Method,
    begun: Duration,
}

impl<'a> Attempt<'a> {
    /// The request is about to be sent.
    pub(super) fn begin(call: Option<&'a Call>, request: &Request, clock: &'a dyn Clock) -> Self {
        Self { call, clock, method: request.method().clone(), begun: clock.elapsed() }
    }

    /// An answer came, and the call has noted it: its headers are without tokens there.
    pub(super) fn answered(&self, status: StatusCode) {
        let id = self.call.and_then(|call| {
            let trace = call.trace();
            let id = trace.headers.get("request-id").and_then(|value| value.to_str().ok());
            id.map(|id| id.chars().take(LONGEST_ID).collect::<String>())
        });
        tracing::info!(
            method = self.method.as_str(),
            operation = self.operation(),
            status = status.as_u16(),
            millis = self.millis(),
            request_id = id.unwrap_or_default(),
            "answered"
        );
    }

    /// None came.
    pub(super) fn failed(&self, error: &reqwest::Error) {
        tracing::info!(
            method = self.method.as_str(),
            operation = self.operation(),
            millis = self.millis(),
            reason = refusal::describe(error),
            "no answer"
        );
    }

    fn operation(&self) -> &'static str {
        self.call.map_or("", |call| call.operation)
    }

    fn millis(&self) -> u64 {
        u64::try_from(self.clock.elapsed().saturating_sub(self.begun).as_millis()).unwrap_or(u64::MAX)
    }
}
