//! `entra-risk spec operations`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::exit::{Exit, Failure};
use crate::cli::{output, specs};
use crate::conformance;
use crate::report::operations::{Planned, render};
use crate::verdict::Side;

/// Print a table of the operations, with what is checked of each, in Markdown.
///
/// For each operation: how many facts the description states of it in each API version, and how many
/// checks there are of what is sent (request), of what comes back (answer), of options and pages
/// (list), of what is otherwise afterwards (effect), of the longest list (limit), of the items of
/// each change (history), of other ways to ask the same (spelling), and of what must be refused.
#[derive(Debug, Args)]
pub(super) struct Operations {
    /// Description, or folder of them; those of this build by default
    #[arg(long, value_name = "FILE")]
    spec: Vec<PathBuf>,
    /// API version to print; all by default; may be repeated
    #[arg(long, value_name = "VERSION")]
    api: Vec<String>,
}

pub(super) fn run(command: &Operations) -> Result<Exit, Failure> {
    let contracts = specs::contracts(&command.spec)?;
    let chosen = specs::choose_all(&contracts, &command.api)?;
    let planned = chosen
        .into_iter()
        .map(|contract| Planned { contract, checks: conformance::plan(contract, &[Side::Client, Side::Server]) });
    output::print(&render(&planned.collect::<Vec<_>>())).map(|()| Exit::Done)
}
