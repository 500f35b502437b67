//! `entra-risk jobs forget`.

use std::io::{self, BufRead as _, IsTerminal as _};

use clap::Args;

use super::super::exit::{Exit, Failure};
use super::super::output;
use super::{JobId, NONE_YET, Shelf, words};
use crate::remediation::Standing;
use crate::remediation::ledger::{Ledger, Summary};
use crate::report::text::on_one_line;

/// Forget a job: take it out of the ledger, with its ids and calls.
#[derive(Debug, Args)]
pub(super) struct Forget {
    /// Number of the job, or 'last'
    #[arg(value_name = "ID")]
    job: JobId,
    #[command(flatten)]
    shelf: Shelf,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

pub(super) fn run(forget: &Forget) -> Result<Exit, Failure> {
    let path = forget.shelf.place.path(forget.shelf.emulator)?;
    let mut ledger = Ledger::open_existing(&path)?;
    let none = || Failure::input("find a job: none was begun so far", NONE_YET);
    let number = forget.job.number(&ledger)?.ok_or_else(none)?;
    let summary = ledger.job(number)?;
    if !forget.yes && !is_confirmed(&summary)? {
        output::note("nothing was forgotten");
        return Ok(Exit::Unusable);
    }
    ledger.forget(number)?;
    output::print(&format!("forgot job {number}: {}\n", about(&summary)))?;
    Ok(Exit::Done)
}

fn about(summary: &Summary) -> String {
    let counts = &summary.counts;
    let n_open: u64 = counts.iter().filter(|(standing, _)| !standing.is_final()).map(|(_, n_ids)| n_ids).sum();
    let open = if n_open == 0 { String::new() } else { format!(", {n_open} not settled") };
    let (command, n_settled) = (on_one_line(&summary.job.command), counts.of(Standing::Settled));
    format!("{command}, {}, {n_settled} settled{open}", words::ids(counts.all()))
}

/// Asks for the number: what is forgotten is the evidence of what was done.
fn is_confirmed(summary: &Summary) -> Result<bool, Failure> {
    let number = summary.job.number;
    if !io::stdin().is_terminal() {
        let what = format!("forget job {number}: nobody is there to confirm it");
        return Err(Failure::input(what, "add --yes"));
    }
    output::note(&format!("job {number}: {}", about(summary)));
    output::note(&format!("type {number} to forget it; nothing else has what was sent and answered"));
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    read.map_err(|error| Failure::input(format!("read what you typed: {error}"), "add --yes"))?;
    Ok(answer.trim() == number.to_string())
}
