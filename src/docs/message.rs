//! HTTP messages as pages print them in fences, and what kind of body they have.

use serde::de::IgnoredAny;

use super::page::{BodyKind, ExampleHeader, ExampleRequest, ExampleResponse};
use super::request;

/// A message in a fence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Message {
    /// It begins with a request line.
    Request(ExampleRequest),
    /// It begins with a status line, or is what an answer would carry.
    Response(ExampleResponse),
    /// A body without a first line.
    Bare(Content),
}

/// What follows the first line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Content {
    pub(super) headers: Vec<ExampleHeader>,
    pub(super) body: Option<String>,
    pub(super) kind: BodyKind,
    pub(super) body_line: Option<usize>,
    pub(super) line: usize,
    /// Where prose stands in front of the body.
    pub(super) prose: Option<usize>,
}

/// Reads the messages in the lines of a fence; more than one if request lines follow each other.
pub(super) fn messages(lines: &[(usize, &str)]) -> Vec<Message> {
    let mut messages = Vec::new();
    let mut rest = lines;
    while let Some(at) = rest.iter().position(|(_, text)| !text.trim().is_empty()) {
        rest = &rest[at..];
        // Another message may follow a request without a body.
        let request = request::line(rest[0].1).is_some();
        let end = 1 + rest[1..]
            .iter()
            .zip(rest)
            .position(|((_, text), (_, before))| {
                request && before.trim().is_empty() && request::line(text).is_some() && is_upper(text)
            })
            .unwrap_or(rest.len() - 1);
        messages.push(message(&rest[..end]));
        rest = &rest[end..];
    }
    messages
}

fn is_upper(line: &str) -> bool {
    line.trim_start().starts_with(|letter: char| letter.is_ascii_uppercase())
}

/// Reads one message; the first line is not blank.
fn message(lines: &[(usize, &str)]) -> Message {
    let (line, first) = lines[0];
    let first = first.trim();
    if let Some((status, reason)) = status_line(first) {
        let content = content(&lines[1..], line);
        return Message::Response(ExampleResponse {
            status,
            reason,
            headers: content.headers,
            body: content.body,
            body_kind: content.kind,
            line,
            body_line: content.body_line,
        });
    }
    if let Some((method, rest)) = request::line(first) {
        let mut url = request::path(rest).to_owned();
        let mut next = 1;
        while let Some((_, text)) = lines.get(next).filter(|(_, text)| request::continues(&url, text.trim())) {
            url.push_str(text.trim());
            next += 1;
        }
        let content = content(&lines[next..], line);
        return Message::Request(ExampleRequest {
            method: Some(method.to_owned()),
            url: Some(url),
            headers: content.headers,
            body: content.body,
            body_kind: content.kind,
            line,
            body_line: content.body_line,
        });
    }
    Message::Bare(content(lines, line))
}

/// `HTTP/1.1 204 No Content`, and the forms that lack a part of it.
fn status_line(line: &str) -> Option<(Option<u16>, Option<String>)> {
    let rest = line.get(..4).filter(|start| start.eq_ignore_ascii_case("HTTP")).map(|_| &line[4..])?;
    let rest = rest.trim_start_matches(|letter: char| matches!(letter, '/' | '.') || letter.is_ascii_digit());
    let after = if rest.len() == line.len() - 4 { rest } else { rest.trim_start_matches(',') };
    if !after.starts_with([' ', '\t', '\u{a0}']) {
        return None;
    }
    let after = after.trim();
    let digits = after.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(after.len());
    let status = after[..digits].parse().ok().filter(|status| (100..600).contains(status));
    if status.is_none() && after.contains(['{', '"', ':']) {
        return None;
    }
    let reason = after[digits..].trim().trim_start_matches([',', '-']).trim();
    Some((status, (!reason.is_empty()).then(|| reason.to_owned())))
}

/// Reads headers and body. A blank line may stand before the headers, and prose before the body.
fn content(lines: &[(usize, &str)], line: usize) -> Content {
    let mut content = Content { line, ..Content::default() };
    let mut at = 0;
    for (index, (number, text)) in lines.iter().enumerate().filter(|(_, (_, text))| !text.trim().is_empty()) {
        let Some((name, value)) = header(text) else { break };
        content.headers.push(ExampleHeader { name: name.to_owned(), value: value.to_owned(), line: *number });
        at = index + 1;
    }
    body(&lines[at..], &mut content);
    content
}

/// `Name: value`; not a member of JSON, nor a URL.
fn header(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.trim().split_once(':')?;
    let name = name.trim_end();
    let token = !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        && name.starts_with(|letter: char| letter.is_ascii_alphabetic());
    (token && !value.starts_with("//") && name.len() < 60).then_some((name, value.trim()))
}

fn body(lines: &[(usize, &str)], content: &mut Content) {
    let Some(first) = lines.iter().position(|(_, text)| !text.trim().is_empty()) else { return };
    let last = lines.iter().rposition(|(_, text)| !text.trim().is_empty()).unwrap_or(first);
    let mut lines = &lines[first..=last];
    let declared = content.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-type"));
    let declared = declared.map(|header| header.value.to_ascii_lowercase()).unwrap_or_default();
    if let Some(json) = after_prose(lines) {
        content.prose = Some(lines[0].0);
        lines = &lines[json..];
    }
    content.body_line = Some(lines[0].0);
    let text: Vec<&str> = lines.iter().map(|(_, text)| *text).collect();
    let text = text.join("\n");
    content.kind = kind(&text, &declared);
    content.body = Some(text);
}

/// Where JSON begins behind lines of prose.
fn after_prose(lines: &[(usize, &str)]) -> Option<usize> {
    let opens = |text: &str| text.trim_start().starts_with(['{', '[']);
    if opens(lines[0].1) {
        return None;
    }
    let at = lines.iter().position(|(_, text)| opens(text)).filter(|at| *at <= 4)?;
    let prose = lines[..at].iter().all(|(_, text)| {
        let text = text.trim();
        text.is_empty()
            || text.starts_with(|letter: char| letter.is_alphabetic()) && !text.contains(['{', '<', '"', ';'])
    });
    let text: Vec<&str> = lines[at..].iter().map(|(_, text)| *text).collect();
    (prose && is_json(&text.join("\n"))).then_some(at)
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// What kind of body a text is, under the declared media type (lower case, or empty).
pub(super) fn kind(text: &str, declared: &str) -> BodyKind {
    let text = text.trim();
    if text.is_empty() {
        return BodyKind::None;
    }
    if declared.starts_with("multipart/") || text.starts_with("--") && text.contains("\nContent-") {
        return BodyKind::Multipart;
    }
    let opens = text.starts_with(['{', '[']);
    if !opens {
        let scalar = declared.contains("json") && is_json(text);
        return match () {
            () if scalar => BodyKind::Json,
            () if is_ellipsis(text) => BodyKind::JsonElided,
            () => BodyKind::Text,
        };
    }
    if is_json(text) {
        BodyKind::Json
    } else if has_ellipsis(text) {
        BodyKind::JsonElided
    } else if is_placeholder(text) {
        BodyKind::Text
    } else {
        BodyKind::JsonInvalid
    }
}

fn is_ellipsis(text: &str) -> bool {
    text == "..." || text == "…"
}

/// Whether an ellipsis stands outside of strings.
fn has_ellipsis(text: &str) -> bool {
    let (mut quoted, mut escaped, mut dots) = (false, false, 0);
    for character in text.chars() {
        match character {
            // A string of JSON ends on its line; the next line begins outside of one.
            '\n' => (quoted, escaped) = (false, false),
            _ if quoted && escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '…' if !quoted => return true,
            _ => {}
        }
        dots = if character == '.' && !quoted { dots + 1 } else { 0 };
        if dots == 3 {
            return true;
        }
    }
    false
}

/// `{Raw bytes}`: braces around words.
fn is_placeholder(text: &str) -> bool {
    text.starts_with('{') && text.ends_with('}') && !text.contains(['"', ':', '\n'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Message> {
        let lines: Vec<(usize, &str)> = text.lines().enumerate().map(|(index, line)| (index + 1, line)).collect();
        messages(&lines)
    }

    #[test]
    fn a_request_with_all_its_oddities_is_read() {
        let text = "\nPOST https://graph.microsoft.com/beta/x\n\nContent-Type: application/json\nPrefer: a=b\n\n\
            Request Body\n{\n  \"a\": 1\n}\n\n";
        let [Message::Request(request)] = &read(text)[..] else { panic!("{:?}", read(text)) };
        assert_eq!(request.method.as_deref(), Some("POST"));
        assert_eq!(request.url.as_deref(), Some("https://graph.microsoft.com/beta/x"));
        assert_eq!(request.headers.len(), 2);
        assert_eq!((request.body.as_deref(), request.body_kind), (Some("{\n  \"a\": 1\n}"), BodyKind::Json));
        assert_eq!((request.line, request.body_line), (2, Some(8)));
    }

    #[test]
    fn several_requests_in_one_fence_are_several() {
        let text = "GET /a\n\nGET /b?$filter=x eq 'y z'\n  &$top=2\n";
        let urls: Vec<_> = read(text)
            .into_iter()
            .map(|message| match message {
                Message::Request(request) => request.url.unwrap_or_default(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(urls, ["/a", "/b?$filter=x eq 'y z'&$top=2"]);
    }

    #[test]
    fn answers_are_read_with_and_without_a_proper_status_line() {
        for (text, status, reason) in [
            ("HTTP/1.1 204 No Content", Some(204), Some("No Content")),
            ("HTTP 201 Created\n", Some(201), Some("Created")),
            ("http/1.1 200\n\n{}", Some(200), None),
            ("HTTP/1.1 OK", None, Some("OK")),
            ("HTTP/1.1 200, OK", Some(200), Some("OK")),
        ] {
            let [Message::Response(response)] = &read(text)[..] else { panic!("{text}") };
            assert_eq!((response.status, response.reason.as_deref()), (status, reason), "{text}");
        }
        assert!(matches!(&read("{\n\"a\": 1\n}")[..], [Message::Bare(content)] if content.kind == BodyKind::Json));
    }

    #[test]
    fn bodies_are_of_a_kind() {
        for (text, declared, expected) in [
            ("", "", BodyKind::None),
            ("{\"a\": 1}", "", BodyKind::Json),
            ("{\"a\": 1,}", "", BodyKind::JsonInvalid),
            ("{\"a\": 1 ...}", "", BodyKind::JsonElided),
            ("{\"a\": \"b...\",}", "", BodyKind::JsonInvalid),
            ("{ … }", "", BodyKind::JsonElided),
            ("{Raw bytes}", "", BodyKind::Text),
            ("<html/>", "text/html", BodyKind::Text),
            ("--x\nContent-Type: a/b", "multipart/mixed", BodyKind::Multipart),
            ("{\"a\": \"b\u{a0}\"}", "", BodyKind::Json),
            ("{\u{a0}\"a\": 1}", "", BodyKind::JsonInvalid),
        ] {
            assert_eq!(kind(text, declared), expected, "{text}");
        }
    }
}
