//! What settling needs of a service, and what can go wrong with it. [`super::Graph`] is the real one.

use std::time::Duration;

use serde_json::{Map, Value};

use super::Id;
use crate::client::BoxFuture;
use crate::odata::Instant;

/// Reads a set and acts on its members. One call is one request: no pace, no second attempt.
pub trait Service: Send + Sync {
    /// Reads a page: the first one of a listing, or the one behind a link.
    fn page<'a>(&'a self, listing: &'a Listing) -> BoxFuture<'a, Result<Page, Trouble>>;

    /// Reads one member; nothing where the service says that there is none.
    fn member<'a>(&'a self, id: &'a Id) -> BoxFuture<'a, Result<Answered<Option<Member>>, Trouble>>;

    /// Acts on identities. What is answered is whether the service says that it did.
    fn act<'a>(&'a self, ids: Vec<&'a Id>) -> BoxFuture<'a, Result<Answered<bool>, Trouble>>;
}

/// A member of a set, as it came.
pub type Member = Map<String, Value>;

/// Which page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listing {
    /// The first one of those that meet a condition.
    First {
        /// `$filter`.
        filter: Option<String>,
        /// `$select`, where the service takes it.
        select: Option<String>,
    },
    /// The one behind a link of the service.
    Next(String),
}

/// A page of a set.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    /// Its members.
    pub members: Vec<Member>,
    /// The link to the next one.
    pub next: Option<String>,
    /// When it was answered, by the service's clock.
    pub date: Option<Instant>,
}

/// A documented answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answered<T> {
    /// What it says.
    pub value: T,
    /// HTTP status.
    pub status: u16,
    /// The service's id of the answer.
    pub request_id: Option<String>,
    /// When it was answered, by the service's clock.
    pub date: Option<Instant>,
}

/// Any other answer, or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What it means for what to do next.
    pub kind: TroubleKind,
    /// For people, without names, tokens and addresses.
    pub message: String,
    /// HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// The word of the service for it.
    pub code: Option<String>,
    /// The service's id of the answer.
    pub request_id: Option<String>,
    /// The id under which it was sent.
    pub client_request_id: Option<String>,
}

/// What trouble means for what to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TroubleKind {
    /// Nothing was done; come later, after so long if the service says so.
    Later(Option<Duration>),
    /// Nothing was sent.
    NotSent,
    /// Nothing was done, and never will be for this request.
    Refused,
    /// Nothing was done, and nothing will be for this caller.
    Denied,
    /// It was sent, and nobody knows what became of it.
    Lost,
}

impl Trouble {
    /// A listing whose links lead in circles.
    pub(super) fn endless() -> Self {
        Self {
            kind: TroubleKind::Refused,
            message: "the listing would never end: its next link was followed before".to_owned(),
            status: None,
            code: None,
            request_id: None,
            client_request_id: None,
        }
    }

    /// What is told beside an identity that it befell.
    #[must_use]
    pub fn word(&self) -> String {
        match (&self.code, self.status) {
            (Some(code), _) => code.clone(),
            (None, Some(status)) => format!("HTTP {status}"),
            (None, None) => self.message.clone(),
        }
    }
}
