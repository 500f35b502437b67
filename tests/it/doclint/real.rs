//! Real pages, where they are beside the checkout: every finding was checked by eye against its
//! page. Only places are pinned, since messages quote the pages.

use std::fs;
use std::path::{Path, PathBuf};

use entra_risk::docs;
use entra_risk::rules::docs::{corpus, examine};

fn pages(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let named = |name: &str| path.file_name().is_some_and(|file| file == name);
        if path.is_dir() && !named("includes") {
            pages(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            files.push(path);
        }
    }
}

/// Place and rule of every finding below a folder; nothing where it is not beside the checkout.
fn found(name: &str) -> Option<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/docs").join(name);
    if !root.is_dir() {
        println!("skipped: the documentation pages are not beside this checkout ({})", root.display());
        return None;
    }
    let mut files = Vec::new();
    pages(&root, &mut files);
    let (mut findings, mut mentions) = (Vec::new(), Vec::new());
    for file in &files {
        let name = file.strip_prefix(&root).unwrap().to_string_lossy();
        let include = |file: &str| fs::read_to_string(root.join(file)).ok();
        let page = docs::read(&name, &fs::read_to_string(file).unwrap(), &include);
        let (of_page, mentioned) = examine(&page);
        findings.extend(of_page);
        mentions.push(mentioned);
    }
    findings.extend(corpus(&mentions));
    findings.sort_by(|a, b| (&a.origin, &a.rule).cmp(&(&b.origin, &b.rule)));
    let lines: Vec<String> = findings
        .iter()
        .map(|finding| {
            let rule = finding.rule.strip_prefix("docs/").unwrap();
            format!("{} {} {:?}", finding.origin, rule, finding.severity)
        })
        .collect();
    Some(lines.join("\n"))
}

#[test]
fn the_seed_pages_contradict_themselves_in_these_places() {
    if let Some(found) = found("seeds") {
        crate::snapshots::settings().bind(|| insta::assert_snapshot!("doclint_seeds", found));
    }
}

#[test]
fn the_pages_of_2021_contradict_themselves_in_these_places() {
    if let Some(found) = found("2021-07") {
        crate::snapshots::settings().bind(|| insta::assert_snapshot!("doclint_of_2021", found));
    }
}

#[test]
fn the_newest_pages_contradict_themselves_in_these_places() {
    if let Some(found) = found("newest") {
        crate::snapshots::settings().bind(|| insta::assert_snapshot!("doclint_newest", found));
    }
}
