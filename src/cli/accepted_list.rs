//! The list of accepted disagreements as a file: read, or drafted.

use std::path::Path;

use super::exit::Failure;
use super::output::{self, WholeFile};
use super::specs;
use crate::accepted::Accepted;
use crate::contract::Contract;
use crate::embedded;
use crate::verdict::{Check, Side};

/// The list that was named, or an empty one.
pub(super) fn read(path: Option<&Path>) -> Result<Accepted, Failure> {
    let Some(path) = path else { return Ok(Accepted::default()) };
    parse(&output::read(path, "the accepted list")?, path)
}

/// The list that was named, or the one beside the descriptions of this build, where contracts of
/// this build are looked at.
pub(super) fn read_or_own(path: Option<&Path>, contracts: &[&Contract]) -> Result<Accepted, Failure> {
    match (path, contracts.first()) {
        (None, Some(first)) if contracts.iter().all(|contract| specs::is_own(contract)) => {
            parse(embedded::ACCEPTED, &Path::new(&first.file).with_file_name("accepted.toml"))
        }
        (path, _) => read(path),
    }
}

#[allow(clippy::disallowed_methods)] // entries expire by the date at which the program runs
fn parse(text: &str, path: &Path) -> Result<Accepted, Failure> {
    let today = chrono::Utc::now().format("%Y-%m-%d").to_string();
    Accepted::parse(text, &path.display().to_string(), &today).map_err(|error| {
        let remedy = "an entry is [[accepted]] with check, or rule and fact or page, and with reason and source";
        Failure::input(error.to_string(), remedy)
    })
}

/// Sees whether every check that a list names exists: in what is planned of its sides, or of one of the
/// other API versions. Sides of which nothing is planned are not looked at.
pub(super) fn look_up(accepted: &Accepted, plan: impl Fn(&[Side]) -> Vec<Check>, apis: &[&str]) -> Result<(), Failure> {
    let planned = plan(&accepted.sides());
    let Some(unknown) = accepted.unknown_checks(&planned, apis).first().copied() else { return Ok(()) };
    let near = planned
        .iter()
        .map(|check| (strsim::jaro_winkler(&check.id, unknown.id), &check.id))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    let remedy = match near {
        Some((_, near)) => format!("the nearest is '{near}'; entra-risk conform --list prints all"),
        None => "entra-risk conform --list prints all".to_owned(),
    };
    Err(Failure::input(
        format!("use the accepted list {}:{}: there is no check '{}'", accepted.file, unknown.line, unknown.id),
        remedy,
    ))
}

/// A new list. A file that exists is left alone: it may hold reasons that somebody wrote.
pub(super) struct Draft(WholeFile);

impl Draft {
    /// Begins the file. Fails now, before anything is done, if it cannot be written.
    pub(super) fn begin(path: &Path) -> Result<Self, Failure> {
        if path.exists() {
            return Err(Failure::input(
                format!("draft {}: there is such a file", path.display()),
                "give a new file, and move its entries to your list",
            ));
        }
        WholeFile::begin(path).map(Self)
    }

    /// Completes it.
    pub(super) fn finish(self, text: &str) -> Result<(), Failure> {
        self.0.finish(text)
    }
}
