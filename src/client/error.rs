//! The one error of a call: what is known of it, whoever noticed first.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use progenitor_client::Error as Generated;
use uuid::Uuid;

use super::call::{Call, Refusal, Trace};

/// What kind of failure a call ended with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The arguments cannot be sent: a wrong number of ids, an id that is no GUID, a path
    /// segment that is empty or leads elsewhere.
    Invalid,
    /// There is no token.
    Token,
    /// No connection could be made, the first time or when trying again.
    Connection,
    /// The request was sent, and no complete answer came.
    AnswerUnknown,
    /// The service answered 4xx or 5xx.
    Refused,
    /// The service answered what is not documented: another status, a redirect, a body that is
    /// not what it should be.
    Unexpected,
    /// A next link leads to another host, to plain HTTP, or in circles.
    NextLink,
}

/// What became of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Delivery {
    /// It never left.
    NotSent,
    /// It left, and what the service did with it is not known. Read back before trying again.
    Unknown,
    /// The service answered it.
    Answered,
}

/// Why a call failed. Shows no token, also where the answer repeats it, and no part of a request.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    operation: String,
    client_request_id: Option<Uuid>,
    message: String,
    trace: Trace,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// The kind of failure.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether the request was sent, and whether the answer to it is known.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        match self.0.kind {
            ErrorKind::AnswerUnknown => Delivery::Unknown,
            _ if self.0.trace.unknown => Delivery::Unknown,
            ErrorKind::Refused | ErrorKind::Unexpected => Delivery::Answered,
            _ if self.0.trace.status.is_some() => Delivery::Answered,
            _ => Delivery::NotSent,
        }
    }

    /// Id of the operation.
    #[must_use]
    pub fn operation(&self) -> &str {
        &self.0.operation
    }

    /// Status of the last answer.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.0.trace.status
    }

    /// `error.code` of an OData error: the word that programs may rely on.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.trace.code.as_deref()
    }

    /// The codes of nested `innerError`s, the most specific last.
    #[must_use]
    pub fn inner_codes(&self) -> &[String] {
        &self.0.trace.inner_codes
    }

    /// What went wrong: the message of an OData error, the beginning of any other body, or our
    /// own words.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The service's id of the answer, which its support asks for.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.trace.headers.get("request-id")?.to_str().ok()
    }

    /// The id under which every attempt was sent.
    #[must_use]
    pub fn client_request_id(&self) -> Option<Uuid> {
        self.0.client_request_id
    }

    /// Headers of the last answer. A value that repeats the token is replaced.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.0.trace.headers
    }

    /// How often the request was sent.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.trace.attempts
    }

    /// How long the service asked to wait, where it did.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.trace.retry_after
    }

    /// Nothing was sent, since the arguments cannot be.
    pub(crate) fn invalid(operation: &str, message: String) -> Self {
        Self(Box::new(Inner {
            kind: ErrorKind::Invalid,
            operation: operation.to_owned(),
            client_request_id: None,
            message,
            trace: Trace::default(),
            source: None,
        }))
    }

    /// A failure that the session noticed itself.
    pub(super) fn noticed(kind: ErrorKind, message: String, call: &Call) -> Self {
        Self::with_source(kind, message, None, call)
    }

    /// The generator's error, completed with what the hooks noted.
    pub(crate) fn of_call<E>(error: Generated<E>, call: &Call) -> Self {
        let trace = call.trace().clone();
        let noted = trace.message.clone();
        let (kind, message, source) = match error {
            Generated::InvalidRequest(reason) => (ErrorKind::Invalid, reason, None),
            Generated::Custom(reason) => match &trace.refusal {
                Some(Refusal::Target(_)) => (ErrorKind::Invalid, reason, None),
                _ => (ErrorKind::Token, reason, None),
            },
            Generated::CommunicationError(error) if error.is_builder() => (ErrorKind::Invalid, error.to_string(), None),
            Generated::CommunicationError(error) => {
                let kind = if trace.unknown { ErrorKind::AnswerUnknown } else { ErrorKind::Connection };
                let message = trace.failure.clone().unwrap_or_else(|| "no connection".to_owned());
                (kind, message, Some(error))
            }
            Generated::ErrorResponse(_) => (ErrorKind::Refused, noted.unwrap_or_default(), None),
            Generated::ResponseBodyError(error) | Generated::InvalidUpgrade(error) => {
                (ErrorKind::AnswerUnknown, "the answer broke off".to_owned(), Some(error))
            }
            Generated::InvalidResponsePayload(_, error) => {
                (ErrorKind::Unexpected, format!("the answer's body is not what is documented: {error}"), None)
            }
            Generated::UnexpectedResponse(response) => (ErrorKind::Unexpected, unexpected(response.status()), None),
        };
        Self::with_source(kind, message, source, call)
    }

    /// The one place where an error of a call is made: without the address, which holds ids, and
    /// without the token, which answers repeat.
    fn with_source(kind: ErrorKind, message: String, source: Option<reqwest::Error>, call: &Call) -> Self {
        Self(Box::new(Inner {
            kind,
            operation: call.operation.to_owned(),
            client_request_id: Some(call.client_request_id),
            message: call.hide(message),
            trace: call.trace().clone(),
            source: source.map(|error| Arc::new(error.without_url()) as _),
        }))
    }
}

pub(super) fn unexpected(status: StatusCode) -> String {
    match status.is_redirection() {
        true => "a redirect, which is not followed: token and ids are meant for this host".to_owned(),
        false => "not the documented status".to_owned(),
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        write!(f, "call {}: ", inner.operation)?;
        match inner.kind {
            ErrorKind::Invalid => write!(f, "nothing was sent: {}", inner.message)?,
            ErrorKind::Token => write!(f, "nothing was sent, there is no token: {}", inner.message)?,
            ErrorKind::Connection => {
                match inner.trace.status {
                    Some(status) => write!(f, "the service answered {status}, and then could not be reached: ")?,
                    None => f.write_str("nothing was sent: ")?,
                }
                f.write_str(&inner.message)?;
            }
            ErrorKind::AnswerUnknown => {
                write!(f, "the request was sent, but its outcome is not known: {}", inner.message)?
            }
            ErrorKind::NextLink => write!(f, "{}", inner.message)?,
            ErrorKind::Refused | ErrorKind::Unexpected => {
                match inner.trace.status {
                    Some(status) => write!(f, "the service answered {status}")?,
                    None => f.write_str("the service answered")?,
                }
                if let Some(code) = &inner.trace.code {
                    write!(f, ", {code}")?;
                }
                if !inner.message.is_empty() {
                    write!(f, ": {}", inner.message)?;
                }
            }
        }
        if inner.trace.attempts > 1 {
            write!(f, " ({} attempts)", inner.trace.attempts)?;
        }
        if let Some(id) = self.request_id() {
            write!(f, " (request-id {id})")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("delivery", &self.delivery())
            .field("operation", &self.0.operation)
            .field("status", &self.0.trace.status)
            .field("code", &self.0.trace.code)
            .field("message", &self.0.message)
            .field("request_id", &self.request_id())
            .field("client_request_id", &self.0.client_request_id)
            .field("attempts", &self.0.trace.attempts)
            .finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
