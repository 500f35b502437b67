//! What changed between two versions of pages: every kind of change, what is none, the formats,
//! and the command.

mod command;
mod formats;
mod git;
mod kinds;
mod real;
mod silence;

use entra_risk::diff::{self, Change, Comparison, Version};
use entra_risk::docs::{self, Page};

/// An action, with everything that an operation page states.
const ACTION: &str = include_str!("../fixtures/diff/kites-repaint.md");
/// A resource with a list of members, and a relationship.
const KITE: &str = include_str!("../fixtures/diff/kite.md");
/// A page of enumerations.
const ENUMS: &str = include_str!("../fixtures/diff/enums.md");
/// A permission table that a page includes.
const INCLUDED: &str = include_str!("../fixtures/diff/kites-repaint-permissions.md");

/// The pages of a version that the tests begin with: path and text.
fn base() -> Vec<(&'static str, String)> {
    vec![
        ("beta/api/kites-repaint.md", ACTION.to_owned()),
        ("beta/resources/kite.md", KITE.to_owned()),
        ("beta/resources/enums.md", ENUMS.to_owned()),
    ]
}

fn read(files: &[(&str, String)]) -> Vec<Page> {
    let includes =
        |file: &str| (file == "beta/includes/permissions/kites-repaint-permissions.md").then(|| INCLUDED.to_owned());
    files.iter().map(|(path, text)| docs::read(path, text, &includes)).collect()
}

fn compare(old: &[(&str, String)], new: &[(&str, String)]) -> Comparison {
    let (old, new) = (read(old), read(new));
    diff::compare(Version { pages: &old, root: "" }, Version { pages: &new, root: "" }, &[])
}

/// Edits whichever page has the text; it must stand in exactly one.
fn edited(files: &[(&'static str, String)], edits: &[(&str, &str)]) -> Vec<(&'static str, String)> {
    let mut files = files.to_vec();
    for (from, to) in edits {
        let mut having: Vec<&mut (&str, String)> = files.iter_mut().filter(|(_, text)| text.contains(from)).collect();
        assert_eq!(having.len(), 1, "'{from}' stands in one page");
        let text = &mut having[0].1;
        *text = text.replacen(from, to, 1);
    }
    files
}

/// `kind action` of each change.
fn named(changes: &[Change]) -> Vec<String> {
    let mut names: Vec<String> =
        changes.iter().map(|change| format!("{} {}", change.kind, change.action.as_str())).collect();
    names.sort();
    names
}
