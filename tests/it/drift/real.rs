//! The embedded description against the real pages, where those are at hand.

use std::path::{Path, PathBuf};

use entra_risk::accepted::{Accepted, Scope};
use entra_risk::docs::{self, Page};
use entra_risk::finding::Severity;
use entra_risk::rules::drift::{self, Comparison};
use entra_risk::verdict::Side;

/// The pages of a folder beside a checkout in CI, named relative to it.
fn pages(folder: &str) -> Option<Vec<Page>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/docs").join(folder);
    if !root.is_dir() {
        println!("skipped: the documentation pages are not beside this checkout ({})", root.display());
        return None;
    }
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    let read = |path: &PathBuf| {
        let name = path.strip_prefix(root.parent()?).ok()?.to_str()?.to_owned();
        let text = std::fs::read_to_string(path).ok()?;
        let include = |file: &str| std::fs::read_to_string(root.parent()?.join(file)).ok();
        Some(docs::read(&name, &text, &include))
    };
    Some(files.iter().filter_map(read).collect())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true if !path.ends_with("includes") => collect(&path, files),
            false if path.extension().is_some_and(|extension| extension == "md") => files.push(path),
            _ => {}
        }
    }
}

fn compare(folder: &str) -> Option<Comparison> {
    let contract = entra_risk::embedded::contract("beta").expect("this build has beta");
    Some(drift::compare(contract, &pages(folder)?))
}

/// File, rule and fact of each finding.
fn lines(comparison: &Comparison) -> String {
    let line = |finding: &entra_risk::finding::Finding| {
        let fact = finding.fact.as_ref().map_or("", |fact| fact.as_str());
        format!("{:?} {} {} {fact}\n    {}", finding.severity, finding.origin, finding.rule, finding.message)
    };
    comparison.findings().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_pages_of_the_beginning_agree_with_the_description() {
    let Some(comparison) = compare("seeds") else { return };
    assert_eq!(lines(&comparison), "");
    assert_eq!((comparison.matched.len(), comparison.n_other), (2, 0));
    assert!(comparison.facts().0.len() >= 20);
}

#[test]
fn the_newest_pages_disagree_where_a_person_has_looked() {
    let Some(comparison) = compare("newest") else { return };
    insta::assert_snapshot!(lines(&comparison));
}

#[test]
fn the_pages_of_2021_disagree_where_a_person_has_looked() {
    let Some(comparison) = compare("2021-07") else { return };
    insta::assert_snapshot!(lines(&comparison));
}

/// The description's own transcripts stand on the pages that they name.
#[test]
fn no_transcript_differs_from_its_page() {
    let accepted = Accepted::parse(entra_risk::embedded::ACCEPTED, "openapi/accepted.toml", "2026-01-01");
    let accepted = accepted.expect("a list");
    for folder in ["seeds", "newest", "2021-07"] {
        let Some(comparison) = compare(folder) else { return };
        let wrong = comparison
            .findings()
            .filter(|finding| finding.severity == Severity::Error)
            .filter(|finding| finding.rule.contains("example") || finding.rule.contains("transcript"));
        // Those that do have reasons.
        let applied = accepted.apply_findings(wrong.cloned().collect(), &Scope::default());
        assert!(applied.remaining.is_empty(), "{folder}: {:#?}", applied.remaining);
    }
}

#[test]
fn checks_of_many_pages_have_ids_of_their_own() {
    let (Some(mut all), Some(others)) = (pages("newest"), pages("2021-07")) else { return };
    all.extend(others);
    let contract = entra_risk::embedded::contract("beta").expect("this build has beta");
    let planned = entra_risk::conformance::plan_with(contract, &[Side::Docs, Side::Drift], &all);
    let unique: std::collections::HashSet<&str> = planned.iter().map(|check| check.id.as_str()).collect();
    assert!(planned.len() > 1000 && unique.len() == planned.len(), "{} of {}", unique.len(), planned.len());
}
