//! Pages of a contract, rendered in our own words and read again; and what the suite says of them
//! where some are otherwise. Only those are read anew.

use std::cell::RefCell;

use super::page::Edit;
use super::suite::judged;
use crate::contract::{Contract, Origin, Rests, Shape, Source};
use crate::docs::render::{self, Rendered};
use crate::docs::{self, Page};
use crate::finding::{Finding, Severity};
use crate::rules::{self, documents, drift};
use crate::verdict::{Check, Judged, Side, Verdict};

/// The pages of a contract.
pub(super) struct Shelf {
    /// As they are written.
    pub(super) pages: Vec<Rendered>,
    /// As they are read. Those that are otherwise take their places for a while.
    read: RefCell<Vec<Page>>,
    /// The contract as one that was written from these pages.
    homed: Contract,
}

/// How one change of the pages is taken back.
enum Undo {
    Replaced(usize, Page),
    Removed(usize, Page),
    Added,
}

impl Shelf {
    pub(super) fn new(contract: &Contract) -> Self {
        let pages = render::render(contract);
        let read = pages.iter().map(|page| read(&page.path, &page.text)).collect();
        Self { pages, read: RefCell::new(read), homed: homed(contract) }
    }

    /// The checks of the pages with some otherwise, against the contract or another one.
    pub(super) fn judge(&self, altered: Option<&Contract>, edits: &[Edit]) -> Vec<Judged> {
        let altered = altered.map(homed);
        let documents = self.with(edits, |pages| documents::judge(altered.as_ref().unwrap_or(&self.homed), pages));
        let decided = documents.docs.into_iter().chain(documents.drift);
        decided.map(|decided| judged(decided.check, decided.verdict)).collect()
    }

    /// What is worth knowing of the pages with some otherwise, each as a check.
    pub(super) fn notes(&self, api: &str, edits: &[Edit]) -> Vec<Judged> {
        let noted = self.with(edits, |pages| noted(&self.homed, pages)).into_iter().map(|finding| {
            let (family, rule) = finding.rule.split_once('/').unwrap_or(("drift", &finding.rule));
            let about = finding.fact.map_or(finding.subject, |fact| fact.to_string());
            let id = format!("{family}/{api}/{}/{rule}/note", about.replace('/', "."));
            note(id, finding.origin, &finding.message)
        });
        noted.collect()
    }

    fn with<T>(&self, edits: &[Edit], look: impl FnOnce(&[Page]) -> T) -> T {
        let mut pages = self.read.borrow_mut();
        let mut undo: Vec<Undo> = Vec::new();
        for Edit { path, text } in edits {
            let other = text.as_ref().map(|text| read(path, text));
            match (pages.iter().position(|page| page.page == *path), other) {
                (Some(at), Some(other)) => undo.push(Undo::Replaced(at, std::mem::replace(&mut pages[at], other))),
                (Some(at), None) => undo.push(Undo::Removed(at, pages.remove(at))),
                (None, Some(other)) => {
                    pages.push(other);
                    undo.push(Undo::Added);
                }
                (None, None) => {}
            }
        }
        let seen = look(&pages);
        for undo in undo.into_iter().rev() {
            match undo {
                Undo::Replaced(at, page) => pages[at] = page,
                Undo::Removed(at, page) => pages.insert(at, page),
                Undo::Added => drop(pages.pop()),
            }
        }
        seen
    }
}

fn read(path: &str, text: &str) -> Page {
    docs::read(path, text, &|_| None)
}

/// What rules on pages find worth knowing, and no more.
fn noted(contract: &Contract, pages: &[Page]) -> Vec<Finding> {
    let mut noted: Vec<Finding> = Vec::new();
    let mut mentions = Vec::new();
    for page in pages {
        let (findings, of_page) = rules::docs::examine(page);
        noted.extend(findings);
        mentions.push(of_page);
    }
    noted.extend(rules::docs::corpus(&mentions));
    let comparison = drift::compare(contract, pages);
    noted.extend(comparison.findings().cloned().chain(comparison.unspoken_notes()));
    noted.retain(|finding| finding.severity == Severity::Note);
    noted
}

/// The contract as one that was written from the pages of ours: what it calls documented, they
/// say, and what they no longer say is missed there.
fn homed(contract: &Contract) -> Contract {
    let mut homed = contract.clone();
    let api = contract.api.clone();
    for operation in &mut homed.operations {
        let page = render::operation_path(&api, &operation.id);
        for exchange in homed.exchanges.iter_mut().filter(|exchange| exchange.operation == operation.id) {
            exchange.page.clone_from(&page);
        }
        let sources = [&mut operation.source, &mut operation.permissions.source, &mut operation.success.source];
        let aliases = operation.aliases.iter_mut().map(|alias| &mut alias.source);
        let headers = operation.headers.iter_mut().map(|header| &mut header.source);
        let query = operation.query.iter_mut().map(|query| &mut query.source);
        let body = operation.body.iter_mut().map(|body| &mut body.source);
        sources
            .into_iter()
            .chain(aliases)
            .chain(headers)
            .chain(query)
            .chain(body)
            .for_each(|source| home(source, &page));
    }
    let entities: Vec<(String, Shape)> = contract.shapes.clone().into_iter().collect();
    for (name, shape) in &entities {
        let Shape::Object { properties, set: Some(_), .. } = shape else { continue };
        let page = render::resource_path(&api, name);
        let lists = properties.iter().filter_map(|property| match &property.shape {
            Shape::Named { name } => Some(name),
            _ => None,
        });
        for list in lists {
            if let Some(Shape::Enum { source, .. }) = homed.shapes.get_mut(list) {
                home(source, &page);
            }
        }
        if let Some(Shape::Object { properties, .. }) = homed.shapes.get_mut(name) {
            properties.iter_mut().for_each(|property| home(&mut property.source, &page));
        }
    }
    homed
}

fn home(source: &mut Source, page: &str) {
    if source.rests == Rests::Documented {
        page.clone_into(&mut source.page);
    }
}

fn note(id: String, origin: Origin, message: &str) -> Judged {
    let check = Check {
        id,
        side: Side::Drift,
        operation: String::new(),
        severity: Rests::Documented,
        weight: Severity::Note,
        facts: Vec::new(),
        documented: String::new(),
        page: origin.file.clone(),
        origin,
        asserts: String::new(),
        reproduce: String::new(),
    };
    judged(check, Verdict::fail(message))
}
