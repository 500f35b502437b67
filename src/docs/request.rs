//! Request lines: of templates, and at the top of examples.

use super::outline::{Block, Outline};
use super::page::Request;

/// The methods that pages write in request lines. `LIST` is no method of HTTP; old pages have it.
const METHODS: &[&str] = &["GET", "POST", "PATCH", "DELETE", "PUT", "HEAD", "OPTIONS", "LIST", "MERGE"];

/// Splits a request line into method, in upper case, and the rest, which looks like a URL or
/// path. `None` for prose.
pub(super) fn line(line: &str) -> Option<(&'static str, &str)> {
    // A plus sign is left over from a comparison of two versions.
    let line = line.trim_start();
    let line = line.strip_prefix('+').unwrap_or(line);
    let end = line.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(line.len());
    let word = &line[..end];
    let method = METHODS.iter().find(|method| method.eq_ignore_ascii_case(word))?;
    let rest = &line[end..];
    if !rest.starts_with(char::is_whitespace) && !rest.starts_with(['/', '\\']) {
        return None;
    }
    let rest = rest.trim();
    let first = rest.split_whitespace().next()?;
    let rooted = first.starts_with(['/', '\\', '{', '<', '~', '$', '.']) || first.starts_with("http");
    let path = rooted || first.contains('/') || word == *method && !rest.contains(' ') && is_segment(first);
    path.then_some((method, rest))
}

/// Whether a lone word after a method is a path: `users`, `me`, `sites?search=x`.
fn is_segment(word: &str) -> bool {
    word.starts_with(|letter: char| letter.is_ascii_alphabetic()) && !word.ends_with([':', '.', ','])
}

/// The method of a line that has nothing else; the path follows on the next one.
fn lone_method(line: &str) -> Option<&'static str> {
    let line = line.trim();
    METHODS.iter().copied().find(|method| *method == line)
}

/// The request lines of a fence that shows templates.
pub(super) fn templates(outline: &Outline, fence: &Block) -> Vec<Request> {
    let (first, last) = outline.inside(fence);
    of_lines(outline.lines(first, last))
}

/// The request lines among lines.
pub(super) fn of_lines<'a>(lines: impl Iterator<Item = (usize, &'a str)>) -> Vec<Request> {
    let mut requests: Vec<Request> = Vec::new();
    let mut lone = None;
    // A blank line, a header or a body ends the URL.
    let mut open = false;
    for (number, text) in lines {
        let trimmed = text.trim();
        if let Some((method, rest)) = line(text) {
            requests.push(Request { method: method.to_owned(), path: path(rest).to_owned(), line: number });
            (open, lone) = (true, None);
        } else if let Some(method) = lone_method(text) {
            (open, lone) = (false, Some((method, number)));
        } else if let Some((method, at)) = lone.filter(|_| trimmed.starts_with('/') || trimmed.starts_with("http")) {
            requests.push(Request { method: method.to_owned(), path: path(trimmed).to_owned(), line: at });
            (open, lone) = (true, None);
        } else if let Some(request) = requests.last_mut().filter(|request| open && continues(&request.path, trimmed)) {
            request.path.push_str(trimmed);
        } else {
            open = false;
        }
    }
    for request in &mut requests {
        // What separates alternatives is no part of a path.
        let length = request.path.trim_end_matches([',', ';']).len();
        request.path.truncate(length);
    }
    requests
}

/// Whether a line goes on with the URL of the line before it.
pub(super) fn continues(url: &str, next: &str) -> bool {
    !next.is_empty() && (next.starts_with(['?', '&']) || url.ends_with(['?', '&', '(', ',']) || url.ends_with("?$"))
}

/// The path or URL of a request line: without the protocol version, and without prose behind it.
pub(super) fn path(rest: &str) -> &str {
    let rest = rest.trim();
    let rest = match rest.rfind(" HTTP/") {
        Some(at) if !rest[at + 1..].contains(' ') => rest[..at].trim_end(),
        _ => rest,
    };
    let addressed = addressed(rest);
    let (mut depth, mut quoted, mut before) = (0_usize, false, ' ');
    for (at, character) in rest.char_indices() {
        match character {
            '{' | '(' | '<' => depth += 1,
            '}' | ')' | '>' => depth = depth.saturating_sub(1),
            '\'' => quoted = !quoted,
            // The value of a query option may have blanks, as in `$filter=a eq 'b'`.
            '?' if depth == 0 => return rest,
            _ if addressed.contains(&at) => {}
            _ if character.is_whitespace() && depth == 0 && !quoted && before != '/' => return &rest[..at],
            _ => {}
        }
        before = character;
    }
    rest
}

/// Where a file is addressed by its path, which may have blanks: between the colons of
/// `/root:/a path:/content`.
fn addressed(rest: &str) -> std::ops::Range<usize> {
    let after_scheme = rest.find("://").map_or(0, |at| at + 3);
    let start = rest[after_scheme..].find(":/").map(|at| at + after_scheme);
    let end = rest.rfind(":/");
    match (start, end) {
        (Some(start), Some(end)) if start < end => start..end,
        _ => 0..0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String)> {
        of_lines(text.lines().enumerate()).into_iter().map(|request| (request.method, request.path)).collect()
    }

    #[test]
    fn request_lines_are_read_as_they_are_spelled() {
        for (text, method, path) in [
            ("GET /riskyUsers", "GET", "/riskyUsers"),
            ("  get /users/{id | userPrincipalName}/photo  ", "GET", "/users/{id | userPrincipalName}/photo"),
            ("DELETE/groups/{id}", "DELETE", "/groups/{id}"),
            ("GET auditLogs/signIns", "GET", "auditLogs/signIns"),
            ("GET users", "GET", "users"),
            ("GET https://graph.microsoft.com/beta/me HTTP/1.1", "GET", "https://graph.microsoft.com/beta/me"),
            ("GET /me/events?$filter=a eq 'b c'", "GET", "/me/events?$filter=a eq 'b c'"),
            ("GET /a/<user id>/b or", "GET", "/a/<user id>/b"),
            ("GET /me/calendarView\n?start={s}\n&end={e}", "GET", "/me/calendarView?start={s}&end={e}"),
            ("POST\n/me/sendMail", "POST", "/me/sendMail"),
            ("GET /me/drive/root:/a path/to it:/content, or", "GET", "/me/drive/root:/a path/to it:/content"),
            ("GET https://x.com/root:/a path:/b // note", "GET", "https://x.com/root:/a path:/b"),
            ("GET /me/events?$select=a,\n  b", "GET", "/me/events?$select=a,b"),
            ("PATCH /x/getY(id='a b', n={n}) // note", "PATCH", "/x/getY(id='a b', n={n})"),
        ] {
            assert_eq!(read(text), [(method.to_owned(), path.to_owned())], "{text}");
        }
    }

    #[test]
    fn prose_and_headers_are_no_request_lines() {
        for text in
            ["or", "Content-Type: application/json", "Post the following body", "GET", "{ \"a\": 1 }", "Get it."]
        {
            assert!(read(text).is_empty(), "{text}");
        }
    }
}
