//! Members of enumerations, wherever pages list them.

use std::collections::HashSet;

use super::operations::join;
use super::pairing::Pairs;
use super::said::{Changes, api, at};
use super::{Action, Said};
use crate::contract::FactId;
use crate::docs::Page;
use crate::docs::page::Enumeration;

/// The member that stands for those that come later. An enumeration with it is open.
const SENTINEL: &str = "unknownFutureValue";

/// The names of all enumerations in both versions.
pub(super) struct Lists(HashSet<String>);

impl Lists {
    pub(super) fn new(pairs: &Pairs<'_>) -> Self {
        let statements = pairs.old.iter().chain(pairs.new).flat_map(statements);
        Self(statements.map(|list| key(list.api, &list.list.name)).collect())
    }

    /// Whether a type is an enumeration.
    pub(super) fn has(&self, api: &str, name: &str) -> bool {
        self.0.contains(&key(api, name))
    }
}

fn key(api: &str, name: &str) -> String {
    format!("{api} {}", name.to_ascii_lowercase())
}

/// A list of members, and who states it.
#[derive(Clone, Copy)]
struct Statement<'a> {
    page: &'a Page,
    api: &'a str,
    /// The resource whose property it describes.
    owner: Option<&'a str>,
    list: &'a Enumeration,
}

impl Statement<'_> {
    /// Whether two versions of a page state it for the same thing.
    fn is(&self, other: &Statement<'_>) -> bool {
        match (&self.list.property, &other.list.property) {
            (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
            (None, None) => self.list.name.eq_ignore_ascii_case(&other.list.name),
            _ => false,
        }
    }

    /// Whether both speak of one enumeration by its own name. The list of a property whose type
    /// is only text belongs to that property.
    fn is_same_type(&self, other: &Statement<'_>) -> bool {
        self.api == other.api
            && self.is_named()
            && other.is_named()
            && self.list.name.eq_ignore_ascii_case(&other.list.name)
    }

    fn is_named(&self) -> bool {
        !self.list.name.is_empty() && self.list.property.as_ref() != Some(&self.list.name)
    }

    fn is_open(&self) -> bool {
        self.list.members.iter().any(|member| member == SENTINEL)
    }

    /// What the list is called in facts.
    fn subject(&self) -> String {
        match (self.owner, &self.list.property) {
            (Some(owner), Some(property)) if !self.is_named() => format!("{owner}.{property}"),
            _ => self.list.name.clone(),
        }
    }

    fn fact(&self, member: Option<&str>) -> FactId {
        FactId::about(self.api, &self.subject(), "member", member)
    }

    fn said(&self, value: Option<&str>) -> Option<Said> {
        Some(at(self.page, self.list.line, value.map(str::to_owned)))
    }
}

fn statements(page: &Page) -> impl Iterator<Item = Statement<'_>> {
    page.resource.iter().flat_map(move |resource| {
        let owner = resource.name.as_deref();
        resource.enums.iter().map(move |list| Statement { page, api: api(page), owner, list })
    })
}

/// Compares every list with the one that stood in its place, or else with one of the same name.
pub(super) fn compare(pairs: &Pairs<'_>, changes: &mut Changes) {
    let all_old: Vec<Statement<'_>> = pairs.old.iter().flat_map(statements).collect();
    let all_new: Vec<Statement<'_>> = pairs.new.iter().flat_map(statements).collect();
    for (old, new) in &pairs.both {
        let (before, after): (Vec<_>, Vec<_>) = (statements(old).collect(), statements(new).collect());
        for list in &after {
            let former = before.iter().find(|other| other.is(list));
            match former.or_else(|| all_old.iter().find(|other| other.is_same_type(list))) {
                Some(former) => members(former, list, changes),
                None => stated(old, list, changes),
            }
        }
        for list in before.iter().filter(|list| !after.iter().any(|other| other.is(list))) {
            match all_new.iter().find(|other| other.is_same_type(list)) {
                Some(latter) => members(list, latter, changes),
                None => unstated(new, list, changes),
            }
        }
    }
}

/// A list that only the newer page has. With a property that is new itself it is no news.
fn stated(old: &Page, list: &Statement<'_>, changes: &mut Changes) {
    if old.resource.is_some() && has_property(old, list) {
        let text = list.list.members.join(", ");
        let before = Some(super::resources::missing(old));
        changes.push("section_stated", Action::Added, list.fact(None), before, list.said(Some(&text)));
    }
}

fn unstated(new: &Page, list: &Statement<'_>, changes: &mut Changes) {
    if new.resource.is_some() && has_property(new, list) {
        let text = list.list.members.join(", ");
        let after = Some(super::resources::missing(new));
        changes.push("section_unstated", Action::Removed, list.fact(None), list.said(Some(&text)), after);
    }
}

/// Whether a page has the property that a list describes; a list that describes none stands for
/// itself.
fn has_property(page: &Page, list: &Statement<'_>) -> bool {
    let Some(property) = &list.list.property else { return true };
    let properties = page.resource.iter().flat_map(|resource| resource.properties.iter().flatten());
    properties.into_iter().any(|other| other.name.eq_ignore_ascii_case(property))
}

fn members(old: &Statement<'_>, new: &Statement<'_>, changes: &mut Changes) {
    let (before, after): (Vec<&String>, Vec<&String>) =
        (old.list.members.iter().collect(), new.list.members.iter().collect());
    let joined = join(&before, &after, |one, other| one.eq_ignore_ascii_case(other));
    let is_open = old.is_open() || new.is_open();
    for member in joined.come {
        let id = match member.as_str() {
            SENTINEL => "sentinel_changed",
            _ if is_open => "member_added",
            _ => "member_added_to_closed",
        };
        changes.push(id, Action::Added, new.fact(Some(member)), old.said(None), new.said(Some(member)));
    }
    for member in joined.gone {
        let id = if member == SENTINEL { "sentinel_changed" } else { "member_removed" };
        changes.push(id, Action::Removed, new.fact(Some(member)), old.said(Some(member)), new.said(None));
    }
    for (one, other) in joined.both.into_iter().filter(|(one, other)| one != other) {
        let fact = new.fact(Some(other));
        changes.push("member_respelled", Action::Changed, fact, old.said(Some(one)), new.said(Some(other)));
    }
}
