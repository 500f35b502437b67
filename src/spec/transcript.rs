//! Transcripts of documented exchanges: `openapi/exchanges/API/NAME.http`.
//!
//! ```text
//! # page: beta/api/riskyusers-dismiss.md (2019-03)
//! # operation: riskyUser.dismiss
//! # states: limit[userIds] = 60, beta/api/riskyusers-dismiss.md (2023)
//! # assumes: effect[riskState] = dismissed
//!
//! POST https://graph.microsoft.com/beta/riskyUsers/dismiss
//! Content-Type: application/json
//!
//! {"userIds": ["04487ee0-f4f6-4e7f-8999-facc5a30e232"]}
//!
//! HTTP/1.1 204 No Content
//! ```
//! Lines that start with `#` before the request line are directives or remarks. `states` is a
//! fact that the page has outside its example, `assumes` one that no page has. This module must
//! not look at a description: the transcript is the witness against it.

use serde_json::Value;

use super::SpecError;
use crate::contract::{Exchange, Message, Origin, Rests, Statement};

/// Reads one transcript. `name` is the stem of its file.
///
/// # Errors
/// A missing page or operation, a directive that is not known, or a request or answer that is
/// not HTTP with a JSON body.
pub fn parse(text: &str, name: &str, file: &str) -> Result<Exchange, SpecError> {
    let fail = |line: usize, reason: String| SpecError::new(file, line, "", reason);
    let lines: Vec<&str> = text.lines().map(|line| line.trim_end_matches('\r')).collect();
    let (mut page, mut operation, mut raw) = (None, None, Vec::new());
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        at += 1;
        if line.trim().is_empty() {
            continue;
        }
        let Some(remark) = line.strip_prefix('#') else {
            at -= 1;
            break;
        };
        match remark.trim().split_once(": ") {
            Some(("page", value)) => page = Some(value.trim().to_owned()),
            Some(("operation", value)) => operation = Some(value.trim().to_owned()),
            Some(("states", value)) => raw.push((at, Rests::Documented, value)),
            Some(("assumes", value)) => raw.push((at, Rests::Assumption, value)),
            _ => {}
        }
    }
    let page = page.ok_or_else(|| fail(1, "no '# page: …' line says where the exchange is documented".to_owned()))?;
    let operation = operation.ok_or_else(|| fail(1, "no '# operation: …' line names the operation".to_owned()))?;
    let statements = raw
        .into_iter()
        .map(|(line, rests, text)| {
            statement(text, rests, &page, Origin { file: file.to_owned(), line })
                .ok_or_else(|| fail(line, format!("'{text}' is not KIND[NAME] = VALUE")))
        })
        .collect::<Result<_, _>>()?;

    let request_line = at + 1;
    let (method, url) = lines
        .get(at)
        .and_then(|line| line.split_once(' '))
        .filter(|(method, url)| is_method(method) && url.contains("://"))
        .ok_or_else(|| fail(request_line, "expected a request line: METHOD https://…".to_owned()))?;
    let answer = lines[at..]
        .iter()
        .position(|line| line.starts_with("HTTP/"))
        .map(|offset| at + offset)
        .ok_or_else(|| fail(lines.len(), "no answer: expected a line that starts with HTTP/1.1".to_owned()))?;
    let status = lines[answer]
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse::<u16>().ok())
        .filter(|status| (100..600).contains(status))
        .ok_or_else(|| fail(answer + 1, format!("'{}' has no HTTP status", lines[answer])))?;
    Ok(Exchange {
        name: name.to_owned(),
        operation,
        page,
        method: method.to_owned(),
        url: url.trim().to_owned(),
        request: message(&lines, at + 1, answer).map_err(|(line, reason)| fail(line, reason))?,
        status,
        response: message(&lines, answer + 1, lines.len()).map_err(|(line, reason)| fail(line, reason))?,
        statements,
        origin: Origin { file: file.to_owned(), line: request_line },
    })
}

fn is_method(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// `permission[application] = X`, with `, PAGE (REVISION)` behind it where the page is another.
fn statement(text: &str, rests: Rests, page: &str, origin: Origin) -> Option<Statement> {
    let (key, value) = text.split_once(" = ")?;
    let (kind, name) = match key.trim().split_once('[') {
        Some((kind, name)) => (kind, Some(name.strip_suffix(']')?.to_owned())),
        None => (key.trim(), None),
    };
    let (value, page) = match value.split_once(", ") {
        Some((value, other)) => (value, other),
        None if rests == Rests::Assumption => (value, "none"),
        None => (value, page),
    };
    let filled = !kind.is_empty() && !value.trim().is_empty();
    filled.then(|| Statement {
        kind: kind.to_owned(),
        name,
        value: value.trim().to_owned(),
        page: page.trim().to_owned(),
        rests,
        origin,
    })
}

/// Headers up to a blank line, then a JSON body; both may be absent. Lines are 0-based here.
fn message(lines: &[&str], from: usize, to: usize) -> Result<Message, (usize, String)> {
    let mut headers = Vec::new();
    let mut at = from;
    while at < to && !lines[at].trim().is_empty() {
        let (name, value) =
            lines[at].split_once(':').ok_or_else(|| (at + 1, format!("'{}' is not a header", lines[at])))?;
        headers.push((name.trim().to_owned(), value.trim().to_owned()));
        at += 1;
    }
    let text = lines[at..to].join("\n");
    if text.trim().is_empty() {
        return Ok(Message { headers, body: None });
    }
    let body = serde_json::from_str::<Value>(&text)
        .map_err(|error| (at + error.line(), format!("the body is not JSON: {error}")))?;
    Ok(Message { headers, body: Some(body) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# page: p.md (2019)\n# operation: a.b\n# states: limit[ids] = 60, q.md (2023)\n\nPOST https://g/beta/x\nA: b\n\n{\"ids\": []}\n\nHTTP/1.1 204 No Content\n";

    #[test]
    fn a_transcript_becomes_an_exchange() {
        let exchange = parse(TEXT, "x", "x.http").expect("a transcript");
        assert_eq!((exchange.method.as_str(), exchange.status), ("POST", 204));
        assert_eq!(exchange.request.body, Some(serde_json::json!({"ids": []})));
        assert_eq!(exchange.response, Message::default());
        let limit = exchange.states("limit", "ids").expect("stated");
        assert_eq!((limit.value.as_str(), limit.page.as_str(), limit.origin.line), ("60", "q.md (2023)", 3));
    }

    #[test]
    fn a_broken_transcript_says_where_and_why() {
        for (from, to, line, part) in [
            ("# page: p.md (2019)\n", "", 1, "page"),
            ("limit[ids] = 60", "limit ids 60", 3, "KIND"),
            ("POST https", "POST https no", 5, ""),
            ("{\"ids\": []}", "{\"ids\": [}", 8, "JSON"),
            ("HTTP/1.1 204", "HTTP/1.1 abc", 10, "status"),
            ("HTTP/1.1 204", "", 9, "answer"),
            ("A: b", "A b", 6, "header"),
        ] {
            let result = parse(&TEXT.replace(from, to), "x", "x.http");
            if part.is_empty() {
                continue;
            }
            let error = result.expect_err(part);
            assert!(error.reason.contains(part), "{error}");
            assert!(error.line.abs_diff(line) <= 1, "{error}");
        }
    }
}
