//! Every kind of change, how it hits a client, and why.

use serde::Serialize;

/// How a change hits a client that keeps to the older version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Class {
    /// What it does may be refused, or it may misread an answer.
    Breaking,
    /// There is more than it uses.
    Additive,
    /// Nothing changes for it, as far as the pages say.
    Neutral,
}

impl Class {
    /// Every class, the worst first.
    pub const ALL: [Self; 3] = [Self::Breaking, Self::Additive, Self::Neutral];

    /// The word used in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Breaking => "breaking",
            Self::Additive => "additive",
            Self::Neutral => "neutral",
        }
    }
}

/// A kind of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// Its id in reports; never reused for something else.
    pub id: &'static str,
    /// How it hits a client.
    pub class: Class,
    /// What changed, for people.
    pub title: &'static str,
    /// Why it has this class.
    pub reason: &'static str,
}

/// The row with this id.
#[must_use]
pub(super) fn kind(id: &'static str) -> Kind {
    let unknown = Kind { id, class: Class::Neutral, title: id, reason: "" };
    let found = KINDS.iter().find(|kind| kind.id == id).copied();
    debug_assert!(found.is_some(), "the table has no row '{id}'");
    found.unwrap_or(unknown)
}

const fn breaking(id: &'static str, title: &'static str, reason: &'static str) -> Kind {
    Kind { id, class: Class::Breaking, title, reason }
}

const fn additive(id: &'static str, title: &'static str, reason: &'static str) -> Kind {
    Kind { id, class: Class::Additive, title, reason }
}

const fn neutral(id: &'static str, title: &'static str, reason: &'static str) -> Kind {
    Kind { id, class: Class::Neutral, title, reason }
}

/// Every kind of change: the one place that says how it hits a client.
pub const KINDS: &[Kind] = &[
    // Operations.
    additive("operation_added", "operation added", "nobody calls it yet"),
    breaking("operation_removed", "operation removed", "calls to it are no longer documented to work"),
    breaking("method_changed", "method changed", "the former method is no longer documented"),
    breaking("path_changed", "path changed", "the former path is no longer documented"),
    neutral("path_respelled", "letter case of the path changed", "Graph takes path segments in any letter case"),
    additive("alias_added", "another path added", "the former paths still work"),
    breaking("alias_removed", "one of several paths removed", "clients that use this path must move to another"),
    // Permissions.
    additive("permission_kind_supported", "kind of permission now supported", "more callers are let in"),
    breaking("permission_kind_unsupported", "kind of permission no longer supported", "these callers are refused"),
    additive("permission_added", "permission added to those of which one suffices", "the former ones still suffice"),
    breaking("permission_removed", "permission no longer suffices", "callers that hold only this one are refused"),
    neutral("least_privilege_changed", "least privileged permission changed", "each of them still suffices"),
    neutral("permissions_stated", "permissions newly stated", "the older page says nothing to compare with"),
    neutral("permissions_unstated", "permissions no longer stated", "silence does not take a permission away"),
    // Headers.
    breaking("header_required_added", "required header added", "requests without it are refused"),
    additive("header_added", "header added that is not called required", "requests without it are taken as before"),
    neutral("header_removed", "header removed", "a header that means nothing to the service is ignored"),
    breaking("header_became_required", "header is now required", "requests without it are refused"),
    additive("header_became_optional", "header is now optional", "requests with it are taken as before"),
    neutral(
        "header_requirement_stated",
        "whether the header is required is newly stated",
        "the older page says neither, so that there is nothing to compare with",
    ),
    neutral(
        "header_requirement_unstated",
        "whether the header is required is no longer stated",
        "silence does not change what is required",
    ),
    neutral(
        "content_type_changed",
        "Content-Type added to or removed from the list of headers",
        "whoever sends a body always had to say what it is (RFC 9110, 8.3)",
    ),
    // Query options and parameters of functions.
    additive("query_added", "query option added", "requests without it are taken as before"),
    breaking("query_removed", "query option removed", "Graph refuses query options that it does not support"),
    breaking("query_type_changed", "type of a parameter changed", "values of the former type may be refused"),
    // The request body.
    breaking("body_required_added", "required body property added", "bodies without it are refused"),
    additive(
        "body_added",
        "body property added that is not called required",
        "bodies without it are taken as before; pages call required what is",
    ),
    breaking("body_removed", "body property removed", "Graph refuses bodies with properties that it does not know"),
    breaking("body_type_changed", "type of a body property changed", "values of the former type may be refused"),
    neutral(
        "body_type_refined",
        "type of a body property changed, sent in the same form",
        "both types are the same kind of JSON value",
    ),
    neutral("body_respelled", "letter case of a body property changed", "in the pages' history mostly a correction"),
    breaking("body_became_required", "body property is now required", "bodies without it are refused"),
    additive("body_became_optional", "body property is now optional", "bodies with it are taken as before"),
    neutral(
        "body_requirement_stated",
        "whether a body property is required is newly stated",
        "the older page says neither, so that there is nothing to compare with",
    ),
    neutral(
        "body_requirement_unstated",
        "whether a body property is required is no longer stated",
        "silence does not change what is required",
    ),
    breaking("limit_lowered", "limit lowered", "longer lists are refused"),
    additive("limit_raised", "limit raised", "shorter lists are taken as before"),
    breaking("limit_stated", "limit newly stated", "longer lists, on which the older page sets no limit, are refused"),
    neutral("limit_unstated", "limit no longer stated", "silence does not promise that longer lists are taken"),
    // The answer.
    breaking("success_changed", "another status for success", "a client takes an undocumented status for a failure"),
    neutral(
        "success_removed",
        "one of several statuses for success removed",
        "what a client expects still includes the rest",
    ),
    neutral(
        "exchange_changed",
        "an example shows another method, path or status than the page states",
        "what the page states outside of its examples is the contract",
    ),
    // Resources.
    additive("resource_added", "resource type added", "nobody uses it yet"),
    breaking("resource_removed", "resource type removed", "its properties are no longer documented"),
    neutral("resource_renamed", "resource type renamed", "names of types are sent only as @odata.type"),
    neutral("base_changed", "base type changed", "what a type has is listed with its properties"),
    additive("property_added", "property added", "clients pass over properties that they do not know"),
    breaking("property_removed", "property removed", "clients that read it find nothing"),
    breaking("property_type_changed", "type of a property changed", "clients misread it"),
    neutral(
        "property_type_refined",
        "type of a property changed, sent in the same form",
        "both types are the same kind of JSON value",
    ),
    neutral("property_respelled", "letter case of a property changed", "in the pages' history mostly a correction"),
    additive("relationship_added", "relationship added", "it is sent to those who ask for it"),
    breaking("relationship_removed", "relationship removed", "requests that follow or expand it are refused"),
    breaking("relationship_type_changed", "type of a relationship changed", "clients misread it"),
    breaking(
        "property_became_relationship",
        "property is now a relationship",
        "relationships are sent only to those who ask for them",
    ),
    neutral("relationship_became_property", "relationship is now a property", "it is sent without being asked for"),
    // Enumerations.
    additive(
        "member_added",
        "member added to an enumeration that is open",
        "members behind the sentinel unknownFutureValue are sent only to those who ask for them (Graph, best practices)",
    ),
    breaking(
        "member_added_to_closed",
        "member added to an enumeration without unknownFutureValue",
        "clients may not expect a further member (Graph, best practices)",
    ),
    breaking("member_removed", "member removed", "it may be refused, and is no longer sent"),
    neutral("sentinel_changed", "unknownFutureValue added or removed", "it is never a value, only a mark"),
    neutral("member_respelled", "letter case of a member changed", "in the pages' history mostly a correction"),
    // Whole sections.
    neutral("section_stated", "newly stated", "the older page says nothing, or nothing readable, to compare with"),
    neutral("section_unstated", "no longer stated", "silence, or what cannot be read, does not change the contract"),
];
