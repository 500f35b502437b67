//! `entra-risk spec`: descriptions, and how they relate to the pages.

mod derive;
mod pages;
mod update;

use clap::{Args, Subcommand};

use super::exit::{Exit, Failure};

/// Derive a description from documentation pages, or bring one up to date with them.
#[derive(Debug, Args)]
pub(super) struct Spec {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print an OpenAPI description that is made of nothing but documentation pages
    Derive(derive::Derive),
    /// Bring a description up to date with documentation pages
    Update(update::Update),
}

impl Spec {
    /// Whether standard output is for programs.
    pub(super) fn is_json(&self) -> bool {
        match &self.command {
            Command::Derive(_) => false,
            Command::Update(command) => command.is_json(),
        }
    }
}

pub(super) fn run(spec: Spec) -> Result<Exit, Failure> {
    match spec.command {
        Command::Derive(command) => derive::run(&command),
        Command::Update(command) => update::run(&command),
    }
}
