//! The named schemas: bodies, answers, resources, enumerations.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToPascalCase as _;
use serde_json::Value;

use super::call::Call;
use super::operation::{assumed, documented};
use super::{left_out, place};
use crate::docs::page::{BodyProperty, Enumeration, Page, PageKind, Resource};
use crate::finding::{Finding, Severity};
use crate::regen::emit::{Entry, Yaml, entry};
use crate::regen::kind::{Kind, meet, object, of_value, of_words, reference};
use crate::regen::names;
use crate::spec::variant;

/// Schemas made so far, and the pages from which more can be made.
pub(super) struct Schemas<'p> {
    resources: BTreeMap<String, (&'p Page, &'p Resource)>,
    enums: BTreeMap<String, Members<'p>>,
    made: BTreeMap<String, Vec<Entry>>,
    /// Resources and enumerations that are referred to and not made yet.
    wanted: BTreeSet<String>,
    /// Entity sets: schema, name of the set, key.
    sets: BTreeMap<String, (String, String)>,
}

impl<'p> Schemas<'p> {
    pub(super) fn new(pages: &[&'p Page]) -> Self {
        let mut resources = BTreeMap::new();
        let mut enums: BTreeMap<String, Members<'p>> = BTreeMap::new();
        for page in pages {
            let Some(resource) = &page.resource else { continue };
            let named = resource.name.as_deref().filter(|_| page.kind == PageKind::Resource);
            if let Some(name) = named.and_then(names::type_name) {
                resources.entry(name).or_insert((*page, resource));
            }
            for list in &resource.enums {
                if let Some(name) = names::type_name(&list.name) {
                    enums.entry(name).or_default().add(page, list);
                }
            }
        }
        enums.retain(|name, members| !resources.contains_key(name) && !members.members.is_empty());
        Self { resources, enums, made: BTreeMap::new(), wanted: BTreeSet::new(), sets: BTreeMap::new() }
    }

    /// The schema of a type of Graph that a page describes; it will be made.
    fn named(&mut self, kind: Kind) -> Kind {
        match &kind {
            Kind::Named(name) => {
                self.wanted.insert(name.clone());
            }
            Kind::List(of) => {
                self.named((**of).clone());
            }
            _ => {}
        }
        kind
    }

    fn of_words(&mut self, words: &str) -> Kind {
        let known = |name: &str| {
            let name = names::type_name(name)?;
            (self.resources.contains_key(&name) || self.enums.contains_key(&name)).then_some(name)
        };
        let kind = of_words(words, &known);
        self.named(kind)
    }

    /// The schema of a request body.
    pub(super) fn body(&mut self, call: &Call<'_>, table: &[&BodyProperty], shown: &[Value]) -> String {
        let name = names::schema(&call.id, "Request");
        let witness = match shown.iter().filter_map(of_value).reduce(meet) {
            Some(Kind::Object(properties)) => properties,
            _ => Vec::new(),
        };
        let is_documented = !table.is_empty() && table.iter().all(|property| property.kind.is_some());
        let mut properties: Vec<(String, Kind, Option<&BodyProperty>)> = Vec::new();
        for property in table {
            let words = property.kind.as_deref().map_or(Kind::Any, |words| self.of_words(words));
            let seen =
                witness.iter().find(|(known, _)| *known == property.name).map_or(Kind::Any, |(_, kind)| kind.clone());
            // An example narrows a text to an id, and shows what words did not say.
            let kind = match (&words, &seen) {
                (Kind::Any, _) => seen,
                (Kind::List(of), Kind::List(item)) if **of == Kind::Text && **item == Kind::Uuid => seen,
                _ => words,
            };
            if !properties.iter().any(|(known, ..)| *known == property.name) {
                properties.push((property.name.clone(), kind, Some(property)));
            }
        }
        if table.is_empty() {
            properties.extend(witness.into_iter().map(|(property, kind)| (property, kind, None)));
        }
        let alone = properties.len() == 1;
        let mut required = Vec::new();
        let mut entries = Vec::new();
        for (property, kind, stated) in &properties {
            let is_required = stated.and_then(|stated| stated.required);
            if is_required == Some(true) || is_required.is_none() && alone {
                required.push(property.clone());
            }
            let limit = stated.and_then(|stated| stated.limit);
            let schema = match (kind, limit) {
                (Kind::List(of), Some(limit)) if matches!(**of, Kind::Text | Kind::Uuid | Kind::DateTime) => {
                    self.bounded(call, property, of, limit.most, limit.line)
                }
                _ => kind.schema(),
            };
            let line = stated.map(|stated| place(call.page, stated.line));
            let property = entry(property, schema);
            entries.push(match line {
                Some(line) => property.because(line),
                None => property,
            });
        }
        let mut schema = vec![entry("type", Yaml::text("object"))];
        if !required.is_empty() {
            schema.push(entry("required", Yaml::row(required)));
        }
        if !entries.is_empty() {
            schema.push(entry("properties", Yaml::Map(entries)));
        }
        let source = match is_documented {
            true => documented(&call.page.page),
            false => assumed(&format!("{}, as its example shows it", call.page.page)),
        };
        schema.push(entry("x-entra-source", source));
        self.made.insert(name.clone(), schema);
        name
    }

    /// A list with a documented bound has a type of its own.
    fn bounded(&mut self, call: &Call<'_>, property: &str, of: &Kind, most: usize, line: usize) -> Yaml {
        let name = names::schema(&call.id, property).to_pascal_case();
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        self.made.insert(
            name.clone(),
            vec![
                entry("type", Yaml::text("array")),
                // An empty list asks for nothing.
                entry("minItems", Yaml::Integer(1)),
                entry("maxItems", Yaml::Integer(most)).because(place(call.page, line)),
                entry("items", of.schema()),
                entry("x-entra-source", documented(&call.page.page)),
            ],
        );
        reference("schemas", &name)
    }

    /// The schema of an answer: a resource that a page describes, a page of such, or what the
    /// examples show.
    pub(super) fn answer(&mut self, call: &Call<'_>, bodies: &[Value]) -> String {
        let shown = bodies.iter().filter_map(of_value).reduce(meet);
        let items = match &shown {
            Some(Kind::Object(properties)) => properties.iter().find_map(|(name, kind)| match kind {
                Kind::List(of) if name == "value" => Some((**of).clone()),
                _ => None,
            }),
            _ => None,
        };
        let one = items.as_ref().or(shown.as_ref());
        let entity = entity(call).filter(|name| self.resources.contains_key(name));
        let entity = entity.or_else(|| self.alike(one?));
        let titled = shown.is_none() && call.id.ends_with(".list");
        match (entity, items) {
            (Some(entity), None) if !titled => {
                self.wanted.insert(entity.clone());
                entity
            }
            (Some(entity), _) => self.collection(call, Some(entity), Kind::Any),
            (None, Some(items)) => self.collection(call, None, items),
            (None, None) => self.witness(call, shown),
        }
    }

    /// The resource that has every property that examples show, and fewest beside: one that is
    /// derived from another has all of that one's.
    fn alike(&self, shown: &Kind) -> Option<String> {
        let Kind::Object(properties) = shown else { return None };
        let names: Vec<&str> =
            properties.iter().map(|(name, _)| name.as_str()).filter(|name| !name.contains('@')).collect();
        let has_all = |resource: &Resource| {
            names.iter().all(|name| resource.properties.iter().flatten().any(|property| property.name == **name))
        };
        let n_properties = |resource: &Resource| resource.properties.iter().flatten().count();
        let found = self.resources.iter().filter(|(_, (_, resource))| names.len() >= FEWEST && has_all(resource));
        let mut found: Vec<_> = found.map(|(name, (_, resource))| (n_properties(resource), name)).collect();
        found.sort();
        match found.as_slice() {
            [(fewest, name), rest @ ..] if rest.first().is_none_or(|(next, _)| next > fewest) => Some((*name).clone()),
            _ => None,
        }
    }

    /// One page of a listing.
    fn collection(&mut self, call: &Call<'_>, entity: Option<String>, items: Kind) -> String {
        let name = names::schema(&call.id, "Page");
        let items = match entity {
            Some(entity) => {
                self.wanted.insert(entity.clone());
                self.set(call, &entity);
                Kind::Named(entity)
            }
            None => match items {
                Kind::Object(properties) => {
                    let item = names::schema(&call.id, "Item");
                    let mut schema = object(&properties);
                    schema.push(entry("x-entra-source", shown_by(call)));
                    self.made.insert(item.clone(), schema);
                    Kind::Named(item)
                }
                other => other,
            },
        };
        let properties = vec![
            entry("'@odata.context'".trim_matches('\''), Kind::Text.schema()),
            entry("@odata.nextLink", Kind::Text.schema()),
            entry("value", Kind::List(Box::new(items)).schema()),
        ];
        let schema = vec![
            entry("type", Yaml::text("object")),
            entry("required", Yaml::row(["value"])),
            entry("properties", Yaml::Map(properties)),
            entry("additionalProperties", Yaml::Braces(Vec::new())),
            entry("x-entra-source", convention("concepts/paging.md")),
        ];
        self.made.insert(name.clone(), schema);
        name
    }

    /// A listing at a path without placeholders lists an entity set.
    fn set(&mut self, call: &Call<'_>, entity: &str) {
        let key = self.resources.get(entity).and_then(|(_, resource)| {
            let key = resource.key.clone().unwrap_or_else(|| "id".to_owned());
            resource.properties.iter().flatten().any(|property| property.name == key).then_some(key)
        });
        let set = call.template.rsplit('/').next().filter(|_| !call.template.contains('{'));
        if let (Some(key), Some(set)) = (key, set) {
            self.sets.entry(entity.to_owned()).or_insert((set.to_owned(), key));
        }
    }

    fn witness(&mut self, call: &Call<'_>, shown: Option<Kind>) -> String {
        let name = names::schema(&call.id, "Answer");
        let properties = match shown {
            Some(Kind::Object(properties)) => properties,
            _ => Vec::new(),
        };
        let mut schema = object(&properties);
        schema.push(entry("x-entra-source", shown_by(call)));
        self.made.insert(name.clone(), schema);
        name
    }

    /// Makes what is referred to, until nothing new is, and gives all schemas by name.
    pub(super) fn finish(mut self, findings: &mut Vec<Finding>) -> BTreeMap<String, Vec<Entry>> {
        while let Some(name) = self.wanted.pop_first() {
            if self.made.contains_key(&name) {
                continue;
            }
            let schema = match (self.resources.get(&name).copied(), self.enums.get(&name)) {
                (Some((page, resource)), _) => self.resource(&name, page, resource),
                (None, Some(members)) => members.schema(&name, findings),
                (None, None) => continue,
            };
            self.made.insert(name, schema);
        }
        self.made
    }

    fn resource(&mut self, name: &str, page: &Page, resource: &Resource) -> Vec<Entry> {
        let mut schema = vec![entry("type", Yaml::text("object"))];
        if let Some((set, key)) = self.sets.get(name) {
            schema.push(entry("x-entra-set", Yaml::braces([("name", Yaml::text(set)), ("key", Yaml::text(key))])));
        }
        schema.push(entry("x-entra-source", documented(&page.page)));
        let mut known: Vec<&str> = Vec::new();
        let mut properties = Vec::new();
        for property in resource.properties.iter().flatten() {
            if known.contains(&property.name.as_str()) {
                continue;
            }
            known.push(&property.name);
            let list = resource.enums.iter().find(|list| list.property.as_deref() == Some(&property.name));
            let listed =
                list.and_then(|list| names::type_name(&list.name)).filter(|name| self.enums.contains_key(name));
            let words = property.kind.as_deref().unwrap_or_default();
            let kind = match (self.of_words(words), listed) {
                (Kind::Any | Kind::Text, Some(listed)) => self.named(Kind::Named(listed)),
                (kind, _) => kind,
            };
            properties.push(entry(&property.name, kind.schema()).because(place(page, property.line)));
        }
        if !properties.is_empty() {
            schema.push(entry("properties", Yaml::Map(properties)));
        }
        schema.push(entry("additionalProperties", Yaml::Braces(Vec::new())));
        schema
    }
}

/// So many properties are enough to know a resource by.
const FEWEST: usize = 3;

/// The type that the annotation of an example's answer names.
fn entity(call: &Call<'_>) -> Option<String> {
    let annotations = &call.page.outline.annotations;
    call.examples.iter().find_map(|example| {
        let line = example.response.as_ref()?.line;
        let annotation = annotations.iter().rfind(|annotation| annotation.fence.is_some_and(|fence| fence < line))?;
        let name = annotation.str("@odata.type")?;
        names::type_name(name.trim_start_matches("Collection(").trim_end_matches(')'))
    })
}

/// The members of a type. Pages list those that occur in one property: together they are what is
/// documented.
#[derive(Default)]
struct Members<'p> {
    members: Vec<&'p str>,
    pages: Vec<(&'p Page, usize)>,
    /// How many members each page lists, those that cannot be told apart left out.
    n_listed: Vec<usize>,
    /// Members that Rust cannot tell from one that is there already.
    alike: Vec<(&'p str, &'p Page, usize)>,
}

impl<'p> Members<'p> {
    fn add(&mut self, page: &'p Page, list: &'p Enumeration) {
        self.pages.push((page, list.line));
        let listed: BTreeSet<&String> = list.members.iter().collect();
        let n_unusable = listed.iter().filter(|member| variant(member).is_none()).count();
        self.n_listed.push(listed.len() - n_unusable);
        for member in &list.members {
            let variant = variant(member);
            if self.members.contains(&member.as_str()) {
                continue;
            }
            match variant.is_none() || self.members.iter().any(|known| crate::spec::variant(known) == variant) {
                true => self.alike.push((member, page, list.line)),
                false => self.members.push(member),
            }
        }
    }

    fn schema(&self, name: &str, findings: &mut Vec<Finding>) -> Vec<Entry> {
        for (member, page, line) in &self.alike {
            let message = format!("the member '{member}' of {name} cannot be told from another one in Rust");
            left_out(findings, "member_unusable", Severity::Note, page, *line, message);
        }
        let mut places: Vec<String> = self.pages.iter().map(|(page, line)| place(page, *line)).collect();
        places.truncate(3);
        vec![
            entry("type", Yaml::text("string")),
            entry("enum", Yaml::row(&self.members)).because(places.join(", ")),
            entry("x-entra-source", documented(&self.source())),
        ]
    }

    /// The page that lists them all, or that several do together.
    fn source(&self) -> String {
        let Some((first, _)) = self.pages.first() else { return "none".to_owned() };
        let complete = self.pages.iter().zip(&self.n_listed).find(|(_, n_listed)| **n_listed == self.members.len());
        match complete {
            Some(((page, _), _)) => page.page.clone(),
            None => format!("{} and {} more", first.page, self.pages.len() - 1),
        }
    }
}

fn shown_by(call: &Call<'_>) -> Yaml {
    assumed(&format!("{}, as its example shows it", call.page.page))
}

/// `{page: …, rests: convention}`.
pub(super) fn convention(page: &str) -> Yaml {
    Yaml::braces([("page", Yaml::text(page)), ("rests", Yaml::text("convention"))])
}
