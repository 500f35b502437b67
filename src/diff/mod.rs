//! What changed in the contract between two versions of the documentation.
//!
//! Two lists of pages become one list of changes, each a row of [`KINDS`]: that table says how
//! a client is hit, and why. Pages are compared fact by fact, so that wording, layout, snippets,
//! names of placeholders, payloads of examples and the place of a section change nothing. A
//! statement that only one version makes at all is a change of what is stated, not of the
//! contract, and is always said.
//!
//! Examples illustrate; they are contract only where they show what nothing else on the page
//! states: another method, path or status. Their number is a [`Note`].
//!
//! This module must not know files, version control or how a change is printed.

mod alternatives;
mod examples;
mod kinds;
mod members;
mod operations;
mod pairing;
mod permissions;
mod requests;
mod resources;
mod said;
mod types;

use serde::Serialize;

pub use kinds::{Class, KINDS, Kind};
use said::{Changes, Pair};

use crate::contract::{FactId, Origin};
use crate::docs::Page;

/// One change of the contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// The row of [`KINDS`] that it is.
    pub kind: &'static str,
    /// Whether the newer version adds, removes or changes something.
    pub action: Action,
    /// How it hits a client.
    pub class: Class,
    /// What it is about: `beta POST /riskyUsers/dismiss#header[Prefer]`.
    pub fact: FactId,
    /// What the older version says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<Said>,
    /// What the newer version says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<Said>,
}

/// What one version says, and where. There is none where that version has no such page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Said {
    /// The statement; `None` where the page does not make it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Where it stands, or would stand.
    pub origin: Origin,
}

/// What the newer version does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Action {
    /// Says what the older one does not.
    Added,
    /// No longer says it.
    Removed,
    /// Says otherwise.
    Changed,
}

impl Action {
    /// The word used in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

/// Something worth knowing that is no change of the contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    /// What it is.
    pub text: String,
    /// Where the older version has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<Origin>,
    /// Where the newer version has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<Origin>,
}

/// What a comparison found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// Changes of the contract, in the order of the newer pages; what only the older pages have
    /// comes last.
    pub changes: Vec<Change>,
    /// What is no change, and worth knowing.
    pub notes: Vec<Note>,
}

/// One version of a set of pages.
#[derive(Debug, Clone, Copy, Default)]
pub struct Version<'a> {
    /// Its pages.
    pub pages: &'a [Page],
    /// What the names of its pages begin with and those of the other version do not: the folder
    /// that it was read from.
    pub root: &'a str,
}

impl<'a> Version<'a> {
    /// The name of a page below the root.
    fn name(&self, page: &'a Page) -> &'a str {
        page.page.strip_prefix(self.root).unwrap_or(&page.page).trim_start_matches('/')
    }
}

/// The changes of the contract between two versions of a set of pages.
#[must_use]
pub fn diff(old: &[Page], new: &[Page]) -> Vec<Change> {
    compare(Version { pages: old, root: "" }, Version { pages: new, root: "" }, &[]).changes
}

/// Compares two versions of a set of pages. `renamed` holds what the caller knows of pages that
/// bear another name: the older and the newer one, below the roots. Where it knows nothing, pages
/// belong together that have one name, or else one operation or resource.
#[must_use]
pub fn compare(old: Version<'_>, new: Version<'_>, renamed: &[(&str, &str)]) -> Comparison {
    let pairs = pairing::pair(old, new, renamed);
    let indexes = requests::Indexes::new(&pairs);
    let lists = members::Lists::new(&pairs);
    let mut changes = Changes::default();
    for &(before, after) in &pairs.both {
        let sections = Default::default();
        let pair = Pair::new(before, after, &sections);
        let (former, name) = (old.name(before), new.name(after));
        if former != name {
            let text = format!("the page is renamed from {former} to {name}");
            changes.note(text, Some(said::top(before)), Some(said::top(after)));
        }
        requests::compare(pair, &indexes, &mut changes);
        permissions::compare(pair, &mut changes);
        operations::compare(pair, &lists, &mut changes);
        examples::compare(pair, &mut changes);
        resources::compare(pair, &lists, &mut changes);
    }
    members::compare(&pairs, &mut changes);
    requests::only(&pairs, &indexes, &mut changes);
    resources::only(&pairs, &mut changes);
    changes.finish()
}
