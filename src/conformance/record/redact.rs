//! Names of accounts, and whatever else a service says in words, out of what is kept. Ids, times,
//! members of enumerations and the words of the protocol stay: they are what is judged.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::conformance::mask::Mask;
use crate::contract::{Contract, Shape};
use crate::rules::Reply;
use crate::rules::server::ServerSeen;

/// Gives each name the same other one wherever it occurs.
pub(super) struct Redactor {
    /// Members of enumerations.
    members: BTreeSet<String>,
    /// Names, and what stands for them.
    names: BTreeMap<String, String>,
    /// For tokens of others; those of the run never get here.
    mask: Mask,
}

impl Redactor {
    pub(super) fn new(contract: &Contract) -> Self {
        let members = contract.shapes.values().filter_map(|shape| match shape {
            Shape::Enum { members, .. } => Some(members.iter().cloned()),
            _ => None,
        });
        Self { members: members.flatten().collect(), names: BTreeMap::new(), mask: Mask::default() }
    }

    /// The same without names.
    pub(super) fn redact(&mut self, seen: &ServerSeen) -> ServerSeen {
        let mut seen = seen.clone();
        for reply in seen.replies_mut() {
            self.reply(reply);
        }
        seen
    }

    fn reply(&mut self, reply: &mut Reply) {
        for (name, value) in &mut reply.headers {
            *value = if is_secret(name) { "hidden".to_owned() } else { self.words(value) };
        }
        if let Ok(mut value) = serde_json::from_slice::<Value>(&reply.body) {
            let before = value.clone();
            self.value(&mut value, None);
            // What has no names stays as it was sent, byte for byte.
            if value != before {
                reply.set_body(value.to_string().into_bytes());
            }
        } else if let Ok(text) = std::str::from_utf8(&reply.body) {
            let words = self.words(text);
            reply.set_body(words.into_bytes());
        }
        if let Some(after) = reply.after.as_mut().filter(|after| !after.is_empty()) {
            *after = self.words(&String::from_utf8_lossy(after)).into_bytes();
        }
    }

    /// `key` is the property that the value belongs to, or the one around its list.
    fn value(&mut self, value: &mut Value, key: Option<&str>) {
        match value {
            Value::String(text) => {
                *text = match key {
                    // A refusal is in words that people need; only addresses stand for somebody.
                    Some("code" | "message") => self.words(text),
                    Some(key) if key.starts_with('@') => self.words(text),
                    _ if self.is_protocol(text) => text.clone(),
                    _ => self.name(text),
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item, key)),
            Value::Object(object) => object.iter_mut().for_each(|(key, value)| self.value(value, Some(key))),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Whether a text is an id, a time, or a member of an enumeration.
    fn is_protocol(&self, text: &str) -> bool {
        // Items of a history are called after an account, with the time behind its id.
        let (id, time) = text.split_at_checked(36).unwrap_or((text, ""));
        let is_id =
            id.len() == 36 && uuid::Uuid::parse_str(id).is_ok() && time.bytes().all(|byte| byte.is_ascii_digit());
        text.is_empty() || is_id || self.members.contains(text) || chrono::DateTime::parse_from_rfc3339(text).is_ok()
    }

    /// Text in which addresses of accounts are replaced, and tokens hidden.
    fn words(&mut self, text: &str) -> String {
        let text = self.mask.text(text);
        let is_part = |letter: char| letter.is_alphanumeric() || "@._-+#%".contains(letter);
        let mut shown = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some(letter) = rest.chars().next() {
            let length = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len()).max(letter.len_utf8());
            let (word, behind) = rest.split_at(length);
            let bare = word.trim_end_matches('.');
            match is_address(bare) {
                true => shown.push_str(&(self.name(bare) + &word[bare.len()..])),
                false => shown.push_str(word),
            }
            rest = behind;
        }
        shown
    }

    fn name(&mut self, text: &str) -> String {
        let number = self.names.len() + 1;
        let other = || match is_address(text) {
            true => format!("account-{number}@example.invalid"),
            false => format!("text-{number}"),
        };
        self.names.entry(text.to_owned()).or_insert_with(other).clone()
    }
}

fn is_address(word: &str) -> bool {
    let word = word.replace("%40", "@");
    word.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !host.starts_with('.'))
}

/// Headers that let somebody in, or follow somebody.
fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["cookie", "authorization", "token", "secret", "api-key"].iter().any(|part| name.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(body: &str) -> String {
        let contract = crate::embedded::contract("beta").expect("this build has beta");
        let mut reply = Reply { status: 200, body: body.as_bytes().to_vec(), ..Reply::default() };
        Redactor::new(contract).reply(&mut reply);
        String::from_utf8(reply.body).expect("text")
    }

    #[test]
    fn names_have_one_other_name_and_what_is_judged_stays() {
        let text = redacted(
            r#"{"@odata.context": "https://graph.microsoft.com/beta/$metadata#x", "value": [
                {"id": "04487ee0-f4f6-4e7f-8999-facc5a30e232", "when": "2026-01-02T03:04:05Z", "level": "high", "n": 7,
                 "upn": "ada@contoso.com", "display": "Ada L.", "copy": "ada@contoso.com", "none": null, "empty": ""}]}"#,
        );
        let value: Value = serde_json::from_str(&text).expect("JSON");
        let user = &value["value"][0];
        assert!(
            user["upn"].as_str().is_some_and(|text| text.starts_with("account-") && text.ends_with("@example.invalid"))
        );
        assert_eq!(user["upn"], user["copy"]);
        assert!(!text.contains("Ada") && !text.contains("contoso"), "{text}");
        assert_eq!(user["id"], "04487ee0-f4f6-4e7f-8999-facc5a30e232");
        assert_eq!((&user["when"], &user["level"]), (&"2026-01-02T03:04:05Z".into(), &"high".into()));
        assert_eq!((&user["n"], &user["none"], &user["empty"]), (&7.into(), &Value::Null, &"".into()));
        assert_eq!(value["@odata.context"], "https://graph.microsoft.com/beta/$metadata#x");
    }

    #[test]
    fn words_of_a_refusal_stay_without_addresses_and_tokens() {
        let text = redacted(
            r#"{"error": {"code": "Forbidden", "message": "ada@contoso.com. sent Bearer eyJhbGciOiJub25lIn0.eyJhIjoxfQ.x"}}"#,
        );
        assert!(
            text.contains("account-1@example.invalid. sent Bearer [token]") && text.contains("Forbidden"),
            "{text}"
        );
        assert_eq!(redacted("<p>Hello ada%40contoso.com!</p>"), "<p>Hello account-1@example.invalid!</p>");
        for same in ["", "{\"a\":  1}", "no JSON", "\u{fffd} é"] {
            assert_eq!(redacted(same), same, "byte for byte");
        }
    }

    #[test]
    fn headers_that_let_somebody_in_are_hidden() {
        for (name, hidden) in [("Set-Cookie", true), ("x-ms-token-aad", true), ("request-id", false), ("Allow", false)]
        {
            assert_eq!(is_secret(name), hidden, "{name}");
        }
    }
}
