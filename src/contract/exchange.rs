//! A documented exchange, as a person copied it from a page into a transcript.
//!
//! Exchanges are the witness against which the description is judged, so nothing in them may
//! come from the description.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Origin, Rests};

/// One example of a documentation page: a request and the answer to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    /// The name that the page gives to the example; the file is called the same.
    pub name: String,
    /// The id of the operation that it shows.
    pub operation: String,
    /// The page and its revision.
    pub page: String,
    /// Upper-case method of the documented request.
    pub method: String,
    /// The documented URL.
    pub url: String,
    /// The request as documented; its first line is `method` and `url`.
    pub request: Message,
    /// Status of the documented answer.
    pub status: u16,
    /// The answer as documented.
    pub response: Message,
    /// What the page states beside the example.
    pub statements: Vec<Statement>,
    /// Where the transcript has the request line.
    pub origin: Origin,
}

/// Headers and body of one direction.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Message {
    /// Headers in order, names as documented.
    pub headers: Vec<(String, String)>,
    /// The body, if there is one; documented bodies are JSON.
    pub body: Option<Value>,
}

/// Something that a page states in its prose or tables: a fact of the operation, without the
/// description having a say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Kind of the fact: `permission`.
    pub kind: String,
    /// Name within the kind: `application`.
    pub name: Option<String>,
    /// The value in the words of facts.
    pub value: String,
    /// The page, where it is another than the exchange's.
    pub page: String,
    /// Documented, or assumed by us where no page says it.
    pub rests: Rests,
    /// Where the transcript says so.
    pub origin: Origin,
}

impl Statement {
    /// `permission[application]`.
    #[must_use]
    pub fn key(&self) -> String {
        match &self.name {
            Some(name) => format!("{}[{name}]", self.kind),
            None => self.kind.clone(),
        }
    }
}

/// The path and query of a documented URL, split from scheme, host and version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    /// Path below the version: `/riskyUsers/dismiss`.
    pub path: String,
    /// Query without the question mark.
    pub query: Option<String>,
}

impl Exchange {
    /// Splits the documented URL for an API version. `None` where it is not a URL of that
    /// version.
    #[must_use]
    pub fn target(&self, api: &str) -> Option<Stated> {
        let rest = self.url.split_once("://")?.1;
        let (_, path) = rest.split_once('/')?;
        let path = path.strip_prefix(api).filter(|rest| rest.starts_with('/'))?;
        Some(match path.split_once('?') {
            Some((path, query)) => Stated { path: path.to_owned(), query: Some(query.to_owned()) },
            None => Stated { path: path.to_owned(), query: None },
        })
    }

    /// A documented request header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.request.header(name)
    }

    /// The statements of a kind: `header`, `limit`.
    pub fn stated(&self, kind: &str) -> impl Iterator<Item = &Statement> {
        self.statements.iter().filter(move |statement| statement.kind == kind)
    }

    /// The statement of this kind and name.
    #[must_use]
    pub fn states(&self, kind: &str, name: &str) -> Option<&Statement> {
        self.stated(kind).find(|statement| statement.name.as_deref().unwrap_or_default() == name)
    }
}

impl Message {
    /// The first header of this name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}
