//! Changes of the contract as text: one format a file. Nothing here decides what a change is.

mod github;
mod human;
mod json;
mod markdown;

pub use json::SCHEMA;

use serde::Serialize;

use super::format::formats;
use super::text::on_one_line;
use crate::contract::Origin;
use crate::diff::{Change, Class, Comparison, KINDS, Kind, Said};

/// A comparison, ready to be shown.
#[derive(Debug, Clone, Copy)]
pub struct Changed<'a> {
    /// Version of the program.
    pub version: &'a str,
    /// The older version.
    pub old: Side<'a>,
    /// The newer version.
    pub new: Side<'a>,
    /// What changed between them.
    pub comparison: &'a Comparison,
    /// What could not be read, and was left out on both sides.
    pub unread: &'a [Unread],
}

/// One of the two versions.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Side<'a> {
    /// Its name: a folder, a file, a revision.
    pub name: &'a str,
    /// How many of its pages were compared.
    pub pages: usize,
}

/// A file that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Unread {
    /// The file.
    pub path: String,
    /// Why it could not be read.
    pub reason: String,
}

/// How many changes there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
struct Counts {
    breaking: usize,
    additive: usize,
    neutral: usize,
}

formats! {
    /// The formats of a comparison.
    Human = "human": "For people.",
    Json = "json": "For programs; see [`SCHEMA`].",
    Markdown = "markdown": "The text of a pull request.",
    Github = "github": "Workflow commands, which GitHub Actions shows beside the lines.",
}

impl Changed<'_> {
    /// The whole text. The human one is styled; the caller strips it where nobody sees it.
    #[must_use]
    pub fn render(&self, format: Format) -> String {
        match format {
            Format::Human => human::render(self),
            Format::Json => json::render(self),
            Format::Markdown => markdown::render(self),
            Format::Github => github::render(self),
        }
    }

    fn counts(&self) -> Counts {
        let of = |class| self.comparison.changes.iter().filter(|change| change.class == class).count();
        Counts { breaking: of(Class::Breaking), additive: of(Class::Additive), neutral: of(Class::Neutral) }
    }

    /// Changes, the worst first, else in page order.
    fn sorted(&self) -> Vec<&Change> {
        let mut changes: Vec<&Change> = self.comparison.changes.iter().collect();
        changes.sort_by_key(|change| change.class);
        changes
    }

    /// The last line: `2 changes of the contract (1 breaking, 1 neutral) between 3 pages and 4 pages`.
    fn total(&self) -> String {
        let counts = self.counts();
        let parts: Vec<String> =
            [(counts.breaking, "breaking"), (counts.additive, "additive"), (counts.neutral, "neutral")]
                .into_iter()
                .filter(|(number, _)| *number > 0)
                .map(|(number, word)| format!("{number} {word}"))
                .collect();
        let n_changes = self.comparison.changes.len();
        let word = if n_changes == 1 { "change" } else { "changes" };
        let found = match (parts.is_empty(), self.unread.is_empty()) {
            (false, _) => format!("{n_changes} {word} of the contract ({})", parts.join(", ")),
            (true, true) => "no change of the contract".to_owned(),
            (true, false) => "no change of the contract in what could be read".to_owned(),
        };
        let between = format!("between {} and {}", count(self.old.pages, "page"), count(self.new.pages, "page"));
        match self.unread.len() {
            0 => format!("{found} {between}"),
            unread => format!("{found} {between}; {} could not be read", count(unread, "file")),
        }
    }
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// The row of the table that a change is.
fn row(change: &Change) -> Kind {
    let unknown = Kind { id: change.kind, class: change.class, title: change.kind, reason: "" };
    KINDS.iter().find(|kind| kind.id == change.kind).copied().unwrap_or(unknown)
}

/// What a version says, for people.
fn said(said: Option<&Said>) -> String {
    match said {
        None => "no such page".to_owned(),
        Some(Said { value: None, .. }) => "not stated".to_owned(),
        Some(Said { value: Some(value), .. }) => on_one_line(value).into_owned(),
    }
}

/// `file:line`, for people.
fn place(origin: &Origin) -> String {
    format!("{}:{}", on_one_line(&origin.file), origin.line)
}

/// Where to look: the newer page, or else the older one.
fn look_at(change: &Change) -> Option<&Origin> {
    change.new.as_ref().or(change.old.as_ref()).map(|said| &said.origin)
}

/// The table of all kinds of change, as plain text.
#[must_use]
pub fn kinds() -> String {
    let width = KINDS.iter().map(|kind| kind.id.len()).max().unwrap_or_default();
    let mut text = String::new();
    for class in Class::ALL {
        text += &format!("{}:\n", class.as_str());
        for kind in KINDS.iter().filter(|kind| kind.class == class) {
            text += &format!("  {:<width$}  {}: {}\n", kind.id, kind.title, kind.reason);
        }
    }
    text
}
