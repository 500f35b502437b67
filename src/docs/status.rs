//! The statuses that prose calls success.

/// The success statuses (2xx, and 3xx that lead somewhere) that a text names, in order, each with the byte offset of
/// the first mention.
pub(super) fn successes(text: &str) -> Vec<(u16, usize)> {
    let bytes = text.as_bytes();
    let mut found: Vec<(u16, usize)> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let start = at;
        while at < bytes.len() && bytes[at].is_ascii_digit() {
            at += 1;
        }
        match status(text, start, at) {
            Some(status) if !found.iter().any(|(known, _)| *known == status) => found.push((status, start)),
            _ => {}
        }
    }
    found
}

fn status(text: &str, start: usize, end: usize) -> Option<u16> {
    let status: u16 = text[start..end].parse().ok().filter(|status| (200..400).contains(status) && *status != 304)?;
    if end - start != 3 {
        return None;
    }
    let (before, after) = (&text[..start], &text[end..]);
    let glued = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.' | '/' | '#' | '$');
    // "HTTP/1.1 200" and "`200`" are statuses, "v1.200", "x-200" and "200.5" are not.
    if before.ends_with(glued) || after.starts_with(|letter: char| letter.is_alphanumeric() || letter == '_') {
        return None;
    }
    if after.starts_with(['.', '-']) && after[1..].starts_with(|letter: char| letter.is_ascii_digit()) {
        return None;
    }
    let coded = before.ends_with('`') || before.ends_with("`HTTP ") || before.ends_with("`HTTP/1.1 ");
    let returned = before.trim_end().ends_with(" returns") || before.trim_end().ends_with(" return");
    let alone = after.is_empty() || after.starts_with(['.', ',', '\n']);
    (coded || returned && alone || names_reason(after) || speaks_of_status(before, after)).then_some(status)
}

/// Whether a reason phrase follows.
fn names_reason(after: &str) -> bool {
    const REASONS: &[&str] = &[
        "ok",
        "created",
        "accepted",
        "no content",
        "nocontent",
        "no-content",
        "partial",
        "found",
        "moved",
        "see other",
        "not modified",
        "redirect",
        "success",
        "temporary",
        "permanent",
        "multi",
    ];
    let after =
        after.trim_start_matches([' ', ',', '-', ':', '`', '*', '(']).get(..16).unwrap_or(after).to_ascii_lowercase();
    let after = after.trim_start_matches([' ', ',', '-', ':', '`', '*', '(']);
    REASONS.iter().any(|reason| after.starts_with(reason))
}

/// Whether the words around it speak of statuses.
fn speaks_of_status(before: &str, after: &str) -> bool {
    const WORDS: &[&str] = &["response", "status", "code", "http", "series"];
    let words = |text: &str| WORDS.iter().any(|word| text.contains(word));
    let ahead: Vec<&str> = after.split_whitespace().take(3).collect();
    let behind: Vec<&str> = before.split_whitespace().rev().take(3).collect();
    words(&ahead.join(" ").to_ascii_lowercase()) || words(&behind.join(" ").to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_told_from_other_numbers() {
        for (text, statuses) in [
            ("returns a `204 No Content` response code", &[204_u16][..]),
            ("returns 200 OK, or 302 Found with a location", &[200, 302]),
            ("returns `204, Accepted`", &[204]),
            ("a response code of 201", &[201]),
            ("a 200-series code", &[200]),
            ("`HTTP/1.1 202`", &[202]),
            ("at most 200 users, 250.5 or v1.200", &[]),
            ("`404 Not Found` and `400`", &[]),
            ("in 2003 it was x-204", &[]),
            ("this method returns 204.", &[204]),
            ("it returns 200 users", &[]),
            ("or `304 Not Modified`", &[]),
        ] {
            let found: Vec<u16> = successes(text).into_iter().map(|(status, _)| status).collect();
            assert_eq!(found, statuses, "{text}");
        }
    }
}
