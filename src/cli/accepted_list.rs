//! The list of accepted disagreements as a file: read, or drafted.

use std::path::Path;

use super::exit::Failure;
use super::output::{self, WholeFile};
use crate::accepted::Accepted;
use crate::contract::Contract;
use crate::embedded;

/// The list that was named, or an empty one.
pub(super) fn read(path: Option<&Path>) -> Result<Accepted, Failure> {
    let Some(path) = path else { return Ok(Accepted::default()) };
    parse(&output::read(path, "the accepted list")?, path)
}

/// The list that was named, or the one beside the descriptions of this build, where a contract
/// of this build is looked at.
pub(super) fn read_or_own(path: Option<&Path>, contract: &Contract) -> Result<Accepted, Failure> {
    let is_own = embedded::contract(&contract.api).is_some_and(|own| own.sha256 == contract.sha256);
    match path {
        None if is_own => parse(embedded::ACCEPTED, &Path::new(&contract.file).with_file_name("accepted.toml")),
        path => read(path),
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
