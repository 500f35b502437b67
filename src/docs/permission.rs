//! Permission tables, in the forms that pages have: a row a kind of account, sub-rows below it,
//! a column a kind, two columns of least and higher privileged names.

use std::collections::HashSet;

use super::inline;
use super::outline::{Block, BlockKind, Outline};
use super::page::Permissions;
use super::table::{self, Row, Table};

/// The three kinds in the order of [`Permissions::kinds`].
const KINDS: usize = 3;

/// What tables say of one kind.
#[derive(Default)]
struct Cell {
    names: Vec<String>,
    known: HashSet<String>,
    /// "Not supported." or the like.
    none: bool,
    /// A cell that holds something else.
    unread: Option<usize>,
    line: Option<usize>,
}

/// Collects what all tables of a page say.
#[derive(Default)]
pub(super) struct Collected {
    cells: [Cell; KINDS],
    /// Whether there was a table about permissions.
    pub(super) seen: bool,
}

impl Collected {
    /// Takes in every table among the blocks that is about permissions.
    pub(super) fn add(&mut self, outline: &Outline, blocks: &[Block]) {
        for block in blocks.iter().filter(|block| block.kind == BlockKind::Table) {
            self.table(&table::table(outline, block), block.first);
        }
    }

    fn table(&mut self, table: &Table<'_>, first: usize) {
        let columns: Vec<(usize, Vec<usize>)> = table
            .header
            .iter()
            .enumerate()
            .map(|(index, cell)| (index, kinds(&inline::text(cell))))
            .filter(|(_, kinds)| !kinds.is_empty())
            .collect();
        if columns.len() >= 2 {
            return self.matrix(table, &columns);
        }
        // A table without a header of its own begins with a row.
        if columns.first().is_some_and(|(index, _)| *index == 0) {
            let row = Row { line: first, cells: table.header.clone(), more: Vec::new() };
            self.rows(std::iter::once(&row).chain(&table.rows));
        } else {
            self.rows(table.rows.iter());
        }
    }

    fn rows<'a>(&mut self, rows: impl Iterator<Item = &'a Row<'a>>) {
        let mut current: Vec<usize> = Vec::new();
        for row in rows {
            let label = inline::text(row.cell(0));
            let found = kinds(&label);
            let belongs = !found.is_empty();
            if belongs {
                current = found;
                self.seen = true;
            }
            let text: Vec<_> = row.rest(1).map(inline::text).collect();
            let text = text.join(" ");
            for &kind in &current {
                self.cells[kind].take(&text, row.line, belongs);
            }
        }
    }

    /// A row a resource, a column a kind of account.
    fn matrix(&mut self, table: &Table<'_>, columns: &[(usize, Vec<usize>)]) {
        self.seen = true;
        for row in &table.rows {
            for (index, kinds) in columns.iter().take_while(|(index, _)| *index < row.cells.len()) {
                for &kind in kinds {
                    self.cells[kind].take(&inline::text(row.cell(*index)), row.line, true);
                }
            }
        }
    }

    /// What the tables amount to, the lines of the kinds, and what could not be read.
    pub(super) fn finish(self) -> (Permissions, [Option<usize>; KINDS], Vec<(usize, usize)>) {
        let mut unread = Vec::new();
        let mut lines = [None; KINDS];
        let mut values = self.cells.into_iter().enumerate().map(|(kind, cell)| {
            lines[kind] = cell.line;
            if cell.names.is_empty() && !cell.none {
                unread.extend(cell.unread.map(|line| (kind, line)));
                return None;
            }
            Some(cell.names)
        });
        let (delegated_work, delegated_personal, application) =
            (values.next().flatten(), values.next().flatten(), values.next().flatten());
        drop(values);
        (Permissions { delegated_work, delegated_personal, application }, lines, unread)
    }
}

impl Cell {
    fn take(&mut self, text: &str, line: usize, labelled: bool) {
        self.line.get_or_insert(line);
        let before = self.names.len();
        for name in names(text) {
            if self.known.insert(name.to_owned()) {
                self.names.push(name.to_owned());
            }
        }
        if before == self.names.len() && names(text).next().is_none() && labelled {
            match is_none(text) {
                true => self.none = true,
                false => self.unread = self.unread.or(Some(line)),
            }
        }
    }
}

/// The kinds of account that a label names.
pub(super) fn kinds(label: &str) -> Vec<usize> {
    let label = label.to_ascii_lowercase();
    let label = label.trim();
    let mut kinds = Vec::new();
    let personal = label.contains("personal") && (label.contains("account") || label.contains("delegated"));
    let work = label.contains("work or school") || label.contains("work/school") || label.contains("school account");
    if work || label.starts_with("delegated") && !personal {
        kinds.push(0);
    }
    if personal {
        kinds.push(1);
    }
    let application = label.strip_prefix("application").or_else(|| label.strip_prefix("app-only"));
    // "Application management" is a part of a service.
    let named = |rest: &str| {
        let rest = rest.trim_start_matches(|letter: char| !letter.is_alphanumeric());
        rest.is_empty() || ["permission", "app", "azure"].iter().any(|word| rest.starts_with(word))
    };
    if application.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric) && named(rest)) {
        kinds.push(2);
    }
    kinds
}

/// The permission names in a text, in order.
pub(super) fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-')))
        .map(|word| word.trim_matches(['.', '-', '_']))
        .filter(|word| is_name(word))
}

/// Whether a word is the name of a permission: dotted, or one of the few plain scopes.
pub(super) fn is_name(word: &str) -> bool {
    const PLAIN: &[&str] =
        &["openid", "profile", "email", "offline_access", "full_access_as_app", "user_impersonation"];
    if PLAIN.contains(&word) {
        return true;
    }
    let mut parts = 0;
    for part in word.split('.') {
        if part.len() < 2 || !part.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
            return false;
        }
        parts += 1;
    }
    let dotted = parts >= 2 && word.contains(|letter: char| letter.is_ascii_uppercase());
    dotted && !word.starts_with("microsoft.") && !word.ends_with(".md") && !word.ends_with(".com")
}

/// Whether a cell says that there is no permission of its kind.
pub(super) fn is_none(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let text = text.trim().trim_end_matches(['.', '*']).trim();
    const WORDS: &[&str] = &["none", "n/a", "na", "no", "-", "--"];
    WORDS.contains(&text)
        || ["not supported", "not support", "not available", "not applicable", "unsupported", "isn't supported"]
            .iter()
            .any(|words| text.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Permissions, usize) {
        let outline = Outline::new(text);
        let mut collected = Collected::default();
        collected.add(&outline, &outline.blocks);
        let (permissions, _, unread) = collected.finish();
        (permissions, unread.len())
    }

    fn some(names: &[&str]) -> Option<Vec<String>> {
        Some(names.iter().map(|name| (*name).to_owned()).collect())
    }

    #[test]
    fn every_form_of_table_is_read() {
        let plain = "|Permission type|Permissions|\n|:--|:--|:--|\n\
            |Delegated (work or school account)|User.Read, **User.ReadWrite.All** and Mail.Read*|\n\
            |Delegated (personal Microsoft account)|Not supported.|\n|Application||\n";
        let (permissions, unread) = read(plain);
        assert_eq!(permissions.delegated_work, some(&["User.Read", "User.ReadWrite.All", "Mail.Read"]));
        assert_eq!(permissions.delegated_personal, some(&[]));
        assert_eq!((permissions.application, unread), (None, 1));

        let (permissions, _) = read(
            "|Permission type|Least|Higher|\n|-|-|-|\n|Delegated (work or school account)|Ab.Read|Bc.Read.All|\n\
             |Application|Ab.Read|Not available.|\n",
        );
        assert_eq!(permissions.delegated_work, some(&["Ab.Read", "Bc.Read.All"]));
        assert_eq!(permissions.application, some(&["Ab.Read"]));

        let (permissions, _) = read(
            "|For|Delegated (work or school account)|Delegated (personal Microsoft account)|Application|\n|-|-|-|-|\n\
             |user|Ab.Read|Not supported.|Bc.Read|\n|group|Cd.Read|Not supported.|Bc.Read|\n",
        );
        assert_eq!(permissions.delegated_work, some(&["Ab.Read", "Cd.Read"]));
        assert_eq!(permissions.delegated_personal, some(&[]));
        assert_eq!(permissions.application, some(&["Bc.Read"]));

        let (permissions, unread) = read(
            "|Type|Permissions|\n|-|-|\n|Delegated (work or school account)| |\n|&nbsp; user|Ab.Read|\n\
             |&nbsp; group|Bc.Read|\n|Application|Not supported|\n",
        );
        assert_eq!(permissions.delegated_work, some(&["Ab.Read", "Bc.Read"]));
        assert_eq!(permissions.delegated_personal, None);
        assert_eq!((permissions.application, unread), (some(&[]), 0));
    }

    #[test]
    fn labels_name_kinds_of_accounts() {
        for (label, expected) in [
            ("Delegated (work or school account)", &[0][..]),
            ("Delegated (personal Microsoft account)", &[1]),
            ("Delegated (work, school account or personal Microsoft account)", &[0, 1]),
            ("Application", &[2]),
            ("Application (app-only)", &[2]),
            ("Application permissions", &[2]),
            ("Application management", &[]),
            ("personal contact", &[]),
            ("Permission type", &[]),
        ] {
            assert_eq!(kinds(label), expected, "{label}");
        }
    }

    #[test]
    fn words_that_are_no_permissions_are_not_taken_for_some() {
        assert_eq!(names("see e.g. docs.md, microsoft.graph.user, i.e. x.y").count(), 0);
        assert_eq!(names("openid and eDiscovery.Read.All.").collect::<Vec<_>>(), ["openid", "eDiscovery.Read.All"]);
    }
}
