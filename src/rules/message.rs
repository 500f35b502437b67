//! Requests and answers as rules see them: decoded, without a library's types.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A request below the root of an API version.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Request {
    /// Upper-case method.
    pub method: String,
    /// Path below the version, percent-encoded as it is to be sent.
    pub path: String,
    /// Decoded query options, in order.
    pub query: Vec<(String, String)>,
    /// Headers, without `Authorization` and framing.
    pub headers: Vec<(String, String)>,
    /// The body.
    #[serde(with = "bytes::maybe", default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Vec<u8>>,
}

/// The identity in which a request is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Credential {
    /// A token with the documented permission.
    Permitted,
    /// The same token, with the scheme in small letters.
    SmallScheme,
    /// A token that must not suffice.
    Probe(ProbeToken),
    /// A token that nobody issued.
    Unknown,
    /// The token, and a second `Authorization` of another scheme.
    Twice,
    /// No `Authorization` at all.
    None,
    /// Another scheme than Bearer.
    OtherScheme,
}

/// A token that must not suffice. Only whoever issues tokens has it, so that it is given to a
/// run, or the checks that need it are not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProbeToken {
    /// Of an application, without any permission.
    NoPermission,
    /// It was good once.
    Expired,
    /// With every permission, for another service than this.
    WrongAudience,
    /// Of a personal account, with every permission.
    Personal,
    /// Of a signed-in work or school account, without any permission.
    Delegated,
    /// Of a signed-in work or school account with every permission and no administrator's role.
    NoRole,
}

impl ProbeToken {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::NoPermission, Self::Expired, Self::WrongAudience, Self::Personal, Self::Delegated, Self::NoRole];

    /// Its name on the command line and in check ids.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoPermission => "no-permission",
            Self::Expired => "expired",
            Self::WrongAudience => "wrong-audience",
            Self::Personal => "personal",
            Self::Delegated => "delegated",
            Self::NoRole => "no-role",
        }
    }

    /// The kind of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// The environment variable that may hold it.
    #[must_use]
    pub fn variable(self) -> String {
        format!("ENTRA_RISK_TOKEN_{}", self.as_str().to_ascii_uppercase().replace('-', "_"))
    }

    /// What it is, for people.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::NoPermission => "a token without permissions",
            Self::Expired => "an expired token",
            Self::WrongAudience => "a token for another service",
            Self::Personal => "a token of a personal account",
            Self::Delegated => "a token of a signed-in user without permissions",
            Self::NoRole => "a token of a signed-in user without an administrator's role",
        }
    }
}

/// How a request is put on the connection, where that is what is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Form {
    /// As usual: the body with its length.
    #[default]
    Plain,
    /// The body in chunks.
    Chunked,
    /// The body once the server says that it wants it.
    Expect,
}

/// The answer to a request.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Headers in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    #[serde(with = "bytes")]
    pub body: Vec<u8>,
    /// Bytes behind the end of the answer, up to the end of the connection; `None` where the
    /// transport hides them.
    #[serde(with = "bytes::maybe", default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Vec<u8>>,
    /// The body as JSON, once somebody asked: dozens of checks look at one answer.
    #[serde(skip)]
    pub(crate) parsed: Parsed,
}

/// What a body says. It is a view of the answer and no part of it: a copy has its own, and equal
/// answers are equal whether they were looked at or not.
#[derive(Debug, Default)]
pub(crate) struct Parsed(OnceLock<Option<Value>>);

impl Clone for Parsed {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl PartialEq for Parsed {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// Bytes in JSON: as text where they are text, else in base64.
mod bytes {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(untagged)]
    enum Written {
        Text(String),
        Other { base64: String },
    }

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(bytes) {
            Ok(text) => serializer.serialize_str(text),
            Err(_) => Written::Other { base64: STANDARD.encode(bytes) }.serialize(serializer),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        match Written::deserialize(deserializer)? {
            Written::Text(text) => Ok(text.into_bytes()),
            Written::Other { base64 } => STANDARD.decode(base64).map_err(D::Error::custom),
        }
    }

    pub(super) mod maybe {
        use super::{Deserializer, Serializer};

        // Serde hands over a reference to the field.
        #[allow(clippy::ref_option)]
        pub(in super::super) fn serialize<S: Serializer>(
            bytes: &Option<Vec<u8>>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            super::serialize(bytes.as_deref().unwrap_or_default(), serializer)
        }

        pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Option<Vec<u8>>, D::Error> {
            super::deserialize(deserializer).map(Some)
        }
    }
}

/// Credentials of the scheme Basic that belong to nobody.
pub(crate) const BASIC: &str = "Basic bm9ib2R5Om5vdGhpbmc=";
/// A bearer token that nobody issued.
pub(crate) const UNKNOWN: &str = "Bearer issued-by-nobody";

impl Request {
    /// The first header of this name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// The body as JSON, if it is JSON.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(self.body.as_deref()?).ok()
    }

    /// Path and encoded query.
    #[must_use]
    pub fn target(&self) -> String {
        let query: Vec<String> =
            self.query.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        match query.is_empty() {
            true => self.path.clone(),
            false => format!("{}?{}", self.path, query.join("&")),
        }
    }

    /// The same request to an API version as a line for a shell, with root and token in the
    /// environment.
    #[must_use]
    pub fn curl(&self, api: &str, credential: Credential, form: Form) -> String {
        let method = match self.method.as_str() {
            // With -X curl would wait for the body that never comes.
            "HEAD" => "--head".to_owned(),
            method => format!("-i -X {method}"),
        };
        let target = quote(&format!("/{api}{}", self.target()));
        let mut line = format!("curl -sS {method} \"$ENTRA_RISK_GRAPH_ROOT\"{target}");
        match form {
            Form::Plain => {}
            Form::Chunked => line += " -H 'Transfer-Encoding: chunked'",
            Form::Expect => line += " -H 'Expect: 100-continue'",
        }
        match credential {
            Credential::Permitted => line += " -H \"Authorization: Bearer $ENTRA_RISK_TOKEN\"",
            Credential::SmallScheme => line += " -H \"Authorization: bearer $ENTRA_RISK_TOKEN\"",
            Credential::Probe(kind) => line += &format!(" -H \"Authorization: Bearer ${}\"", kind.variable()),
            Credential::Unknown => line += &format!(" -H 'Authorization: {UNKNOWN}'"),
            Credential::Twice => {
                line += &format!(" -H \"Authorization: Bearer $ENTRA_RISK_TOKEN\" -H 'Authorization: {BASIC}'");
            }
            Credential::None => {}
            Credential::OtherScheme => line += &format!(" -H 'Authorization: {BASIC}'"),
        }
        for (name, value) in &self.headers {
            line += &format!(" -H {}", quote(&format!("{name}: {value}")));
        }
        if let Some(body) = &self.body {
            if self.header("content-type").is_none() {
                // curl would add one of its own.
                line += " -H 'Content-Type:'";
            }
            line += &format!(" --data-binary {}", quote(&String::from_utf8_lossy(body)));
        }
        line
    }
}

impl Reply {
    /// The first header of this name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// An answer that leaves open whether anything follows it.
    #[must_use]
    pub fn new(status: u16, headers: Vec<(String, String)>, body: Vec<u8>) -> Self {
        Self { status, headers, body, ..Self::default() }
    }

    /// Gives it another body. Nobody else may: the body is read once.
    pub(crate) fn set_body(&mut self, body: Vec<u8>) {
        self.body = body;
        self.parsed = Parsed::default();
    }

    /// The body as JSON, if it is JSON.
    #[must_use]
    pub fn json(&self) -> Option<&Value> {
        self.parsed.0.get_or_init(|| serde_json::from_slice(&self.body).ok()).as_ref()
    }

    /// The address of the page behind this one.
    #[must_use]
    pub fn next_link(&self) -> Option<String> {
        Some(self.json()?.get("@odata.nextLink")?.as_str()?.to_owned())
    }

    /// Status and error code for people: `403 Forbidden`.
    #[must_use]
    pub fn summary(&self) -> String {
        let code = self.json().and_then(|body| Some(body.pointer("/error/code")?.as_str()?.to_owned()));
        match code {
            Some(code) => format!("{} {code}", self.status),
            None => self.status.to_string(),
        }
    }
}

fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// Percent-encoding of everything that is not unreserved (RFC 3986, 2.3), but for `$`, which
/// OData options begin with.
fn encode(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'$' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
        out
    })
}
