//! The text of a pull request: a table that GitHub shows, in which nothing of what a page says
//! becomes markup, a mention of somebody, or an image.

use std::fmt::Write as _;

use super::{Changed, place, row, said};
use crate::diff::{Change, Said};
use crate::report::text::{code, markdown};

/// A pull request's text ends at 65,536 characters; whoever calls adds some of their own.
const MOST: usize = 50_000;

pub(super) fn render(changed: &Changed<'_>) -> String {
    let mut text = format!("**{}**\n", markdown(&changed.total()));
    let names = (code(changed.old.name), code(changed.new.name));
    let _ = writeln!(text, "\nOld: {}, new: {}", names.0, names.1);
    // What was not compared comes first: it says how much the rest is worth.
    let unread =
        changed.unread.iter().map(|unread| format!("- {}: {}\n", code(&unread.path), markdown(&unread.reason)));
    list(&mut text, "Not read, and so not compared:", unread.collect());
    table(&mut text, &changed.sorted());
    let notes = changed.comparison.notes.iter().map(|note| {
        let places: Vec<String> =
            [&note.old, &note.new].into_iter().flatten().map(|origin| code(&place(origin))).collect();
        let places = if places.is_empty() { String::new() } else { format!(" ({})", places.join(" → ")) };
        format!("- {}{places}\n", markdown(&note.text))
    });
    list(&mut text, "No change of the contract, and worth knowing:", notes.collect());
    text
}

fn table(text: &mut String, changes: &[&Change]) {
    if changes.is_empty() {
        return;
    }
    text.push_str("\n| | what changed | old | new |\n|---|---|---|---|\n");
    for (index, change) in changes.iter().enumerate() {
        let row = line(change);
        if text.len() + row.len() > MOST {
            let _ = writeln!(text, "\n… and {} more; `--output json=FILE` has all", changes.len() - index);
            return;
        }
        text.push_str(&row);
    }
}

fn line(change: &Change) -> String {
    let row = row(change);
    let fact = code(change.fact.as_str());
    let (old, new) = (cell(change.old.as_ref()), cell(change.new.as_ref()));
    format!("| {} | {}<br>{fact} | {old} | {new} |\n", change.class.as_str(), markdown(row.title))
}

fn cell(what: Option<&Said>) -> String {
    match what {
        None => said(None),
        Some(what) => format!("{}<br>{}", markdown(&said(Some(what))), code(&place(&what.origin))),
    }
}

fn list(text: &mut String, lead: &str, lines: Vec<String>) {
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{lead}\n");
    let n_lines = lines.len();
    for (index, line) in lines.into_iter().enumerate() {
        if text.len() + line.len() > MOST {
            let _ = writeln!(text, "- … and {} more", n_lines - index);
            return;
        }
        text.push_str(&line);
    }
}
