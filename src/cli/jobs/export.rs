//! `entra-risk jobs export`.

use std::io::{self, BufWriter};
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;

use super::super::exit::{Exit, Failure};
use super::super::output::WholeFile;
use super::rows::{self, Form, Stopped};
use super::{JobId, Shelf};
use crate::remediation::Standing;
use crate::remediation::ledger::Ledger;

/// Export the ids of a job with what became of each.
///
/// Those that are not settled, for the next run: entra-risk jobs export last --state unsettled --format ids
#[derive(Debug, Args)]
pub(super) struct Export {
    /// Number of the job, or 'last'
    #[arg(value_name = "ID")]
    job: JobId,
    #[command(flatten)]
    shelf: Shelf,
    /// Those that stand here alone: planned, left-out, sending, accepted, settled, still-processing, unchanged,
    /// refused, unknown; or unsettled, which is all that may yet be settled
    #[arg(long, value_name = "STATE,…", value_delimiter = ',')]
    state: Vec<States>,
    /// Form of the export
    #[arg(long, value_enum, default_value_t = Form::Jsonl)]
    format: Form,
    /// File to write, whole or not at all; standard output by default
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Standings by a word.
#[derive(Debug, Clone)]
struct States(Vec<Standing>);

impl FromStr for States {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let word = word.trim().replace('-', " ");
        if word == "unsettled" {
            return Ok(Self(Standing::ALL.into_iter().filter(|standing| !standing.is_final()).collect()));
        }
        let known = Standing::ALL.into_iter().find(|standing| standing.as_str() == word);
        known.map(|standing| Self(vec![standing])).ok_or_else(|| {
            let words: Vec<String> = Standing::ALL.iter().map(|known| known.as_str().replace(' ', "-")).collect();
            format!("there is no such state; there are unsettled, {}", words.join(", "))
        })
    }
}

impl Export {
    pub(super) fn is_json(&self) -> bool {
        self.format == Form::Jsonl
    }
}

pub(super) fn run(export: &Export) -> Result<Exit, Failure> {
    let (ledger, job) = export.shelf.job(export.job)?;
    let file = export.output.as_deref().map(WholeFile::begin).transpose()?;
    let _snapshot = ledger.snapshot()?;
    ledger.job(job)?;
    let standings: Vec<Standing> = export.state.iter().flat_map(|states| &states.0).copied().collect();
    let write = |output: &mut dyn io::Write| {
        let mut output = BufWriter::new(output);
        rows::write(&ledger, &[job], &standings, export.format, &mut output)
    };
    match file {
        Some(mut file) => {
            write(file.file()).map_err(|stopped| failure(stopped, &format!("{}", file.path().display())))?;
            file.finish("")?;
        }
        None => match write(&mut io::stdout().lock()) {
            // Whoever reads has seen enough (`| head`).
            Err(Stopped::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {}
            other => other.map_err(|stopped| failure(stopped, "to standard output"))?,
        },
    }
    Ok(Exit::Done)
}

/// Writes all ids of jobs to a file, whole or not at all.
pub(in crate::cli) fn write_export(
    ledger: &Ledger,
    jobs: &[i64],
    form: Form,
    mut file: WholeFile,
) -> Result<(), Failure> {
    let _snapshot = ledger.snapshot()?;
    let mut output = BufWriter::new(file.file());
    let written = rows::write(ledger, jobs, &[], form, &mut output);
    drop(output);
    written.map_err(|stopped| failure(stopped, &format!("{}", file.path().display())))?;
    file.finish("")
}

fn failure(stopped: Stopped, place: &str) -> Failure {
    match stopped {
        Stopped::Ledger(failure) => failure,
        Stopped::Output(error) => Failure::input(format!("write {place}: {error}"), ""),
    }
}
