//! The transcripts against the pages that they were copied from, where those are at hand.

use std::path::{Path, PathBuf};

use entra_risk::contract::{Exchange, Statement};
use serde_json::Value;

use super::contract;

/// The folder of real pages, beside a checkout in CI.
fn pages() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/docs");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: the documentation pages are not beside this checkout ({})", folder.display());
    None
}

/// Fenced blocks that hold an HTTP message.
fn fences(page: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<String> = None;
    for line in page.lines() {
        let fence = line.trim_start_matches("<!--").starts_with("```");
        match (&mut open, fence) {
            (None, true) => open = Some(String::new()),
            (Some(_), true) => blocks.extend(open.take()),
            (Some(block), false) => {
                block.push_str(line);
                block.push('\n');
            }
            (None, false) => {}
        }
    }
    blocks
}

/// The first JSON value in a block, from its first brace.
fn json(block: &str) -> Option<Value> {
    let text = &block[block.find('{')?..];
    serde_json::Deserializer::from_str(text).into_iter::<Value>().next()?.ok()
}

fn check(exchange: &Exchange, page: &str) {
    let name = &exchange.name;
    let blocks = fences(page);
    let line = format!("{} {}", exchange.method, exchange.url);
    let request = blocks.iter().find(|block| {
        let same = block.lines().next().is_some_and(|first| first.trim() == line);
        same && (exchange.request.body.is_none() || json(block) == exchange.request.body)
    });
    assert!(request.is_some(), "{name}: no request of the page is '{line}' with this body");
    let answer = blocks.iter().find(|block| {
        let same = block.starts_with(&format!("HTTP/1.1 {}", exchange.status));
        // A trailing comma makes one page's answer unreadable; its values still stand there.
        let body = exchange.response.body.as_ref();
        same && body.is_none_or(|body| {
            json(block).as_ref() == Some(body) || values(body).iter().all(|value| block.contains(value.as_str()))
        })
    });
    assert!(answer.is_some(), "{name}: no answer of the page is {} with this body", exchange.status);
}

fn values(body: &Value) -> Vec<String> {
    match body {
        Value::Object(object) => object.values().flat_map(values).collect(),
        Value::Array(items) => items.iter().flat_map(values).collect(),
        Value::String(text) => vec![text.clone()],
        _ => Vec::new(),
    }
}

/// Where each transcript's page is, by the revision that it names.
fn page_of(folder: &Path, page: &str) -> PathBuf {
    let (path, revision) = page.split_once(" (").expect("a page and its revision");
    match revision.trim_end_matches(')') {
        "2019-03" => folder.join("seeds").join(Path::new(path).file_name().expect("a file")),
        "2021-07" => folder.join("2021-07").join(path),
        _ => folder.join("newest").join(path),
    }
}

#[test]
fn every_transcript_stands_on_its_page() {
    let Some(folder) = pages() else { return };
    for exchange in &contract().exchanges {
        let path = page_of(&folder, &exchange.page);
        let page = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        check(exchange, &page);
    }
}

#[test]
fn what_a_transcript_states_stands_on_its_page() {
    let Some(folder) = pages() else { return };
    let mut n_checked = 0;
    for exchange in &contract().exchanges {
        // What Entra's how-to pages, the permissions data and the page of clouds say is not beside
        // the project.
        let is_there =
            |page: &str| page != "none" && !page.starts_with("Entra: ") && !page.starts_with("devx-content ");
        let looked_for = |statement: &&Statement| is_there(&statement.page) && statement.kind != "cloud";
        let stated = exchange.statements.iter().filter(looked_for);
        for statement in stated {
            let path = page_of(&folder, &statement.page);
            let mut page = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            page.make_ascii_lowercase();
            let stands = |text: &str| page.contains(&text.to_ascii_lowercase());
            let name = statement.name.as_deref().unwrap_or_default();
            let found = match statement.kind.as_str() {
                "permission" | "success" => stands(&statement.value),
                "licence" => stands(&statement.value) || stands("Azure AD Premium P2"),
                "header" => page
                    .lines()
                    .any(|line| line.contains(&name.to_ascii_lowercase()) && line.contains(&statement.value)),
                "effect" => page
                    .lines()
                    .any(|line| line.contains("risk level") && line.contains(&format!("to {}", statement.value))),
                "role" => stands(name),
                "limit" => page.lines().any(|line| line.contains("maximum") && line.contains(&statement.value)),
                "alias" | "query" => stands(name.split('{').next().unwrap_or(name)),
                "contentType" => stands(&format!("content-type: {}", statement.value)),
                "of" => stands(&format!("\"{name}\"")),
                other => panic!("{}: nobody looks after statements of the kind '{other}'", statement.origin),
            };
            assert!(
                found,
                "{}: {} = {} does not stand on {}",
                statement.origin,
                statement.key(),
                statement.value,
                path.display()
            );
            n_checked += 1;
        }
    }
    assert!(n_checked > 30, "only {n_checked} statements were looked at");
}
