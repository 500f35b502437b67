//! What holds for every operation of Graph, or is taken to hold: a closed list.

use serde::{Deserialize, Serialize};

use super::{FactId, Origin, Rests, Source};

/// A promise that no operation's own page makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Convention {
    /// Its name in facts: `unauthenticated`.
    pub name: String,
    /// What it promises.
    pub says: String,
    /// The page or RFC, or that it is our assumption.
    pub source: Source,
    /// Where our description has errors and answers in general.
    pub origin: Origin,
}

impl Convention {
    /// The id of the fact that this is.
    #[must_use]
    pub fn fact(&self, api: &str) -> FactId {
        FactId::about(api, "*", "convention", Some(&self.name))
    }

    /// The whole list, at home in the given place of a description.
    #[must_use]
    pub fn all(origin: &Origin) -> Vec<Self> {
        LIST.iter()
            .map(|&(name, says, page, rests)| Self {
                name: name.to_owned(),
                says: says.to_owned(),
                source: Source { page: page.to_owned(), rests },
                origin: origin.clone(),
            })
            .collect()
    }
}

const ERRORS: &str = "concepts/errors.md (2026-05)";

/// Name, promise, citation, firmness.
const LIST: &[(&str, &str, &str, Rests)] = &[
    ("unauthenticated", "401 for a request without a usable bearer token", ERRORS, Rests::Convention),
    ("unknown-token", "401 for a bearer token that nobody issued", "none; a double may take any", Rests::Assumption),
    ("one-credential", "a 4xx status for two Authorization headers", "none", Rests::Assumption),
    ("forbidden", "403 for a token without a documented permission", ERRORS, Rests::Convention),
    ("wrong-method", "405 with Allow for a method that the path does not have", "RFC 9110, 15.5.6", Rests::Convention),
    ("unknown-path", "404, or another 4xx, for a path that does not exist", ERRORS, Rests::Convention),
    ("malformed-body", "a 4xx status for a body that is not the documented JSON", ERRORS, Rests::Convention),
    ("wrong-content-type", "a 4xx status for a body of another media type", "RFC 9110, 15.5.16", Rests::Convention),
    ("odata-error", "a refusal carries error.code and error.message as JSON", ERRORS, Rests::Convention),
    ("request-id", "every answer carries a request-id header", ERRORS, Rests::Convention),
    ("refusal-changes-nothing", "a refused request changes nothing", "RFC 9110, 15.5", Rests::Convention),
    ("no-content", "a 204 carries no body and no Content-Type", "RFC 9110, 15.3.5", Rests::Convention),
    (
        "throttled",
        "429, with or without Retry-After, asks to come again later",
        "concepts/throttling.md (2026-05)",
        Rests::Convention,
    ),
    (
        "claims-challenge",
        "401 with claims asks for a token that has them",
        "Entra: claims challenges (2024-11)",
        Rests::Convention,
    ),
    ("broken-answer", "an answer that breaks off says nothing of its request", "RFC 9112, 8", Rests::Convention),
    ("echo-client-request-id", "client-request-id comes back as it was sent", "none", Rests::Assumption),
    (
        "equal-request",
        "requests that HTTP and JSON call equal are answered alike: chunks, leave to continue, charset, white space, escapes",
        "RFC 9112, 7.1; RFC 9110, 8.3.2 and 10.1.1; RFC 8259, 2 and 7",
        Rests::Convention,
    ),
    ("one-header", "a header that is no list comes once", "RFC 9110, 5.3", Rests::Convention),
    ("head", "an answer to HEAD has no body", "RFC 9110, 9.3.2", Rests::Convention),
    (
        "paging",
        "next links lead to every entity, once, on the same host",
        "concepts/paging.md (2026-05)",
        Rests::Convention,
    ),
    ("page-size", "$top is the size of a page, and not of the list", "concepts/paging.md (2026-05)", Rests::Assumption),
    (
        "evolvable-enum",
        "members behind unknownFutureValue are answered only to Prefer: include-unknown-enum-members",
        "concepts/best-practices.md (2026-05)",
        Rests::Convention,
    ),
    (
        "letter-case",
        "scheme and media type have no case",
        "RFC 9110, 8.3.1 and 11.1; none for Graph",
        Rests::Assumption,
    ),
    ("repeatable", "the same action again is taken, and changes nothing more", "none", Rests::Assumption),
    (
        "bad-query",
        "400, 422 or 501 for a query option or value that is not documented",
        "none for these operations",
        Rests::Assumption,
    ),
    ("duplicate-property", "a 4xx status for a JSON object with a property twice", "none", Rests::Assumption),
    ("unknown-property", "a 4xx status for a body with a property that is not documented", "none", Rests::Assumption),
];
