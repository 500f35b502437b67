//! Secrets out of what a server says: servers repeat what they were sent, and reports and
//! recordings repeat servers.

use memchr::memmem::Finder;

use crate::rules::Reply;

/// What stands in the place of a secret.
const HIDDEN: &str = "[token]";
/// A shorter text is no token of a real service, and may well be a word.
const SHORTEST_SECRET: usize = 8;
/// So much of the beginning of a secret is as bad as the whole: texts are cut for reports.
const SHORTEST_BEGINNING: usize = 12;

/// The secrets of a run. No `Debug`.
#[derive(Clone, Default)]
pub(super) struct Mask {
    secrets: Vec<String>,
    /// The same, to be looked for in every answer.
    finders: Vec<Finder<'static>>,
}

impl Mask {
    /// Hides these tokens, and each part of those that have parts.
    pub(super) fn new<'a>(tokens: impl IntoIterator<Item = &'a str>) -> Self {
        let mut secrets: Vec<String> = Vec::new();
        for token in tokens.into_iter().map(str::trim) {
            secrets.push(token.to_owned());
            secrets.extend(token.split('.').filter(|part| part.len() >= SHORTEST_BEGINNING).map(str::to_owned));
            // As JSON and URLs may spell them.
            secrets.push(token.replace('/', "\\/"));
            secrets.push(url::form_urlencoded::byte_serialize(token.as_bytes()).collect());
        }
        secrets.retain(|secret| secret.len() >= SHORTEST_SECRET);
        // The longest first, so that the whole goes before its parts.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        secrets.dedup();
        let finders = secrets.iter().map(|secret| Finder::new(secret).into_owned()).collect();
        Self { secrets, finders }
    }

    /// The text without tokens of the run, their beginnings, and what looks like anybody's.
    pub(super) fn text(&self, text: &str) -> String {
        // Most of what is said is too short to hold any.
        if text.len() < SHORTEST_SECRET {
            return text.to_owned();
        }
        let mut shown = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(letter) = rest.chars().next() {
            let starts_word = !shown.ends_with(|before: char| before.is_ascii_alphanumeric());
            let hidden = self.secret(rest).or_else(|| web_token(rest).filter(|_| starts_word));
            if let Some(length) = hidden {
                shown.push_str(HIDDEN);
                rest = &rest[length..];
            } else if let Some((scheme, length)) = credential(rest).filter(|_| starts_word) {
                shown.push_str(&rest[..scheme]);
                shown.push_str(HIDDEN);
                rest = &rest[scheme + length..];
            } else {
                shown.push(letter);
                rest = &rest[letter.len_utf8()..];
            }
        }
        shown
    }

    /// The answer without tokens of the run. What only looks like one may be a link to follow.
    pub(super) fn reply(&self, reply: &mut Reply) {
        let mut body = std::mem::take(&mut reply.body);
        for (secret, finder) in self.secrets.iter().zip(&self.finders) {
            replace(&mut body, finder);
            if let Some(after) = &mut reply.after {
                replace(after, finder);
            }
            for (_, value) in reply.headers.iter_mut().filter(|(_, value)| finder.find(value.as_bytes()).is_some()) {
                *value = value.replace(secret.as_str(), HIDDEN);
            }
        }
        reply.set_body(body);
    }

    /// How much of the text is a secret, or the beginning of one.
    fn secret(&self, text: &str) -> Option<usize> {
        let common = |secret: &String| secret.bytes().zip(text.bytes()).take_while(|(one, other)| one == other).count();
        let hides = |secret: &String, length: usize| length >= SHORTEST_BEGINNING.min(secret.len());
        let lengths = self.secrets.iter().map(|secret| (secret, common(secret)));
        // Tokens are ASCII, so that the cut is between letters.
        lengths
            .filter(|(secret, length)| hides(secret, *length) && text.is_char_boundary(*length))
            .map(|found| found.1)
            .max()
    }
}

fn replace(bytes: &mut Vec<u8>, secret: &Finder<'_>) {
    let found: Vec<usize> = secret.find_iter(bytes).collect();
    for at in found.into_iter().rev() {
        bytes.splice(at..at + secret.needle().len(), HIDDEN.bytes());
    }
}

/// The length of a JSON Web Token, or of one that was cut: base64 of `{"`, and more.
fn web_token(text: &str) -> Option<usize> {
    let rest = text.strip_prefix("eyJ")?;
    let length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte)).count();
    (length >= 12).then_some(length + 3)
}

/// The lengths of a scheme with its blank, and of the credentials behind it. Words of a challenge
/// (`Bearer realm="x"`) and of a sentence are none.
fn credential(text: &str) -> Option<(usize, usize)> {
    let scheme = ["bearer ", "basic "].into_iter().find_map(|scheme| {
        let is_it = text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
        is_it.then_some(scheme.len())
    })?;
    let rest = &text[scheme..];
    let length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(byte)).count();
    let is_parameter = rest[length..].starts_with('"');
    let has_digit = rest[..length].bytes().any(|byte| byte.is_ascii_digit());
    (length >= SHORTEST_BEGINNING && has_digit && !is_parameter).then_some((scheme, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPAQUE: &str = "opaque-Secret+Value/1234567890=";

    #[test]
    fn tokens_and_their_beginnings_are_hidden_and_the_rest_stays() {
        let mask = Mask::new([OPAQUE, "eyJhbGciOiJub25lIn0.eyJhdWQiOiJ4eXp6eSJ9.c2lnbmF0dXJl-42", "t"]);
        for (text, expected) in [
            ("", ""),
            ("401 Bad: a token is too old – sorry", "401 Bad: a token is too old – sorry"),
            ("bad opaque-Secret+Value/1234567890=!", "bad [token]!"),
            ("bad opaque-Secret+Va…", "bad [token]…"),
            ("bad opaque-Sec", "bad opaque-Sec"),
            ("xopaque-Secret+Value/1234567890=", "x[token]"),
            ("opaque-Secret+Value\\/1234567890=", "[token]"),
            ("?t=opaque-Secret%2BValue%2F1234567890%3D", "?t=[token]"),
            ("only c2lnbmF0dXJl-42 of it", "only [token] of it"),
            ("somebody's eyJraWQiOiJvdGhlciJ9.eyJhIjoxfQ.x-y", "somebody's [token]"),
            ("eyJ is short; keyJraWQiOiJvdGhlciJ9 is a word", "eyJ is short; keyJraWQiOiJvdGhlciJ9 is a word"),
            ("Authorization: bEARER abcDEF123456.789", "Authorization: bEARER [token]"),
            ("Basic bm9ib2R5Om5vdGhpbmc=", "Basic [token]"),
            (
                "Bearer realm=\"x1\", Bearer authorization_uri9=\"y\"",
                "Bearer realm=\"x1\", Bearer authorization_uri9=\"y\"",
            ),
            ("Bearer authentication is needed", "Bearer authentication is needed"),
        ] {
            assert_eq!(mask.text(text), expected, "{text}");
        }
    }

    #[test]
    fn an_answer_keeps_everything_but_the_tokens() {
        let mask = Mask::new([OPAQUE]);
        let mut reply = Reply {
            status: 401,
            headers: vec![("x".to_owned(), format!("Bearer {OPAQUE}")), ("y".to_owned(), "z".to_owned())],
            body: format!("{{\"a\": \"{OPAQUE}{OPAQUE}\", \"link\": \"eyJza2lwIjoxMjM0NTY3ODkwfQ\"}}").into_bytes(),
            after: Some(OPAQUE.as_bytes().to_vec()),
            ..Reply::default()
        };
        mask.reply(&mut reply);
        assert_eq!(reply.headers[0].1, "Bearer [token]");
        assert_eq!(
            String::from_utf8_lossy(&reply.body),
            "{\"a\": \"[token][token]\", \"link\": \"eyJza2lwIjoxMjM0NTY3ODkwfQ\"}"
        );
        assert_eq!(reply.after.as_deref(), Some(b"[token]".as_slice()));
    }
}
