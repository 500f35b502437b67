//! Enumerations: the members that pages list.

use super::operation::token;
use super::parameters::{listed_words, presence};
use super::pass::{Known, Pass};
use super::schema::by_source;
use crate::contract::{FactId, Origin, Source};
use crate::docs::Page;
use crate::docs::section::Subject;
use crate::regen::emit::Yaml;

impl Pass<'_> {
    pub(super) fn members(&mut self, name: &str, members: &[String], source: &Source, place: &Origin) {
        let lists = self.index.lists_of(name);
        let mut pages: Vec<&Page> = lists.iter().map(|(page, _)| *page).collect();
        pages.dedup_by(|one, other| std::ptr::eq(*one, *other));
        let pages = by_source(pages, source);
        let line_of = |page: &Page, member: &str| {
            let own = lists.iter().filter(|(other, _)| std::ptr::eq(*other, page));
            let mut own = own.filter(|(_, list)| list.members.iter().any(|known| known == member));
            own.next().map(|(_, list)| list.line)
        };
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
            let voices = presence(&pages, Subject::Properties, |page| line_of(page, member));
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
        let speaking = lists.iter().filter(|(page, _)| pages.iter().any(|other| std::ptr::eq(*other, *page)));
        let listed: Vec<String> = speaking.flat_map(|(_, list)| list.members.clone()).collect();
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
            let voices = presence(&pages, Subject::Properties, |page| line_of(page, &member));
            let Some(decided) = self.decide(&known, &voices, |listed| listed_words(*listed), |listed| !listed) else {
                continue;
            };
            self.changed(&known, Some("member".to_owned()), &decided);
            // A new name takes the place of an old one that stood there.
            let place = after.map_or(0, |index| index + 1);
            match gone.iter().position(|index| *index == place) {
                Some(at) => {
                    self.edits.set_text(&spot.children[gone.remove(at)], &member);
                    after = Some(place);
                }
                None => self.edits.add_item(spot, after, &Yaml::text(&member)),
            }
            self.cite(&format!("/components/schemas/{}", token(name)), "", source, decided.page);
        }
        if gone.len() < spot.children.len() {
            self.edits.remove(spot, &gone);
        }
    }
}
