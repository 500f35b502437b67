//! What an answer other than success says, whatever its body is.

use reqwest::Response;
use serde_json::Value;

use super::Call;

/// How much of a refusal's body is read. OData errors are far smaller.
const LONGEST_BODY: usize = 64 * 1024;
/// How much of a body that is no OData error is kept for the message.
const EXCERPT: usize = 200;

/// Notes what a refusal says, and gives the generator an answer in the form that it expects:
/// its own errors lose the status where the body is HTML or empty.
pub(super) async fn keep(mut response: Response, call: Option<&Call>) -> reqwest::Result<Response> {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return Ok(response);
    }
    let mut body = Vec::new();
    // A refusal whose body breaks off is still a refusal.
    while let Ok(Some(part)) = response.chunk().await {
        let room = LONGEST_BODY.saturating_sub(body.len());
        body.extend_from_slice(&part[..part.len().min(room)]);
        if room <= part.len() {
            break;
        }
    }
    let hide = |text: String| match call {
        Some(call) => call.hide(text),
        None => text,
    };
    let parsed = serde_json::from_slice::<Value>(&body).ok();
    let error = parsed.as_ref().and_then(|value| value.get("error")).filter(|error| error.is_object());
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(|text| hide(text.to_owned()));
    let code = error.and_then(|error| text(error, "code"));
    let message = error
        .and_then(|error| text(error, "message"))
        .unwrap_or_else(|| excerpt(&hide(String::from_utf8_lossy(&body).into_owned())));
    let inner_codes = error.map(inner_codes).unwrap_or_default().into_iter().map(hide).collect();
    if let Some(call) = call {
        let mut trace = call.trace();
        trace.inner_codes = inner_codes;
        trace.code.clone_from(&code);
        trace.message = Some(message.clone());
    }
    let body = serde_json::json!({"error": {"code": code.unwrap_or_default(), "message": message}});
    let mut answer = http::Response::new(body.to_string());
    *answer.status_mut() = status;
    answer.headers_mut().clone_from(response.headers());
    Ok(Response::from(answer))
}

/// Codes of nested errors. Graph's pages spell the property in two ways.
fn inner_codes(error: &Value) -> Vec<String> {
    let mut codes = Vec::new();
    let mut at = error;
    while let Some(inner) = at.get("innerError").or_else(|| at.get("innererror")) {
        codes.extend(inner.get("code").and_then(Value::as_str).map(str::to_owned));
        at = inner;
    }
    codes
}

/// The beginning of a text body on one line, without markup.
fn excerpt(text: &str) -> String {
    let mut plain = String::new();
    let mut in_tag = false;
    for character in text.chars() {
        match character {
            '<' => in_tag = true,
            '>' if in_tag => {
                in_tag = false;
                plain.push(' ');
            }
            _ if in_tag => {}
            character if character.is_control() => plain.push(' '),
            character => plain.push(character),
        }
        if plain.len() > EXCERPT * 4 {
            break;
        }
    }
    let words: Vec<&str> = plain.split_whitespace().collect();
    let mut line = words.join(" ");
    if let Some((cut, _)) = line.char_indices().nth(EXCERPT) {
        line.truncate(cut);
        line.push('…');
    }
    match line.is_empty() {
        true => "no body that says why".to_owned(),
        false => line,
    }
}

/// Reads the rest of an answer that is not needed, so that its connection can be used again;
/// gives up on a long one.
pub(super) async fn drain(mut response: Response) {
    let mut read = 0;
    while let Ok(Some(part)) = response.chunk().await {
        read += part.len();
        if read > LONGEST_BODY {
            break;
        }
    }
}

/// A transport failure in a few words, without the address (which may hold names).
pub(crate) fn describe(error: &reqwest::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    match (error.is_timeout(), error.is_connect()) {
        (true, true) => "no connection within the time limit".to_owned(),
        (true, false) => "no answer within the time limit".to_owned(),
        (false, true) => format!("no connection: {innermost}"),
        (false, false) => format!("the connection broke: {innermost}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_one_short_line_without_markup() {
        assert_eq!(excerpt("<html><b>Bad</b>\r\n gateway</html>"), "Bad gateway");
        assert_eq!(excerpt(""), "no body that says why");
        assert_eq!(excerpt(&"\u{e9}".repeat(5000)).chars().count(), EXCERPT + 1);
    }
}
