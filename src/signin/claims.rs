//! What a token says of itself. It is read and not verified: the service verifies it, and would
//! refuse one that lies.

use std::fmt;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use crate::client::Token;

/// The application id of Microsoft Graph, the same in every cloud, which tokens may name as their
/// audience (entra-docs, access-token-claims-reference).
const GRAPH_APP: &str = "00000003-0000-0000-c000-000000000000";
/// The tenant of every personal Microsoft account (the same page).
const PERSONAL_TENANT: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// Who a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Account {
    /// An application without a user.
    Application,
    /// A user with a work or school account.
    Work,
    /// A user with a personal Microsoft account.
    Personal,
}

impl Account {
    /// Its name in facts, as documentation pages tell kinds of callers apart.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Work => "delegatedWork",
            Self::Personal => "delegatedPersonal",
        }
    }

    /// For people.
    #[must_use]
    pub fn described(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Work => "work or school account",
            Self::Personal => "personal Microsoft account",
        }
    }
}

/// The claims of a token. Its `Debug` has no name of an account.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Claims {
    /// The tenant that it is of.
    #[serde(default)]
    pub tid: Option<String>,
    /// The object id of the user, or of the application's service principal.
    #[serde(default)]
    pub oid: Option<String>,
    #[serde(default)]
    appid: Option<String>,
    #[serde(default)]
    azp: Option<String>,
    #[serde(default)]
    scp: Option<String>,
    #[serde(default)]
    roles: Vec<String>,
    /// The template ids of the user's directory roles.
    #[serde(default)]
    pub wids: Vec<String>,
    #[serde(default)]
    exp: Option<Seconds>,
    #[serde(default)]
    iat: Option<Seconds>,
    /// Who it is for.
    #[serde(default)]
    pub aud: Option<String>,
    /// Who made it.
    #[serde(default)]
    pub iss: Option<String>,
    #[serde(default)]
    idtyp: Option<String>,
    #[serde(default)]
    upn: Option<String>,
    #[serde(default)]
    preferred_username: Option<String>,
}

/// Seconds since 1970; JSON Web Tokens may have fractions of them (RFC 7519, 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(from = "f64")]
struct Seconds(u64);

impl From<f64> for Seconds {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // `as` saturates, which is what is meant
    fn from(seconds: f64) -> Self {
        Self(seconds as u64)
    }
}

impl Seconds {
    fn time(self) -> Option<SystemTime> {
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(self.0))
    }
}

impl Claims {
    /// Reads the claims of a token; `None` for one that has none to read.
    #[must_use]
    pub fn read(token: &str) -> Option<Self> {
        let mut parts = token.trim().split('.');
        let claims = parts.nth(1).filter(|_| parts.next().is_some() && parts.next().is_none())?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).ok()?).ok()
    }

    /// The same of a token that is ready to be sent.
    #[must_use]
    pub fn of(token: &Token) -> Option<Self> {
        Self::read(token.header().to_str().ok()?.strip_prefix("Bearer ")?)
    }

    /// Who it is for.
    #[must_use]
    pub fn account(&self) -> Account {
        match (&self.scp, self.idtyp.as_deref()) {
            (_, Some("app")) | (None, None) => Account::Application,
            _ if self.tid.as_deref() == Some(PERSONAL_TENANT) => Account::Personal,
            _ => Account::Work,
        }
    }

    /// The application that asked for it.
    #[must_use]
    pub fn application(&self) -> Option<&str> {
        self.appid.as_deref().or(self.azp.as_deref())
    }

    /// What was granted: to the application, or to it for this user.
    #[must_use]
    pub fn permissions(&self) -> Vec<&str> {
        match self.account() {
            Account::Application => self.roles.iter().map(String::as_str).collect(),
            _ => self.scp.as_deref().unwrap_or_default().split_ascii_whitespace().collect(),
        }
    }

    /// The name of the account: personal data, for the account's own eyes.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.upn.as_deref().or(self.preferred_username.as_deref())
    }

    /// Who calls with it: the object id, or else the application.
    #[must_use]
    pub fn identity(&self) -> Option<&str> {
        self.oid.as_deref().or_else(|| self.application())
    }

    /// When it ends.
    #[must_use]
    pub fn expires(&self) -> Option<SystemTime> {
        self.exp?.time()
    }

    /// When it was made.
    #[must_use]
    pub fn issued(&self) -> Option<SystemTime> {
        self.iat?.time()
    }

    /// Whether it is for a service at this root: `https://graph.microsoft.com`.
    #[must_use]
    pub fn is_for(&self, root: &str) -> bool {
        let Some(audience) = self.aud.as_deref() else { return false };
        audience == GRAPH_APP || audience.trim_end_matches('/').eq_ignore_ascii_case(root.trim_end_matches('/'))
    }

    /// Whether a double on this machine made it, whose tokens have the audience of the service.
    #[must_use]
    pub fn is_of_this_machine(&self) -> bool {
        let issuer = self.iss.as_deref().and_then(|issuer| url::Url::parse(issuer).ok());
        issuer.is_some_and(|issuer| issuer.host().is_some_and(|host| crate::client::is_loopback(&host)))
    }
}

impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claims")
            .field("tid", &self.tid)
            .field("identity", &self.identity())
            .field("account", &self.account())
            .field("permissions", &self.permissions())
            .finish_non_exhaustive()
    }
}

/// A time for people and programs: `2026-11-21T10:52:00Z`.
#[must_use]
pub fn utc(time: SystemTime) -> String {
    chrono::DateTime::<chrono::Utc>::from(time).to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn claims(claims: &Value) -> Claims {
        let token = format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()));
        Claims::read(&token).expect("claims")
    }

    #[test]
    fn a_token_says_who_it_is_for() {
        let app =
            claims(&json!({"roles": ["A.Read"], "appid": "a", "oid": "o", "exp": 1_700_000_000, "aud": GRAPH_APP}));
        assert_eq!((app.account(), app.permissions()), (Account::Application, vec!["A.Read"]));
        assert_eq!((app.identity(), app.application()), (Some("o"), Some("a")));
        assert_eq!(app.expires().map(utc).as_deref(), Some("2023-11-14T22:13:20Z"));
        assert!(app.is_for("https://graph.microsoft.com") && !app.is_of_this_machine());
        let user = claims(&json!({
            "scp": "A.Read B.Read", "azp": "a", "wids": ["w"], "tid": "t", "preferred_username": "alex@contoso.com",
            "aud": "https://graph.example/", "iss": "http://127.0.0.1:8080/t/v2.0", "exp": 1.5,
        }));
        assert_eq!((user.account(), user.permissions()), (Account::Work, vec!["A.Read", "B.Read"]));
        assert_eq!((user.identity(), user.name()), (Some("a"), Some("alex@contoso.com")));
        assert!(user.is_for("https://graph.example") && !user.is_for("https://graph.example.evil"));
        assert!(user.is_of_this_machine() && !format!("{user:?}").contains("alex"));
        let personal = claims(&json!({"scp": "A.Read", "tid": PERSONAL_TENANT}));
        assert_eq!(personal.account(), Account::Personal);
        assert_eq!(claims(&json!({"scp": "A.Read", "idtyp": "user"})).account(), Account::Work);
        // An application without any permission has neither.
        assert_eq!(claims(&json!({})).account(), Account::Application);
    }

    #[test]
    fn an_opaque_token_says_nothing() {
        for text in ["", "opaque", "a.b", "a.b.c", "a.e30", "a.e30.c.d.e", "EwBYA8l6BAAU.e30x.y"] {
            assert_eq!(Claims::read(text), None, "{text}");
        }
    }
}
