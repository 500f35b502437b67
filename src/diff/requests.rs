//! Request lines: operations and their paths.

use std::collections::HashMap;

use super::pairing::Pairs;
use super::said::{Changes, OnlyIn, Pair, api, at, top};
use super::{Action, Said};
use crate::contract::{FactId, Origin};
use crate::docs::Page;
use crate::docs::path;
use crate::docs::section::Subject;

/// A request line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line<'a> {
    pub(super) method: &'a str,
    /// The path for comparison.
    pub(super) form: String,
    /// The path for people.
    spelled: String,
    line: usize,
}

impl Line<'_> {
    fn is(&self, other: &Line<'_>) -> bool {
        self.method == other.method && self.form == other.form
    }

    fn text(&self) -> String {
        format!("{} {}", self.method, self.spelled)
    }
}

/// The request lines of a page, each once.
pub(super) fn lines(page: &Page) -> Vec<Line<'_>> {
    let mut lines: Vec<Line<'_>> = Vec::new();
    for request in page.requests.iter().flatten() {
        let (form, spelled) = (form(&request.path), spelled(&request.path));
        let line = Line { method: &request.method, form, spelled, line: request.line };
        if !lines.iter().any(|other| other.is(&line)) {
            lines.push(line);
        }
    }
    lines
}

/// A path without root, query and slash at the end, for people.
pub(super) fn spelled(path: &str) -> String {
    let mut depth = 0_usize;
    let end = path.find(|letter| {
        match letter {
            '{' | '<' => depth += 1,
            '}' | '>' => depth = depth.saturating_sub(1),
            _ => {}
        }
        letter == '?' && depth == 0
    });
    let bare = path[..end.unwrap_or(path.len())].trim_end_matches('[').trim();
    let below = match bare.split_once("://") {
        // Behind the host and the version.
        Some((_, rest)) => rest.splitn(3, '/').nth(2).unwrap_or_default(),
        None => bare,
    };
    format!("/{}", below.trim_start_matches(['/', '~']).trim_end_matches('/'))
}

/// A path in a form in which two spellings are equal: also quotes around a placeholder, blanks
/// and escapes are spelling.
fn form(spelled: &str) -> String {
    path::canonical(spelled).replace("'{}'", "{}").replace("\"{}\"", "{}").replace(' ', "")
}

/// Where every operation is documented in one version.
struct Index(HashMap<String, Origin>);

impl Index {
    fn new(pages: &[Page]) -> Self {
        let mut index = HashMap::new();
        for page in pages {
            for line in lines(page) {
                let origin = Origin { file: page.page.clone(), line: line.line };
                index.entry(key(api(page), &line)).or_insert(origin);
            }
        }
        Self(index)
    }

    fn find(&self, api: &str, line: &Line<'_>) -> Option<&Origin> {
        self.0.get(&key(api, line))
    }
}

fn key(api: &str, line: &Line<'_>) -> String {
    format!("{api} {} {}", line.method, line.form)
}

/// The operations of two versions, for finding those that moved to another page.
pub(super) struct Indexes {
    old: Index,
    new: Index,
}

impl Indexes {
    pub(super) fn new(pairs: &Pairs<'_>) -> Self {
        Self { old: Index::new(pairs.old), new: Index::new(pairs.new) }
    }
}

/// Compares the request lines of two versions of a page.
pub(super) fn compare(pair: Pair<'_>, indexes: &Indexes, changes: &mut Changes) {
    let (old, new) = (lines(pair.old), lines(pair.new));
    if let (Some(first), true) = (new.first(), old.is_empty()) {
        return stated(&pair, "section_stated", &new, OnlyIn::New(first.line), changes);
    }
    if let (Some(first), true) = (old.first(), new.is_empty()) {
        return stated(&pair, "section_unstated", &old, OnlyIn::Old(first.line), changes);
    }
    let gone: Vec<&Line<'_>> = old.iter().filter(|line| !new.iter().any(|other| other.is(line))).collect();
    let come: Vec<&Line<'_>> = new.iter().filter(|line| !old.iter().any(|other| other.is(line))).collect();
    let mut lines = Lines { pair, gone, come, changes };
    lines.respelled();
    lines.method_changed(&old, &new);
    lines.moved(indexes);
    lines.path_changed();
    lines.rest(&old, &new);
}

fn stated(pair: &Pair<'_>, id: &'static str, lines: &[Line<'_>], present: OnlyIn, changes: &mut Changes) {
    let value: Vec<String> = lines.iter().map(Line::text).collect();
    pair.one_sided(changes, id, pair.fact("request", None), value.join(", "), present, Subject::Request);
}

/// Lines that only one version of a page has, taken away as they are explained.
struct Lines<'a, 'l> {
    pair: Pair<'a>,
    gone: Vec<&'l Line<'a>>,
    come: Vec<&'l Line<'a>>,
    changes: &'l mut Changes,
}

impl Lines<'_, '_> {
    fn respelled(&mut self) {
        self.explain("path_respelled", "path", |old, new, _| {
            old.method == new.method && old.form.eq_ignore_ascii_case(&new.form)
        });
    }

    fn method_changed(&mut self, old: &[Line<'_>], new: &[Line<'_>]) {
        let has = |lines: &[Line<'_>], method: &str| lines.iter().any(|line| line.method == method);
        self.explain("method_changed", "method", |gone, come, _| {
            gone.form == come.form && !has(new, gone.method) && !has(old, come.method)
        });
    }

    /// One line gone and one come, of one method: the path of the operation changed.
    fn path_changed(&mut self) {
        self.explain("path_changed", "path", |old, new, alone| old.method == new.method && alone(old.method));
    }

    fn explain(
        &mut self,
        id: &'static str,
        kind: &str,
        fits: impl Fn(&Line<'_>, &Line<'_>, &dyn Fn(&str) -> bool) -> bool,
    ) {
        let mut at = 0;
        while at < self.gone.len() {
            let old = self.gone[at];
            let alone = |method: &str| {
                let count = |lines: &[&Line<'_>]| lines.iter().filter(|line| line.method == method).count();
                count(&self.gone) == 1 && count(&self.come) == 1
            };
            let Some(found) = self.come.iter().position(|new| fits(old, new, &alone)) else {
                at += 1;
                continue;
            };
            self.gone.remove(at);
            let new = self.come.remove(found);
            let fact = self.about(old, kind, None);
            self.pair.changed(self.changes, id, fact, (&old.text(), old.line), (&new.text(), new.line));
        }
    }

    /// What another page of the other version documents is neither gone nor new.
    fn moved(&mut self, indexes: &Indexes) {
        let Self { pair, gone, come, changes } = self;
        gone.retain(|line| match indexes.new.find(pair.api(), line) {
            Some(new) => {
                let old = Origin { file: pair.old.page.clone(), line: line.line };
                changes.note(format!("{} is documented on another page", line.text()), Some(old), Some(new.clone()));
                false
            }
            None => true,
        });
        come.retain(|line| match indexes.old.find(pair.api(), line) {
            Some(old) => {
                let new = Origin { file: pair.new.page.clone(), line: line.line };
                changes.note(format!("{} was documented on another page", line.text()), Some(old.clone()), Some(new));
                false
            }
            None => true,
        });
    }

    fn rest(self, old: &[Line<'_>], new: &[Line<'_>]) {
        let has = |lines: &[Line<'_>], method: &str| lines.iter().any(|line| line.method == method);
        for line in &self.gone {
            let (id, fact) = match has(new, line.method) {
                true => ("alias_removed", self.pair.fact("alias", Some(&line.spelled))),
                false => ("operation_removed", self.about(line, "request", None)),
            };
            self.pair.one_sided(self.changes, id, fact, line.text(), OnlyIn::Old(line.line), Subject::Request);
        }
        for line in &self.come {
            let (id, fact) = match has(old, line.method) {
                true => ("alias_added", self.pair.fact("alias", Some(&line.spelled))),
                false => ("operation_added", self.about(line, "request", None)),
            };
            self.pair.one_sided(self.changes, id, fact, line.text(), OnlyIn::New(line.line), Subject::Request);
        }
    }

    fn about(&self, line: &Line<'_>, kind: &str, name: Option<&str>) -> FactId {
        FactId::about(self.pair.api(), &line.text(), kind, name)
    }
}

/// The operations of pages that only one version has.
pub(super) fn only(pairs: &Pairs<'_>, indexes: &Indexes, changes: &mut Changes) {
    for page in &pairs.only_new {
        for line in lines(page) {
            let api = api(page);
            let new = at(page, line.line, Some(line.text()));
            match indexes.old.find(api, &line) {
                Some(old) => {
                    let text = format!("{} was documented on another page", line.text());
                    changes.note(text, Some(old.clone()), Some(new.origin));
                }
                None => alone("operation_added", Action::Added, api, &line, (None, Some(new)), changes),
            }
        }
    }
    for page in &pairs.only_old {
        for line in lines(page) {
            let api = api(page);
            let old = at(page, line.line, Some(line.text()));
            match indexes.new.find(api, &line) {
                Some(new) => {
                    let text = format!("{} is documented on another page", line.text());
                    changes.note(text, Some(old.origin), Some(new.clone()));
                }
                None => alone("operation_removed", Action::Removed, api, &line, (Some(old), None), changes),
            }
        }
    }
    for page in pairs.only_old.iter().filter(|page| says_nothing(page)) {
        changes.note(format!("{} is gone; nothing on it could be compared", page.page), Some(top(page)), None);
    }
}

fn alone(
    id: &'static str,
    action: Action,
    api: &str,
    line: &Line<'_>,
    (old, new): (Option<Said>, Option<Said>),
    changes: &mut Changes,
) {
    changes.push(id, action, FactId::about(api, &line.text(), "request", None), old, new);
}

/// Whether a page was to document an operation, and no request line could be read.
fn says_nothing(page: &Page) -> bool {
    page.kind == crate::docs::page::PageKind::Operation && page.requests.as_ref().is_none_or(Vec::is_empty)
}
