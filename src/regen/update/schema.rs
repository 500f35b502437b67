//! Resources: the properties that their pages list.

use super::body::words;
use super::operation::token;
use super::parameters::{listed_words, presence};
use super::pass::{Known, Pass, Voice, origin};
use crate::contract::{FactId, Property, Shape, Source};
use crate::docs::page::ResourceProperty;
use crate::docs::section::Subject;
use crate::docs::{Page, matching};
use crate::regen::kind::Kind;

impl Pass<'_> {
    /// Every named schema that pages describe.
    pub(super) fn schemas(&mut self) {
        let contract = self.contract;
        for (name, shape) in &contract.shapes {
            match shape {
                Shape::Object { properties, .. } => self.resource(name, properties),
                Shape::Enum { members, source, other_sources, origin } => {
                    self.members(name, members, source, other_sources, origin);
                }
                _ => {}
            }
        }
    }

    fn resource(&mut self, name: &str, properties: &[Property]) {
        let (Some(first), Some(line)) =
            (properties.first(), self.node(&format!("/components/schemas/{}", token(name))))
        else {
            return;
        };
        let pages = self.index.pages_of_resource(name, &first.source);
        let speaking: Vec<&Page> = pages.into_iter().filter(|page| listed(page).next().is_some()).collect();
        let speaking = by_source(speaking, &first.source);
        if speaking.is_empty() {
            return;
        }
        let schema = format!("/components/schemas/{}", token(name));
        let spec = crate::contract::Origin { file: first.origin.file.clone(), line: line.line };
        let mut gone = Vec::new();
        for property in properties {
            if self.is_property_gone(name, property, &speaking) {
                gone.push(property.name.clone());
            } else {
                self.resource_type(name, property, &schema, &speaking);
            }
        }
        let mut seen: Vec<&str> = properties.iter().map(|property| property.name.as_str()).collect();
        for stated in speaking.iter().flat_map(|page| listed(page)) {
            if seen.contains(&stated.name.as_str()) {
                continue;
            }
            seen.push(&stated.name);
            let known = Known {
                fact: FactId::about(&self.contract.api, name, "property", Some(&stated.name)),
                before: None,
                spec: spec.clone(),
            };
            let voices = presence(&speaking, Subject::Properties, |page| line_of(page, &stated.name));
            let Some(decided) = self.decide(&known, &voices, |listed| listed_words(*listed), |listed| !listed) else {
                continue;
            };
            let kind = stated.kind.as_deref().map_or(Kind::Any, |words| self.kind(words));
            self.add_property(&schema, &stated.name, &kind);
            let below = format!("/properties/{}", token(&stated.name));
            self.cite(&schema, &below, &first.source, decided.page);
            self.changed(&known, Some(words(&kind)), &decided);
        }
        self.remove_properties(&schema, &gone);
    }

    fn is_property_gone(&mut self, name: &str, property: &Property, pages: &[&Page]) -> bool {
        let known = Known {
            fact: FactId::about(&self.contract.api, name, "property", Some(&property.name)),
            before: Some(property.shape.describe(self.contract)),
            spec: property.origin.clone(),
        };
        let voices = presence(pages, Subject::Properties, |page| line_of(page, &property.name));
        let may_go = voices.iter().any(|(_, page, _)| Self::may_drop(&property.source, page));
        if !may_go && voices.iter().all(|(listed, ..)| !listed) {
            return false;
        }
        match self.decide(&known, &voices, |listed| listed_words(*listed), |listed| *listed) {
            Some(decided) => {
                self.changed(&known, None, &decided);
                true
            }
            None => false,
        }
    }

    fn resource_type(&mut self, name: &str, property: &Property, schema: &str, pages: &[&Page]) {
        let known = Known {
            fact: FactId::about(&self.contract.api, name, "property", Some(&property.name)),
            before: Some(property.shape.describe(self.contract)),
            spec: property.origin.clone(),
        };
        let stated = pages.iter().flat_map(|page| listed(page).map(move |stated| (*page, stated)));
        let voices: Vec<Voice<'_, Kind>> = stated
            .filter(|(_, stated)| stated.name == property.name)
            .filter_map(|(page, stated)| {
                let kind = self.kind(stated.kind.as_deref()?);
                (kind != Kind::Any).then(|| (kind, page, origin(page, stated.line)))
            })
            .collect();
        let contract = self.contract;
        let Some(decided) = self.decide(&known, &voices, words, |kind| kind.agrees(&property.shape, contract)) else {
            return;
        };
        let place = format!("{schema}/properties/{}", token(&property.name));
        let Some(spot) = self.spot(&place) else { return };
        self.set_kind(spot, &decided.value);
        let below = format!("/properties/{}", token(&property.name));
        self.cite(schema, &below, &property.source, decided.page);
        self.changed(&known, Some(words(&decided.value)), &decided);
    }
}

/// The pages that the description names as its source, or else all.
pub(super) fn by_source<'p>(pages: Vec<&'p Page>, source: &Source) -> Vec<&'p Page> {
    let named: Vec<&Page> = pages.iter().copied().filter(|page| matching::is_source(&source.page, page)).collect();
    if named.is_empty() { pages } else { named }
}

fn listed(page: &Page) -> impl Iterator<Item = &ResourceProperty> {
    page.resource.iter().flat_map(|resource| resource.properties.iter().flatten())
}

fn line_of(page: &Page, name: &str) -> Option<usize> {
    listed(page).find(|property| property.name == name).map(|property| property.line)
}
