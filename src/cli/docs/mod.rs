//! `entra-risk docs`: what the documentation pages say.

mod diff;
mod history;
mod lint;
pub(super) mod read;

use clap::{Args, Subcommand};

use super::exit::{Exit, Failure};

/// Read documentation pages, look for contradictions in them, compare two versions of them.
#[derive(Debug, Args)]
pub(super) struct Docs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    // Their own comments are the help: one here would replace the long form too.
    Read(read::Read),
    Lint(lint::Lint),
    Diff(diff::Diff),
}

impl Docs {
    /// Whether standard output is for programs.
    pub(super) fn is_json(&self) -> bool {
        match &self.command {
            Command::Read(command) => command.is_json(),
            Command::Lint(command) => command.is_json(),
            Command::Diff(command) => command.is_json(),
        }
    }
}

pub(super) fn run(docs: Docs) -> Result<Exit, Failure> {
    match docs.command {
        Command::Read(command) => read::run(command),
        Command::Lint(command) => lint::run(&command),
        Command::Diff(command) => diff::run(command),
    }
}
