//! Resource types: their properties and relationships.

use super::members::Lists;
use super::operations::join;
use super::pairing::Pairs;
use super::said::{Changes, OnlyIn, Pair, api, top};
use super::types::{Difference, difference};
use super::{Action, Said};
use crate::contract::FactId;
use crate::docs::Page;
use crate::docs::page::{Resource, ResourceProperty};
use crate::docs::section::Subject;

/// Compares the resource that two versions of a page describe.
pub(super) fn compare(pair: Pair<'_>, lists: &Lists, changes: &mut Changes) {
    let (old, new) = match (&pair.old.resource, &pair.new.resource) {
        (Some(old), Some(new)) => (old, new),
        (None, Some(new)) => return whole(pair, new, "section_stated", changes),
        (Some(old), None) => return whole(pair, old, "section_unstated", changes),
        (None, None) => return,
    };
    let mut types = Types { pair, lists, name: name(new).or(name(old)).unwrap_or_default(), changes };
    types.renamed(old, new);
    types.base(old, new);
    let (mut properties, mut relationships) =
        (Both::of(Part::Property, old, new), Both::of(Part::Relationship, old, new));
    types.became(&mut properties, &mut relationships);
    types.list(&properties);
    types.list(&relationships);
}

/// The resource types that only one version has.
pub(super) fn only(pairs: &Pairs<'_>, changes: &mut Changes) {
    let other = |pages: &[Page], page: &Page, name: &str| {
        let mut found = pages.iter().filter(|other| api(other) == api(page));
        found.any(|other| {
            other
                .resource
                .as_ref()
                .and_then(|resource| self::name(resource))
                .is_some_and(|its| its.eq_ignore_ascii_case(name))
        })
    };
    for page in &pairs.only_new {
        let Some(name) = page.resource.as_ref().and_then(name) else { continue };
        if !other(pairs.old, page, name) {
            let new = Said { value: Some(name.to_owned()), origin: top(page) };
            let fact = FactId::about(api(page), name, "resource", None);
            changes.push("resource_added", Action::Added, fact, None, Some(new));
        }
    }
    for page in &pairs.only_old {
        let Some(name) = page.resource.as_ref().and_then(name) else { continue };
        if !other(pairs.new, page, name) {
            let old = Said { value: Some(name.to_owned()), origin: top(page) };
            let fact = FactId::about(api(page), name, "resource", None);
            changes.push("resource_removed", Action::Removed, fact, Some(old), None);
        }
    }
}

fn name(resource: &Resource) -> Option<&str> {
    resource.name.as_deref()
}

/// A page of which only one version describes a resource, as far as can be read.
fn whole(pair: Pair<'_>, resource: &Resource, id: &'static str, changes: &mut Changes) {
    let Some(name) = name(resource) else { return };
    let fact = FactId::about(pair.api(), name, "resource", None);
    let present = match id {
        "section_stated" => OnlyIn::New(pair.new.lines.title.unwrap_or(1)),
        _ => OnlyIn::Old(pair.old.lines.title.unwrap_or(1)),
    };
    pair.one_sided(changes, id, fact, name.to_owned(), present, Subject::Properties);
}

/// What a resource lists.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Property,
    Relationship,
}

/// The ids of the kinds of change of a part.
struct Rows {
    kind: &'static str,
    added: &'static str,
    removed: &'static str,
    changed: &'static str,
    section: Subject,
}

impl Part {
    fn rows(self) -> Rows {
        match self {
            Self::Property => Rows {
                kind: "property",
                added: "property_added",
                removed: "property_removed",
                changed: "property_type_changed",
                section: Subject::Properties,
            },
            Self::Relationship => Rows {
                kind: "relationship",
                added: "relationship_added",
                removed: "relationship_removed",
                changed: "relationship_type_changed",
                section: Subject::Relationships,
            },
        }
    }
}

/// A part in both versions; `None` where a version has no such section.
struct Both<'a> {
    part: Part,
    old: Option<Vec<&'a ResourceProperty>>,
    new: Option<Vec<&'a ResourceProperty>>,
}

impl<'a> Both<'a> {
    fn of(part: Part, old: &'a Resource, new: &'a Resource) -> Self {
        let list = |resource: &'a Resource| {
            let list = match part {
                Part::Property => &resource.properties,
                Part::Relationship => &resource.relationships,
            };
            list.as_ref().map(|list| list.iter().filter(|property| !is_annotation(property)).collect())
        };
        Self { part, old: list(old), new: list(new) }
    }
}

/// `@odata.type` and the like are the format's, not the type's.
fn is_annotation(property: &ResourceProperty) -> bool {
    property.name.contains("@odata.")
}

/// One resource type in two versions.
struct Types<'a, 'c> {
    pair: Pair<'a>,
    lists: &'c Lists,
    name: &'a str,
    changes: &'c mut Changes,
}

impl Types<'_, '_> {
    fn fact(&self, kind: &str, name: Option<&str>) -> FactId {
        FactId::about(self.pair.api(), self.name, kind, name)
    }

    fn renamed(&mut self, old: &Resource, new: &Resource) {
        let (Some(before), Some(after)) = (name(old), name(new)) else { return };
        if !before.eq_ignore_ascii_case(after) {
            let lines = (self.pair.old.lines.title.unwrap_or(1), self.pair.new.lines.title.unwrap_or(1));
            let fact = self.fact("resource", None);
            self.pair.changed(self.changes, "resource_renamed", fact, (before, lines.0), (after, lines.1));
        }
    }

    fn base(&mut self, old: &Resource, new: &Resource) {
        let (Some(before), Some(after)) = (&old.base, &new.base) else { return };
        if difference(before, after, |_| false) != Difference::None {
            let lines = (self.pair.old.lines.title.unwrap_or(1), self.pair.new.lines.title.unwrap_or(1));
            let fact = self.fact("base", None);
            self.pair.changed(self.changes, "base_changed", fact, (before, lines.0), (after, lines.1));
        }
    }

    /// Properties that are listed with the relationships now, and the other way round.
    fn became(&mut self, properties: &mut Both<'_>, relationships: &mut Both<'_>) {
        self.moved("property_became_relationship", properties, relationships);
        self.moved("relationship_became_property", relationships, properties);
    }

    fn moved(&mut self, id: &'static str, from: &mut Both<'_>, to: &mut Both<'_>) {
        let Some(old) = &mut from.old else { return };
        let Some(new) = &mut to.new else { return };
        let still: Vec<String> = from.new.iter().flatten().map(|property| property.name.to_ascii_lowercase()).collect();
        let before: Vec<String> = to.old.iter().flatten().map(|property| property.name.to_ascii_lowercase()).collect();
        old.retain(|was| {
            let name = was.name.to_ascii_lowercase();
            let found = new.iter().position(|is| is.name.eq_ignore_ascii_case(&was.name));
            let Some(found) = found.filter(|_| !still.contains(&name) && !before.contains(&name)) else { return true };
            let is = new.remove(found);
            let fact = FactId::about(self.pair.api(), self.name, to.part.rows().kind, Some(&is.name));
            let words = (from.part.rows().kind, to.part.rows().kind);
            self.pair.changed(self.changes, id, fact, (words.0, was.line), (words.1, is.line));
            false
        });
    }

    fn list(&mut self, both: &Both<'_>) {
        let rows = both.part.rows();
        let describe = |property: &ResourceProperty| property.kind.clone().unwrap_or_else(|| "listed".to_owned());
        let (old, new) = match (&both.old, &both.new) {
            (Some(old), Some(new)) => (old, new),
            // A type without relationships has no such section, or one that says so.
            (None, None) => return,
            (None, Some(only)) | (Some(only), None) => {
                let Some(first) = only.first() else { return };
                let names: Vec<&str> = only.iter().map(|property| property.name.as_str()).collect();
                let (id, present) = match both.old {
                    None => ("section_stated", OnlyIn::New(first.line)),
                    Some(_) => ("section_unstated", OnlyIn::Old(first.line)),
                };
                let fact = self.fact(rows.kind, None);
                return self.pair.one_sided(self.changes, id, fact, names.join(", "), present, rows.section);
            }
        };
        let joined = join(old, new, |property| property.name.to_ascii_lowercase());
        for property in joined.come {
            let fact = self.fact(rows.kind, Some(&property.name));
            let present = OnlyIn::New(property.line);
            self.pair.one_sided(self.changes, rows.added, fact, describe(property), present, rows.section);
        }
        for property in joined.gone {
            let fact = self.fact(rows.kind, Some(&property.name));
            let present = OnlyIn::Old(property.line);
            self.pair.one_sided(self.changes, rows.removed, fact, describe(property), present, rows.section);
        }
        for (old, new) in joined.both {
            self.same(both.part, old, new);
        }
    }

    fn same(&mut self, part: Part, old: &ResourceProperty, new: &ResourceProperty) {
        let (pair, rows) = (self.pair, part.rows());
        let fact = self.fact(rows.kind, Some(&new.name));
        if old.name != new.name {
            let respelled = "property_respelled";
            pair.changed(self.changes, respelled, fact.clone(), (&old.name, old.line), (&new.name, new.line));
        }
        let (Some(before), Some(after)) = (&old.kind, &new.kind) else { return };
        let id = match difference(before, after, |name| self.lists.has(pair.api(), name)) {
            Difference::None => return,
            Difference::Refined => "property_type_refined",
            Difference::Changed => rows.changed,
        };
        pair.changed(self.changes, id, fact, (before, old.line), (after, new.line));
    }
}
