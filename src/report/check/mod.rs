//! The verdict on a program as text: one format a file. Nothing here decides anything.

mod github;
mod human;
mod json;
mod markdown;

pub use json::SCHEMA;

use super::findings::{self, Described, Found};
use super::format::formats;
use crate::check::{Judgement, Kind, RULES, Wrong};
use crate::finding::Severity;

formats! {
    /// The formats of a verdict.
    Human = "human": "For people.",
    Json = "json": "For programs; see [`SCHEMA`].",
    Sarif = "sarif": "SARIF 2.1.0, for code scanning and editors.",
    Github = "github": "Workflow commands, which GitHub Actions shows beside the lines.",
    Markdown = "markdown": "A summary for a pull request, or for the page of a job.",
}

impl Format {
    /// Whether programs read it, and want errors in the same way.
    #[must_use]
    pub fn is_json(self) -> bool {
        matches!(self, Self::Json | Self::Sarif)
    }
}

/// The whole text. The human one is styled; the caller strips it where nobody sees it.
#[must_use]
pub fn render(judgement: &Judgement, format: Format) -> String {
    match format {
        Format::Human => human::render(judgement),
        Format::Json => json::render(judgement),
        Format::Sarif => sarif(judgement),
        Format::Github => github::render(judgement),
        Format::Markdown => markdown::render(judgement),
    }
}

fn sarif(judgement: &Judgement) -> String {
    let catalogue: Vec<Described<'_>> =
        RULES.iter().map(|rule| Described { id: rule.id, severity: Severity::Error, reason: rule.reason }).collect();
    let found = Found {
        version: judgement.tool.rsplit(' ').next().unwrap_or_default(),
        findings: &judgement.findings(),
        catalogue: &catalogue,
        ..Found::default()
    };
    found.render(findings::Format::Sarif)
}

/// What was documented, by whom, and how firmly that stands.
fn documented(wrong: &Wrong) -> Option<String> {
    let says = wrong.documented.as_deref();
    let by = wrong.page.as_deref().map(|page| match wrong.rests {
        Some(rests) => format!("{page}, {rests}"),
        None => page.to_owned(),
    });
    match (says, by) {
        (Some(says), Some(by)) => Some(format!("{says} ({by})")),
        (Some(says), None) => Some(says.to_owned()),
        (None, by) => by,
    }
}

fn times(n: u64) -> String {
    if n == 1 { "once".to_owned() } else { format!("{n} times") }
}

/// The last line.
fn total(judgement: &Judgement) -> String {
    match judgement.passed {
        true => "passed: every request was as documented".to_owned(),
        false => format!("failed: {}", judgement.reasons.join("; ")),
    }
}

/// A kind of caller, for people.
fn caller(kind: Kind) -> &'static str {
    match kind {
        Kind::Application => "application",
        Kind::DelegatedWork => "delegated, work or school account",
        Kind::DelegatedPersonal => "delegated, personal account",
    }
}
