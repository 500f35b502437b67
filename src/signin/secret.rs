//! A text that nobody gets to see, and taking such texts out of what others say.

use std::fmt;

/// A text that prints as nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides a text. White space around it is not part of it: files end with a line break.
    pub fn new(text: impl AsRef<str>) -> Self {
        Self(text.as_ref().trim().to_owned())
    }

    /// The text, for whom it is meant.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

/// What of a request for a token nobody else gets to see.
const SECRETS: &[&str] = &["client_secret", "client_assertion"];

/// A text of somebody else without these.
pub(super) fn without<'a>(text: &str, secrets: impl IntoIterator<Item = &'a str>) -> String {
    let mut text = text.to_owned();
    for secret in secrets.into_iter().filter(|secret| !secret.is_empty()) {
        if text.contains(secret) {
            text = text.replace(secret, "(hidden)");
        }
    }
    text
}

/// A text that answers a request, without the secrets of that request's form.
pub(super) fn without_those_of(text: &str, form: &[u8]) -> String {
    let form: Vec<_> = url::form_urlencoded::parse(form).filter(|(name, _)| SECRETS.contains(&&**name)).collect();
    without(text, form.iter().map(|(_, value)| &**value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_repeats_a_secret_is_shown_without_it() {
        let form = b"client_id=app&client_secret=s%2B1&client_assertion=a.b.c&scope=x";
        assert_eq!(without_those_of("no s+1, a.b.c, app", form), "no (hidden), (hidden), app");
        assert_eq!(without_those_of("no", b""), "no");
        assert_eq!(without("abc", ["", "b"]), "a(hidden)c");
        assert_eq!(format!("{:?}", Secret::new(" s ")), "(hidden)");
    }
}
