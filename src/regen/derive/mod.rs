//! A description from nothing but pages.
//!
//! Names follow from paths (`names`), everything else from what pages state, with the page and
//! line of each statement as a comment. Where a page shows a thing only by example, the example
//! is a witness: it narrows a type, and the schema says that it rests on an assumption.

mod call;
mod document;
mod operation;
mod schema;
mod transcript;

use std::fmt;

pub(super) use call::with_names_of;
pub(super) use operation::{is_parameter, parameter, path_parameters, query_schema};

use schema::Schemas;

use crate::contract::Origin;
use crate::docs::{Page, matching};
use crate::finding::{Finding, Severity};
use crate::spec::{Document, SpecError};

/// What came of pages.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Derivation {
    /// The description, as YAML.
    pub yaml: String,
    /// The API version that it describes.
    pub api: String,
    /// The documented examples of its operations.
    pub transcripts: Vec<Transcript>,
    /// What was left out, and why: a warning for an operation, a note for less.
    pub findings: Vec<Finding>,
}

/// A transcript of a documented example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transcript {
    /// The stem of its file.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// Why pages give no description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeriveError {
    /// No page has a request line that could be used.
    NoOperation,
    /// No page says which API version it documents.
    NoVersion,
    /// Pages of several versions were read.
    SeveralVersions(Vec<String>),
    /// What was written cannot be read: a mistake of ours.
    Unreadable(SpecError),
}

impl fmt::Display for DeriveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoOperation => f.write_str("derive a description: no page documents an operation"),
            Self::NoVersion => f.write_str("derive a description: no page says which API version it documents"),
            Self::Unreadable(error) => write!(f, "read the derived description again: {error}"),
            Self::SeveralVersions(versions) => {
                write!(f, "derive one description: the pages document {}", versions.join(" and "))
            }
        }
    }
}

impl std::error::Error for DeriveError {}

/// What an operation answers, as far as its name depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Collection,
    Created,
    Other,
}

/// Derives the description of one API version; of the only one that the pages document, where
/// none is given.
///
/// # Errors
/// No operation, or no single version.
pub fn derive(pages: &[Page], api: Option<&str>) -> Result<Derivation, DeriveError> {
    let api = match api {
        Some(api) => api.to_owned(),
        None => only_version(pages)?,
    };
    let mut pages: Vec<&Page> = pages.iter().filter(|page| matching::is_of(page, &api)).collect();
    pages.sort_by(|one, other| one.page.cmp(&other.page));
    let mut findings = Vec::new();
    let calls = call::calls(&pages, &api, &mut findings);
    if calls.is_empty() {
        return Err(DeriveError::NoOperation);
    }
    let mut schemas = Schemas::new(&pages);
    for call in &calls {
        unknown_permissions(call, &mut findings);
    }
    let operations: Vec<_> = calls.iter().map(|call| operation::operation(call, &mut schemas, &mut findings)).collect();
    let yaml = document::document(&api, &calls, operations, schemas.finish(&mut findings));
    // What was written is read as any description is, and must say what was meant.
    let document = Document::parse(&yaml, "derived.yaml").map_err(DeriveError::Unreadable)?;
    let transcripts = transcript::transcripts(&document, &calls, &mut findings);
    findings.sort_by(|one, other| one.origin.cmp(&other.origin));
    Ok(Derivation { yaml, api, transcripts, findings })
}

/// Nobody may call an operation of which no permission is known.
fn unknown_permissions(call: &call::Call<'_>, findings: &mut Vec<Finding>) {
    let stated = call.page.permissions.as_ref();
    let kinds = [
        stated.and_then(|stated| stated.delegated_work.as_ref()),
        stated.and_then(|stated| stated.application.as_ref()),
    ];
    if kinds.iter().all(Option::is_none) {
        let message = format!("the permissions of {} cannot be read: nobody may call it until you add them", call.id);
        left_out(findings, "permissions_unknown", Severity::Warning, call.page, call.line, message);
    }
}

fn only_version(pages: &[Page]) -> Result<String, DeriveError> {
    let mut versions: Vec<&str> = pages.iter().filter_map(|page| page.api.as_deref()).collect();
    versions.sort_unstable();
    versions.dedup();
    match versions.as_slice() {
        [] => Err(DeriveError::NoVersion),
        [only] => Ok((*only).to_owned()),
        several => Err(DeriveError::SeveralVersions(several.iter().map(|&version| version.to_owned()).collect())),
    }
}

/// Something that was left out.
fn left_out(
    findings: &mut Vec<Finding>,
    rule: &str,
    severity: Severity,
    page: &Page,
    line: usize,
    message: impl Into<String>,
) {
    findings.push(Finding {
        rule: format!("derive/{rule}"),
        severity,
        origin: Origin { file: page.page.clone(), line: line.max(1) },
        subject: page.title.clone().unwrap_or_default(),
        message: message.into(),
        remedy: String::new(),
        other: None,
        fact: None,
    });
}

/// `riskyusers-dismiss.md:33`, for comments.
fn place(page: &Page, line: usize) -> String {
    format!("{}:{line}", page.page)
}
