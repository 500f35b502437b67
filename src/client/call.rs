//! What one call went through: filled by the session's hooks, read by its error.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use uuid::Uuid;

/// The context of one call. The generator's own errors lose status and headers, so the hooks
/// note here what happened.
#[derive(Debug)]
pub struct Call {
    /// Id of the operation.
    pub(super) operation: &'static str,
    /// Sent as `client-request-id` with every attempt.
    pub(super) client_request_id: Uuid,
    trace: Mutex<Trace>,
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
    /// The request would have gone elsewhere than it was meant to.
    Target(String),
}

impl Call {
    /// A call that has not begun.
    pub(crate) fn new(operation: &'static str) -> Arc<Self> {
        Arc::new(Self { operation, client_request_id: Uuid::new_v4(), trace: Mutex::default() })
    }

    pub(super) fn trace(&self) -> MutexGuard<'_, Trace> {
        // A panic while the lock was held cannot leave the plain data half-written.
        self.trace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
