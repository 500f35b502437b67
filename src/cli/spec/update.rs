//! `entra-risk spec update`.

use std::path::PathBuf;

use clap::Args;

use super::pages;
use crate::accepted::{Accepted, Of};
use crate::cli::accepted_list;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{self, WholeFile};
use crate::cli::specs;
use crate::contract::{Exchange, FactId};
use crate::docs::Page;
use crate::regen::{self, Conditions, Update as Result};
use crate::report::update::{Format, Updated};

/// Bring a description up to date with documentation pages.
///
/// Facts that the pages state change in the text of the description; operation ids, extensions,
/// descriptions, comments, order and layout of everything else stay byte for byte.
///
/// What a page states replaces what the description says: permissions, required or optional,
/// success, types, limits. A section that lists headers, query options, request lines,
/// properties or members lists all: what is missing is added, and what it does not list is
/// dropped, but only where the description names that very page as its source. What rests on an
/// assumption or on another page stays. Method, path and operation id never change.
///
/// Where pages contradict each other or themselves, and where the accepted list speaks of a fact,
/// the fact is left alone. Operations without a page are named and kept, unless --prune is given.
///
/// Ends with 1 where something was left for a person to decide, and with --check also where
/// something would change.
#[derive(Debug, Args)]
pub(super) struct Update {
    /// Folder with the pages
    #[arg(long, value_name = "DIR")]
    docs: PathBuf,
    /// The description; its transcripts are looked for in exchanges/VERSION beside it
    #[arg(long, value_name = "FILE", default_value = "openapi/beta.yaml")]
    spec: PathBuf,
    /// List of accepted disagreements (TOML): facts that it names stay as they are
    #[arg(long, value_name = "FILE")]
    accepted: Option<PathBuf>,
    /// Revision of the pages, to be named in sources: 2026-05
    #[arg(long, value_name = "TEXT")]
    revision: Option<String>,
    /// Remove operations that no page documents
    #[arg(long)]
    prune: bool,
    /// Write nothing
    #[arg(long)]
    dry_run: bool,
    /// Write nothing, and end with 1 if something would change
    #[arg(long)]
    check: bool,
    /// Format of standard output: human, json, github or markdown
    #[arg(long, default_value_t = Format::Human)]
    format: Format,
}

impl Update {
    pub(super) fn is_json(&self) -> bool {
        self.format == Format::Json
    }
}

pub(super) fn run(command: &Update) -> std::result::Result<Exit, Failure> {
    let file = command.spec.display().to_string();
    let text = std::fs::read_to_string(&command.spec).map_err(|error| {
        Failure::input(format!("read the description {file}: {error}"), "give --spec FILE, such as openapi/beta.yaml")
    })?;
    let accepted = accepted_list::read(command.accepted.as_deref())?;
    let (mut pages, skipped) = pages::read(&command.docs)?;
    for page in &mut pages {
        pages::rename(page, &command.docs);
    }
    let update = update(command, &text, &file, &pages, &accepted)?;
    let is_changed = update.text != text;
    let is_written = is_changed && !command.dry_run && !command.check;
    if is_written {
        WholeFile::begin(&command.spec)?.finish(&update.text)?;
    }
    let looked_at = match pages.len() {
        1 => "1 page".to_owned(),
        n_pages => format!("{n_pages} pages"),
    };
    let updated = Updated { update: &update, file: &file, is_written, looked_at: &looked_at };
    output::print(&updated.render(command.format))?;
    Ok(match (skipped.is_empty(), update.is_undecided() || command.check && is_changed) {
        (false, _) => Exit::Unusable,
        (true, true) => Exit::Findings,
        (true, false) => Exit::Done,
    })
}

fn update(
    command: &Update,
    text: &str,
    file: &str,
    pages: &[Page],
    accepted: &Accepted,
) -> std::result::Result<Result, Failure> {
    let unusable = |error: crate::spec::SpecError| {
        Failure::input(format!("use the description {error}"), "entra-risk needs OpenAPI 3.0.3 as in openapi/")
    };
    let contracts = specs::contracts(std::slice::from_ref(&command.spec))?;
    let exchanges: Vec<Exchange> = contracts.iter().flat_map(|contract| contract.exchanges.clone()).collect();
    let is_accepted = |fact: &FactId| {
        accepted
            .entries
            .iter()
            .any(|entry| matches!(&entry.of, Of::Findings { fact: Some(known), .. } if known == fact))
    };
    let conditions = Conditions {
        exchanges: &exchanges,
        accepted: &is_accepted,
        doubts: &[],
        revision: command.revision.as_deref(),
        prune: command.prune,
    };
    regen::update(text, file, pages, &conditions).map_err(unusable)
}
