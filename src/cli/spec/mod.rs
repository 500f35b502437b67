//! `entra-risk spec …`: what is done with descriptions. One file a command.

mod compare;
mod derive;
mod lint;
mod metadata;
mod operations;
mod pages;
mod update;

use clap::{Args, Subcommand};

use super::exit::{Exit, Failure};

/// Work on descriptions.
#[derive(Debug, Args)]
pub(super) struct Spec {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    // Their own comments are the help: one here would replace the long form too.
    Compare(compare::Compare),
    Lint(lint::Lint),
    Operations(operations::Operations),
    Derive(derive::Derive),
    Update(update::Update),
}

impl Spec {
    /// Whether standard output is for programs.
    pub(super) fn is_json(&self) -> bool {
        match &self.command {
            Command::Compare(command) => command.is_json(),
            Command::Lint(command) => command.is_json(),
            Command::Derive(_) | Command::Operations(_) => false,
            Command::Update(command) => command.is_json(),
        }
    }
}

pub(super) fn run(command: &Spec) -> Result<Exit, Failure> {
    match &command.command {
        Command::Compare(command) => compare::run(command),
        Command::Lint(command) => lint::run(command),
        Command::Operations(command) => operations::run(command),
        Command::Derive(command) => derive::run(command),
        Command::Update(command) => update::run(command),
    }
}
