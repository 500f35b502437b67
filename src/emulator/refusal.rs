//! A refusal: its status, its code, and which fact of the contract the request violated. How it
//! is written is the business of `answer`.

use hyper::StatusCode;
use hyper::header::{HeaderName, HeaderValue};

use crate::contract::{Contract, FactId, Operation, Origin};

/// Why a request is not done.
#[derive(Debug, Clone)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    /// Word for programs.
    pub(super) code: &'static str,
    /// Sentence for developers.
    pub(super) message: String,
    /// The fact that was violated, or what it says, and where the description says so.
    pub(super) violated: Option<(String, Option<Origin>)>,
    /// A header that goes with the status.
    pub(super) header: Option<(HeaderName, HeaderValue)>,
    /// What the inner error says besides.
    pub(super) inner: &'static [(&'static str, &'static str)],
}

/// The error is boxed, so that the good case stays small.
pub(super) type Outcome<T> = Result<T, Box<Refusal>>;

impl Refusal {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Box<Self> {
        Box::new(Self { status, code, message: message.into(), violated: None, header: None, inner: &[] })
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Box<Self> {
        Self::new(StatusCode::BAD_REQUEST, "BadRequest", message)
    }

    pub(super) fn not_found(message: impl Into<String>) -> Box<Self> {
        Self::new(StatusCode::NOT_FOUND, "Request_ResourceNotFound", message)
    }

    /// Names the fact of an operation that was violated.
    pub(super) fn of(
        mut self: Box<Self>,
        contract: &Contract,
        operation: &Operation,
        kind: &str,
        name: Option<&str>,
        origin: &Origin,
    ) -> Box<Self> {
        let fact = FactId::of(&contract.api, operation, kind, name);
        self.violated = Some((fact.0, Some(origin.clone())));
        self
    }

    /// Names the promise, true of every operation, that was violated.
    pub(super) fn convention(mut self: Box<Self>, contract: &Contract, name: &str) -> Box<Self> {
        let found = contract.conventions.iter().find(|convention| convention.name == name);
        self.violated = found.map(|convention| (convention.fact(&contract.api).0, Some(convention.origin.clone())));
        self
    }

    /// Says in words what was violated, where no fact has an id for it.
    pub(super) fn words(mut self: Box<Self>, words: impl Into<String>, origin: &Origin) -> Box<Self> {
        self.violated = Some((words.into(), Some(origin.clone())));
        self
    }

    pub(super) fn with(mut self: Box<Self>, name: HeaderName, value: HeaderValue) -> Box<Self> {
        self.header = Some((name, value));
        self
    }
}
