//! Request lines: operations and their paths.

use std::collections::{HashMap, HashSet};

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
    fn id(&self) -> (&str, &str) {
        (self.method, &self.form)
    }

    fn text(&self) -> String {
        format!("{} {}", self.method, self.spelled)
    }
}

/// The request lines of a page, each once.
pub(super) fn lines(page: &Page) -> Vec<Line<'_>> {
    let mut seen = HashSet::new();
    let lines = page.requests.iter().flatten().map(|request| {
        let (form, spelled) = (form(&request.path), spelled(&request.path));
        Line { method: &request.method, form, spelled, line: request.line }
    });
    lines.filter(|line| seen.insert(format!("{} {}", line.method, line.form))).collect()
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

/// A path in a form in which two spellings are equal: also quotes around a placeholder, blanks,
/// a key in parentheses (`/kites('{id}')`), and the parentheses of an action are spelling.
pub(super) fn form(spelled: &str) -> String {
    let path = path::canonical(spelled).replace("'{}'", "{}").replace("\"{}\"", "{}").replace(' ', "");
    let segments: Vec<String> = path.split('/').map(segment).collect();
    segments.join("/")
}

fn segment(segment: &str) -> String {
    let parts = segment.strip_suffix(')').and_then(|rest| rest.split_once('('));
    match parts {
        Some((name, "")) => name.to_owned(),
        Some((name, key)) if !name.is_empty() && !key.contains(['=', ',', '(']) => {
            format!("{name}/{}", key.trim_matches('\''))
        }
        _ => segment.to_owned(),
    }
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
    let (before, after): (HashSet<_>, HashSet<_>) =
        (old.iter().map(Line::id).collect(), new.iter().map(Line::id).collect());
    let gone: Vec<&Line<'_>> = old.iter().filter(|line| !after.contains(&line.id())).collect();
    let come: Vec<&Line<'_>> = new.iter().filter(|line| !before.contains(&line.id())).collect();
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
        self.explain("path_respelled", "path", |line| {
            Some(format!("{} {}", line.method, line.form.to_ascii_lowercase()))
        });
    }

    /// One path under another method, which no line of the other version has.
    fn method_changed(&mut self, old: &[Line<'_>], new: &[Line<'_>]) {
        let methods = |lines: &[Line<'_>]| lines.iter().map(|line| line.method.to_owned()).collect::<HashSet<_>>();
        let (before, after) = (methods(old), methods(new));
        let only_one = |method: &str| before.contains(method) != after.contains(method);
        self.explain("method_changed", "method", |line| only_one(line.method).then(|| line.form.clone()));
    }

    /// One line gone and one come, of one method: the path of the operation changed.
    fn path_changed(&mut self) {
        let count = |lines: &[&Line<'_>]| {
            lines.iter().fold(HashMap::new(), |mut counts: HashMap<String, usize>, line| {
                *counts.entry(line.method.to_owned()).or_default() += 1;
                counts
            })
        };
        let (gone, come) = (count(&self.gone), count(&self.come));
        let alone = |method: &str| gone.get(method) == Some(&1) && come.get(method) == Some(&1);
        self.explain("path_changed", "path", |line| alone(line.method).then(|| line.method.to_owned()));
    }

    /// Takes away every line that is gone and has come again under an equal key.
    fn explain(&mut self, id: &'static str, kind: &str, key: impl Fn(&Line<'_>) -> Option<String>) {
        let mut come: HashMap<String, usize> = HashMap::new();
        for (index, line) in self.come.iter().enumerate() {
            if let Some(key) = key(line) {
                come.entry(key).or_insert(index);
            }
        }
        let (mut left, mut taken) = (Vec::new(), HashSet::new());
        for old in std::mem::take(&mut self.gone) {
            let Some(index) = key(old).and_then(|key| come.remove(&key)) else {
                left.push(old);
                continue;
            };
            taken.insert(index);
            let new = self.come[index];
            let fact = self.about(old, kind, None);
            self.pair.changed(self.changes, id, fact, (&old.text(), old.line), (&new.text(), new.line));
        }
        self.gone = left;
        let mut index = 0;
        self.come.retain(|_| {
            index += 1;
            !taken.contains(&(index - 1))
        });
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
