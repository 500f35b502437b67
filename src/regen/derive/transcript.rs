//! The documented examples as transcripts.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Value;

use super::call::{Call, request_json, response_json};
use super::document::root;
use super::operation::{headers, queries};
use super::{Transcript, left_out};
use crate::docs::page::{BodyKind, Example, ExampleRequest, ExampleResponse};
use crate::docs::path::canonical;
use crate::finding::{Finding, Severity};
use crate::regen::names;
use crate::spec::{Document, Node, escape, misfits};

/// Every example that shows its operation as the pages describe it.
pub(super) fn transcripts(document: &Document, calls: &[Call<'_>], findings: &mut Vec<Finding>) -> Vec<Transcript> {
    let api = document.api();
    let mut transcripts: Vec<Transcript> = Vec::new();
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for call in calls {
        let mut first = true;
        for example in &call.examples {
            let text = match fits(document, call, example).and_then(|()| transcript(api, call, example, first)) {
                Ok(text) => text,
                Err(reason) => {
                    let message = format!("the example has no transcript: {reason}");
                    left_out(findings, "example_unusable", Severity::Note, call.page, example.line, message);
                    continue;
                }
            };
            first = false;
            let stem = example.name.as_deref().map(file_name).filter(|name| !name.is_empty());
            let stem = stem.unwrap_or_else(|| file_name(&call.id.replace('.', "_")));
            let mut name = stem.clone();
            let mut n_same = 1;
            while !taken.insert(name.to_ascii_lowercase()) {
                n_same += 1;
                name = format!("{stem}_{n_same}");
            }
            transcripts.push(Transcript { name, text });
        }
    }
    transcripts
}

/// Whether the bodies of an example have the form that the pages describe elsewhere.
fn fits(document: &Document, call: &Call<'_>, example: &Example) -> Result<(), String> {
    let path = escape(&call.template);
    let operation = format!("/paths/{path}/{}", call.method.to_ascii_lowercase());
    let request = example.request.as_ref().and_then(request_json);
    let response = example.response.as_ref().and_then(response_json);
    for (body, place, what) in [
        (request, "requestBody/content/application~1json/schema".to_owned(), "request"),
        (response, format!("responses/{}/content/application~1json/schema", call.status), "answer"),
    ] {
        let Some(mut body) = body else { continue };
        let Some(schema) = document.at(&format!("{operation}/{place}")) else { continue };
        without_nulls(&mut body);
        let Ok(value) = Node::parse(&body.to_string()) else { continue };
        if let Some(misfit) = misfits(document, schema, &value).first() {
            let at = if misfit.at.is_empty() { "the whole" } else { &misfit.at };
            return Err(format!("its {what} contradicts the tables: {at} {}", misfit.reason));
        }
    }
    Ok(())
}

/// Everything that an answer has may be null, and no page says so.
fn without_nulls(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.retain(|_, value| !value.is_null());
            object.values_mut().for_each(without_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(without_nulls),
        _ => {}
    }
}

fn file_name(name: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '_' | '-') { c } else { '_' };
    name.chars().map(safe).take(80).collect::<String>().trim_matches(['_', '-']).to_owned()
}

fn transcript(api: &str, call: &Call<'_>, example: &Example, first: bool) -> Result<String, String> {
    let request = example.request.as_ref().ok_or("it shows no request")?;
    let response = example.response.as_ref().ok_or("it shows no answer")?;
    let url = request.url.as_deref().unwrap_or_default();
    let url = match url.contains("://") {
        true => url.to_owned(),
        false => format!("https://graph.microsoft.com/{api}{}", canonical_with_query(url)),
    };
    if root(api, &url).is_none() {
        return Err("its URL is not one of this API version".to_owned());
    }
    if canonical(&url).contains("{}") {
        return Err("its URL has a placeholder".to_owned());
    }
    let status = response.status.ok_or("its answer has no status")?;
    if status != call.status {
        return Err("its answer is another than the stated success".to_owned());
    }
    let (asked, implied) = request_message(request)?;
    let answered = response_message(response)?;
    let mut text = String::new();
    let _ = writeln!(text, "# page: {}", call.page.page);
    let _ = writeln!(text, "# operation: {}", call.id);
    let _ = writeln!(text, "# states: success = {status}");
    if first {
        text += &statements(call);
    }
    if implied {
        text += "# assumes: contentType = application/json\n# The page's example shows the body alone.\n";
    }
    let _ = write!(text, "\n{} {url}\n{asked}\n", call.method);
    let _ = writeln!(text, "HTTP/1.1 {status} {}", reason(status));
    text += &answered;
    Ok(text)
}

/// A relative URL below the version.
fn canonical_with_query(url: &str) -> String {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let path = canonical(path);
    if query.is_empty() { path } else { format!("{path}?{query}") }
}

/// Headers and body, and whether a content type had to be added.
fn request_message(request: &ExampleRequest) -> Result<(String, bool), &'static str> {
    let mut text = String::new();
    let framing = ["authorization", "content-length", "host"];
    let kept = request.headers.iter().filter(|header| !framing.contains(&header.name.to_ascii_lowercase().as_str()));
    for header in kept {
        let _ = writeln!(text, "{}: {}", header.name, header.value);
    }
    let json = request_json(request).is_some();
    match request.body_kind {
        BodyKind::None => return Ok((text, false)),
        _ if !json => return Err("its request is not valid JSON"),
        _ => {}
    }
    let typed = request.headers.iter().any(|header| header.name.eq_ignore_ascii_case("content-type"));
    if !typed {
        text += "Content-Type: application/json\n";
    }
    let _ = writeln!(text, "\n{}", request.body.as_deref().unwrap_or_default().trim());
    Ok((text, !typed))
}

fn response_message(response: &ExampleResponse) -> Result<String, &'static str> {
    match response.body_kind {
        BodyKind::None => return Ok(String::new()),
        BodyKind::Json if response_json(response).is_some() => {}
        _ => return Err("its answer is not valid JSON"),
    }
    Ok(format!("Content-Type: application/json\n\n{}\n", response.body.as_deref().unwrap_or_default().trim()))
}

/// What the page states beside its examples, in the words of facts.
fn statements(call: &Call<'_>) -> String {
    let page = call.page;
    let mut text = String::new();
    for (kind, names) in page.permissions.iter().flat_map(|permissions| permissions.kinds()) {
        let Some(names) = names else { continue };
        let value = if names.is_empty() { "not supported".to_owned() } else { names.join(" or ") };
        let _ = writeln!(text, "# states: permission[{kind}] = {value}");
    }
    let authorization = page.headers.iter().flatten().find(|header| header.name.eq_ignore_ascii_case("authorization"));
    for header in authorization.into_iter().chain(headers(call)) {
        let Some(required) = header.required else { continue };
        let value = if required { "required" } else { "optional" };
        let _ = writeln!(text, "# states: header[{}] = {value}", header.name);
    }
    for (alias, _) in &call.aliases {
        let _ = writeln!(text, "# states: alias[{alias}] = {alias}");
    }
    for query in queries(call).into_iter().filter(|query| names::is_setter(&query.name)) {
        let _ = writeln!(text, "# states: query[{}] = supported", query.name);
    }
    for property in page.body.iter().flatten() {
        if let Some(limit) = property.limit {
            let _ = writeln!(text, "# states: limit[{}] = {}", property.name, limit.most);
        }
    }
    text
}

/// The reason phrase of RFC 9110.
fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        206 => "Partial Content",
        _ => "Success",
    }
}
