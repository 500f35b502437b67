//! For people: a line a change, in the form that terminals and editors make a link of, and below
//! it what both versions say and why it has its class.

use std::fmt::Write as _;

use super::{Changed, look_at, place, row, said};
use crate::contract::Origin;
use crate::diff::{Change, Class, Said};
use crate::report::style::{BLUE, BOLD, DIM, GREEN, PLAIN, RED, YELLOW};
use crate::report::text::on_one_line;

pub(super) fn render(changed: &Changed<'_>) -> String {
    let mut text = String::new();
    for change in changed.sorted() {
        one(&mut text, change);
    }
    for note in &changed.comparison.notes {
        let places: Vec<String> = [&note.old, &note.new].into_iter().flatten().map(place).collect();
        let places = if places.is_empty() { String::new() } else { format!(" {DIM}({}){PLAIN}", places.join(" → ")) };
        let _ = writeln!(text, "{DIM}note{PLAIN}: {}{places}", on_one_line(&note.text));
    }
    for unread in changed.unread {
        let (path, reason) = (on_one_line(&unread.path), on_one_line(&unread.reason));
        let _ = writeln!(text, "{YELLOW}not read{PLAIN}: {path}: {reason}");
    }
    if !text.is_empty() {
        text.push('\n');
    }
    let worst = changed.comparison.changes.iter().map(|change| change.class).min();
    let style = match worst {
        _ if !changed.unread.is_empty() => YELLOW,
        Some(class) => style(class),
        None => GREEN,
    };
    let _ = writeln!(text, "{style}{BOLD}{}{PLAIN}", changed.total());
    text
}

fn style(class: Class) -> &'static str {
    match class {
        Class::Breaking => RED,
        Class::Additive => GREEN,
        Class::Neutral => BLUE,
    }
}

fn one(text: &mut String, change: &Change) {
    let row = row(change);
    let (style, class) = (style(change.class), change.class.as_str());
    let fact = on_one_line(change.fact.as_str());
    let lead = look_at(change).map(place).unwrap_or_default();
    // Writing to a string does not fail.
    let _ = writeln!(
        text,
        "{BOLD}{lead}{PLAIN}: {style}{class}{PLAIN}: {}: {fact} {DIM}[{}]{PLAIN}",
        row.title, change.kind
    );
    side(text, "old", change.old.as_ref());
    side(text, "new", change.new.as_ref());
    let _ = writeln!(text, "    {DIM}why{PLAIN}  {}", row.reason);
}

fn side(text: &mut String, word: &str, what: Option<&Said>) {
    let origin = |origin: &Origin| format!("  {DIM}({}){PLAIN}", place(origin));
    let origin = what.map(|what| origin(&what.origin)).unwrap_or_default();
    let _ = writeln!(text, "    {DIM}{word}{PLAIN}  {}{origin}", said(what));
}
