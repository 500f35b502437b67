//! SARIF 2.1.0 (OASIS): the few of its properties that say what a finding says.
//!
//! Written out here: `serde-sarif` 0.8 adds 22 crates to one that has serde and serde_json alone,
//! and about 29 s of CPU to its build (one clean debug build of each). Accepted findings are left out instead of being marked as suppressed:
//! GitHub's code scanning shows those as open alerts (github/codeql-action 1230).

use std::collections::HashMap;

use serde::Serialize;
use sha2::Digest as _;

use super::{Described, Found, headline, severity_word};
use crate::contract::Origin;
use crate::finding::Finding;
use crate::report::text::shown;

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    results: Vec<Answer<'a>>,
    column_kind: &'static str,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
struct Driver<'a> {
    name: &'static str,
    version: &'a str,
    rules: Vec<Rule<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'a> {
    id: &'a str,
    short_description: Text,
    full_description: Text,
    help: Text,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    rule_id: &'a str,
    rule_index: usize,
    level: &'static str,
    message: Text,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: Fingerprints,
    properties: Properties<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
}

#[derive(Serialize)]
struct Fingerprints {
    #[serde(rename = "entraRisk/v1")]
    v1: String,
}

#[derive(Serialize)]
struct Properties<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    subject: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    remedy: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    fact: Option<&'a str>,
}

pub(super) fn render(found: &Found<'_>) -> String {
    let rules = rules(found);
    let indices: HashMap<&str, usize> = rules.iter().enumerate().map(|(index, rule)| (rule.id, index)).collect();
    let mut seen = HashMap::new();
    let results = found
        .findings
        .iter()
        .map(|finding| {
            let index = indices.get(finding.rule.as_str()).copied().expect("every rule of a finding was added");
            answer(finding, index, &mut seen)
        })
        .collect();
    let driver = Driver { name: "entra-risk", version: found.version, rules };
    let run = Run { tool: Tool { driver }, results, column_kind: "unicodeCodePoints" };
    let schema = "https://json.schemastore.org/sarif-2.1.0.json";
    let mut text = serde_json::to_string_pretty(&Log { schema, version: "2.1.0", runs: [run] })
        .expect("a log is plain values under text keys");
    text.push('\n');
    text
}

/// The catalogue, and below it whatever else was found, such as stale entries of the list.
fn rules<'a>(found: &Found<'a>) -> Vec<Rule<'a>> {
    let mut rules: Vec<Rule<'a>> = Vec::new();
    let others =
        found.findings.iter().map(|finding| Described { id: &finding.rule, severity: finding.severity, reason: "" });
    let mut known = std::collections::HashSet::new();
    for described in found.catalogue.iter().copied().chain(others) {
        if known.insert(described.id) {
            rules.push(rule(described));
        }
    }
    rules
}

fn rule(described: Described<'_>) -> Rule<'_> {
    let short = words(described.id);
    let reason = if described.reason.is_empty() { short.clone() } else { described.reason.to_owned() };
    Rule {
        id: described.id,
        short_description: Text { text: short },
        full_description: Text { text: reason.clone() },
        help: Text { text: reason },
        default_configuration: Configuration { level: severity_word(described.severity) },
    }
}

/// `docs/method_contradicts_example` says what is wrong: "method contradicts example".
fn words(id: &str) -> String {
    id.rsplit('/').next().unwrap_or(id).replace('_', " ")
}

fn answer<'a>(finding: &'a Finding, rule_index: usize, seen: &mut HashMap<String, usize>) -> Answer<'a> {
    let mut text = unlinked(&headline(finding));
    let mut related = Vec::new();
    if let Some(other) = &finding.other {
        // A related location is shown where a message links to it.
        text += "\nSee [the other side](1).";
        let message = Some(Text { text: "the other side".to_owned() });
        related.extend(physical(other).map(|place| Location { id: Some(1), physical_location: place, message }));
    }
    if !finding.remedy.is_empty() {
        text += &format!("\nHelp: {}", unlinked(&shown(&finding.remedy)));
    }
    Answer {
        rule_id: &finding.rule,
        rule_index,
        level: severity_word(finding.severity),
        message: Text { text },
        locations: physical(&finding.origin)
            .map(|physical_location| Location { id: None, physical_location, message: None })
            .into_iter()
            .collect(),
        related_locations: related,
        partial_fingerprints: Fingerprints { v1: fingerprint(finding, seen) },
        properties: Properties {
            subject: &finding.subject,
            remedy: &finding.remedy,
            fact: finding.fact.as_ref().map(|fact| fact.as_str()),
        },
    }
}

/// In a message `[text](target)` is a link, and brackets are escaped by a backslash.
fn unlinked(text: &str) -> String {
    match text.contains("](") {
        true => text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]"),
        false => text.to_owned(),
    }
}

fn physical(origin: &Origin) -> Option<PhysicalLocation> {
    (!origin.file.is_empty()).then(|| PhysicalLocation {
        artifact_location: Artifact { uri: uri(&origin.file) },
        // Code scanning takes no location without a line.
        region: Region { start_line: origin.line.max(1) },
    })
}

/// A path as a relative reference; an absolute one becomes a `file` URI.
fn uri(path: &str) -> String {
    let mut path = path.to_owned();
    if cfg!(windows) {
        path = path.replace('\\', "/");
    }
    let mut uri = if path.starts_with('/') { "file://".to_owned() } else { String::new() };
    let mut rest = path.as_str();
    while let Some(below) = rest.strip_prefix("./") {
        rest = below;
    }
    for byte in rest.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            other => uri += &format!("%{other:02X}"),
        }
    }
    uri
}

/// The same for the same finding wherever its line has moved to. With a fact the wording does
/// not count; without one it does, but not the lines that it names.
fn fingerprint(finding: &Finding, seen: &mut HashMap<String, usize>) -> String {
    let mut hash = sha2::Sha256::new();
    let rest = match &finding.fact {
        Some(fact) => fact.as_str().to_owned(),
        None => without_lines(&finding.message),
    };
    for part in [&finding.rule, &finding.origin.file, &finding.subject, &rest] {
        hash.update(part);
        hash.update([0]);
    }
    let hash: String = hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let number = seen.entry(hash.clone()).and_modify(|number| *number += 1).or_insert(1);
    format!("{hash}:{number}")
}

/// Drops the numbers of `line 3`, `lines 3` and `file.md:3`.
fn without_lines(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut is_line = false;
    for letter in text.chars() {
        if letter.is_ascii_digit() {
            is_line = is_line || ["line ", "lines ", ".md:", ".yaml:"].iter().any(|before| kept.ends_with(before));
            if is_line {
                continue;
            }
        } else {
            is_line = false;
        }
        kept.push(letter);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;

    #[test]
    fn a_path_is_a_relative_reference() {
        for (path, expected) in [
            ("./beta/api/a b.md", "beta/api/a%20b.md"),
            ("50%/#1?.md", "50%25/%231%3F.md"),
            ("c:d.md", "c%3Ad.md"),
            ("größe.md", "gr%C3%B6%C3%9Fe.md"),
            ("../shared/x.md", "../shared/x.md"),
            ("/pages/x.md", "file:///pages/x.md"),
        ] {
            assert_eq!(uri(path), expected);
        }
    }

    #[test]
    fn a_fingerprint_stays_when_lines_move_and_differs_when_the_finding_does() {
        let finding = |message: &str, line| Finding {
            rule: "docs/example".to_owned(),
            severity: Severity::Error,
            origin: Origin { file: "page.md".to_owned(), line },
            subject: String::new(),
            message: message.to_owned(),
            remedy: String::new(),
            other: None,
            fact: None,
        };
        let print = |finding: &Finding| fingerprint(finding, &mut HashMap::new());
        let here = finding("line 12 says 60, page.md:40 says 20", 12);
        assert_eq!(print(&here), print(&finding("line 7 says 60, page.md:135 says 20", 7)));
        assert_ne!(print(&here), print(&finding("line 12 says 61, page.md:40 says 20", 12)));
        let mut seen = HashMap::new();
        assert_ne!(fingerprint(&here, &mut seen), fingerprint(&here, &mut seen), "two of the same are two");
    }

    #[test]
    fn a_message_links_nowhere() {
        assert_eq!(unlinked("see [here](http://x)"), "see \\[here\\](http://x)");
        assert_eq!(unlinked("#permission[application]"), "#permission[application]");
    }
}
