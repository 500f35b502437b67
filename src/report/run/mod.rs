//! A run of `conform` as text: one format a file. Nothing here decides what a verdict means.

mod github;
mod html;
mod junit;
mod markdown;
mod sarif;

use super::findings::Described;
use super::format::formats;
use super::{Human, Repository, json};
use crate::contract::Origin;
use crate::finding::Severity;
use crate::verdict::{Check, Judged, Report, Side, Standing};

formats! {
    /// The formats of a run.
    Human = "human": "For people.",
    Json = "json": "For programs; see [`SCHEMA`](super::SCHEMA).",
    Junit = "junit": "JUnit's XML, for whatever shows tests.",
    Sarif = "sarif": "SARIF 2.1.0, for code scanning and editors.",
    Html = "html": "A page for people, in one file.",
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

/// A run, ready to be shown.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// What came of it.
    pub report: &'a Report,
    /// Whether assumptions and warnings fail it.
    pub strict: bool,
    /// Whether the human format has a line for each check, not for examples and what is wrong alone.
    pub verbose: bool,
    /// Rules that may have run; their ids begin with the side.
    pub catalogue: &'a [Described<'a>],
    /// Where the files are for code hosts.
    pub repository: &'a Repository,
}

impl Run<'_> {
    /// The whole text. The human one is styled; the caller strips it where nobody sees it.
    #[must_use]
    pub fn render(&self, format: Format) -> String {
        match format {
            Format::Human => Human::new(self.strict).verbose(self.verbose).render(self.report),
            Format::Json => json(self.report),
            Format::Junit => junit::render(self),
            Format::Sarif => sarif::render(self),
            Format::Html => html::render(self),
            Format::Github => github::render(self),
            Format::Markdown => markdown::render(self),
        }
    }

    fn standing(&self, judged: &Judged) -> Standing {
        judged.standing(self.strict)
    }

    /// Checks of this standing, in the order of the report.
    fn those(&self, standing: Standing) -> impl Iterator<Item = &Judged> {
        self.report.checks.iter().filter(move |judged| self.standing(judged) == standing)
    }

    /// The place as code hosts know it.
    fn place(&self, origin: &Origin) -> Origin {
        Origin { file: self.repository.path(&origin.file), line: origin.line }
    }

    /// The last line: `412 checks of v1.0 and beta on the embedded emulator: 410 passed, 2 failed`.
    fn total(&self) -> String {
        let count = |standing| (self.those(standing).count(), standing);
        let parts: Vec<String> = Standing::ALL
            .into_iter()
            .rev()
            .map(count)
            .filter(|(number, _)| *number > 0)
            .map(|(number, standing)| format!("{number} {}", standing.as_str()))
            .collect();
        let report = self.report;
        let n_stale = match report.stale.len() {
            0 => String::new(),
            number => format!(", {number} out of date in the accepted list"),
        };
        let server = if report.target == "none" { String::new() } else { format!(" on {}", report.target) };
        format!("{} checks of {}{server}: {}{n_stale}", report.checks.len(), report.apis(), parts.join(", "))
    }
}

/// How much a check that stands there matters to whoever shows problems; `None` is no problem.
fn severity(standing: Standing) -> Option<Severity> {
    match standing {
        Standing::Failed => Some(Severity::Error),
        Standing::Warning => Some(Severity::Warning),
        Standing::Assumed => Some(Severity::Note),
        Standing::Accepted | Standing::NotRun | Standing::NotApplicable | Standing::Passed => None,
    }
}

/// What an entry of the accepted list that is out of date is called, beside rules.
const STALE: &str = "accepted/stale";

/// Both sides of a failure, a line each, for people.
fn both_sides(judged: &Judged) -> Vec<(&'static str, String)> {
    let check = &judged.check;
    let mut lines = Vec::new();
    if check.side != Side::Docs {
        lines.push(("documented", check.documented.clone()));
    }
    lines.push(("seen", judged.seen.clone()));
    if check.side != Side::Docs {
        lines.push(("rests on", format!("{}: {}", check.severity, check.page)));
    }
    lines
}

/// What of the id comes after the group: the rule, and the case of it.
fn rest(check: &Check) -> &str {
    check.id.strip_prefix(check.group().as_str()).unwrap_or(&check.id).trim_start_matches('/')
}
