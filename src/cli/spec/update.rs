//! `entra-risk spec update`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use clap::Args;

use super::pages;
use crate::accepted::{Accepted, Scope};
use crate::cli::accepted_list;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{self, WholeFile};
use crate::cli::specs;
use crate::contract::{Exchange, FactId, Origin};
use crate::docs::Page;
use crate::finding::Finding;
use crate::regen::{self, Conditions};
use crate::report::update::{Format, Updated};
use crate::rules;

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
    /// List of accepted disagreements (TOML): facts that it names stay as they are; accepted.toml beside the description by default
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

pub(super) fn run(command: &Update) -> Result<Exit, Failure> {
    let file = command.spec.display().to_string();
    let text = std::fs::read_to_string(&command.spec).map_err(|error| {
        Failure::input(format!("read the description {file}: {error}"), "give --spec FILE, such as openapi/beta.yaml")
    })?;
    let beside = command.spec.with_file_name("accepted.toml");
    let list = command.accepted.as_deref().or_else(|| beside.is_file().then_some(&*beside));
    let accepted = accepted_list::read(list)?;
    let (mut pages, skipped) = pages::read(&command.docs)?;
    let mut doubts = doubts(&pages, &accepted);
    let names = Names::rename(&mut pages, &command.docs);
    for doubt in &mut doubts {
        let places = std::iter::once(&mut doubt.origin).chain(&mut doubt.other);
        places.for_each(|place| place.file = names.described(&place.file));
    }
    let is_accepted = |fact: &FactId, place: &Origin| {
        let file = names.on_disk(&place.file);
        accepted.entries.iter().any(|entry| entry.of.is_about(fact, file))
    };
    let contracts = specs::contracts(std::slice::from_ref(&command.spec))?;
    let exchanges: Vec<Exchange> = contracts.iter().flat_map(|contract| contract.exchanges.clone()).collect();
    let conditions = Conditions {
        exchanges: &exchanges,
        accepted: &is_accepted,
        doubts: &doubts,
        revision: command.revision.as_deref(),
        prune: command.prune,
    };
    let update = regen::update(&text, &file, &pages, &conditions).map_err(|error| {
        Failure::input(format!("use the description {error}"), "entra-risk needs OpenAPI 3.0.3 as in openapi/")
    })?;
    let is_changed = update.text != text;
    let is_written = is_changed && !command.dry_run && !command.check;
    if is_written {
        WholeFile::begin(&command.spec)?.finish(&update.text)?;
    }
    let looked_at = match pages.len() {
        1 => "1 page".to_owned(),
        n_pages => format!("{n_pages} pages"),
    };
    let version = env!("CARGO_PKG_VERSION");
    let updated = Updated { version, update: &update, file: &file, is_written, looked_at: &looked_at };
    output::print(&updated.render(command.format))?;
    Ok(match (skipped.is_empty(), update.is_undecided() || command.check && is_changed) {
        (false, _) => Exit::Unusable,
        (true, true) => Exit::Findings,
        (true, false) => Exit::Done,
    })
}

/// What rules find wrong with the pages, and nobody accepted.
fn doubts(pages: &[Page], accepted: &Accepted) -> Vec<Finding> {
    let (mut found, mut mentions) = (Vec::new(), Vec::with_capacity(pages.len()));
    for page in pages {
        let (findings, mentioned) = rules::docs::examine(page);
        found.extend(findings);
        mentions.push(mentioned);
    }
    found.extend(rules::docs::corpus(&mentions));
    accepted.apply_findings(found, &Scope::default()).remaining
}

/// What pages are called on disk, and in a description.
struct Names {
    new: HashMap<String, String>,
    old: HashMap<String, String>,
}

impl Names {
    fn rename(pages: &mut [Page], folder: &Path) -> Self {
        let mut names = Self { new: HashMap::new(), old: HashMap::new() };
        for page in pages {
            let old = page.page.clone();
            pages::rename(page, folder);
            names.new.insert(old.clone(), page.page.clone());
            names.old.insert(page.page.clone(), old);
        }
        names
    }

    fn described(&self, old: &str) -> String {
        self.new.get(old).cloned().unwrap_or_else(|| old.to_owned())
    }

    fn on_disk<'a>(&'a self, new: &'a str) -> &'a str {
        self.old.get(new).map_or(new, String::as_str)
    }
}
