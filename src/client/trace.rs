//! A line for each attempt, for whoever wants to see the calls. Neither addresses nor bodies are in
//! it: they hold identities and names.

use std::time::Duration;

use http::{HeaderMap, Method, StatusCode};

use super::Call;

/// What is told of an attempt.
pub(super) struct Attempt<'a> {
    pub(super) call: Option<&'a Call>,
    pub(super) method: &'a Method,
    pub(super) took: Duration,
}

impl Attempt<'_> {
    /// An answer came. Its headers are those of which the call's tokens were taken out.
    #[cfg(feature = "remediation")]
    pub(super) fn answered(&self, status: StatusCode, headers: &HeaderMap) {
        let request_id = match self.call {
            Some(call) => request_id(&call.trace().headers),
            None => request_id(headers),
        };
        tracing::info!(
            method = self.method.as_str(),
            operation = self.operation(),
            status = status.as_u16(),
            millis = self.millis(),
            request_id,
            "answered"
        );
    }

    /// None came.
    #[cfg(feature = "remediation")]
    pub(super) fn failed(&self, error: &reqwest::Error) {
        let reason = super::refusal::describe(error);
        tracing::info!(
            method = self.method.as_str(),
            operation = self.operation(),
            millis = self.millis(),
            reason,
            "no answer"
        );
    }

    #[cfg(feature = "remediation")]
    fn operation(&self) -> &'static str {
        self.call.map_or("", |call| call.operation)
    }

    #[cfg(feature = "remediation")]
    fn millis(&self) -> u64 {
        u64::try_from(self.took.as_millis()).unwrap_or(u64::MAX)
    }

    /// The client alone tells nothing: it has no crate for it.
    #[cfg(not(feature = "remediation"))]
    pub(super) fn answered(&self, _: StatusCode, _: &HeaderMap) {
        let Self { call: _, method: _, took: _ } = self;
    }

    /// The client alone tells nothing: it has no crate for it.
    #[cfg(not(feature = "remediation"))]
    pub(super) fn failed(&self, _: &reqwest::Error) {}
}

#[cfg(feature = "remediation")]
fn request_id(headers: &HeaderMap) -> String {
    let text = headers.get("request-id").and_then(|value| value.to_str().ok());
    text.unwrap_or_default().chars().take(LONGEST_ID).collect()
}

/// A GUID has 36 characters.
#[cfg(feature = "remediation")]
const LONGEST_ID: usize = 64;
