//! Enumerations: the members that pages list.
//!
//! Many pages list the values that occur in one property, which need not be all that the type
//! has: a list without a member contradicts no other list. Only the page that the description
//! names as its source speaks for the whole.

use std::collections::BTreeMap;

use super::operation::token;
use super::parameters::{heading, listed_words};
use super::pass::{Known, Pass, Voice, origin};
use super::schema::by_source;
use crate::contract::{FactId, Origin, Source};
use crate::docs::Page;
use crate::docs::page::Enumeration;
use crate::docs::section::Subject;
use crate::regen::emit::Yaml;
use crate::spec::variant;

impl Pass<'_> {
    /// `others` have sources of their own, and no page of the enumeration speaks of them.
    pub(super) fn members(
        &mut self,
        name: &str,
        members: &[String],
        source: &Source,
        others: &BTreeMap<String, Source>,
        place: &Origin,
    ) {
        let lists = self.index.lists_of(name);
        let mut pages: Vec<&Page> = lists.iter().map(|(page, _)| *page).collect();
        pages.dedup_by(|one, other| std::ptr::eq(*one, *other));
        let pages = by_source(pages, source);
        let lists: Vec<(&Page, &Enumeration)> =
            lists.into_iter().filter(|(page, _)| pages.iter().any(|other| std::ptr::eq(*other, *page))).collect();
        let schema = format!("/components/schemas/{}", token(name));
        let Some(spot) = self.spot(&format!("{schema}/enum")).filter(|_| !lists.is_empty()) else { return };
        let known = |pass: &Self, member: &str, before: bool| Known {
            fact: FactId::about(&pass.contract.api, name, "member", Some(member)),
            before: before.then(|| "member".to_owned()),
            spec: place.clone(),
        };
        let mut gone = Vec::new();
        for (index, member) in members.iter().enumerate() {
            if voice(&lists, member).0 || others.contains_key(member) || !Self::may_drop(source, lists[0].0) {
                continue;
            }
            let known = known(self, member, true);
            let voices = [voice(&lists, member)];
            if let Some(decided) = self.decide(&known, &voices, |listed| listed_words(*listed), |listed| *listed) {
                gone.push(index);
                self.changed(&known, None, &decided);
            }
        }
        let mut new: Vec<String> = Vec::new();
        let mut after = None;
        for member in lists.iter().flat_map(|(_, list)| &list.members) {
            if let Some(index) = members.iter().position(|known| known == member) {
                after = Some(index);
                continue;
            }
            if new.contains(member) {
                continue;
            }
            new.push(member.clone());
            let known = known(self, member, false);
            let voices = [voice(&lists, member)];
            let Some(decided) = self.decide(&known, &voices, |listed| listed_words(*listed), |listed| !listed) else {
                continue;
            };
            let kept = members.iter().enumerate().filter(|(index, _)| !gone.contains(index)).map(|(_, member)| member);
            let alike = kept.chain(&new[..new.len() - 1]).find(|other| variant(other) == variant(member));
            if let Some(alike) = alike.cloned().or(variant(member).is_none().then(String::new)) {
                let message = format!("'{member}' cannot be told from '{alike}' in Rust");
                self.leave(&known.fact, decided.origin, known.spec, message);
                continue;
            }
            self.changed(&known, Some("member".to_owned()), &decided);
            // A new name takes the place of an old one that stood there.
            let place = after.map_or(0, |index| index + 1);
            match gone.iter().position(|index| *index == place) {
                Some(at) => {
                    self.edits.set_text(&spot.children[gone.remove(at)], member);
                    after = Some(place);
                }
                None => self.edits.add_item(spot, after, &Yaml::text(member)),
            }
            self.cite(&schema, "", source, decided.page);
        }
        if gone.len() < spot.children.len() {
            self.edits.remove(spot, &gone);
        }
    }
}

/// Whether any of the lists has the member, and where.
fn voice<'p>(lists: &[(&'p Page, &Enumeration)], member: &str) -> Voice<'p, bool> {
    match lists.iter().find(|(_, list)| list.members.iter().any(|known| known == member)) {
        Some((page, list)) => (true, page, origin(page, list.line)),
        None => {
            let (page, list) = lists[0];
            let line = if list.line > 0 { list.line } else { heading(page, Subject::Properties) };
            (false, page, origin(page, line))
        }
    }
}
