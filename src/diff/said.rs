//! Collects changes, each with what both versions say and where.

use std::cell::OnceCell;
use std::collections::HashSet;

use super::kinds::kind;
use super::{Action, Change, Comparison, Note, Said};
use crate::contract::{FactId, Origin};
use crate::docs::Page;
use crate::docs::section::Subject;

/// Changes and notes as they are found.
#[derive(Default)]
pub(super) struct Changes {
    comparison: Comparison,
    /// Pages whose permissions neither version has at hand.
    n_without_permissions: usize,
    said: HashSet<(&'static str, String, Option<String>, Option<String>)>,
}

impl Changes {
    /// Adds a change. The same change that several pages state, such as a further member of an
    /// enumeration, is one change: the first place stands for all.
    pub(super) fn push(
        &mut self,
        id: &'static str,
        action: Action,
        fact: FactId,
        old: Option<Said>,
        new: Option<Said>,
    ) {
        let value = |said: &Option<Said>| said.as_ref().and_then(|said| said.value.clone());
        if self.said.insert((id, fact.as_str().to_owned(), value(&old), value(&new))) {
            self.comparison.changes.push(Change { kind: id, action, class: kind(id).class, fact, old, new });
        }
    }

    pub(super) fn note(&mut self, text: String, old: Option<Origin>, new: Option<Origin>) {
        self.comparison.notes.push(Note { text, old, new });
    }

    /// Counts a page whose permissions are included from files that neither version has.
    pub(super) fn permissions_in_neither(&mut self) {
        self.n_without_permissions += 1;
    }

    pub(super) fn finish(mut self) -> Comparison {
        if self.n_without_permissions > 0 {
            let pages = if self.n_without_permissions == 1 { "page are" } else { "pages are" };
            let text = format!(
                "the permissions of {} {pages} included from files that are in neither version, and were not compared",
                self.n_without_permissions
            );
            self.note(text, None, None);
        }
        self.comparison
    }
}

/// Two versions of a page, and what they are about.
#[derive(Clone, Copy)]
pub(super) struct Pair<'a> {
    pub(super) old: &'a Page,
    pub(super) new: &'a Page,
    sections: &'a (Sections, Sections),
}

/// Where the sections of a page begin, once somebody asks.
pub(super) type Sections = OnceCell<Vec<(Subject, usize)>>;

impl<'a> Pair<'a> {
    pub(super) fn new(old: &'a Page, new: &'a Page, sections: &'a (Sections, Sections)) -> Self {
        Self { old, new, sections }
    }

    /// Where a section of the older page is, or else the page's top: where something is missing.
    pub(super) fn old_section(&self, subject: Subject) -> Origin {
        section_of(self.old, &self.sections.0, subject)
    }

    /// Where a section of the newer page is, or else the page's top.
    pub(super) fn new_section(&self, subject: Subject) -> Origin {
        section_of(self.new, &self.sections.1, subject)
    }

    /// The API that both versions document.
    pub(super) fn api(&self) -> &'a str {
        self.new.api.as_deref().unwrap_or_else(|| api(self.old))
    }

    /// The id of a fact about the page's operations, which its first request line stands for.
    pub(super) fn fact(&self, kind: &str, name: Option<&str>) -> FactId {
        let request = [self.new, self.old].into_iter().find_map(|page| page.requests.as_ref()?.first());
        let subject = match request {
            Some(request) => format!("{} {}", request.method, super::requests::spelled(&request.path)),
            None => self.new.page.clone(),
        };
        FactId::about(self.api(), &subject, kind, name)
    }

    /// Adds a change for something that only one version has.
    pub(super) fn one_sided(
        &self,
        changes: &mut Changes,
        id: &'static str,
        fact: FactId,
        value: String,
        present: OnlyIn,
        section: Subject,
    ) {
        let (page, origin, action, line) = match present {
            OnlyIn::Old(line) => (self.old, self.new_section(section), Action::Removed, line),
            OnlyIn::New(line) => (self.new, self.old_section(section), Action::Added, line),
        };
        let here = Some(at(page, line, Some(value)));
        let there = Some(Said { value: None, origin });
        let (old, new) = match present {
            OnlyIn::Old(_) => (here, there),
            OnlyIn::New(_) => (there, here),
        };
        changes.push(id, action, fact, old, new);
    }

    /// Adds a change of a value that both versions have.
    pub(super) fn changed(
        &self,
        changes: &mut Changes,
        id: &'static str,
        fact: FactId,
        old: (&str, usize),
        new: (&str, usize),
    ) {
        let before = Some(at(self.old, old.1, Some(old.0.to_owned())));
        let after = Some(at(self.new, new.1, Some(new.0.to_owned())));
        changes.push(id, Action::Changed, fact, before, after);
    }
}

/// Which version says it, and in which line.
#[derive(Clone, Copy)]
pub(super) enum OnlyIn {
    Old(usize),
    New(usize),
}

/// The API of a page, or what stands for it where the page does not show it.
pub(super) fn api(page: &Page) -> &str {
    page.api.as_deref().unwrap_or("unknown")
}

/// A statement of a page.
pub(super) fn at(page: &Page, line: usize, value: Option<String>) -> Said {
    Said { value, origin: Origin { file: page.page.clone(), line } }
}

/// The top of a page.
pub(super) fn top(page: &Page) -> Origin {
    Origin { file: page.page.clone(), line: page.lines.title.unwrap_or(1) }
}

fn section_of(page: &Page, sections: &Sections, subject: Subject) -> Origin {
    let sections = sections.get_or_init(|| {
        let sections = page.outline.sections();
        sections.iter().filter(|section| section.line > 0).map(|section| (section.subject, section.line)).collect()
    });
    match sections.iter().find(|(its, _)| *its == subject) {
        Some(&(_, line)) => Origin { file: page.page.clone(), line },
        None => top(page),
    }
}
