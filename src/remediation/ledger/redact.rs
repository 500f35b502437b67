//! Takes out of a text what looks like a token: a ledger is copied into tickets.

use std::borrow::Cow;

/// How each token with a signature (JWT) begins: an object in base64.
const BEGIN: &str = "eyJ";

/// What stands where a token stood.
const INSTEAD: &str = "[token]";

/// The text without tokens. What has no mark by which to tell it (an opaque token) is not found: no
/// caller hands one in.
pub(super) fn redact(text: &str) -> Cow<'_, str> {
    let mut rest = text;
    let mut redacted = String::new();
    while let Some(at) = rest.find(BEGIN) {
        let length = rest[at..].bytes().take_while(|byte| is_of_token(*byte)).count();
        let found = &rest[at..at + length];
        redacted.push_str(&rest[..at]);
        redacted.push_str(if found.contains('.') { INSTEAD } else { found });
        rest = &rest[at + length..];
    }
    match redacted.is_empty() && rest.len() == text.len() {
        true => text.into(),
        false => (redacted + rest).into(),
    }
}

fn is_of_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_taken_out_and_the_rest_stays() {
        for (text, expected) in [
            ("", ""),
            ("users dismiss --reason heyJude", "users dismiss --reason heyJude"),
            ("eyJhbGciOi.eyJhdWQi.c2ln", "[token]"),
            ("Bearer eyJhbGciOi.eyJhdWQi.c2ln; eyJ and eyJh.x!", "Bearer [token]; eyJ and [token]!"),
            ("größer", "größer"),
        ] {
            assert_eq!(redact(text), expected);
        }
        assert!(matches!(redact("plain"), Cow::Borrowed(_)));
    }
}
