//! Workflow commands of GitHub Actions, at the newer page.

use std::fmt::Write as _;

use super::{Changed, look_at, place, row, said};
use crate::diff::{Change, Class};
use crate::report::text::{command_data, command_property, on_one_line};

pub(super) fn render(changed: &Changed<'_>) -> String {
    let mut text: String = changed.sorted().into_iter().map(command).collect();
    for note in &changed.comparison.notes {
        let origin = note.new.as_ref().or(note.old.as_ref());
        let place = origin.map(|origin| format!("file={},line={},", command_property(&origin.file), origin.line));
        let _ = writeln!(text, "::notice {}title=no change::{}", place.unwrap_or_default(), command_data(&note.text));
    }
    for unread in changed.unread {
        let file = command_property(&unread.path);
        let _ = writeln!(text, "::warning file={file},title=not read::{}", command_data(&unread.reason));
    }
    let _ = writeln!(text, "{}", on_one_line(&changed.total()));
    text
}

fn command(change: &Change) -> String {
    let level = match change.class {
        Class::Breaking => "error",
        Class::Additive | Class::Neutral => "notice",
    };
    let row = row(change);
    let mut properties = Vec::new();
    if let Some(origin) = look_at(change) {
        properties.push(format!("file={}", command_property(&origin.file)));
        properties.push(format!("line={}", origin.line));
    }
    properties.push(format!("title={}", command_property(&format!("{} {}", change.class.as_str(), change.kind))));
    let mut message = format!("{}: {}", on_one_line(change.fact.as_str()), row.title);
    for (word, what) in [("old", &change.old), ("new", &change.new)] {
        let origin = what.as_ref().map(|what| format!(" ({})", place(&what.origin))).unwrap_or_default();
        let _ = write!(message, "\n{word}: {}{origin}", said(what.as_ref()));
    }
    let _ = write!(message, "\nwhy: {}", row.reason);
    format!("::{level} {}::{}\n", properties.join(","), command_data(&message))
}
