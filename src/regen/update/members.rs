//! Enumerations: the members that pages list.

use super::operation::token;
use super::parameters::{listed_words, presence};
use super::pass::{Known, Pass};
use super::schema::{by_source, resource_of};
use crate::contract::{FactId, Origin, Source};
use crate::docs::page::Enumeration;
use crate::docs::{Page, matching};
use crate::regen::emit::Yaml;
use crate::regen::names;

impl Pass<'_> {
    pub(super) fn members(&mut self, name: &str, members: &[String], source: &Source, place: &Origin) {
        let api = &self.contract.api;
        let is_listed = |page: &&Page| matching::is_of(page, api) && self.lists(page, name).next().is_some();
        let pages: Vec<&Page> = self.pages.iter().filter(is_listed).collect();
        let pages = by_source(pages, source);
        let list = format!("/components/schemas/{}/enum", token(name));
        let Some(spot) = self.spot(&list).filter(|_| !pages.is_empty()) else { return };
        let known = |pass: &Self, member: &str, before: bool| Known {
            fact: FactId::about(&pass.contract.api, name, "member", Some(member)),
            before: before.then(|| "member".to_owned()),
            spec: place.clone(),
        };
        let mut gone = Vec::new();
        for (index, member) in members.iter().enumerate() {
            let known = known(self, member, true);
            let voices = presence(&pages, |page| self.line_of(page, name, member));
            let may_go = voices.iter().any(|(_, page, _)| Self::may_drop(source, page));
            if !may_go && voices.iter().all(|(listed, ..)| !listed) {
                continue;
            }
            if let Some(decided) = self.decide(&known, &voices, |listed| listed_words(*listed), |listed| *listed) {
                gone.push(index);
                self.changed(&known, None, &decided);
            }
        }
        let mut new: Vec<String> = Vec::new();
        let mut after = None;
        let listed: Vec<String> =
            pages.iter().flat_map(|page| self.lists(page, name)).flat_map(|list| list.members.clone()).collect();
        for member in listed {
            if let Some(index) = members.iter().position(|known| *known == member) {
                after = Some(index);
                continue;
            }
            if new.contains(&member) {
                continue;
            }
            new.push(member.clone());
            let known = known(self, &member, false);
            let voices = presence(&pages, |page| self.line_of(page, name, &member));
            let Some(decided) = self.decide(&known, &voices, |listed| listed_words(*listed), |listed| !listed) else {
                continue;
            };
            self.changed(&known, Some("member".to_owned()), &decided);
            // A new name takes the place of an old one that is gone.
            match gone.pop() {
                Some(index) => self.edits.set_text(&spot.children[index], &member),
                None => self.edits.add_item(spot, after, &Yaml::text(&member)),
            }
            self.cite(&format!("/components/schemas/{}", token(name)), "", source, decided.page);
        }
        if gone.len() < spot.children.len() {
            self.edits.remove(spot, &gone);
        }
    }

    /// The lists of a page that are of this enumeration: by the name of the type, or by the
    /// property of a resource that has it.
    fn lists<'p>(&self, page: &'p Page, name: &str) -> impl Iterator<Item = &'p Enumeration> {
        let resource = resource_of(page);
        let schema = resource.and_then(|resource| names::type_name(resource.name.as_deref()?));
        let properties = schema.map(|schema| format!("/components/schemas/{}/properties", token(&schema)));
        let reference = format!("#/components/schemas/{name}");
        let is_it = move |property: &str| {
            let node =
                properties.as_ref().and_then(|properties| self.node(properties)).and_then(|node| node.get(property));
            node.and_then(|node| node.str("$ref")) == Some(reference.as_str())
        };
        let all = resource.into_iter().flat_map(|resource| &resource.enums);
        let found: Vec<&'p Enumeration> = all
            .filter(|list| {
                names::type_name(&list.name).as_deref() == Some(name) || list.property.as_deref().is_some_and(&is_it)
            })
            .collect();
        found.into_iter()
    }

    fn line_of(&self, page: &Page, name: &str, member: &str) -> Option<usize> {
        self.lists(page, name).find(|list| list.members.iter().any(|known| known == member)).map(|list| list.line)
    }
}
