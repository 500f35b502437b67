//! What an update of a description changed, and what it left to a person.

use std::fmt;
use std::fmt::Write as _;
use std::str::FromStr;

use serde_json::json;

use super::findings::{Format as OfFindings, Found};
use super::style::{BOLD, DIM, GREEN, PLAIN, YELLOW};
use super::text::{code, command_data, command_property, markdown, on_one_line};
use crate::contract::Origin;
use crate::finding::Finding;
use crate::regen::{Change, Update};

/// The formats of an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// For people.
    Human,
    /// For programs.
    Json,
    /// Workflow commands of GitHub Actions.
    Github,
    /// The text of a pull request.
    Markdown,
}

impl Format {
    /// Every format.
    pub const ALL: &[Self] = &[Self::Human, Self::Json, Self::Github, Self::Markdown];
}

impl FromStr for Format {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Self::ALL.iter().copied().find(|format| format.to_string() == word).ok_or_else(|| {
            let known: Vec<String> = Self::ALL.iter().map(ToString::to_string).collect();
            format!("there is no format '{word}'; the formats are {}", known.join(", "))
        })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Human => "human",
            Self::Json => "json",
            Self::Github => "github",
            Self::Markdown => "markdown",
        })
    }
}

/// An update and whether it was written.
#[derive(Debug, Clone, Copy)]
pub struct Updated<'a> {
    /// Version of the program.
    pub version: &'a str,
    /// What changed.
    pub update: &'a Update,
    /// The description, as it was named.
    pub file: &'a str,
    /// Whether the file has the new text now.
    pub is_written: bool,
    /// How much was read: `12 pages`.
    pub looked_at: &'a str,
}

impl Updated<'_> {
    /// The whole text. The human one is styled; the caller strips it where nobody sees it.
    #[must_use]
    pub fn render(&self, format: Format) -> String {
        match format {
            Format::Human => self.human(),
            Format::Json => self.json(),
            Format::Github => self.github(),
            Format::Markdown => self.markdown(),
        }
    }

    /// The last line: `2 changes in openapi/beta.yaml, 1 undecided, 3 notes, from 12 pages`.
    fn total(&self) -> String {
        let update = self.update;
        let n_changes = update.changes.len();
        let mut total = match (n_changes, self.is_written) {
            (0, _) => format!("{} is up to date", self.file),
            (1, true) => format!("1 change in {}", self.file),
            (n, true) => format!("{n} changes in {}", self.file),
            (1, false) => format!("1 change for {}, not written", self.file),
            (n, false) => format!("{n} changes for {}, not written", self.file),
        };
        for (count, word) in [(update.undecided.len(), "undecided"), (update.notes.len(), "noted")] {
            if count > 0 {
                let _ = write!(total, ", {count} {word}");
            }
        }
        format!("{total}, from {}", self.looked_at)
    }

    fn found<'a>(&'a self, findings: &'a [Finding]) -> Found<'a> {
        Found { version: self.version, findings, ..Found::default() }
    }

    fn human(&self) -> String {
        let mut text = String::new();
        for change in &self.update.changes {
            let _ = writeln!(text, "{BOLD}{}{PLAIN}: {}", place(&change.spec), on_one_line(change.fact.as_str()));
            let _ = writeln!(text, "    {}", on_one_line(&words(change)));
            let _ = writeln!(text, "    {DIM}page{PLAIN} {}", place(&change.page));
        }
        for findings in [&self.update.undecided, &self.update.notes] {
            for finding in findings {
                let style = if finding.remedy.is_empty() { DIM } else { YELLOW };
                let message = on_one_line(&finding.message);
                let subject = on_one_line(&finding.subject);
                let rule = on_one_line(&finding.rule);
                let _ = writeln!(
                    text,
                    "{BOLD}{}{PLAIN}: {style}{subject}: {message}{PLAIN} {DIM}[{rule}]{PLAIN}",
                    place(&finding.origin)
                );
                let other = finding.other.iter().filter(|other| **other != finding.origin);
                other.for_each(|other| {
                    let _ = writeln!(text, "    {DIM}other{PLAIN} {}", place(other));
                });
            }
        }
        if !text.is_empty() {
            text.push('\n');
        }
        let style = if self.update.is_undecided() { YELLOW } else { GREEN };
        let _ = writeln!(text, "{style}{BOLD}{}{PLAIN}", on_one_line(&self.total()));
        text
    }

    fn markdown(&self) -> String {
        let mut text = format!("**{}**\n", markdown(&self.total()));
        if !self.update.changes.is_empty() {
            text.push_str("\n| fact | before | after | page | description |\n|---|---|---|---|---|\n");
        }
        for (index, change) in self.update.changes.iter().enumerate() {
            let value = |value: &Option<String>| value.as_deref().map_or_else(|| "–".to_owned(), code);
            let (before, after) = (value(&change.before), value(&change.after));
            let (page, spec) = (code(&place(&change.page)), code(&place(&change.spec)));
            let row = format!("| {} | {before} | {after} | {page} | {spec} |\n", code(change.fact.as_str()));
            if text.len() + row.len() > MOST {
                let _ = writeln!(text, "\n… and {} more", self.update.changes.len() - index);
                break;
            }
            text.push_str(&row);
        }
        for (title, findings) in [("Left for a person to decide", &self.update.undecided), ("Also", &self.update.notes)]
        {
            if !findings.is_empty() && text.len() < MOST {
                let _ = write!(text, "\n{title}:\n\n{}", self.found(findings).render(OfFindings::Markdown));
            }
        }
        text
    }

    fn github(&self) -> String {
        let mut text = String::new();
        for change in &self.update.changes {
            let message = format!("{}: {}\npage: {}", change.fact, words(change), place(&change.page));
            let file = command_property(&change.spec.file);
            let _ = writeln!(
                text,
                "::notice file={file},line={},title=update/changed::{}",
                change.spec.line,
                command_data(&message)
            );
        }
        let rest: Vec<Finding> = self.update.undecided.iter().chain(&self.update.notes).cloned().collect();
        let commands = self.found(&rest).render(OfFindings::Github);
        text.extend(commands.lines().filter(|line| line.starts_with("::")).map(|line| format!("{line}\n")));
        let _ = writeln!(text, "{}", on_one_line(&self.total()));
        text
    }

    fn json(&self) -> String {
        let mut value = json!(self.update);
        value["tool"] = json!({"name": "entra-risk", "version": self.version});
        value["file"] = json!(self.file);
        value["written"] = json!(self.is_written && !self.update.changes.is_empty());
        format!("{value:#}\n")
    }
}

/// A pull request's text ends at 65,536 characters.
const MOST: usize = 40_000;

fn words(change: &Change) -> String {
    match (&change.before, &change.after) {
        (None, Some(after)) => format!("added: {after}"),
        (Some(before), None) => format!("dropped: {before}"),
        (Some(before), Some(after)) if before == after => format!("documented now: {after}"),
        (before, after) => {
            format!("{} → {}", before.as_deref().unwrap_or_default(), after.as_deref().unwrap_or_default())
        }
    }
}

fn place(origin: &Origin) -> String {
    on_one_line(&origin.to_string()).into_owned()
}
