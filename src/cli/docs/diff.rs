//! `entra-risk docs diff`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::history;
use crate::cli::corpus::{self, Corpus, Skipped};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{self, Destination};
use crate::diff::{self, Class, Comparison, Version};
use crate::docs::Page;
use crate::docs::page::PageKind;
use crate::report::changes::{self, Changed, Format, Side, Unread};

/// Print what changed in the contract between two versions of documentation pages.
///
/// Operations and their paths, permissions, headers, query options, bodies, limits, statuses,
/// resource types and enumerations: added, removed or changed, each with the place in both
/// versions and what it means for a client that keeps to the older one. Wording, layout, snippets,
/// names of placeholders and payloads of examples change nothing. What only one version states is
/// said, and is no change of the contract.
///
/// Ends with 0, with 1 where --fail-on says so, and with 2 when something could not be read.
#[derive(Debug, Args)]
#[command(after_long_help = kinds())]
pub(super) struct Diff {
    /// The older and the newer version: two pages or two folders; with --git, the folders, pages
    /// or patterns to look at
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Compare two revisions of a checkout: v1..main, HEAD~1.., or main...topic for what topic adds
    #[arg(long, value_name = "REV..REV")]
    git: Option<String>,
    /// The checkout
    #[arg(long, value_name = "DIR", default_value = ".", requires = "git")]
    repo: PathBuf,
    /// Format of standard output: human, json, markdown or github; `entra-risk schema changes`
    /// prints the schema of the JSON
    #[arg(long, default_value = "human")]
    format: Format,
    /// Also write the changes to a file: markdown=changes.md; may be repeated
    #[arg(long, value_name = "FORMAT=FILE")]
    output: Vec<Destination<Format>>,
    /// End with 1 if there is a breaking change, or any
    #[arg(long, value_enum, value_name = "WHAT")]
    fail_on: Option<FailOn>,
}

/// What a run fails for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// A breaking change
    Breaking,
    /// Any change of the contract
    Any,
}

impl Diff {
    pub(super) fn is_json(&self) -> bool {
        self.format == Format::Json
    }
}

/// Two versions, read and compared.
pub(super) struct Compared {
    pub(super) old: (String, usize),
    pub(super) new: (String, usize),
    pub(super) comparison: Comparison,
    pub(super) unread: Vec<Unread>,
}

pub(super) fn run(command: Diff) -> Result<Exit, Failure> {
    let files = output::begin_all(&command.output)?;
    let compared = match (&command.git, command.paths.as_slice()) {
        (Some(range), filters) => history::compare(&command.repo, range, filters)?,
        (None, [old, new]) => on_disk(old, new)?,
        (None, paths) => {
            return Err(Failure::input(
                format!("compare {}", if paths.is_empty() { "nothing" } else { "anything but two versions" }),
                "give two pages, two folders, or --git REV..REV",
            ));
        }
    };
    let changed = Changed {
        version: env!("CARGO_PKG_VERSION"),
        old: Side { name: &compared.old.0, pages: compared.old.1 },
        new: Side { name: &compared.new.0, pages: compared.new.1 },
        comparison: &compared.comparison,
        unread: &compared.unread,
    };
    for (format, file) in files {
        file.finish(&output::plain(&changed.render(format)))?;
    }
    output::print(&changed.render(command.format))?;
    let fails = compared.comparison.changes.iter().any(|change| match command.fail_on {
        None => false,
        Some(FailOn::Breaking) => change.class == Class::Breaking,
        Some(FailOn::Any) => true,
    });
    Ok(match (compared.unread.is_empty(), fails) {
        (false, _) => Exit::Unusable,
        (true, true) => Exit::Findings,
        (true, false) => Exit::Done,
    })
}

fn kinds() -> String {
    format!("Kinds of change, with their reasons:\n\n{}", changes::kinds())
}

/// Compares two files or two folders.
fn on_disk(old: &Path, new: &Path) -> Result<Compared, Failure> {
    if old.is_dir() != new.is_dir() && old.exists() && new.exists() {
        let (file, folder) = if old.is_dir() { (new, old) } else { (old, new) };
        return Err(Failure::input(
            format!("compare the page {} with the folder {}", file.display(), folder.display()),
            "give two pages or two folders",
        ));
    }
    let (mut before, mut unread) = read(old)?;
    let (mut after, skipped) = read(new)?;
    leave_out(&mut after, new, &unread, old);
    leave_out(&mut before, old, &skipped, new);
    unread.extend(skipped);
    for (path, pages) in [(old, &before), (new, &after)] {
        if !pages.iter().any(is_recognised) {
            return Err(nothing_recognised(&path.display().to_string(), pages.len(), &unread));
        }
    }
    let (old_root, new_root) = (corpus::name(old), corpus::name(new));
    let comparison =
        diff::compare(Version { pages: &before, root: &old_root }, Version { pages: &after, root: &new_root }, &[]);
    let unread = unread.into_iter().map(|skip| Unread { path: skip.path, reason: skip.reason }).collect();
    Ok(Compared { old: (old_root, before.len()), new: (new_root, after.len()), comparison, unread })
}

fn read(path: &Path) -> Result<(Vec<Page>, Vec<Skipped>), Failure> {
    Corpus::at(std::slice::from_ref(&path.to_owned()))?.pages()
}

/// Whether a page documents something that has a contract.
pub(super) fn is_recognised(page: &Page) -> bool {
    page.kind != PageKind::Other
}

/// What cannot be read on one side is compared on neither: it is not gone.
fn leave_out(pages: &mut Vec<Page>, root: &Path, skipped: &[Skipped], from: &Path) {
    for skip in skipped {
        let Ok(below) = Path::new(&skip.path).strip_prefix(from) else { continue };
        let gone = root.join(below);
        pages.retain(|page| !Path::new(&page.page).starts_with(&gone));
    }
}

/// The error of a side on which there is nothing to compare.
pub(super) fn nothing_recognised(path: &str, n_pages: usize, unread: &[Skipped]) -> Failure {
    let what = match (unread.first(), n_pages) {
        (Some(skip), 0) => format!("read {}: {}", skip.path, skip.reason),
        (_, 1) => format!("compare {path}: it documents no operation, resource or enumeration"),
        (_, n_pages) => {
            format!("compare {path}: none of its {n_pages} pages documents an operation, resource or enumeration")
        }
    };
    Failure::input(what, "give pages of the Microsoft Graph reference")
}
