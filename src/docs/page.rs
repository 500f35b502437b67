//! What one documentation page says, as plain data with the line of every statement.
//!
//! Everywhere in these types `None` means that the page says nothing of the kind, or nothing
//! that could be read (then a finding says so), and an empty list means that the page says
//! there is none.

use serde::{Deserialize, Serialize};

use super::outline::Outline;
use crate::finding::Finding;

/// One page.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    /// The file as it was named to the reader, with `/` between folders.
    pub page: String,
    /// What the page is about.
    pub kind: PageKind,
    /// The API version that it documents: from its folder, or else from the URLs of its examples.
    pub api: Option<String>,
    /// The heading at the top.
    pub title: Option<String>,
    /// The request lines of the section "HTTP request", in page order.
    pub requests: Option<Vec<Request>>,
    /// Who may call.
    pub permissions: Option<Permissions>,
    /// Documented request headers.
    pub headers: Option<Vec<Header>>,
    /// Documented query options and parameters of functions.
    pub query: Option<Vec<Query>>,
    /// Documented properties of the request body.
    pub body: Option<Vec<BodyProperty>>,
    /// The statuses that the section "Response" calls success, in page order.
    pub success: Option<Vec<u16>>,
    /// The documented exchanges.
    pub examples: Option<Vec<Example>>,
    /// What a resource or enumeration page describes.
    pub resource: Option<Resource>,
    /// The 1-based lines of sections and single statements that are plain values above.
    pub lines: Lines,
    /// What could not be read, and why.
    pub findings: Vec<Finding>,
    /// The blocks of the page, for rules.
    #[serde(skip)]
    pub outline: Outline,
}

/// What a page is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PageKind {
    /// An operation, or several that belong together.
    Operation,
    /// A resource type.
    Resource,
    /// Enumerations.
    Enumeration,
    /// Something else: a concept, an overview, an include.
    #[default]
    Other,
}

/// A request line of the section "HTTP request".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The method as it stands there, in upper case.
    pub method: String,
    /// The path as it stands there, query included.
    pub path: String,
    /// 1-based line.
    pub line: usize,
}

/// The names in the permission tables, in page order, least privileged first where the page
/// orders them. An empty list is the documented "Not supported.".
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Permissions {
    /// For a signed-in work or school account.
    pub delegated_work: Option<Vec<String>>,
    /// For a signed-in personal Microsoft account.
    pub delegated_personal: Option<Vec<String>>,
    /// For an application without a user.
    pub application: Option<Vec<String>>,
}

impl Permissions {
    /// The three kinds with their names in facts.
    pub fn kinds(&self) -> impl Iterator<Item = (&'static str, Option<&[String]>)> {
        [
            ("delegatedWork", self.delegated_work.as_deref()),
            ("delegatedPersonal", self.delegated_personal.as_deref()),
            ("application", self.application.as_deref()),
        ]
        .into_iter()
    }
}

/// A documented request header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Its name as it stands in the table.
    pub name: String,
    /// Whether the page calls it required or optional; `None` where it says neither.
    pub required: Option<bool>,
    /// 1-based line.
    pub line: usize,
}

/// A documented query option, such as `$filter`, or a parameter in the URL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Query {
    /// Its name as documented.
    pub name: String,
    /// Its type, where a table has one.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// 1-based line.
    pub line: usize,
}

/// A documented property of the request body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BodyProperty {
    /// Its name as documented.
    pub name: String,
    /// Its type in the page's words: `String collection`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Whether the page calls it required or optional.
    pub required: Option<bool>,
    /// The greatest number of items that the page allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// 1-based line.
    pub line: usize,
}

/// A greatest number of items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// The number.
    pub most: usize,
    /// 1-based line.
    pub line: usize,
}

/// A documented exchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    /// The name in its annotation.
    pub name: Option<String>,
    /// 1-based line of its first fence.
    pub line: usize,
    /// The request, if the page shows one.
    pub request: Option<ExampleRequest>,
    /// The answer, if the page shows one.
    pub response: Option<ExampleResponse>,
}

/// The request of an example.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExampleRequest {
    /// Upper-case method.
    pub method: Option<String>,
    /// The URL as documented, on one line.
    pub url: Option<String>,
    /// Headers in order.
    pub headers: Vec<ExampleHeader>,
    /// The body as documented, without blank lines around it.
    pub body: Option<String>,
    /// What kind of body that is.
    pub body_kind: BodyKind,
    /// 1-based line of the request line.
    pub line: usize,
    /// 1-based line of the first line of the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_line: Option<usize>,
}

/// The answer of an example.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExampleResponse {
    /// The status of the status line; `None` where there is no status line.
    pub status: Option<u16>,
    /// The reason phrase of the status line.
    pub reason: Option<String>,
    /// Headers in order.
    pub headers: Vec<ExampleHeader>,
    /// The body as documented, without blank lines around it.
    pub body: Option<String>,
    /// What kind of body that is.
    pub body_kind: BodyKind,
    /// 1-based line of the status line, or of the body where there is none.
    pub line: usize,
    /// 1-based line of the first line of the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_line: Option<usize>,
}

/// A header line of an example.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExampleHeader {
    /// Its name as documented.
    pub name: String,
    /// Its value, without blanks around it.
    pub value: String,
    /// 1-based line.
    pub line: usize,
}

/// What the body of an example is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BodyKind {
    /// JSON.
    Json,
    /// Meant to be JSON, and is not.
    JsonInvalid,
    /// JSON with parts left out, marked by an ellipsis.
    JsonElided,
    /// Anything else.
    Text,
    /// A multipart body.
    Multipart,
    /// No body.
    #[default]
    None,
}

/// What a resource or enumeration page describes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Resource {
    /// The name of the resource type: `riskyUser`; `None` on a page of enumerations.
    pub name: Option<String>,
    /// Its namespace: `microsoft.graph`.
    pub namespace: Option<String>,
    /// The type that it inherits from, where the page names one.
    pub base: Option<String>,
    /// The property that identifies it, where the annotation names one.
    pub key: Option<String>,
    /// Its properties in page order; `None` without such a section.
    pub properties: Option<Vec<ResourceProperty>>,
    /// Its relationships in page order; `None` without such a section.
    pub relationships: Option<Vec<ResourceProperty>>,
    /// Lists of members, from property descriptions and from tables.
    pub enums: Vec<Enumeration>,
    /// The JSON representation.
    pub json: Option<Representation>,
}

/// A property or relationship of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceProperty {
    /// Its name.
    pub name: String,
    /// Its type in the page's words, links resolved to their text.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// 1-based line.
    pub line: usize,
}

/// A list of members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enumeration {
    /// The type, or the property where its type is only a string.
    pub name: String,
    /// The property whose description lists them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub property: Option<String>,
    /// The members in page order.
    pub members: Vec<String>,
    /// 1-based line of the list.
    pub line: usize,
}

/// The JSON representation of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Representation {
    /// The type that the annotation names.
    pub odata_type: Option<String>,
    /// The text of the fence.
    pub body: String,
    /// What kind of body that is.
    pub body_kind: BodyKind,
    /// 1-based line of the first line of the body.
    pub line: usize,
}

/// Where the statements stand whose values have no line of their own.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Lines {
    /// The heading at the top.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<usize>,
    /// The first row for work or school accounts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delegated_work: Option<usize>,
    /// The first row for personal accounts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delegated_personal: Option<usize>,
    /// The first row for applications.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application: Option<usize>,
    /// The file of the permission table, where it is included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions_file: Option<String>,
    /// The statement of the success status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success: Option<usize>,
}

impl Lines {
    /// The line of a kind of permission, by its name in facts.
    #[must_use]
    pub fn permission(&self, kind: &str) -> Option<usize> {
        match kind {
            "delegatedWork" => self.delegated_work,
            "delegatedPersonal" => self.delegated_personal,
            _ => self.application,
        }
    }
}
