//! Findings as results of SARIF.

use serde::Serialize;

use super::{Found, headline};
use crate::finding::Finding;
use crate::report::sarif::{Entry, Place, fingerprint, log, unlinked};
use crate::report::text::shown;

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
    log(found.version, found.catalogue, found.findings.iter().map(entry).collect())
}

fn entry(finding: &Finding) -> Entry<Properties<'_>> {
    let mut text = unlinked(&headline(finding));
    if finding.other.is_some() {
        // A related location is shown where a message links to it.
        text += "\nSee [the other side](1).";
    }
    if !finding.remedy.is_empty() {
        text += &format!("\nHelp: {}", unlinked(&shown(&finding.remedy)));
    }
    Entry {
        rule: finding.rule.clone(),
        severity: finding.severity,
        text,
        at: Place::of(&finding.origin),
        other: finding.other.as_ref().map(|other| (Place::of(other), "the other side")),
        fingerprint: print(finding),
        properties: Properties {
            subject: &finding.subject,
            remedy: &finding.remedy,
            fact: finding.fact.as_ref().map(|fact| fact.as_str()),
        },
    }
}

/// With a fact the wording does not count; without one it does, but not the lines that it names.
fn print(finding: &Finding) -> String {
    let rest = match &finding.fact {
        Some(fact) => fact.as_str().to_owned(),
        None => without_lines(&finding.message),
    };
    fingerprint(&[&finding.rule, &finding.origin.file, &finding.subject, &rest])
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
    use crate::contract::Origin;
    use crate::finding::Severity;

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
        let here = print(&finding("line 12 says 60, page.md:40 says 20", 12));
        assert_eq!(here, print(&finding("line 7 says 60, page.md:135 says 20", 7)));
        assert_ne!(here, print(&finding("line 12 says 61, page.md:40 says 20", 12)));
    }
}
