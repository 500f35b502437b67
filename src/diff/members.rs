//! Members of enumerations, wherever pages list them.

use std::collections::HashSet;

use super::operations::join;
use super::pairing::Pairs;
use super::said::{Changes, api, at, top};
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

    /// The row of the property that it describes, in source form: of its page, or of another.
    fn row<'p>(&self, page: &'p Page) -> Option<&'p str> {
        let name = self.list.property.as_ref()?;
        let properties = page.resource.iter().flat_map(|resource| resource.properties.iter().flatten());
        let property = properties.into_iter().find(|other| other.name.eq_ignore_ascii_case(name))?;
        Some(page.outline.line(property.line))
    }

    /// Whether both speak of one enumeration by its own name. The list of a property whose type
    /// is only text belongs to that property.
    fn is_same_type(&self, other: &Statement<'_>) -> bool {
        let named = self.api == other.api && self.list.name.eq_ignore_ascii_case(&other.list.name);
        named && self.is_named() && other.is_named()
    }

    /// Whether it is called by the name of a type. Many a property has the name of its type.
    fn is_named(&self) -> bool {
        let Some(property) = &self.list.property else { return !self.list.name.is_empty() };
        let properties = self.page.resource.iter().flat_map(|resource| resource.properties.iter().flatten());
        let kind = properties.filter(|other| other.name == *property).find_map(|other| other.kind.as_deref());
        property != &self.list.name
            || kind.is_some_and(|kind| kind.to_ascii_lowercase().contains(&property.to_ascii_lowercase()))
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
    let mut lists = Compare {
        old: pairs.old.iter().flat_map(statements).collect(),
        new: pairs.new.iter().flat_map(statements).collect(),
        changes,
    };
    for (old, new) in &pairs.both {
        let mut before: Vec<_> = statements(old).collect();
        for list in statements(new) {
            match take(&mut before, &list).or_else(|| lists.old.iter().find(|other| other.is_same_type(&list)).copied())
            {
                Some(former) => lists.members(&former, &list),
                None => stated(old, &list, lists.changes),
            }
        }
        for list in before {
            match lists.new.iter().find(|other| other.is_same_type(&list)).copied() {
                Some(latter) => lists.members(&list, &latter),
                None => unstated(new, &list, lists.changes),
            }
        }
    }
}

/// Takes the list that stood in the place of another out of those of a page. A page may list one
/// thing twice; an equal list comes first.
fn take<'a>(before: &mut Vec<Statement<'a>>, list: &Statement<'_>) -> Option<Statement<'a>> {
    let equal = before.iter().position(|other| other.is(list) && other.list.members == list.list.members);
    let found = equal.or_else(|| before.iter().position(|other| other.is(list)))?;
    Some(before.remove(found))
}

/// A list that only the newer page has. With a property that is new itself it is no news.
fn stated(old: &Page, list: &Statement<'_>, changes: &mut Changes) {
    if old.resource.is_some() && has_property(old, list) && !shows_all(old, list) {
        let text = list.list.members.join(", ");
        let before = Some(missing(old, list));
        changes.push("section_stated", Action::Added, list.fact(None), before, list.said(Some(&text)));
    }
}

fn unstated(new: &Page, list: &Statement<'_>, changes: &mut Changes) {
    if new.resource.is_some() && has_property(new, list) && !shows_all(new, list) {
        let text = list.list.members.join(", ");
        let after = Some(missing(new, list));
        changes.push("section_unstated", Action::Removed, list.fact(None), list.said(Some(&text)), after);
    }
}

/// Where a page would list the members: at the property.
fn missing(page: &Page, list: &Statement<'_>) -> Said {
    let name = list.list.property.as_ref();
    let mut properties = page.resource.iter().flat_map(|resource| resource.properties.iter().flatten());
    let property = properties.find(|other| name.is_some_and(|name| other.name.eq_ignore_ascii_case(name)));
    match property {
        Some(property) => at(page, property.line, None),
        None => Said { value: None, origin: top(page) },
    }
}

/// Whether a page has the property that a list describes; a list that describes none stands for
/// itself.
fn has_property(page: &Page, list: &Statement<'_>) -> bool {
    let Some(property) = &list.list.property else { return true };
    let properties = page.resource.iter().flat_map(|resource| resource.properties.iter().flatten());
    properties.into_iter().any(|other| other.name.eq_ignore_ascii_case(property))
}

struct Compare<'a, 'c> {
    old: Vec<Statement<'a>>,
    new: Vec<Statement<'a>>,
    changes: &'c mut Changes,
}

impl Compare<'_, '_> {
    fn members(&mut self, old: &Statement<'_>, new: &Statement<'_>) {
        let members = |list: &Enumeration| list.members.clone();
        let (before, after) = (members(old.list), members(new.list));
        let (before, after): (Vec<&String>, Vec<&String>) = (before.iter().collect(), after.iter().collect());
        let joined = join(&before, &after, |member| member.to_ascii_lowercase());
        let is_open = old.is_open() || new.is_open();
        let known = |member: &&String| lists(&self.old, new, member) || shows(old.row(old.page), member);
        for member in joined.come.into_iter().filter(|member| !known(member)) {
            let id = match member.as_str() {
                SENTINEL => "sentinel_changed",
                _ if is_open => "member_added",
                _ => "member_added_to_closed",
            };
            self.changes.push(id, Action::Added, new.fact(Some(member)), old.said(None), new.said(Some(member)));
        }
        let kept = |member: &&String| lists(&self.new, old, member) || shows(new.row(new.page), member);
        for member in joined.gone.into_iter().filter(|member| !kept(member)) {
            let id = if member == SENTINEL { "sentinel_changed" } else { "member_removed" };
            self.changes.push(id, Action::Removed, new.fact(Some(member)), old.said(Some(member)), new.said(None));
        }
        for (one, other) in joined.both.into_iter().filter(|(one, other)| one != other) {
            let (old, new, fact) = (old.said(Some(one)), new.said(Some(other)), new.fact(Some(other)));
            self.changes.push("member_respelled", Action::Changed, fact, old, new);
        }
    }
}

/// Whether any page of a version lists a member of the type: then it is not new, or not gone.
fn lists(all: &[Statement<'_>], of: &Statement<'_>, member: &str) -> bool {
    let mut same = all.iter().filter(|other| other.is_same_type(of));
    same.any(|list| list.list.members.iter().any(|other| other.eq_ignore_ascii_case(member)))
}

/// Whether the row of a property on another page shows every member, in words that are not read
/// as a list: then only the wording changed.
fn shows_all(page: &Page, list: &Statement<'_>) -> bool {
    let row = list.row(page);
    row.is_some() && list.list.members.iter().all(|member| shows(row, member))
}

/// Whether a row has a word in code or emphasis.
fn shows(row: Option<&str>, member: &str) -> bool {
    let marked = |mark: char| row.unwrap_or_default().split(mark).skip(1).step_by(2);
    let mut words = marked('`').chain(marked('*')).flat_map(|span| span.split([',', ' ', '`', '*']));
    words.any(|word| word.eq_ignore_ascii_case(member))
}
