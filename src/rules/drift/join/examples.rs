//! An example of a page against the transcript of it.

use serde_json::Value;

use crate::contract::{Exchange, Message};
use crate::docs::page::{Example, ExampleRequest};
use crate::docs::path;

/// Everything in which they differ, both sides quoted.
pub(in crate::rules::drift) fn differences(example: &Example, exchange: &Exchange) -> Vec<String> {
    let mut differences = Vec::new();
    let mut differ = |what: &str, page: &str, ours: &str| {
        differences.push(format!("{what} is '{page}' on the page and '{ours}' in the transcript"));
    };
    if let Some(request) = &example.request {
        if let Some(method) = request.method.as_deref().filter(|method| *method != exchange.method) {
            differ("the method", method, &exchange.method);
        }
        if let Some(url) = request.url.as_deref().filter(|url| !same_url(url, &exchange.url)) {
            differ("the URL", url, &exchange.url);
        }
        if let Some((page, ours)) = body(request.body.as_deref(), &exchange.request) {
            differ("the body of the request", &page, &ours);
        }
    }
    if let Some(response) = &example.response {
        if let Some(status) = response.status.filter(|status| *status != exchange.status) {
            differ("the status", &status.to_string(), &exchange.status.to_string());
        }
        if let Some((page, ours)) = body(response.body.as_deref(), &exchange.response) {
            differ("the body of the answer", &page, &ours);
        }
    }
    differences
}

/// Whether a page and the file of a transcript mean one name: those of files have fewer letters
/// to choose from.
pub(in crate::rules::drift) fn same_name(page: &str, file: &str) -> bool {
    let plain = |name: &str| name.replace(|letter: char| !letter.is_ascii_alphanumeric(), "_");
    plain(page) == plain(file)
}

/// Whether an example has a request that can be compared.
pub(super) fn request(example: &Example) -> Option<(&ExampleRequest, &str, &str)> {
    let request = example.request.as_ref()?;
    Some((request, request.method.as_deref()?, request.url.as_deref()?))
}

/// Whether two URLs ask for the same. A relative one says nothing of host and version.
fn same_url(page: &str, ours: &str) -> bool {
    if page.contains('{') {
        return path::fits(page, ours);
    }
    let (page, ours) = (decoded(page), decoded(ours));
    if page.contains("://") {
        return page == ours;
    }
    let query = |url: &str| url.split_once('?').map(|(_, query)| query.to_owned());
    path::canonical(&page) == path::canonical(&ours) && query(&page) == query(&ours)
}

/// Without percent-encoding; host and scheme in lower case.
fn decoded(url: &str) -> String {
    let mut bytes = Vec::with_capacity(url.len());
    let mut rest = url.trim().as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let pair = (*first == b'%').then(|| std::str::from_utf8(after.get(..2)?).ok()).flatten();
        match pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    let url = String::from_utf8_lossy(&bytes).into_owned();
    let Some((scheme, below)) = url.split_once("://") else { return url };
    let (host, path) = below.split_at(below.find('/').unwrap_or(below.len()));
    format!("{}://{}{path}", scheme.to_ascii_lowercase(), host.to_ascii_lowercase())
}

/// Both bodies as text for people, where they differ.
fn body(page: Option<&str>, ours: &Message) -> Option<(String, String)> {
    let page = page.map(str::trim).filter(|text| !text.is_empty());
    let same = match (page, &ours.body) {
        (None, None) => true,
        (Some(text), Some(value)) => match json(text) {
            Some(body) => body == *value,
            // Not quite JSON, or with parts left out: what the transcript has stands there.
            None => leaves(value).iter().all(|leaf| text.contains(leaf.as_str())),
        },
        _ => false,
    };
    let shown = |text: String| match text.char_indices().nth(300) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text,
    };
    (!same).then(|| {
        let page = page.map_or("none".to_owned(), |text| json(text).map_or(text.to_owned(), |body| body.to_string()));
        (shown(page), shown(ours.body.as_ref().map_or("none".to_owned(), Value::to_string)))
    })
}

/// The JSON of a body; prose above it does not count.
fn json(text: &str) -> Option<Value> {
    let start = text.find(['{', '['])?;
    serde_json::from_str(text).ok().or_else(|| serde_json::from_str(&text[start..]).ok())
}

fn leaves(value: &Value) -> Vec<String> {
    match value {
        Value::Object(object) => object.values().flat_map(leaves).collect(),
        Value::Array(items) => items.iter().flat_map(leaves).collect(),
        Value::String(text) => vec![text.clone()],
        Value::Null => Vec::new(),
        other => vec![other.to_string()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_compared_by_what_they_ask_for() {
        let ours = "https://graph.microsoft.com/beta/things?$filter=a eq 'b'";
        for (page, same) in [
            (ours, true),
            ("https://graph.microsoft.com/beta/things?$filter=a%20eq%20'b'", true),
            ("HTTPS://Graph.microsoft.com/beta/things?%24filter=a eq 'b'", true),
            ("/things?$filter=a eq 'b'", true),
            ("/things", false),
            ("https://graph.microsoft.com/v1.0/things?$filter=a eq 'b'", false),
            ("https://graph.microsoft.com/beta/Things?$filter=a eq 'b'", false),
            ("https://graph.microsoft.com/beta/things?$filter=a eq 'c'", false),
            ("%zz%", false),
        ] {
            assert_eq!(same_url(page, ours), same, "{page}");
        }
        assert!(same_url("https://graph.microsoft.com/beta/things/{id}", "https://graph.microsoft.com/beta/things/1"));
    }

    #[test]
    fn bodies_are_compared_by_value() {
        let ours = Message { body: Some(serde_json::json!({"a": ["x", 1], "b": null})), ..Message::default() };
        for (page, same) in [
            (Some("{ \"b\": null, \"a\": [\"x\",1] }"), true),
            (Some("In words\n{\"a\": [\"x\", 1], \"b\": null}"), true),
            (Some("{\"a\": [\"x\", 1,], }"), true),
            (Some("{\"a\": [\"x\", 1], ... }"), true),
            (Some("{\"a\": [\"y\", 1], ... }"), false),
            (Some("{\"a\": [\"x\", 2], \"b\": null}"), false),
            (None, false),
        ] {
            assert_eq!(body(page, &ours).is_none(), same, "{page:?}");
        }
        assert!(body(None, &Message::default()).is_none());
        assert!(body(Some("{}"), &Message::default()).is_some());
    }
}
