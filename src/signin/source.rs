//! What every way to sign in comes down to: somebody who can be asked for a token anew.

use std::time::SystemTime;

use serde_json::{Map, Value, json};

use super::error::SignInError;
use crate::client::{BoxFuture, Token};

/// Gives tokens, each time a new one. Keeping them is not its business.
pub(super) trait Source: Send + Sync {
    /// A new token.
    fn fetch<'a>(&'a self, wanted: Wanted<'a>) -> BoxFuture<'a, Result<Fresh, SignInError>>;

    /// Whether what it gave last is out of date for another reason than time.
    fn has_changed(&self) -> bool {
        false
    }
}

/// What a token is wanted for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    /// The root of the service: `https://graph.microsoft.com`.
    pub(super) resource: &'a str,
    /// The claims of a challenge, as JSON text.
    pub(super) claims: Option<&'a str>,
}

/// A new token.
pub(super) struct Fresh {
    pub(super) token: Token,
    /// When it expires; `None` if nobody knows.
    pub(super) expires: Option<SystemTime>,
}

impl Wanted<'_> {
    /// All that the service has: what was granted to the app.
    pub(super) fn scope(&self) -> String {
        format!("{}/.default", self.resource)
    }

    /// The claims to ask for: those of the challenge, and that we can answer one, which is what
    /// makes the service tell us at once that an account was blocked (continuous access
    /// evaluation; entra-docs, claims-challenge).
    pub(super) fn claims(&self) -> String {
        let asked = self.claims.and_then(|claims| serde_json::from_str::<Map<String, Value>>(claims).ok());
        let mut claims = asked.unwrap_or_default();
        let token = claims.entry("access_token").or_insert_with(|| json!({}));
        if let Some(token) = token.as_object_mut() {
            token.insert("xms_cc".to_owned(), json!({"values": ["cp1"]}));
        }
        Value::Object(claims).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_passed_on_with_what_we_can_do() {
        let claims = |claims| {
            let wanted = Wanted { resource: "https://graph.example", claims };
            serde_json::from_str::<Value>(&wanted.claims()).expect("JSON")
        };
        let able = json!({"values": ["cp1"]});
        assert_eq!(claims(None), json!({"access_token": {"xms_cc": able}}));
        assert_eq!(
            claims(Some(r#"{"access_token":{"nbf":{"essential":true,"value":"1"}},"id_token":{}}"#)),
            json!({"access_token": {"nbf": {"essential": true, "value": "1"}, "xms_cc": able}, "id_token": {}}),
        );
        assert_eq!(claims(Some("no JSON")), json!({"access_token": {"xms_cc": able}}));
    }
}
