//! SARIF 2.1.0 (OASIS): the few of its properties that our reports need, whatever they are about.
//!
//! Written out here: `serde-sarif` 0.8 adds 22 crates to one that has serde and serde_json alone,
//! and about 29 s of CPU to its build (one clean debug build of each). What is accepted is left
//! out instead of being marked as suppressed: GitHub's code scanning shows those as open alerts
//! (github/codeql-action 1230).

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;
use sha2::Digest as _;

use super::findings::Described;
use crate::contract::Origin;
use crate::finding::Severity;

/// The root of the user's repository, as GitHub calls it.
pub(super) const SOURCES: &str = "%SRCROOT%";
/// The root of the documentation that a description cites, wherever somebody keeps it.
pub(super) const PAGES: &str = "DOCUMENTATION";

/// Where something is.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// A path.
    pub(super) file: String,
    /// 1-based; 0 is the file as a whole.
    pub(super) line: usize,
    /// What the path is relative to, if that is said.
    pub(super) base: Option<&'static str>,
}

/// One result.
pub(super) struct Entry<P> {
    /// The rule.
    pub(super) rule: String,
    /// How much it matters.
    pub(super) severity: Severity,
    /// What is wrong. `[the other side](1)` links to `other`.
    pub(super) text: String,
    /// Where it is.
    pub(super) at: Place,
    /// What it contradicts, and how the message calls that.
    pub(super) other: Option<(Place, &'static str)>,
    /// The same for the same thing wherever its line has moved to.
    pub(super) fingerprint: String,
    /// What else there is to say, for programs.
    pub(super) properties: P,
}

#[derive(Serialize)]
struct Log<P> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<P>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<P> {
    tool: Tool,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    original_uri_base_ids: BTreeMap<&'static str, Base>,
    results: Vec<Answer<P>>,
    column_kind: &'static str,
}

#[derive(Serialize)]
struct Base {
    description: Text,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
struct Driver {
    name: &'static str,
    version: String,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: String,
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
struct Answer<P> {
    rule_id: String,
    rule_index: usize,
    level: &'static str,
    message: Text,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: Fingerprints,
    properties: P,
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
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
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

/// The whole log. Rules of results that the catalogue lacks are added to it.
pub(super) fn log<P: Serialize>(version: &str, catalogue: &[Described<'_>], entries: Vec<Entry<P>>) -> String {
    let rules = rules(catalogue, &entries);
    let indices: HashMap<String, usize> =
        rules.iter().enumerate().map(|(index, rule)| (rule.id.clone(), index)).collect();
    let mut seen = HashMap::new();
    let mut bases = BTreeMap::new();
    let mut results = Vec::with_capacity(entries.len());
    for entry in entries {
        let places = std::iter::once(&entry.at).chain(entry.other.iter().map(|(place, _)| place));
        bases.extend(places.filter_map(|place| described(place.base()?)));
        let index = indices.get(&entry.rule).copied().expect("every rule of an entry was added");
        results.push(answer(entry, index, &mut seen));
    }
    let driver = Driver { name: "entra-risk", version: version.to_owned(), rules };
    let run = Run { tool: Tool { driver }, original_uri_base_ids: bases, results, column_kind: "unicodeCodePoints" };
    let schema = "https://json.schemastore.org/sarif-2.1.0.json";
    let mut text = serde_json::to_string_pretty(&Log { schema, version: "2.1.0", runs: [run] })
        .expect("a log is plain values under text keys");
    text.push('\n');
    text
}

fn described(base: &'static str) -> Option<(&'static str, Base)> {
    let text = match base {
        SOURCES => "The root of the repository.",
        PAGES => "The folder of the documentation that the description cites.",
        _ => return None,
    };
    Some((base, Base { description: Text { text: text.to_owned() } }))
}

fn rules<P>(catalogue: &[Described<'_>], entries: &[Entry<P>]) -> Vec<Rule> {
    let others = entries.iter().map(|entry| Described { id: &entry.rule, severity: entry.severity, reason: "" });
    let mut known = HashSet::new();
    catalogue.iter().copied().chain(others).filter(|described| known.insert(described.id)).map(rule).collect()
}

fn rule(described: Described<'_>) -> Rule {
    let short = words(described.id);
    let reason = if described.reason.is_empty() { short.clone() } else { described.reason.to_owned() };
    Rule {
        id: described.id.to_owned(),
        short_description: Text { text: short },
        full_description: Text { text: reason.clone() },
        help: Text { text: reason },
        default_configuration: Configuration { level: level(described.severity) },
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// `docs/method_contradicts_example` says what is wrong: "method contradicts example".
fn words(id: &str) -> String {
    id.rsplit('/').next().unwrap_or(id).replace('_', " ")
}

fn answer<P>(entry: Entry<P>, rule_index: usize, seen: &mut HashMap<String, usize>) -> Answer<P> {
    let related = entry.other.and_then(|(place, name)| {
        let message = Some(Text { text: name.to_owned() });
        place.physical().map(|physical_location| Location { id: Some(1), physical_location, message })
    });
    // Two of the same are two.
    let number = seen.entry(entry.fingerprint.clone()).and_modify(|number| *number += 1).or_insert(1);
    Answer {
        rule_id: entry.rule,
        rule_index,
        level: level(entry.severity),
        message: Text { text: entry.text },
        locations: entry
            .at
            .physical()
            .map(|physical_location| Location { id: None, physical_location, message: None })
            .into_iter()
            .collect(),
        related_locations: related.into_iter().collect(),
        partial_fingerprints: Fingerprints { v1: format!("{}:{number}", entry.fingerprint) },
        properties: entry.properties,
    }
}

/// In a message `[text](target)` is a link, and brackets are escaped by a backslash.
pub(super) fn unlinked(text: &str) -> String {
    match text.contains("](") {
        true => text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]"),
        false => text.to_owned(),
    }
}

impl Place {
    /// Without saying what the path is relative to.
    pub(super) fn of(origin: &Origin) -> Self {
        Self { file: origin.file.clone(), line: origin.line, base: None }
    }

    /// An absolute path is relative to nothing.
    fn base(&self) -> Option<&'static str> {
        self.base.filter(|_| !self.file.starts_with('/'))
    }

    fn physical(&self) -> Option<PhysicalLocation> {
        (!self.file.is_empty()).then(|| PhysicalLocation {
            artifact_location: Artifact { uri: uri(&self.file), uri_base_id: self.base() },
            // Code scanning takes no location without a line.
            region: Region { start_line: self.line.max(1) },
        })
    }
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

/// A name made of what does not move.
pub(super) fn fingerprint(parts: &[&str]) -> String {
    let mut hash = sha2::Sha256::new();
    for part in parts {
        hash.update(part);
        hash.update([0]);
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn two_of_the_same_are_two() {
        let entry = || Entry {
            rule: "r".to_owned(),
            severity: Severity::Note,
            text: "t".to_owned(),
            at: Place { file: String::new(), line: 0, base: None },
            other: None,
            fingerprint: fingerprint(&["a"]),
            properties: (),
        };
        let text = log("1", &[], vec![entry(), entry()]);
        let print = fingerprint(&["a"]);
        assert!(text.contains(&format!("{print}:1")) && text.contains(&format!("{print}:2")), "{text}");
        assert_ne!(print, fingerprint(&["", "a"]));
    }

    #[test]
    fn a_message_links_nowhere() {
        assert_eq!(unlinked("see [here](http://x)"), "see \\[here\\](http://x)");
        assert_eq!(unlinked("#permission[application]"), "#permission[application]");
    }
}
