//! The text of a line without Markdown's marks.

use std::borrow::Cow;

/// The text as a reader sees it: links as their text, emphasis, code marks, entities and tags
/// removed.
pub(super) fn text(source: &str) -> Cow<'_, str> {
    // Most cells have no mark at all, nor a blank of another kind.
    let bare = |byte: u8| byte.is_ascii() && !matches!(byte, b'\\' | b'*' | b'`' | b'[' | b'<' | b'&' | b'~');
    if source.bytes().all(bare) {
        return Cow::Borrowed(source.trim_ascii());
    }
    Cow::Owned(unmarked(source))
}

fn unmarked(source: &str) -> String {
    let mut plain = String::with_capacity(source.len());
    let bytes = source.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &source[at..];
        let skip = match bytes[at] {
            b'\\' if bytes.get(at + 1).is_some_and(u8::is_ascii_punctuation) => {
                plain.push(char::from(bytes[at + 1]));
                2
            }
            b'*' | b'`' => 1,
            b'~' => struck(rest).unwrap_or_else(|| {
                plain.push('~');
                1
            }),
            b'[' => match link(rest) {
                Some((label, length)) => {
                    plain.push_str(&text(label));
                    length
                }
                None => {
                    plain.push('[');
                    1
                }
            },
            b'<' => match tag(rest) {
                Some(length) => {
                    plain.push(' ');
                    length
                }
                None => {
                    plain.push('<');
                    1
                }
            },
            b'&' => entity(rest, &mut plain),
            _ => {
                let marks = ['\\', '*', '`', '[', '<', '&', '~'];
                let next = rest.char_indices().skip(1).find(|(_, character)| marks.contains(character));
                let next = next.map_or(rest.len(), |(next, _)| next);
                plain.push_str(&rest[..next]);
                next
            }
        };
        at += skip;
    }
    if plain.contains('\u{a0}') {
        plain = plain.replace('\u{a0}', " ");
    }
    plain.trim().to_owned()
}

/// The length of `~~text~~` at the start: what is struck out is no longer said.
fn struck(rest: &str) -> Option<usize> {
    let inside = rest.strip_prefix("~~")?;
    inside.find("~~").filter(|end| *end > 0).map(|end| end + 4)
}

/// `[label](target)`: the label, and the length of the whole.
fn link(rest: &str) -> Option<(&str, usize)> {
    // Neither search runs past the next bracket, so that many open ones cost no more than one.
    let end = 1 + rest[1..].find(['[', ']']).filter(|end| rest.as_bytes()[end + 1] == b']')?;
    let target = rest[end + 1..].strip_prefix('(')?;
    let close = target.find([')', '[']).filter(|close| target.as_bytes()[*close] == b')')?;
    Some((&rest[1..end], end + 2 + close + 1))
}

/// The length of an HTML tag or comment at the start. Angle brackets around a word that is no
/// HTML are placeholders and stay.
fn tag(rest: &str) -> Option<usize> {
    if rest.starts_with("<!--") {
        return Some(rest.find("-->").map_or(rest.len(), |end| end + 3));
    }
    let end = 1 + rest[1..].find(['<', '>']).filter(|end| rest.as_bytes()[end + 1] == b'>')?;
    let inside = rest[1..end].trim_start_matches('/').trim_end_matches('/').trim();
    let name: String =
        inside.chars().take_while(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
    const TAGS: &[&str] =
        &["br", "b", "i", "sup", "sub", "p", "a", "ul", "li", "ol", "span", "div", "strong", "em", "code", "img"];
    TAGS.contains(&name.as_str()).then_some(end + 1)
}

fn entity(rest: &str, plain: &mut String) -> usize {
    const ENTITIES: &[(&str, &str)] =
        &[("&nbsp;", " "), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#124;", "|")];
    match ENTITIES.iter().find(|(entity, _)| rest.starts_with(entity)) {
        Some((entity, stands)) => {
            plain.push_str(stands);
            entity.len()
        }
        None => {
            plain.push('&');
            1
        }
    }
}

/// What stands between backticks, in order.
pub(super) fn code(source: &str) -> impl Iterator<Item = &str> {
    source.split('`').skip(1).step_by(2).map(str::trim).filter(|code| !code.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_go_and_what_they_mark_stays() {
        for (source, plain) in [
            ("**riskyUser** `id`", "riskyUser id"),
            ("[riskyUser](../resources/riskyuser.md) collection", "riskyUser collection"),
            ("a &nbsp; b<br/>c", "a   b c"),
            ("\\$filter and snake_case", "$filter and snake_case"),
            ("{id} <id> [x]", "{id} <id> [x]"),
            ("é`é`", "éé"),
            ("<!-- gone -->kept", "kept"),
            ("~~gone~~ kept ~/x ~~", "kept ~/x ~~"),
            ("[", "["),
        ] {
            assert_eq!(text(source), plain, "{source}");
        }
        assert_eq!(code("`a`, b, `c`").collect::<Vec<_>>(), ["a", "c"]);
    }
}
