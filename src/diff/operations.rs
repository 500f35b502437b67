//! Headers, query options, the request body and the status of an operation page.

use std::collections::{HashMap, HashSet};

use super::Action;
use super::members::Lists;
use super::said::{Changes, OnlyIn, Pair};
use super::types::{Difference, difference};
use crate::docs::page::{BodyProperty, Header, Query};
use crate::docs::section::Subject;
use crate::docs::{Page, UNREAD};

/// Compares two versions of a page.
pub(super) fn compare(pair: Pair<'_>, lists: &Lists, changes: &mut Changes) {
    let mut sections = Sections { pair, changes };
    sections.headers();
    sections.query();
    sections.body(lists);
    sections.success();
}

/// What both versions of a section list.
pub(super) struct Joined<'a, T> {
    /// In both, the older first.
    pub(super) both: Vec<(&'a T, &'a T)>,
    /// Only in the older version.
    pub(super) gone: Vec<&'a T>,
    /// Only in the newer version.
    pub(super) come: Vec<&'a T>,
}

/// Brings entries together that have one key; of equal keys the first stands for all.
pub(super) fn join<'a, T>(old: &[&'a T], new: &[&'a T], key: impl Fn(&T) -> String) -> Joined<'a, T> {
    let keyed = |entries: &[&'a T]| {
        let mut seen = HashSet::new();
        let with_key = entries.iter().map(|&entry| (key(entry), entry));
        with_key.filter(|(key, _)| seen.insert(key.clone())).collect::<Vec<_>>()
    };
    let (old, new) = (keyed(old), keyed(new));
    let before: HashMap<&str, &'a T> = old.iter().map(|(key, entry)| (key.as_str(), *entry)).collect();
    let after: HashSet<&str> = new.iter().map(|(key, _)| key.as_str()).collect();
    let mut joined = Joined { both: Vec::new(), gone: Vec::new(), come: Vec::new() };
    for (key, entry) in &new {
        match before.get(key.as_str()) {
            Some(former) => joined.both.push((*former, *entry)),
            None => joined.come.push(*entry),
        }
    }
    joined.gone.extend(old.iter().filter(|(key, _)| !after.contains(key.as_str())).map(|(_, entry)| *entry));
    joined
}

struct Sections<'a, 'c> {
    pair: Pair<'a>,
    changes: &'c mut Changes,
}

impl<'a> Sections<'a, '_> {
    /// The entries of a section in both versions, unless only one version has such a section: then
    /// that is said, and there is nothing to compare.
    fn entries<T>(
        &mut self,
        old: Option<Vec<&'a T>>,
        new: Option<Vec<&'a T>>,
        kind: &str,
        section: Subject,
        describe: impl Fn(&T) -> (String, usize),
    ) -> Option<(Vec<&'a T>, Vec<&'a T>)> {
        let (id, entries, other) = match (&old, &new) {
            (Some(_), Some(_)) => return Some((old?, new?)),
            (None, Some(entries)) => ("section_stated", entries, self.pair.old),
            (Some(entries), None) => ("section_unstated", entries, self.pair.new),
            (None, None) => return None,
        };
        // To list nothing and to have no such section is the same; what cannot be read is not.
        let unread =
            other.findings.iter().any(|finding| finding.rule == UNREAD && finding.subject == unread_subject(kind));
        if entries.is_empty() && !unread {
            return None;
        }
        let heading = || match new.is_some() {
            true => self.pair.new_section(section).line,
            false => self.pair.old_section(section).line,
        };
        let line = entries.first().map_or_else(heading, |entry| describe(entry).1);
        let listed: Vec<String> = entries.iter().map(|entry| describe(entry).0).collect();
        let value = if listed.is_empty() { "none".to_owned() } else { listed.join(", ") };
        let present = if new.is_some() { OnlyIn::New(line) } else { OnlyIn::Old(line) };
        self.pair.one_sided(self.changes, id, self.pair.fact(kind, None), value, present, section);
        None
    }

    fn add(&mut self, id: &'static str, kind: &str, name: &str, value: String, present: OnlyIn, section: Subject) {
        self.pair.one_sided(self.changes, id, self.pair.fact(kind, Some(name)), value, present, section);
    }

    fn headers(&mut self) {
        let section = Subject::Headers;
        let (old, new) = (headers(self.pair.old.headers.as_deref()), headers(self.pair.new.headers.as_deref()));
        let describe = |header: &Header| (described(&header.name, header.required), header.line);
        let Some((old, new)) = self.entries(old, new, "header", section, describe) else { return };
        let joined = join(&old, &new, |entry| entry.name.to_ascii_lowercase());
        for header in joined.come {
            let id = match header.required {
                _ if is_content_type(header) => "content_type_changed",
                Some(true) => "header_required_added",
                _ => "header_added",
            };
            let value = requirement(header.required).unwrap_or("listed").to_owned();
            self.add(id, "header", &header.name, value, OnlyIn::New(header.line), section);
        }
        for header in joined.gone {
            let id = if is_content_type(header) { "content_type_changed" } else { "header_removed" };
            let value = requirement(header.required).unwrap_or("listed").to_owned();
            self.add(id, "header", &header.name, value, OnlyIn::Old(header.line), section);
        }
        for (old, new) in joined.both.into_iter().filter(|(old, _)| !is_content_type(old)) {
            let rows = Requirement {
                required: "header_became_required",
                optional: "header_became_optional",
                stated: "header_requirement_stated",
                unstated: "header_requirement_unstated",
            };
            self.required(&rows, "header", &new.name, (old.required, old.line), (new.required, new.line));
        }
    }

    fn required(
        &mut self,
        rows: &Requirement,
        kind: &str,
        name: &str,
        old: (Option<bool>, usize),
        new: (Option<bool>, usize),
    ) {
        let (id, action) = match (old.0, new.0) {
            (Some(false), Some(true)) => (rows.required, Action::Changed),
            (Some(true), Some(false)) => (rows.optional, Action::Changed),
            (None, Some(true)) => (rows.stated, Action::Added),
            (Some(true), None) => (rows.unstated, Action::Removed),
            // What is not called required is optional.
            _ => return,
        };
        let fact = self.pair.fact(kind, Some(name));
        match (action, requirement(old.0), requirement(new.0)) {
            (Action::Changed, Some(before), Some(after)) => {
                self.pair.changed(self.changes, id, fact, (before, old.1), (after, new.1));
            }
            (_, before, after) => {
                let said =
                    |page, line, value: Option<&str>| Some(super::said::at(page, line, value.map(str::to_owned)));
                let (before, after) = (said(self.pair.old, old.1, before), said(self.pair.new, new.1, after));
                self.changes.push(id, action, fact, before, after);
            }
        }
    }

    fn query(&mut self) {
        let section = Subject::Query;
        let all = |query: &'a Option<Vec<Query>>| query.as_ref().map(|query| query.iter().collect::<Vec<_>>());
        let describe = |query: &Query| (query.name.clone(), query.line);
        let (old, new) = (all(&self.pair.old.query), all(&self.pair.new.query));
        let Some((old, new)) = self.entries(old, new, "query", section, describe) else { return };
        let bare = |query: &Query| query.name.trim_start_matches('$').to_ascii_lowercase();
        let joined = join(&old, &new, bare);
        for query in joined.come {
            self.add("query_added", "query", &query.name, "supported".to_owned(), OnlyIn::New(query.line), section);
        }
        for query in joined.gone {
            self.add("query_removed", "query", &query.name, "supported".to_owned(), OnlyIn::Old(query.line), section);
        }
        for (old, new) in joined.both {
            let (Some(before), Some(after)) = (&old.kind, &new.kind) else { continue };
            // In a URL everything is text: only a wholly different type matters.
            if difference(before, after, |_| true) == Difference::Changed {
                let fact = self.pair.fact("query", Some(&new.name));
                self.pair.changed(self.changes, "query_type_changed", fact, (before, old.line), (after, new.line));
            }
        }
    }

    fn body(&mut self, lists: &Lists) {
        let section = Subject::Body;
        let all = |body: &'a Option<Vec<BodyProperty>>| body.as_ref().map(|body| body.iter().collect::<Vec<_>>());
        let describe = |property: &BodyProperty| (described(&property.name, property.required), property.line);
        let (old, new) = (all(&self.pair.old.body), all(&self.pair.new.body));
        if shows(self.pair.old, &old, &new) || shows(self.pair.new, &new, &old) {
            return;
        }
        let Some((old, new)) = self.entries(old, new, "body", section, describe) else { return };
        let joined = join(&old, &new, |entry| entry.name.to_ascii_lowercase());
        for property in joined.come {
            let id = if property.required == Some(true) { "body_required_added" } else { "body_added" };
            self.add(id, "body", &property.name, typed(property), OnlyIn::New(property.line), section);
        }
        for property in joined.gone {
            self.add("body_removed", "body", &property.name, typed(property), OnlyIn::Old(property.line), section);
        }
        for (old, new) in joined.both {
            self.property(old, new, lists);
        }
    }

    fn property(&mut self, old: &BodyProperty, new: &BodyProperty, lists: &Lists) {
        let pair = self.pair;
        let name = Some(new.name.as_str());
        if old.name != new.name {
            let fact = pair.fact("body", name);
            pair.changed(self.changes, "body_respelled", fact, (&old.name, old.line), (&new.name, new.line));
        }
        if let (Some(before), Some(after)) = (&old.kind, &new.kind) {
            let id = match difference(before, after, |name| lists.has(pair.api(), name)) {
                Difference::None => None,
                Difference::Refined => Some("body_type_refined"),
                Difference::Changed => Some("body_type_changed"),
            };
            if let Some(id) = id {
                pair.changed(self.changes, id, pair.fact("body", name), (before, old.line), (after, new.line));
            }
        }
        let rows = Requirement {
            required: "body_became_required",
            optional: "body_became_optional",
            stated: "body_requirement_stated",
            unstated: "body_requirement_unstated",
        };
        self.required(&rows, "bodyRequired", &new.name, (old.required, old.line), (new.required, new.line));
        self.limit(old, new);
    }

    fn limit(&mut self, old: &BodyProperty, new: &BodyProperty) {
        let pair = self.pair;
        let fact = pair.fact("limit", Some(&new.name));
        match (old.limit, new.limit) {
            (Some(before), Some(after)) if before.most != after.most => {
                let id = if after.most < before.most { "limit_lowered" } else { "limit_raised" };
                let (old, new) = (before.most.to_string(), after.most.to_string());
                pair.changed(self.changes, id, fact, (&old, before.line), (&new, after.line));
            }
            (None, Some(limit)) => {
                let (before, after) = (super::said::at(pair.old, old.line, None), limit.most.to_string());
                let after = super::said::at(pair.new, limit.line, Some(after));
                self.changes.push("limit_stated", Action::Added, fact, Some(before), Some(after));
            }
            (Some(limit), None) => {
                let before = super::said::at(pair.old, limit.line, Some(limit.most.to_string()));
                let after = super::said::at(pair.new, new.line, None);
                self.changes.push("limit_unstated", Action::Removed, fact, Some(before), Some(after));
            }
            _ => {}
        }
    }

    fn success(&mut self) {
        let pair = self.pair;
        let fact = pair.fact("success", None);
        let (old, new) = (statuses(pair.old.success.as_deref()), statuses(pair.new.success.as_deref()));
        let (before, after) = (pair.old.lines.success.unwrap_or(1), pair.new.lines.success.unwrap_or(1));
        match (old.is_empty(), new.is_empty()) {
            (true, true) => {}
            (true, false) => {
                let present = OnlyIn::New(after);
                pair.one_sided(self.changes, "section_stated", fact, listed(&new), present, Subject::Response);
            }
            (false, true) => {
                let present = OnlyIn::Old(before);
                pair.one_sided(self.changes, "section_unstated", fact, listed(&old), present, Subject::Response);
            }
            (false, false) if old != new => {
                let is_subset = new.iter().all(|status| old.contains(status));
                let id = if is_subset { "success_removed" } else { "success_changed" };
                pair.changed(self.changes, id, fact, (&listed(&old), before), (&listed(&new), after));
            }
            (false, false) => {}
        }
    }
}

/// Whether a page that lists no property shows those that the other version names in prose: then
/// only the wording changed.
fn shows(page: &Page, its: &Option<Vec<&BodyProperty>>, other: &Option<Vec<&BodyProperty>>) -> bool {
    let (None, Some(named)) = (its, other) else { return false };
    let requests = page.examples.iter().flatten().filter_map(|example| example.request.as_ref());
    let bodies = requests.filter_map(|request| {
        serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(request.body.as_deref()?).ok()
    });
    let is_shown = |body: &serde_json::Map<String, serde_json::Value>| {
        named
            .iter()
            .all(|property| property.kind.is_none() && property.required.is_none() && body.contains_key(&property.name))
    };
    !named.is_empty() && bodies.into_iter().any(|body| is_shown(&body))
}

/// What the reader calls a section that it could not read.
fn unread_subject(kind: &str) -> &str {
    if kind == "header" { "headers" } else { kind }
}

/// The kinds of change of whether something is required.
struct Requirement {
    required: &'static str,
    optional: &'static str,
    stated: &'static str,
    unstated: &'static str,
}

/// What a client may choose: a token goes with every call, whatever a page's list says of it.
fn headers(headers: Option<&[Header]>) -> Option<Vec<&Header>> {
    headers.map(|headers| headers.iter().filter(|header| !header.name.eq_ignore_ascii_case("authorization")).collect())
}

fn is_content_type(header: &Header) -> bool {
    header.name.eq_ignore_ascii_case("content-type")
}

fn requirement(required: Option<bool>) -> Option<&'static str> {
    required.map(|required| if required { "required" } else { "optional" })
}

fn described(name: &str, required: Option<bool>) -> String {
    match requirement(required) {
        Some(requirement) => format!("{name} ({requirement})"),
        None => name.to_owned(),
    }
}

fn typed(property: &BodyProperty) -> String {
    let parts = [property.kind.as_deref(), requirement(property.required)];
    let text: Vec<&str> = parts.into_iter().flatten().collect();
    if text.is_empty() { "listed".to_owned() } else { text.join(", ") }
}

fn statuses(success: Option<&[u16]>) -> Vec<u16> {
    let mut statuses = success.unwrap_or_default().to_vec();
    statuses.sort_unstable();
    statuses.dedup();
    statuses
}

fn listed(statuses: &[u16]) -> String {
    let words: Vec<String> = statuses.iter().map(u16::to_string).collect();
    words.join(" or ")
}
