//! One operation: how it is called, who may call it, what it answers and what it changes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Origin, Shape, Source, Template};

/// One operation of an API.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Operation {
    /// The id in the description, for people and for the dispatcher; facts do not depend on it.
    pub id: String,
    /// Upper-case HTTP method.
    pub method: String,
    /// The canonical path.
    pub path: Template,
    /// Further paths that mean the same.
    pub aliases: Vec<Alias>,
    /// What it does, in our words.
    pub summary: String,
    /// Who may call it.
    pub permissions: Permissions,
    /// Directory roles of which a signed-in user needs one, the least first; empty if none is
    /// said to be needed.
    #[serde(default)]
    pub roles: Vec<Role>,
    /// Request headers, `Authorization` included.
    pub headers: Vec<Header>,
    /// Path parameters with their shapes.
    pub parameters: Vec<(String, Shape)>,
    /// Query options.
    pub query: Vec<Query>,
    /// The request body, if it takes one.
    pub body: Option<Body>,
    /// The one answer that means success.
    pub success: Reply,
    /// What it changes; empty for an operation that only reads.
    pub effects: Vec<Effect>,
    /// The entity whose members it answers, where they belong to one.
    #[serde(default)]
    pub of: Option<Owner>,
    /// The licence that the tenant needs, as documented.
    pub licence: Option<Licence>,
    /// The clouds in which the operation is offered, where they are not all of the API's.
    #[serde(default)]
    pub clouds: Option<Clouds>,
    /// How it is called on a command line. Ours alone, and so no fact.
    #[serde(default)]
    pub command: Command,
    /// Who describes the operation.
    pub source: Source,
    /// Where our description starts to describe it.
    pub origin: Origin,
}

impl Operation {
    /// The canonical path, then the aliases.
    pub fn paths(&self) -> impl Iterator<Item = &Template> {
        std::iter::once(&self.path).chain(self.aliases.iter().map(|alias| &alias.path))
    }

    /// Whether calling it can change something: it has an effect, or HTTP does not call its
    /// method safe (RFC 9110, 9.2.1).
    #[must_use]
    pub fn acts(&self) -> bool {
        !self.effects.is_empty() || !matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS")
    }
}

/// A licence that an operation needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Licence {
    /// Its name.
    pub name: String,
    /// Who says so.
    pub source: Source,
    /// Where our description says so.
    pub origin: Origin,
}

/// The clouds in which an operation is offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clouds {
    /// Their names, as those of the API's roots: `global`.
    pub names: Vec<String>,
    /// Who says so.
    pub source: Source,
    /// Where our description says so.
    pub origin: Origin,
}

/// How an operation is offered on a command line. What is not said here follows from its path and set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// Group and verb, where others are wanted than those that follow: `users revoke-sessions`.
    pub name: Option<(String, String)>,
    /// Whether it may be done to whatever a filter finds. Otherwise each identity has to be given.
    pub filters: bool,
}

/// Another path of the same operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alias {
    /// The path.
    pub path: Template,
    /// Who says so.
    pub source: Source,
    /// Where our description says so.
    pub origin: Origin,
}

/// The permissions of the three kinds of caller. An empty list means "not supported", which is
/// a documented fact and not an absence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permissions {
    /// Any one of these suffices for a signed-in work or school account.
    pub delegated_work: Vec<String>,
    /// Any one of these suffices for a signed-in personal Microsoft account.
    pub delegated_personal: Vec<String>,
    /// Any one of these suffices for an application without a user.
    pub application: Vec<String>,
    /// By the name of a kind in facts: what suffices as well, and allows more than is needed.
    #[serde(default)]
    pub higher: BTreeMap<String, Vec<String>>,
    /// Who says so.
    pub source: Source,
    /// Where our description says so.
    pub origin: Origin,
}

impl Permissions {
    /// The three kinds with their names in facts.
    pub fn kinds(&self) -> impl Iterator<Item = (&'static str, &[String])> {
        [
            ("delegatedWork", self.delegated_work.as_slice()),
            ("delegatedPersonal", self.delegated_personal.as_slice()),
            ("application", self.application.as_slice()),
        ]
        .into_iter()
    }

    /// What suffices for a kind as well, and allows more than is needed.
    #[must_use]
    pub fn higher(&self, kind: &str) -> &[String] {
        self.higher.get(kind).map_or(&[], Vec::as_slice)
    }
}

/// A directory role that suffices, beside a permission, for a signed-in user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// Its name: `Security Administrator`.
    pub name: String,
    /// The id of its template, by which tokens name it.
    pub id: String,
    /// Who says so.
    pub source: Source,
    /// Where our description says so.
    pub origin: Origin,
}

impl Role {
    /// What its fact says.
    pub const SAYS: &'static str = "sufficient";
}

/// A documented request header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Its name as documented.
    pub name: String,
    /// Whether a request without it is refused.
    pub required: bool,
    /// Who says so.
    pub source: Source,
    /// Where our description says so.
    pub origin: Origin,
}

/// A documented query option.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Query {
    /// Its name with the dollar sign: `$filter`.
    pub name: String,
    /// The form of its value.
    pub shape: Shape,
    /// Who says so.
    pub source: Source,
    /// Where our description says so.
    pub origin: Origin,
}

/// A request body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Body {
    /// The media type, without parameters.
    pub content_type: String,
    /// Whether a request without a body is refused.
    pub required: bool,
    /// The form of the body.
    pub shape: Shape,
    /// Who says so.
    pub source: Source,
    /// Where our description says so.
    pub origin: Origin,
}

/// The documented answer to a request that succeeded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// The form of the body; `None` means that there is none.
    pub shape: Option<Shape>,
    /// Who says so.
    pub source: Source,
    /// Where our description says so.
    pub origin: Origin,
}

/// The entity that the members of a nested set belong to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// The set that it is a member of: `riskyUsers`.
    pub set: String,
    /// The property of a nested member that names it: `userId`.
    pub property: String,
    /// Where its identity stands in a request: `path.id`.
    pub id: ValueSource,
    /// Who says so.
    pub source: Source,
    /// Where our description says so.
    pub origin: Origin,
}

/// What an operation does to the members of an entity set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// The entity set that changes: `riskyUsers`.
    pub set: String,
    /// The property of the set's members that identifies them.
    pub key: String,
    /// Where the identities come from: `body.userIds`, `path.id`.
    pub ids: ValueSource,
    /// What happens to an identity that the set does not hold.
    pub missing: Missing,
    /// Who says what happens to it.
    pub missing_source: Source,
    /// The properties that change, and to what.
    pub becomes: Vec<Becomes>,
    /// Properties that take the time of the change.
    pub touches: Vec<String>,
    /// Members that are not changed: the whole call is refused for one of them.
    #[serde(default)]
    pub refuses: Vec<Refused>,
    /// The boolean property that is true between the answer and the change.
    #[serde(default)]
    pub processing: Option<Processing>,
    /// What is written down of each change.
    #[serde(default)]
    pub log: Option<Log>,
    /// Who says that there is an effect.
    pub source: Source,
    /// Where our description says so.
    pub origin: Origin,
}

/// A place in a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ValueSource {
    /// A property of the JSON body, one identity or a list of them.
    Body(String),
    /// A path parameter.
    Path(String),
}

impl ValueSource {
    /// Reads `body.NAME` or `path.NAME`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once('.')? {
            ("body", name) if !name.is_empty() => Some(Self::Body(name.to_owned())),
            ("path", name) if !name.is_empty() => Some(Self::Path(name.to_owned())),
            _ => None,
        }
    }
}

impl std::fmt::Display for ValueSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Body(name) => write!(f, "body.{name}"),
            Self::Path(name) => write!(f, "path.{name}"),
        }
    }
}

/// What an action does with an identity that its set does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Missing {
    /// It becomes a member.
    Create,
    /// Nothing happens to it; the call succeeds.
    Ignore,
    /// The whole call is refused.
    Refuse,
}

impl Missing {
    /// The word used in descriptions and facts.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Ignore => "ignore",
            Self::Refuse => "refuse",
        }
    }

    /// Reads the word used in descriptions.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Create, Self::Ignore, Self::Refuse].into_iter().find(|missing| missing.as_str() == word)
    }
}

/// One property that an action sets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Becomes {
    /// The property: `riskLevel`.
    pub property: String,
    /// Its value afterwards.
    pub value: String,
    /// Who says so.
    pub source: Source,
    /// Where our description says so.
    pub origin: Origin,
}

/// A state of a member in which an action is refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refused {
    /// The property: `isDeleted`.
    pub property: String,
    /// Its value in that state.
    pub value: Value,
    /// Who says so.
    pub source: Source,
    /// Where our description says so.
    pub origin: Origin,
}

/// The property that tells that an action was accepted and is not done yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Processing {
    /// The property: `isProcessing`.
    pub property: String,
    /// Who says so.
    pub source: Source,
    /// Where our description says so.
    pub origin: Origin,
}

/// An item of a nested set for each change of an entity. It has the properties of the entity
/// after the change, as far as both have them, and those that are given. The newest item has
/// the identity of the entity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Log {
    /// The nested set: `riskyUsers/history`.
    pub set: String,
    /// The property whose time, in .NET ticks behind the entity's identity, makes the identity of
    /// an item that is not the newest any more.
    pub dated: String,
    /// What an item has beside the entity's properties.
    pub given: Vec<Given>,
    /// Who says so.
    pub source: Source,
    /// Where our description says so.
    pub origin: Origin,
}

impl Log {
    /// What its fact says.
    pub const SAYS: &'static str = "an item for each change";
}

/// One property of a logged item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Given {
    /// The property, and those within it: `activity`, `detail`.
    pub path: Vec<String>,
    /// Where its value comes from.
    pub value: GivenValue,
}

/// Where a value of a logged item comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum GivenValue {
    /// A property of the entity after the change.
    Entity(String),
    /// The identity of who called.
    Caller,
    /// Always the same.
    Fixed(Value),
}
