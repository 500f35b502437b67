//! The page reader: what it makes of pages, of anything else, and what that costs.

mod commonmark;
mod files;
mod hostile;
mod pages;
mod properties;
mod shared;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use entra_risk::docs::page::{BodyKind, Example, Page};

/// Reads a text as a page that no file stands beside.
fn read(text: &str) -> Page {
    entra_risk::docs::read("beta/api/page.md", text, &|_| None)
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixtures/pages")
}

/// Files below a folder that end in `.md`, without includes, in order of their names.
fn markdown(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("includes") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// What a page says in one line a fact: values and names, no sentence of the page.
fn facts(page: &Page) -> String {
    let mut lines = String::new();
    let mut fact = |line: String| writeln!(lines, "  {line}").unwrap();
    fact(format!("{:?} of {}", page.kind, page.api.as_deref().unwrap_or("?")));
    for request in page.requests.iter().flatten() {
        fact(format!("{} request {} {}", request.line, request.method, request.path));
    }
    if let Some(permissions) = &page.permissions {
        for (kind, names) in permissions.kinds() {
            let line = page.lines.permission(kind).unwrap_or_default();
            let names = names.map_or_else(|| "unknown".to_owned(), |names| format!("[{}]", names.join(" ")));
            fact(format!("{line} {kind} {names}"));
        }
    }
    let count = |name: &str, length: Option<usize>| match length {
        None => format!("{name} unknown"),
        Some(0) => format!("{name} none"),
        Some(length) => format!("{name} {length}"),
    };
    fact(count("headers", page.headers.as_ref().map(Vec::len)));
    for header in page.headers.iter().flatten() {
        fact(format!("{} header {}{}", header.line, header.name, required(header.required)));
    }
    fact(count("query", page.query.as_ref().map(Vec::len)));
    for query in page.query.iter().flatten() {
        fact(format!("{} query {} {}", query.line, query.name, query.kind.as_deref().unwrap_or("-")));
    }
    fact(count("body", page.body.as_ref().map(Vec::len)));
    for property in page.body.iter().flatten() {
        let kind = property.kind.as_deref().unwrap_or("-");
        let limit =
            property.limit.map_or_else(String::new, |limit| format!(" at most {} ({})", limit.most, limit.line));
        fact(format!("{} body {}{} {kind}{limit}", property.line, property.name, required(property.required)));
    }
    fact(format!("success {:?} at {:?}", page.success.as_deref(), page.lines.success));
    for example in page.examples.iter().flatten() {
        fact(exchange(example));
    }
    if let Some(resource) = &page.resource {
        fact(format!("resource {:?} in {:?} key {:?}", resource.name, resource.namespace, resource.key));
        for property in resource.properties.iter().flatten().chain(resource.relationships.iter().flatten()) {
            fact(format!("{} property {} {}", property.line, property.name, property.kind.as_deref().unwrap_or("-")));
        }
        for list in &resource.enums {
            fact(format!("{} members {} {}", list.line, list.name, list.members.join(" ")));
        }
        if let Some(json) = &resource.json {
            fact(format!("{} json {:?} {:?}", json.line, json.odata_type, json.body_kind));
        }
    }
    for finding in &page.findings {
        fact(format!("{} unread {}", finding.origin.line, finding.subject));
    }
    lines
}

fn required(required: Option<bool>) -> &'static str {
    match required {
        Some(true) => " required",
        Some(false) => " optional",
        None => "",
    }
}

fn exchange(example: &Example) -> String {
    let kind = |kind: BodyKind| format!("{kind:?}").to_lowercase();
    let request = example.request.as_ref().map(|request| {
        let (method, url) = (request.method.as_deref().unwrap_or("?"), request.url.as_deref().unwrap_or("?"));
        format!("{method} {url} +{} {}", request.headers.len(), kind(request.body_kind))
    });
    let answer = example.response.as_ref().map(|response| {
        let status = response.status.map_or_else(|| "?".to_owned(), |status| status.to_string());
        format!("{status} +{} {}", response.headers.len(), kind(response.body_kind))
    });
    let none = || "nothing".to_owned();
    let name = example.name.as_deref().unwrap_or("-");
    format!("{} example {name}: {} -> {}", example.line, request.unwrap_or_else(none), answer.unwrap_or_else(none))
}
