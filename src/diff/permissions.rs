//! Permissions: of each kind a list of names, of which one suffices.

use super::alternatives;
use super::said::{Changes, Pair};
use super::{Action, Said};
use crate::contract::Origin;
use crate::docs::Page;
use crate::docs::outline::BlockKind;
use crate::docs::page::Permissions;
use crate::docs::section::Subject;

/// Compares the permissions of two versions of a page, kind by kind.
pub(super) fn compare(pair: Pair<'_>, changes: &mut Changes) {
    match (unfollowed(pair.old), unfollowed(pair.new)) {
        (None, None) => {}
        (Some(_), Some(_)) => return changes.permissions_in_neither(),
        (old, new) => {
            let line = |page: &Page, line: Option<usize>| match line {
                Some(line) => Origin { file: page.page.clone(), line },
                None => super::said::top(page),
            };
            let text = "the permissions are included from a file that is not there, and were not compared";
            return changes.note(text.to_owned(), Some(line(pair.old, old)), Some(line(pair.new, new)));
        }
    }
    if let Some((permissions, is_new)) = only_one(pair) {
        return whole(pair, permissions, is_new, changes);
    }
    let none = Permissions::default();
    let (old, new) = (pair.old.permissions.as_ref().unwrap_or(&none), pair.new.permissions.as_ref().unwrap_or(&none));
    for ((kind, old), (_, new)) in old.kinds().zip(new.kinds()) {
        let mut one = Kind { pair, kind, changes };
        match (old, new) {
            (None, None) => {}
            (None, Some(names)) => one.push("permissions_stated", Action::Added, None, Some(&value(names))),
            (Some(names), None) => one.push("permissions_unstated", Action::Removed, Some(&value(names)), None),
            (Some([]), Some([])) => {}
            (Some([]), Some(names)) => {
                one.push("permission_kind_supported", Action::Added, Some(NOT_SUPPORTED), Some(&value(names)));
            }
            (Some(names), Some([])) => {
                one.push("permission_kind_unsupported", Action::Removed, Some(&value(names)), Some(NOT_SUPPORTED));
            }
            (Some(old), Some(new)) => one.names(old, new),
        }
    }
}

/// The line of the include that should hold the permissions of a page and is not at hand. The page
/// states them all the same: nothing can be said of them.
fn unfollowed(page: &Page) -> Option<usize> {
    if page.permissions.is_some() {
        return None;
    }
    let includes = page.outline.blocks.iter().filter(|block| block.kind == BlockKind::Include);
    let mut tables = includes.filter(|block| {
        page.outline.include(block).is_some_and(|target| target.to_ascii_lowercase().contains("permissions/"))
    });
    tables.next().map(|block| block.first)
}

/// What one version says, where the other says nothing of any kind.
fn only_one(pair: Pair<'_>) -> Option<(&Permissions, bool)> {
    let said = |page: &'_ Page| {
        page.permissions.as_ref().is_some_and(|permissions| permissions.kinds().any(|(_, names)| names.is_some()))
    };
    match (said(pair.old), said(pair.new)) {
        (true, false) => pair.old.permissions.as_ref().map(|permissions| (permissions, false)),
        (false, true) => pair.new.permissions.as_ref().map(|permissions| (permissions, true)),
        _ => None,
    }
}

fn whole(pair: Pair<'_>, permissions: &Permissions, is_new: bool, changes: &mut Changes) {
    let kinds = permissions.kinds().filter_map(|(kind, names)| Some(format!("{kind}: {}", value(names?))));
    let text = kinds.collect::<Vec<_>>().join(", ");
    let (first, _) = permissions.kinds().find(|(_, names)| names.is_some()).unwrap_or_default();
    let said = |origin: Origin, speaks: bool| Some(Said { value: speaks.then(|| text.clone()), origin });
    let (old, new) = (said(old_origin(&pair, first), !is_new), said(new_origin(&pair, first), is_new));
    let (id, action) = match is_new {
        true => ("permissions_stated", Action::Added),
        false => ("permissions_unstated", Action::Removed),
    };
    changes.push(id, action, pair.fact("permission", None), old, new);
}

const NOT_SUPPORTED: &str = "not supported";

fn value(names: &[String]) -> String {
    if names.is_empty() { NOT_SUPPORTED.to_owned() } else { names.join(" or ") }
}

/// One kind of permission.
struct Kind<'a, 'c> {
    pair: Pair<'a>,
    kind: &'static str,
    changes: &'c mut Changes,
}

impl Kind<'_, '_> {
    fn names(&mut self, old: &[String], new: &[String]) {
        let before = alternatives::alternatives(self.pair.old, self.kind, old);
        let after = alternatives::alternatives(self.pair.new, self.kind, new);
        for entry in alternatives::only(&after, &before) {
            self.push("permission_added", Action::Added, None, Some(entry));
        }
        for entry in alternatives::only(&before, &after) {
            self.push("permission_removed", Action::Removed, Some(entry), None);
        }
        let has = |names: &[String], name: &str| names.iter().any(|other| other.eq_ignore_ascii_case(name));
        let (Some(before), Some(after)) = (old.first(), new.first()) else { return };
        // A first name that came or went is already a change.
        if !before.eq_ignore_ascii_case(after) && has(new, before) && has(old, after) {
            self.push("least_privilege_changed", Action::Changed, Some(before), Some(after));
        }
    }

    fn push(&mut self, id: &'static str, action: Action, old: Option<&str>, new: Option<&str>) {
        let said = |origin: Origin, value: Option<&str>| Some(Said { value: value.map(str::to_owned), origin });
        let old = said(old_origin(&self.pair, self.kind), old);
        let new = said(new_origin(&self.pair, self.kind), new);
        self.changes.push(id, action, self.pair.fact("permission", Some(self.kind)), old, new);
    }
}

fn old_origin(pair: &Pair<'_>, kind: &str) -> Origin {
    origin(pair.old, kind).unwrap_or_else(|| pair.old_section(Subject::Permissions))
}

fn new_origin(pair: &Pair<'_>, kind: &str) -> Origin {
    origin(pair.new, kind).unwrap_or_else(|| pair.new_section(Subject::Permissions))
}

/// Where a page, or the file that it includes, speaks of a kind of permission.
fn origin(page: &Page, kind: &str) -> Option<Origin> {
    let line = page.lines.permission(kind)?;
    let file = page.lines.permissions_file.as_ref().unwrap_or(&page.page);
    Some(Origin { file: file.clone(), line })
}
