//! Resources and enumerations, and the pages that speak of them.

use std::collections::{BTreeMap, BTreeSet};

use super::{Join, Pair};
use crate::contract::{Contract, Fact, Shape};
use crate::docs::Page;
use crate::docs::claims::{Claim, claims};
use crate::docs::page::{Enumeration, Resource};

/// For each enumeration of the description: pages, each with the names of its lists.
type Lists<'a> = BTreeMap<&'a str, Vec<(&'a Page, BTreeSet<&'a str>)>>;

impl<'a> Join<'a> {
    pub(super) fn schemas(&mut self) {
        let contract = self.contract;
        let mut lists = Lists::default();
        for (name, shape) in &contract.shapes {
            match shape {
                Shape::Object { set: Some(set), .. } => {
                    let facts = self.facts_of(name, "property");
                    let source = facts.first().map(|(_, fact)| fact.source.page.as_str());
                    let mut pages = self.index.pages_of_resource(name, source);
                    if pages.is_empty() {
                        pages = self.index.pages_of_resource(&set.name, source);
                    }
                    for (page, resource) in pages {
                        self.matched(page);
                        self.resource(name, page, resource);
                        lists_by_property(contract, shape, page, resource, &mut lists);
                    }
                }
                Shape::Enum { .. } => {
                    for (page, list) in self.index.lists_of(name) {
                        if is_of_type(list, page) {
                            add(&mut lists, name, page, list);
                        }
                    }
                }
                _ => {}
            }
        }
        for (name, pages) in lists {
            for (page, names) in pages {
                self.matched(page);
                self.members(name, page, &names);
            }
        }
    }

    fn resource(&mut self, schema: &'a str, page: &'a Page, resource: &'a Resource) {
        let claims: Vec<Claim> = claims(page)
            .into_iter()
            .filter(|claim| matches!(claim.kind, "property" | "relationship") && claim.subject == resource.name)
            .collect();
        let facts = self.facts_of(schema, "property");
        // What is inherited stands on another page.
        let inherits = resource.base.as_deref().is_some_and(|base| !base.ends_with("entity"));
        let closed = resource.properties.is_some() && !inherits;
        for (name, fact) in &facts {
            let claim = claims.iter().find(|claim| claim.name.as_deref() == *name).cloned();
            let of_entity = *name == Some("id") && resource.base.is_some();
            self.schema_pair(schema, page, "property", *name, claim, Some(*fact), closed && !of_entity);
        }
        // A relationship is answered only to those who ask for it.
        for claim in claims.into_iter().filter(|claim| claim.kind == "property") {
            if !facts.iter().any(|(name, _)| *name == claim.name.as_deref()) {
                let name = claim.name.clone();
                self.schema_pair(schema, page, "property", name.as_deref(), Some(claim), None, closed);
            }
        }
    }

    fn members(&mut self, schema: &'a str, page: &'a Page, lists: &BTreeSet<&str>) {
        let mut members: BTreeMap<String, Claim> = BTreeMap::new();
        for claim in claims(page) {
            let ours = claim.kind == "member" && claim.subject.as_deref().is_some_and(|list| lists.contains(list));
            if let Some(name) = claim.name.clone().filter(|_| ours) {
                members.entry(name).or_insert(claim);
            }
        }
        for (name, fact) in self.facts_of(schema, "member") {
            let claim = members.remove(name.unwrap_or_default());
            self.schema_pair(schema, page, "member", name, claim, Some(fact), true);
        }
        for (name, claim) in members {
            self.schema_pair(schema, page, "member", Some(&name), Some(claim), None, true);
        }
    }

    #[allow(clippy::too_many_arguments)] // one pair, spelled out
    fn schema_pair(
        &mut self,
        schema: &str,
        page: &'a Page,
        kind: &'static str,
        name: Option<&str>,
        claim: Option<Claim>,
        fact: Option<&'a Fact>,
        closed: bool,
    ) {
        let near = self.facts.get(schema).and_then(|facts| facts.first().copied());
        self.joined.pairs.push(Pair {
            contract: self.contract,
            operation: None,
            about: schema.to_owned(),
            subject: schema.to_owned(),
            kind,
            name: name.map(str::to_owned),
            page,
            claim,
            fact,
            near,
            closed,
            example: None,
            exchange: None,
        });
    }
}

/// The lists in a resource's property descriptions, by the enumeration that the description has
/// for the property.
fn lists_by_property<'a>(
    contract: &'a Contract,
    shape: &'a Shape,
    page: &'a Page,
    resource: &'a Resource,
    lists: &mut Lists<'a>,
) {
    let Shape::Object { properties, .. } = shape else { return };
    for list in &resource.enums {
        let Some(property) = list.property.as_deref() else { continue };
        let described = properties.iter().find(|described| described.name == property);
        let named = described.map(|described| match &described.shape {
            Shape::List { of, .. } => of.as_ref(),
            shape => shape,
        });
        if let Some(Shape::Named { name }) = named
            && matches!(contract.shapes.get(name), Some(Shape::Enum { .. }))
        {
            add(lists, name, page, list);
        }
    }
}

/// Whether a list is one of its type, not merely of a property of that name whose type is a
/// string.
fn is_of_type(list: &Enumeration, page: &Page) -> bool {
    let Some(property) = list.property.as_deref() else { return true };
    let properties = page.resource.iter().filter_map(|resource| resource.properties.as_ref()).flatten();
    let kind = properties.filter(|other| other.name == property).find_map(|other| other.kind.as_deref());
    kind.is_some_and(|kind| kind.to_ascii_lowercase().contains(&list.name.to_ascii_lowercase()))
}

fn add<'a>(lists: &mut Lists<'a>, schema: &'a str, page: &'a Page, list: &'a Enumeration) {
    let pages = lists.entry(schema).or_default();
    match pages.iter_mut().find(|(other, _)| std::ptr::eq(*other, page)) {
        Some((_, names)) => {
            names.insert(&list.name);
        }
        None => pages.push((page, BTreeSet::from([list.name.as_str()]))),
    }
}
