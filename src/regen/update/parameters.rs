//! Headers and query options.

use heck::ToSnakeCase as _;

use super::pass::{Known, Pass, Voice, origin, pointer};
use crate::contract::{FactId, Operation, Origin, Rests, Source};
use crate::docs::Page;
use crate::docs::section::Subject;
use crate::regen::derive::{is_parameter, parameter, path_parameters, query_schema};
use crate::regen::emit::{Yaml, entry};
use crate::regen::kind::Kind;
use crate::regen::names;

/// One parameter that the description has.
struct Described<'a> {
    index: usize,
    name: &'a str,
    /// Where its properties are: its own place, or the component that it refers to.
    target: String,
    source: &'a Source,
    origin: &'a Origin,
    required: bool,
}

impl<'a> Pass<'a> {
    pub(super) fn headers(&mut self, operation: &'a Operation, pages: &[&Page]) {
        let speaking: Vec<&Page> = pages.iter().copied().filter(|page| page.headers.is_some()).collect();
        let described: Vec<Described<'a>> = operation
            .headers
            .iter()
            .filter_map(|header| {
                let (index, target) = self.find(operation, "header", &header.name)?;
                let (source, origin) = (&header.source, &header.origin);
                Some(Described { index, name: &header.name, target, source, origin, required: header.required })
            })
            .collect();
        let mut gone = Vec::new();
        for one in &described {
            if self.is_dropped(operation, "header", one, &speaking, |page| lists_header(page, one.name)) {
                gone.push(one.index);
                continue;
            }
            self.requirement(operation, one, &speaking);
            self.confirm(operation, "header", one, &speaking, |page| lists_header(page, one.name));
        }
        let mut seen: Vec<String> = Vec::new();
        for header in speaking.iter().flat_map(|page| page.headers.iter().flatten()) {
            let lower = header.name.to_ascii_lowercase();
            let known =
                described.iter().any(|one| one.name.eq_ignore_ascii_case(&header.name)) || seen.contains(&lower);
            if known || !is_parameter(&header.name) || !names::is_setter(&header.name) {
                continue;
            }
            seen.push(lower);
            let required = header.required == Some(true);
            let value = if required { "required" } else { "optional" };
            let voices = presence(&speaking, Subject::Headers, |page| lists_header(page, &header.name));
            let new = parameter(&header.name, "header", required, Kind::Text.schema(), None);
            self.add_parameter(operation, ("header", &header.name, value), &voices, new);
        }
        self.remove_parameters(operation, &gone);
    }

    pub(super) fn query(&mut self, operation: &'a Operation, pages: &[&Page]) {
        let speaking: Vec<&Page> = pages.iter().copied().filter(|page| page.query.is_some()).collect();
        let in_path: Vec<&str> = path_parameters(operation.path.as_str()).collect();
        let described: Vec<Described<'a>> = operation
            .query
            .iter()
            .filter_map(|query| {
                let (index, target) = self.find(operation, "query", &query.name)?;
                let (source, origin) = (&query.source, &query.origin);
                Some(Described { index, name: &query.name, target, source, origin, required: false })
            })
            .collect();
        let mut gone = Vec::new();
        for one in &described {
            if self.is_dropped(operation, "query", one, &speaking, |page| lists_query(page, one.name)) {
                gone.push(one.index);
                continue;
            }
            self.confirm(operation, "query", one, &speaking, |page| lists_query(page, one.name));
        }
        let mut seen: Vec<&str> = Vec::new();
        for query in speaking.iter().flat_map(|page| page.query.iter().flatten()) {
            let known = described.iter().any(|one| one.name.eq_ignore_ascii_case(&query.name))
                || seen.contains(&query.name.as_str())
                || in_path.iter().any(|name| name.eq_ignore_ascii_case(&query.name));
            if known || !names::is_setter(&query.name) {
                continue;
            }
            seen.push(&query.name);
            let voices = presence(&speaking, Subject::Query, |page| lists_query(page, &query.name));
            let new = parameter(&query.name, "query", false, query_schema(query), None);
            self.add_parameter(operation, ("query", &query.name, "supported"), &voices, new);
        }
        self.remove_parameters(operation, &gone);
    }

    /// The number of a parameter, and where its properties are.
    fn find(&self, operation: &Operation, place: &str, name: &str) -> Option<(usize, String)> {
        let list = format!("{}/parameters", pointer(operation));
        let n_items = self.node(&list)?.items().count();
        (0..n_items).find_map(|index| {
            let target = self.resolve(&format!("{list}/{index}"));
            let node = self.node(&target)?;
            (node.str("in") == Some(place) && node.str("name") == Some(name)).then_some((index, target))
        })
    }

    /// Whether a parameter goes: no page lists it, though one of them is its source.
    fn is_dropped(
        &mut self,
        operation: &Operation,
        kind: &str,
        one: &Described<'_>,
        speaking: &[&Page],
        lists: impl Fn(&Page) -> Option<usize>,
    ) -> bool {
        let known = Known {
            fact: FactId::of(&self.contract.api, operation, kind, Some(one.name)),
            before: Some(
                if kind == "query" {
                    "supported"
                } else if one.required {
                    "required"
                } else {
                    "optional"
                }
                .to_owned(),
            ),
            spec: one.origin.clone(),
        };
        let subject = if kind == "query" { Subject::Query } else { Subject::Headers };
        let voices = presence(speaking, subject, lists);
        if !voices.iter().any(|(_, page, _)| Self::may_drop(one.source, page))
            && voices.iter().all(|(listed, ..)| !listed)
        {
            return false;
        }
        let Some(decided) = self.decide(&known, &voices, |listed| listed_words(*listed), |listed| *listed) else {
            return false;
        };
        self.changed(&known, None, &decided);
        true
    }

    /// What was assumed so far is documented by a page that lists it.
    fn confirm(
        &mut self,
        operation: &Operation,
        kind: &str,
        one: &Described<'_>,
        speaking: &[&Page],
        lists: impl Fn(&Page) -> Option<usize>,
    ) {
        if one.source.rests != Rests::Assumption {
            return;
        }
        let value = if kind == "query" { "supported" } else { requirement_word(one.required) };
        let known = Known {
            fact: FactId::of(&self.contract.api, operation, kind, Some(one.name)),
            before: Some(value.to_owned()),
            spec: one.origin.clone(),
        };
        let voices: Vec<Voice<'_, bool>> =
            presence(speaking, Subject::Query, lists).into_iter().filter(|(listed, ..)| *listed).collect();
        let Some(decided) = self.decide(&known, &voices, |listed| listed_words(*listed), |_| false) else { return };
        let holder = pointer(operation);
        let item = format!("{holder}/parameters/{}", one.index);
        match self.spot(&item).is_some_and(|spot| spot.get("x-entra-source").is_some()) {
            true => self.cite(&item, "", one.source, decided.page),
            false => self.cite(&holder, &format!("/parameters/{}", one.index), one.source, decided.page),
        }
        self.changed(&known, Some(value.to_owned()), &decided);
    }

    /// Required or optional, where the pages say so.
    fn requirement(&mut self, operation: &Operation, one: &Described<'_>, speaking: &[&Page]) {
        let word = |required: &bool| requirement_word(*required).to_owned();
        let known = Known {
            fact: FactId::of(&self.contract.api, operation, "header", Some(one.name)),
            before: Some(word(&one.required)),
            spec: one.origin.clone(),
        };
        let stated = speaking.iter().flat_map(|page| page.headers.iter().flatten().map(move |header| (*page, header)));
        let voices: Vec<Voice<'_, bool>> = stated
            .filter(|(_, header)| header.name.eq_ignore_ascii_case(one.name))
            .filter_map(|(page, header)| Some((header.required?, page, origin(page, header.line))))
            .collect();
        let Some(decided) = self.decide(&known, &voices, word, |required| *required == one.required) else { return };
        let own = format!("{}/parameters/{}", pointer(operation), one.index);
        if one.target != own && self.n_references(&one.target) > 1 {
            let message = format!("the page says {}; the component is shared by operations", word(&decided.value));
            self.leave(&known.fact, decided.origin, known.spec, message);
            return;
        }
        let Some(spot) = self.spot(&one.target) else { return };
        match (decided.value, spot.get("required")) {
            (true, Some(old)) => self.edits.set(old, &Yaml::Bool(true)),
            (true, None) => {
                let after = spot.children.iter().position(|child| child.key.as_deref() == Some("in"));
                self.edits.add_entry(spot, after, &entry("required", Yaml::Bool(true)));
            }
            (false, _) => self.remove_entry(&one.target, "required"),
        }
        self.changed(&known, Some(word(&decided.value)), &decided);
    }

    fn add_parameter(
        &mut self,
        operation: &Operation,
        (kind, name, value): (&str, &str, &str),
        voices: &[Voice<'_, bool>],
        mut item: Yaml,
    ) {
        let known = Known {
            fact: FactId::of(&self.contract.api, operation, kind, Some(name)),
            before: None,
            spec: operation.origin.clone(),
        };
        let decided = self.decide(&known, voices, |listed| listed_words(*listed), |listed| !listed);
        let Some(decided) = decided else { return };
        let holder = pointer(operation);
        let setter = name.to_snake_case();
        let path = operation.parameters.iter().map(|(name, _)| name.as_str());
        let query = operation.query.iter().map(|query| query.name.as_str());
        let mut taken = path.chain(query).chain(operation.headers.iter().map(|header| header.name.as_str()));
        if taken.any(|other| other.to_snake_case() == setter) || !self.is_fresh(&holder, &format!("setter {setter}")) {
            let message = format!("the client cannot have an argument '{name}' beside its others");
            self.leave(&known.fact, decided.origin, known.spec, message);
            return;
        }
        if !Self::may_drop(&operation.source, decided.page)
            && let Yaml::Map(entries) = &mut item
        {
            entries.push(entry("x-entra-source", self.source(decided.page)));
        }
        match self.spot(&format!("{holder}/parameters")) {
            Some(list) => self.edits.add_item(list, list.children.len().checked_sub(1), &item),
            None if !self.is_fresh(&holder, "parameters") => return,
            None => {
                let list = entry("parameters", Yaml::List(vec![item]));
                let before =
                    ["operationId", "summary", "description", "x-entra-source", "x-entra-permissions", "security"];
                self.add_behind(&holder, &before, &list);
            }
        }
        self.changed(&known, Some(value.to_owned()), &decided);
    }

    /// Removes parameters, and moves what `x-entra-sources` says of the later ones.
    fn remove_parameters(&mut self, operation: &Operation, gone: &[usize]) {
        if gone.is_empty() {
            return;
        }
        let holder = pointer(operation);
        let Some(list) = self.spot(&format!("{holder}/parameters")) else { return };
        if gone.len() == list.children.len() {
            self.remove_entry(&holder, "parameters");
            return;
        }
        self.edits.remove(list, gone);
        for index in gone {
            self.forget(&holder, &format!("/parameters/{index}"));
        }
        let Some(exceptions) = self.spot(&format!("{holder}/x-entra-sources")) else { return };
        for exception in &exceptions.children {
            let Some(rest) = exception.key.as_deref().and_then(|key| key.strip_prefix("/parameters/")) else {
                continue;
            };
            let (index, below) =
                rest.split_once('/').map_or((rest, String::new()), |(index, below)| (index, format!("/{below}")));
            let Ok(index) = index.parse::<usize>() else { continue };
            let n_before = gone.iter().filter(|before| **before < index).count();
            if n_before > 0 && !gone.contains(&index) {
                self.edits.rename(exception, &format!("/parameters/{}{below}", index - n_before));
            }
        }
    }
}

pub(super) fn requirement_word(required: bool) -> &'static str {
    if required { "required" } else { "optional" }
}

/// Which pages list something, and where; a page that does not, says so in the section where it
/// lists the others.
pub(super) fn presence<'p>(
    pages: &[&'p Page],
    subject: Subject,
    lists: impl Fn(&Page) -> Option<usize>,
) -> Vec<Voice<'p, bool>> {
    pages
        .iter()
        .map(|page| {
            let line = lists(page);
            (line.is_some(), *page, origin(page, line.unwrap_or_else(|| heading(page, subject))))
        })
        .collect()
}

/// The line of the section on something.
pub(super) fn heading(page: &Page, subject: Subject) -> usize {
    page.outline.sections().iter().find(|section| section.subject == subject).map_or(1, |section| section.line.max(1))
}

pub(super) fn listed_words(listed: bool) -> String {
    if listed { "it is listed".to_owned() } else { "it is not listed".to_owned() }
}

fn lists_header(page: &Page, name: &str) -> Option<usize> {
    page.headers.iter().flatten().find(|header| header.name.eq_ignore_ascii_case(name)).map(|header| header.line)
}

fn lists_query(page: &Page, name: &str) -> Option<usize> {
    page.query.iter().flatten().find(|query| query.name.eq_ignore_ascii_case(name)).map(|query| query.line)
}
