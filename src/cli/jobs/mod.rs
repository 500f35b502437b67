//! `entra-risk jobs`: what was done, and what is left to do.

mod evidence;
mod export;
mod forget;
mod list;
mod rows;
mod show;
mod words;

use std::str::FromStr;

use clap::{Args, Subcommand};

pub(super) use self::export::write_export;
pub(super) use self::rows::Form;
use super::exit::{Exit, Failure};
use super::groups::{Resume, Verify};
use super::ledger_place::LedgerPlace;
use crate::remediation::ledger::{Ledger, LedgerError};

/// Show what was settled, by whom and with which calls; export it, or forget it.
#[derive(Debug, Args)]
pub(super) struct Jobs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    List(list::List),
    Show(show::Show),
    // Their own comments are the help.
    Verify(Box<Verify>),
    Resume(Box<Resume>),
    Export(export::Export),
    Forget(forget::Forget),
}

impl Jobs {
    /// Whether standard output is for programs.
    pub(super) fn is_json(&self) -> bool {
        match &self.command {
            Command::List(list) => list.is_json(),
            Command::Show(show) => show.is_json(),
            Command::Export(export) => export.is_json(),
            Command::Verify(verify) => verify.is_json(),
            Command::Resume(resume) => resume.is_json(),
            Command::Forget(_) => false,
        }
    }
}

pub(super) async fn run(jobs: &Jobs) -> Result<Exit, Failure> {
    match &jobs.command {
        Command::Verify(verify) => verify.run().await,
        Command::Resume(resume) => resume.run().await,
        Command::List(list) => list::run(list),
        Command::Show(show) => show::run(show),
        Command::Export(export) => export::run(export),
        Command::Forget(forget) => forget::run(forget),
    }
}

/// Which ledger a command of jobs looks at.
#[derive(Debug, Args)]
struct Shelf {
    #[command(flatten)]
    place: LedgerPlace,
    /// Look at what was tried with --emulator
    #[arg(long, conflicts_with = "ledger")]
    emulator: bool,
}

impl Shelf {
    /// The ledger, to look at.
    fn look(&self) -> Result<Option<Ledger>, Failure> {
        self.place.look(self.emulator)
    }

    /// The ledger and the number of a job that was asked for, to look at.
    fn job(&self, job: JobId) -> Result<(Ledger, i64), Failure> {
        let none = || Failure::input("find a job: none was begun so far", NONE_YET);
        let ledger = self.look()?.ok_or_else(none)?;
        let number = job.number(&ledger)?.ok_or_else(none)?;
        Ok((ledger, number))
    }
}

/// Where jobs come from.
pub(super) const NONE_YET: &str =
    "jobs are begun by commands that settle risk, such as entra-risk users dismiss --emulator";

/// Which job is meant.
#[derive(Debug, Clone, Copy)]
pub(super) enum JobId {
    Last,
    Number(i64),
}

impl FromStr for JobId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match (text, text.parse()) {
            ("last", _) => Ok(Self::Last),
            (_, Ok(number)) if number > 0 => Ok(Self::Number(number)),
            _ => Err("it is a number of `entra-risk jobs list`, or 'last'".to_owned()),
        }
    }
}

impl JobId {
    pub(super) fn number(self, ledger: &Ledger) -> Result<Option<i64>, LedgerError> {
        match self {
            Self::Last => ledger.last(),
            Self::Number(number) => Ok(Some(number)),
        }
    }
}
