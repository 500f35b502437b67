//! Changes of a YAML text by the places of its nodes. What is not changed stays byte for byte:
//! comments, order, quotes, line ends.

use std::ops::Range;

use super::emit::{Entry, Yaml, quoted};
use super::layout::{Form, Spot};

/// Changes of one text, made against the text as it was.
pub(super) struct Edits<'t> {
    text: &'t str,
    line_end: &'static str,
    changes: Vec<(Range<usize>, String)>,
}

impl<'t> Edits<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
        Self { text, line_end, changes: Vec::new() }
    }

    /// Whether there is nothing to change.
    pub(super) fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The text with every change. Of two changes of the same place the first one counts; the
    /// next pass makes the other.
    pub(super) fn apply(mut self) -> String {
        self.changes.sort_by_key(|(place, _)| (place.start, place.end));
        let mut text = String::with_capacity(self.text.len());
        let mut at = 0;
        for (place, new) in self.changes {
            if place.start < at {
                continue;
            }
            text.push_str(&self.text[at..place.start]);
            text.push_str(&new);
            at = place.end;
        }
        text.push_str(&self.text[at..]);
        text
    }

    /// Writes a text in the place of a scalar, in its quotes where they will do.
    pub(super) fn set_text(&mut self, spot: &Spot, text: &str) {
        let printable = text.chars().all(|c| c == ' ' || c.is_ascii_graphic() || c.is_alphanumeric());
        let new = match spot.form {
            Form::Quoted(b'\'') if printable => format!("'{}'", text.replace('\'', "''")),
            Form::Quoted(b'"') if printable => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
            _ => quoted(text),
        };
        self.changes.push((spot.value.clone(), new));
    }

    /// Writes a value in the place of another, on one line where the other was in braces.
    pub(super) fn set(&mut self, spot: &Spot, value: &Yaml) {
        self.changes.push((spot.value.clone(), value.inline()));
    }

    /// Gives an entry another key, in the old one's quotes.
    pub(super) fn rename(&mut self, spot: &Spot, key: &str) {
        let Some(old) = &spot.key else { return };
        let written = &self.text[spot.entry..];
        let (end, new) = match written.as_bytes().first() {
            Some(b'\'') => (old.replace('\'', "''").len() + 2, format!("'{}'", key.replace('\'', "''"))),
            Some(b'"') => (written[1..].find('"').map_or(old.len(), |at| at + 2), format!("\"{key}\"")),
            _ => (old.len(), quoted(key)),
        };
        self.changes.push((spot.entry..spot.entry + end, new));
    }

    /// Removes children of a collection, but never all: then the collection itself is to go.
    pub(super) fn remove(&mut self, parent: &Spot, indices: &[usize]) {
        let children = &parent.children;
        for (index, child) in children.iter().enumerate().filter(|(index, _)| indices.contains(index)) {
            let next = children.get(index + 1);
            if !parent.is_flow() {
                let lines = self.lines(child, next);
                self.changes.push((lines, String::new()));
                continue;
            }
            let survivor = (0..index).rev().find(|before| !indices.contains(before));
            let place = match (survivor, next) {
                // A run of removed ones is cut out as a whole, behind the last that stays.
                (Some(_), _) => children[index - 1].value.end..child.value.end,
                (None, Some(next)) => child.entry..next.entry,
                (None, None) => child.entry..child.value.end,
            };
            self.changes.push((place, String::new()));
        }
    }

    /// The lines of a child in block style.
    fn lines(&self, child: &Spot, next: Option<&Spot>) -> Range<usize> {
        let start = self.text[..child.entry].rfind('\n').map_or(0, |at| at + 1);
        let before = self.text[start..child.entry].trim();
        // The first entry of a list item stands behind the dash: the next one takes its place.
        if child.key.is_some() && before.contains('-') {
            return child.entry..next.map_or(child.value.end, |next| next.entry);
        }
        let end = self.text[child.value.end..].find('\n').map_or(self.text.len(), |at| child.value.end + at + 1);
        start..end
    }

    /// Adds an entry to a mapping, behind the child of this number or in front of all.
    pub(super) fn add_entry(&mut self, parent: &Spot, after: Option<usize>, entry: &Entry) {
        match parent.is_flow() {
            true => self.add_inline(parent, after, &entry.inline()),
            false => {
                let Some(first) = parent.children.first() else { return };
                let indent = self.column(first.entry);
                let mut lines = String::new();
                entry.lines(indent, &mut lines);
                self.add_lines(parent, after, lines.trim_end_matches('\n'), indent);
            }
        }
    }

    /// Adds an item to a list, behind the child of this number or in front of all.
    pub(super) fn add_item(&mut self, parent: &Spot, after: Option<usize>, item: &Yaml) {
        match parent.is_flow() {
            true => self.add_inline(parent, after, &item.inline()),
            false => {
                let Some(first) = parent.children.first() else { return };
                let line = self.text[..first.entry].rfind('\n').map_or(0, |at| at + 1);
                let Some(dash) = self.text[line..first.entry].find('-') else { return };
                let inner = self.column(first.entry);
                let indent = self.text[line..line + dash].chars().count();
                let gap = " ".repeat(inner.saturating_sub(indent + 1).max(1));
                let lines = format!("{:indent$}-{gap}{}", "", item.item(inner));
                self.add_lines(parent, after, &lines, indent);
            }
        }
    }

    fn add_inline(&mut self, parent: &Spot, after: Option<usize>, new: &str) {
        let change = match (after.and_then(|index| parent.children.get(index)), parent.children.first()) {
            (Some(child), _) => (child.value.end..child.value.end, format!(", {new}")),
            (None, Some(first)) => (first.entry..first.entry, format!("{new}, ")),
            (None, None) => (parent.value.start + 1..parent.value.start + 1, new.to_owned()),
        };
        self.changes.push(change);
    }

    /// Whole lines, behind the line on which a child ends or in front of the first one's.
    fn add_lines(&mut self, parent: &Spot, after: Option<usize>, lines: &str, indent: usize) {
        let lines = lines.replace('\n', self.line_end);
        match after.and_then(|index| parent.children.get(index)) {
            Some(child) => {
                let rest = &self.text[child.value.end..];
                let end = child.value.end + rest.find('\n').unwrap_or(rest.len());
                let end = if self.text[..end].ends_with('\r') && rest.contains('\n') { end - 1 } else { end };
                self.changes.push((end..end, format!("{}{lines}", self.line_end)));
            }
            None => {
                let Some(first) = parent.children.first() else { return };
                let line = self.text[..first.entry].rfind('\n').map_or(0, |at| at + 1);
                if self.text[line..first.entry].trim().is_empty() || first.key.is_none() {
                    self.changes.push((line..line, format!("{lines}{}", self.line_end)));
                } else {
                    let lines = format!("{}{}{:indent$}", lines.trim_start(), self.line_end, "");
                    self.changes.push((first.entry..first.entry, lines));
                }
            }
        }
    }

    fn column(&self, at: usize) -> usize {
        let line = self.text[..at].rfind('\n').map_or(0, |at| at + 1);
        self.text[line..at].chars().count()
    }
}

#[cfg(test)]
mod tests {
    use super::super::emit::entry;
    use super::*;

    const TEXT: &str = "a:  # first\n  x: 1   # one\n  # above y\n  y: 'two'\nb: [p, 'q' , r]  # row\nc:\n  - k: v\n    l: w\n  -   second\nd: {m: 1, n: 2}";

    /// Edits the text and its CRLF twin, which must come out the same but for line ends.
    fn check(edit: impl Fn(&mut Edits<'_>, &Spot), expected: &str) {
        for (text, expected) in
            [(TEXT.to_owned(), expected.to_owned()), (TEXT.replace('\n', "\r\n"), expected.replace('\n', "\r\n"))]
        {
            let root = Spot::parse(&text).expect("YAML");
            let mut edits = Edits::new(&text);
            edit(&mut edits, &root);
            assert_eq!(edits.apply(), expected);
        }
    }

    fn at<'a>(root: &'a Spot, pointer: &str) -> &'a Spot {
        root.at(pointer).unwrap_or_else(|| panic!("{pointer}"))
    }

    #[test]
    fn scalars_keep_their_quotes() {
        check(|edits, root| edits.set_text(at(root, "/a/y"), "it's"), &TEXT.replace("'two'", "'it''s'"));
        check(|edits, root| edits.set_text(at(root, "/a/x"), "204"), &TEXT.replace("x: 1 ", "x: '204' "));
        check(|edits, root| edits.rename(at(root, "/a/y"), "z"), &TEXT.replace("  y:", "  z:"));
    }

    #[test]
    fn children_go_and_comments_stay() {
        check(|edits, root| edits.remove(at(root, "/a"), &[0]), &TEXT.replace("  x: 1   # one\n", ""));
        check(|edits, root| edits.remove(at(root, "/b"), &[0]), &TEXT.replace("[p, 'q' , r]", "['q' , r]"));
        check(|edits, root| edits.remove(at(root, "/b"), &[1, 2]), &TEXT.replace("[p, 'q' , r]", "[p]"));
        check(|edits, root| edits.remove(at(root, "/b"), &[0, 1]), &TEXT.replace("[p, 'q' , r]", "[r]"));
        check(|edits, root| edits.remove(at(root, "/c"), &[0]), &TEXT.replace("  - k: v\n    l: w\n", ""));
        check(|edits, root| edits.remove(at(root, "/c/0"), &[0]), &TEXT.replace("- k: v\n    l: w", "- l: w"));
        check(|edits, root| edits.remove(at(root, "/d"), &[1]), &TEXT.replace(", n: 2", ""));
    }

    #[test]
    fn children_come_in_the_style_of_the_others() {
        let new = || entry("z", Yaml::braces([("t", Yaml::text("u"))]));
        check(
            |edits, root| edits.add_entry(at(root, "/a"), Some(0), &new()),
            &TEXT.replace("# one\n", "# one\n  z: {t: u}\n"),
        );
        check(|edits, root| edits.add_entry(at(root, "/a"), None, &new()), &TEXT.replace("  x:", "  z: {t: u}\n  x:"));
        check(|edits, root| edits.add_entry(at(root, "/d"), Some(1), &new()), &TEXT.replace("n: 2", "n: 2, z: {t: u}"));
        check(
            |edits, root| edits.add_entry(at(root, "/c/0"), None, &new()),
            &TEXT.replace("- k: v", "- z: {t: u}\n    k: v"),
        );
        check(|edits, root| edits.add_item(at(root, "/b"), Some(2), &Yaml::text("s")), &TEXT.replace("r]", "r, s]"));
        check(|edits, root| edits.add_item(at(root, "/b"), None, &Yaml::text("s")), &TEXT.replace("[p", "[s, p"));
        let item = || Yaml::Map(vec![entry("k", Yaml::text("1")), entry("l", Yaml::text("x"))]);
        check(
            |edits, root| edits.add_item(at(root, "/c"), Some(1), &item()),
            &TEXT.replace("second", "second\n  - k: '1'\n    l: x"),
        );
        check(
            |edits, root| edits.add_item(at(root, "/c"), None, &item()),
            &TEXT.replace("  - k: v", "  - k: '1'\n    l: x\n  - k: v"),
        );
    }
}
