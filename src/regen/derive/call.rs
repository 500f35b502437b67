//! The operations that pages document: request lines, grouped by what means the same.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Answer, left_out};
use crate::docs::matching::is_alias;
use crate::docs::page::{BodyKind, Example, ExampleRequest, ExampleResponse, Page, Request};
use crate::docs::path;
use crate::finding::{Finding, Severity};
use crate::regen::names;

/// One operation of one page.
pub(super) struct Call<'p> {
    pub(super) page: &'p Page,
    /// Upper-case method.
    pub(super) method: &'p str,
    /// The path with clean placeholder names.
    pub(super) template: String,
    /// 1-based line of the request line.
    pub(super) line: usize,
    /// Further paths, with their lines.
    pub(super) aliases: Vec<(String, usize)>,
    pub(super) id: String,
    pub(super) status: u16,
    /// The examples of the page that show this operation.
    pub(super) examples: Vec<&'p Example>,
}

const METHODS: &[&str] = &["GET", "PUT", "POST", "DELETE", "PATCH"];

/// Every operation, by path and method.
pub(super) fn calls<'p>(pages: &[&'p Page], api: &str, findings: &mut Vec<Finding>) -> Vec<Call<'p>> {
    let mut found: BTreeMap<(String, usize), Call<'p>> = BTreeMap::new();
    for page in pages {
        for group in groups(page, findings) {
            let Some(call) = call(page, &group, api, findings) else { continue };
            let order = METHODS.iter().position(|method| *method == call.method).unwrap_or(METHODS.len());
            let key = (path::canonical(&call.template), order);
            match found.get(&key) {
                None => {
                    found.insert(key, call);
                }
                Some(first) => {
                    let message =
                        format!("{} {} is taken from {} already", call.method, call.template, first.page.page);
                    left_out(findings, "operation_documented_twice", Severity::Note, page, call.line, message);
                }
            }
        }
    }
    let mut calls: Vec<Call<'p>> = found.into_values().collect();
    one_name_per_place(&mut calls);
    distinct_ids(&mut calls);
    calls
}

/// The request lines of a page, those together that mean the same operation.
fn groups<'p>(page: &'p Page, findings: &mut Vec<Finding>) -> Vec<Vec<&'p Request>> {
    let mut groups: Vec<Vec<&'p Request>> = Vec::new();
    for request in page.requests.iter().flatten() {
        if !METHODS.contains(&request.method.as_str()) {
            let message = format!("no description can have the method {}", request.method);
            left_out(findings, "request_unusable", Severity::Warning, page, request.line, message);
            continue;
        }
        if names::template(&request.path).is_none() {
            let message = format!("'{}' is no path of literals and whole placeholders", request.path);
            left_out(findings, "request_unusable", Severity::Warning, page, request.line, message);
            continue;
        }
        match groups.iter_mut().find(|group| is_alias(group[0], request)) {
            Some(group) => group.push(request),
            None => groups.push(vec![request]),
        }
    }
    groups
}

fn call<'p>(page: &'p Page, group: &[&'p Request], api: &str, findings: &mut Vec<Finding>) -> Option<Call<'p>> {
    let first = group[0];
    let template = names::template(&first.path)?;
    let mut aliases: Vec<(String, usize)> = Vec::new();
    for request in &group[1..] {
        let alias = with_names_of(&template, &path::canonical(&request.path));
        if alias != template && !aliases.iter().any(|(known, _)| *known == alias) {
            aliases.push((alias, request.line));
        }
    }
    let shows = |example: &&Example| {
        let request = example.request.as_ref();
        let called = request.and_then(|request| Some((request.method.as_deref()?, request.url.as_deref()?)));
        called.is_some_and(|(method, url)| {
            method == first.method
                && path::version(url).is_none_or(|version| version == api)
                && std::iter::once(&template)
                    .chain(aliases.iter().map(|(path, _)| path))
                    .any(|path| path::fits(path, url))
        })
    };
    let examples: Vec<&Example> = page.examples.iter().flatten().filter(shows).collect();
    let Some(status) = status(page, &examples) else {
        let message = format!("the page states no success status for {} {template}", first.method);
        left_out(findings, "status_missing", Severity::Warning, page, first.line, message);
        return None;
    };
    let id = names::operation_id(&first.method, &template, answer(page, status, &examples));
    Some(Call { page, method: &first.method, template, line: first.line, aliases, id, status, examples })
}

/// The success that examples show, out of those that the page states.
fn status(page: &Page, examples: &[&Example]) -> Option<u16> {
    let shown: Vec<u16> =
        examples.iter().filter_map(|example| example.response.as_ref()?.status).filter(is_success).collect();
    let stated: Vec<u16> = page.success.iter().flatten().copied().filter(is_success).collect();
    let agreed = stated.iter().find(|status| shown.contains(status));
    agreed.or(stated.first()).or(shown.first()).copied()
}

fn is_success(status: &u16) -> bool {
    (200..300).contains(status)
}

fn answer(page: &Page, status: u16, examples: &[&Example]) -> Answer {
    let bodies: Vec<Value> = examples.iter().filter_map(|example| response_json(example.response.as_ref()?)).collect();
    let listed = |body: &Value| body.get("value").is_some_and(Value::is_array);
    let titled = page.title.as_deref().is_some_and(|title| title.to_ascii_lowercase().starts_with("list "));
    match status {
        201 => Answer::Created,
        _ if bodies.iter().any(listed) || bodies.is_empty() && titled => Answer::Collection,
        _ => Answer::Other,
    }
}

/// The JSON of a request, where the page shows valid JSON.
pub(super) fn request_json(request: &ExampleRequest) -> Option<Value> {
    json(request.body.as_deref(), request.body_kind)
}

/// The JSON of an answer, where the page shows valid JSON.
pub(super) fn response_json(response: &ExampleResponse) -> Option<Value> {
    json(response.body.as_deref(), response.body_kind)
}

fn json(body: Option<&str>, kind: BodyKind) -> Option<Value> {
    serde_json::from_str(body.filter(|_| kind == BodyKind::Json)?).ok()
}

/// A canonical path with the placeholder names of a template, in order.
pub(in crate::regen) fn with_names_of(template: &str, canonical: &str) -> String {
    let mut names = template.split('/').filter(|segment| segment.starts_with('{'));
    let segments = canonical.split('/').map(|segment| match segment {
        "{}" => names.next().unwrap_or("{id}"),
        literal => literal,
    });
    segments.collect::<Vec<_>>().join("/")
}

/// Templates that differ by placeholder names alone are one path of a description.
fn one_name_per_place(calls: &mut [Call<'_>]) {
    let mut spelled: BTreeMap<String, String> = BTreeMap::new();
    for call in calls {
        let form = path::canonical(&call.template);
        let first = spelled.entry(form.clone()).or_insert_with(|| call.template.clone()).clone();
        if first != call.template {
            call.aliases.iter_mut().for_each(|(alias, _)| *alias = with_names_of(&first, &path::canonical(alias)));
            call.template = first;
        }
    }
}

/// Ids that would be one in Rust get the number of their place among these.
fn distinct_ids(calls: &mut [Call<'_>]) {
    use heck::ToSnakeCase as _;
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for call in calls {
        let n_before = seen.entry(call.id.to_snake_case()).or_default();
        *n_before += 1;
        if *n_before > 1 {
            call.id = format!("{}{n_before}", call.id);
        }
    }
}
