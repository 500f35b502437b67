//! `entra-risk spec derive`.

use std::path::PathBuf;

use clap::Args;

use super::pages;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{self, WholeFile};
use crate::finding::{Finding, Severity};
use crate::regen::{self, Derivation, DeriveError};

/// Print an OpenAPI 3.0.3 description that is made of nothing but documentation pages.
///
/// Every statement has its page and line in a comment. What no page states is left out, or says
/// that it rests on an assumption: where a page shows a body by example alone, its types are as
/// narrow as all examples of it.
///
/// Names follow from paths. An operation is called by the literal segments of its first path,
/// joined by dots, and what it does: the last segment itself where a POST acts on something
/// (things.dismiss), and otherwise list, get, create, update, replace or delete (things.list).
/// Schemas of bodies and answers are called like their operation with Request, Page or Answer;
/// resources and enumerations as in Graph, in PascalCase. Further request lines of a page that
/// differ by segments in front alone become aliases, all others operations of their own.
///
/// What an operation changes (x-entra-effect) stands in no table: add it by hand. Ends with 1
/// where an operation was left out; the reasons go to standard error.
#[derive(Debug, Args)]
pub(super) struct Derive {
    /// Folder with the pages
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Take only pages whose path below DIR this glob meets; may be repeated
    #[arg(long, value_name = "GLOB", default_value = "**")]
    include: Vec<String>,
    /// API version to describe; needed where the pages document several
    #[arg(long, value_name = "VERSION")]
    api: Option<String>,
    /// Also write the documented examples as transcripts into this folder
    #[arg(long, value_name = "DIR")]
    exchanges: Option<PathBuf>,
}

pub(super) fn run(command: &Derive) -> Result<Exit, Failure> {
    let (mut pages, skipped) = pages::read(&command.folder)?;
    for page in &mut pages {
        pages::rename(page, &command.folder);
    }
    let n_read = pages.len();
    pages.retain(|page| command.include.iter().any(|glob| meets(glob, &page.page)));
    if pages.is_empty() {
        return Err(Failure::input(
            format!("derive a description: --include meets none of {n_read} pages"),
            "a glob is a path below DIR: * within a folder, ** across",
        ));
    }
    let derived = regen::derive(&pages, command.api.as_deref()).map_err(failure)?;
    for finding in &derived.findings {
        output::note(&note(finding));
    }
    if let Some(folder) = &command.exchanges {
        write(folder, &derived)?;
    }
    output::print(&derived.yaml)?;
    let left_out = derived.findings.iter().any(|finding| finding.severity > Severity::Note);
    Ok(match (skipped.is_empty(), left_out) {
        (false, _) => Exit::Unusable,
        (true, true) => Exit::Findings,
        (true, false) => Exit::Done,
    })
}

/// A glob without a folder meets the file name wherever it is.
fn meets(glob: &str, page: &str) -> bool {
    let file = page.rsplit('/').next().unwrap_or(page);
    fast_glob::glob_match(glob, page) || !glob.contains('/') && fast_glob::glob_match(glob, file)
}

fn note(finding: &Finding) -> String {
    let subject = if finding.subject.is_empty() { String::new() } else { format!("{}: ", finding.subject) };
    format!("{}: {subject}{}", finding.origin, finding.message)
}

fn failure(error: DeriveError) -> Failure {
    let remedy = match &error {
        DeriveError::NoOperation => "give a folder with pages of operations",
        DeriveError::NoVersion | DeriveError::SeveralVersions(_) => "give --api VERSION, such as beta",
        DeriveError::Unreadable(_) => "this is a defect of entra-risk: please report it with the pages",
    };
    Failure::input(error.to_string(), remedy)
}

fn write(folder: &std::path::Path, derived: &Derivation) -> Result<(), Failure> {
    std::fs::create_dir_all(folder)
        .map_err(|error| Failure::input(format!("make the folder {}: {error}", folder.display()), ""))?;
    for transcript in &derived.transcripts {
        WholeFile::begin(&folder.join(format!("{}.http", transcript.name)))?.finish(&transcript.text)?;
    }
    Ok(())
}
