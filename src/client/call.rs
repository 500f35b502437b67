//! What one call went through: filled by the session's hooks, read by its error.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::{HeaderMap, HeaderValue, StatusCode};
use uuid::Uuid;

use super::Token;

/// What stands where an answer repeats the token.
const HIDDEN: &str = "[token]";
/// A shorter text is no token of a real service, and may well be a word.
const SHORTEST_SECRET: usize = 16;

/// The context of one call. The generator's own errors lose status and headers, so the hooks
/// note here what happened.
#[derive(Debug)]
pub struct Call {
    /// Id of the operation.
    pub(super) operation: &'static str,
    /// Sent as `client-request-id` with every attempt.
    pub(super) client_request_id: Uuid,
    trace: Mutex<Trace>,
    /// What it was sent with: services repeat tokens in answers, and errors repeat answers.
    tokens: Mutex<Vec<Token>>,
}

/// What happened so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Trace {
    /// How often the request was sent, or begun to be sent.
    pub(super) attempts: u32,
    /// Whether an attempt ended without an answer although it may have arrived.
    pub(super) unknown: bool,
    /// Why the call was not begun.
    pub(super) refusal: Option<Refusal>,
    /// The connection's failure.
    pub(super) failure: Option<String>,
    /// Status of the last answer.
    pub(super) status: Option<StatusCode>,
    /// Headers of the last answer.
    pub(super) headers: HeaderMap,
    /// `error.code` of the last answer.
    pub(super) code: Option<String>,
    /// `error.message`, or the beginning of a body that is no OData error.
    pub(super) message: Option<String>,
    /// Nested `innerError.code`s, the most specific last.
    pub(super) inner_codes: Vec<String>,
    /// `Retry-After` of the last answer.
    pub(super) retry_after: Option<Duration>,
}

/// Why a call was not begun.
#[derive(Debug, Clone)]
pub(super) enum Refusal {
    /// There is no token.
    Token(String),
    /// The request would have gone elsewhere, or arrived otherwise, than it was meant to.
    Target(String),
}

impl Call {
    /// A call that has not begun.
    pub(crate) fn new(operation: &'static str) -> Arc<Self> {
        Arc::new(Self {
            operation,
            client_request_id: Uuid::new_v4(),
            trace: Mutex::default(),
            tokens: Mutex::default(),
        })
    }

    pub(super) fn trace(&self) -> MutexGuard<'_, Trace> {
        // A panic while the lock was held cannot leave the plain data half-written.
        self.trace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a token that the call is sent with.
    pub(super) fn sent_with(&self, token: &Token) {
        self.tokens().push(token.clone());
    }

    /// Notes an answer's status and headers.
    pub(super) fn answered(&self, status: StatusCode, headers: &HeaderMap, after: Option<Duration>) {
        let mut trace = self.trace();
        trace.status = Some(status);
        trace.retry_after = after;
        trace.headers.clone_from(headers);
        for token in self.tokens().iter().filter(|token| token.secret().len() >= SHORTEST_SECRET) {
            let secret = token.secret().as_bytes();
            for value in trace.headers.values_mut() {
                if value.as_bytes().windows(secret.len()).any(|part| part == secret) {
                    *value = HeaderValue::from_static(HIDDEN);
                }
            }
        }
    }

    /// A text of an answer without the call's tokens.
    pub(super) fn hide(&self, mut text: String) -> String {
        for token in self.tokens().iter().filter(|token| token.secret().len() >= SHORTEST_SECRET) {
            if text.contains(token.secret()) {
                text = text.replace(token.secret(), HIDDEN);
            }
        }
        text
    }

    fn tokens(&self) -> MutexGuard<'_, Vec<Token>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
