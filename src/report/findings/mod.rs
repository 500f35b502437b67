//! Findings as text: one format a file. Nothing here decides whether a finding stands.

mod github;
mod human;
mod json;
mod markdown;
mod sarif;

pub use json::SCHEMA;

use serde::Serialize;

use super::format::formats;
use super::text::shown;
use crate::contract::Origin;
use crate::finding::{Finding, Severity};

/// What a run found, ready to be shown.
#[derive(Debug, Clone, Copy, Default)]
pub struct Found<'a> {
    /// Version of the program.
    pub version: &'a str,
    /// Findings that stand, in the order in which they are shown.
    pub findings: &'a [Finding],
    /// Findings that the accepted list speaks of, each with its reason.
    pub accepted: &'a [(Finding, String)],
    /// Rules that ran.
    pub catalogue: &'a [Described<'a>],
    /// How much was looked at: `12 pages, 3 skipped`; or nothing.
    pub looked_at: &'a str,
}

/// A rule as its catalogue describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Described<'a> {
    /// Its id, as in findings.
    pub id: &'a str,
    /// How much its findings matter, where they do not say otherwise.
    pub severity: Severity,
    /// Why it exists.
    pub reason: &'a str,
}

/// How many findings there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// They fail a run.
    pub errors: usize,
    /// They fail a strict run.
    pub warnings: usize,
    /// They fail nothing.
    pub notes: usize,
    /// On the accepted list, whatever their severity.
    pub accepted: usize,
}

formats! {
    /// The formats of findings.
    Human = "human": "For people.",
    Json = "json": "For programs; see [`SCHEMA`].",
    Sarif = "sarif": "SARIF 2.1.0, for code scanning and editors.",
    Github = "github": "Workflow commands, which GitHub Actions shows beside the lines.",
    Markdown = "markdown": "The text of a pull request.",
}

impl Format {
    /// Whether programs read it, and want errors in the same way.
    #[must_use]
    pub fn is_json(self) -> bool {
        matches!(self, Self::Json | Self::Sarif)
    }
}

impl Found<'_> {
    /// The whole text. The human one is styled; the caller strips it where nobody sees it.
    #[must_use]
    pub fn render(&self, format: Format) -> String {
        match format {
            Format::Human => human::render(self),
            Format::Json => json::render(self),
            Format::Sarif => sarif::render(self),
            Format::Github => github::render(self),
            Format::Markdown => markdown::render(self),
        }
    }

    /// How many findings there are.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let of = |severity| self.findings.iter().filter(|finding| finding.severity == severity).count();
        Counts {
            errors: of(Severity::Error),
            warnings: of(Severity::Warning),
            notes: of(Severity::Note),
            accepted: self.accepted.len(),
        }
    }

    /// Whether something was found that must not be; warnings count in a strict run.
    #[must_use]
    pub fn fails(&self, strict: bool) -> bool {
        let least = if strict { Severity::Warning } else { Severity::Error };
        self.findings.iter().any(|finding| finding.severity >= least)
    }

    /// The last line: `1 error, 2 warnings in 12 pages`.
    fn total(&self) -> String {
        let counts = self.counts();
        let parts: Vec<String> = [
            (counts.errors, "error", "errors"),
            (counts.warnings, "warning", "warnings"),
            (counts.notes, "note", "notes"),
            (counts.accepted, "accepted", "accepted"),
        ]
        .into_iter()
        .filter(|(number, ..)| *number > 0)
        .map(|(number, one, many)| format!("{number} {}", if number == 1 { one } else { many }))
        .collect();
        let mut total = if parts.is_empty() { "no findings".to_owned() } else { parts.join(", ") };
        if !self.looked_at.is_empty() {
            total += &format!(" in {}", self.looked_at);
        }
        total
    }
}

fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// What it is about and what is wrong there, for people.
fn headline(finding: &Finding) -> String {
    match finding.subject.is_empty() {
        true => shown(&finding.message).into_owned(),
        false => format!("{}: {}", super::text::on_one_line(&finding.subject), shown(&finding.message)),
    }
}

/// `file:line`, for people; line 0 is the file as a whole.
fn place(origin: &Origin) -> String {
    let file = super::text::on_one_line(&origin.file);
    if origin.line == 0 { file.into_owned() } else { format!("{file}:{}", origin.line) }
}
