//! `entra-risk schema`.

use clap::{Args, ValueEnum};

use super::exit::{Exit, Failure};
use super::output;
use crate::{docs, report};

/// Print the JSON schema of a report.
#[derive(Debug, Args)]
pub(super) struct Schema {
    /// Which report
    #[arg(value_enum, default_value = "conform")]
    of: Of,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Of {
    /// A run of conform
    Conform,
    /// A verdict of check on a program
    Check,
    /// What the commands on pages and descriptions find
    Findings,
    /// A documentation page, as docs read prints it
    Page,
    /// The changes of the contract between two versions of pages
    Changes,
}

pub(super) fn run(command: &Schema) -> Result<Exit, Failure> {
    let schema = match command.of {
        Of::Conform => report::SCHEMA,
        Of::Check => report::check::SCHEMA,
        Of::Findings => report::findings::SCHEMA,
        Of::Page => docs::SCHEMA,
        Of::Changes => report::changes::SCHEMA,
    };
    output::print(schema).map(|()| Exit::Done)
}
