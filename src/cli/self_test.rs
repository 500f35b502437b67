//! `entra-risk conform --self-test`.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use super::exit::{Exit, Failure};
use super::output::{self, Destination, read};
use super::specs;
use crate::accepted::Accepted;
use crate::conformance::Selection;
use crate::contract::Contract;
use crate::embedded;
use crate::report::{Format, mutants};
use crate::selftest::{self, Fate, Known, Listener, Options, Outcome, SelfTestError, Version};

pub(super) const HELP: &str = "\
Try the checks themselves: on mutants of pages, description, client and server

A check that nothing can make fail proves nothing. So every fact of the description is dropped, \
altered, widened and narrowed, one at a time: in the description, on pages made from it, and in \
the emulator. Other defects are put into a server by a proxy that tampers with its messages \
(no token accepted, 61 ids accepted, a 204 without effect, …), into what the client sent and \
told, and into pages. For each mutant some check must fail that passes without it.

Printed are what each rule noticed, the mutants that survived, and how many facts are proven to \
be covered: a check's claim to examine a fact counts if the check fails when the fact is altered.

The exit code is 1 if a mutant survives that openapi/survivors.toml (or --survivors FILE) does \
not know, if an entry there no longer survives, if a rule notices nothing, or if one fails on \
everything or without a mutant. With --skip RULE one can see what nobody else would notice.";

/// What to try, and where the result goes.
pub(super) struct Trial<'a> {
    pub(super) contracts: &'a [&'a Contract],
    pub(super) selection: &'a Selection,
    pub(super) mutants: &'a Selection,
    pub(super) accepted: &'a Accepted,
    pub(super) survivors: Option<&'a Path>,
    pub(super) format: Format,
    pub(super) output: &'a [Destination<Format>],
}

#[allow(clippy::disallowed_methods)] // how long it took is said, and decides nothing
pub(super) async fn run<'a>(trial: Trial<'a>) -> Result<Exit, Failure> {
    let begun = Instant::now();
    let asked = trial.output.iter().map(|to| to.format).chain([trial.format]);
    if let Some(other) = asked.into_iter().find(|format| !matches!(format, Format::Human | Format::Json)) {
        return Err(Failure::input(format!("write a self-test as {other}"), "its formats are human and json"));
    }
    let known = known(&trial)?;
    let files = output::begin_all(trial.output)?;
    let version =
        |contract: &&'a Contract| Version { foreign: specs::reason_not_to_call(contract), ..Version::new(contract) };
    let versions: Vec<Version<'_>> = trial.contracts.iter().map(version).collect();
    let options = Options {
        versions: &versions,
        selection: trial.selection,
        mutants: trial.mutants,
        accepted: trial.accepted,
        known: &known,
    };
    let mut progress = Progress::new();
    let matrix = tokio::select! {
        matrix = selftest::run(options, &mut progress) => matrix.map_err(failure)?,
        _ = tokio::signal::ctrl_c() => {
            progress.clear();
            let what = "finish the self-test: it was interrupted".to_owned();
            return Err(Failure { exit: Exit::Interrupted, what, remedy: "no report was written".to_owned() });
        }
    };
    progress.clear();
    if matrix.mutants.is_empty() {
        return Err(Failure::input(
            "find a mutant: no id meets --mutant",
            "entra-risk conform --self-test --format json lists all ids",
        ));
    }
    let render = |format: Format| match format {
        Format::Json => mutants::json(&matrix),
        _ => mutants::human(&matrix),
    };
    for (format, file) in files {
        file.finish(&output::plain(&render(format)))?;
    }
    output::print(&render(trial.format))?;
    output::note(&format!("{} mutants in {:.1} s", matrix.mutants.len(), begun.elapsed().as_secs_f64()));
    Ok(if matrix.fails() { Exit::Findings } else { Exit::Done })
}

/// The list that was named, or the one beside the descriptions of this build, where a contract of
/// this build is tried.
fn known(trial: &Trial<'_>) -> Result<Known, Failure> {
    let own = trial.contracts.iter().all(|contract| specs::is_own(contract));
    let (text, name) = match trial.survivors {
        Some(path) => (read(path, "the list of survivors")?, path.display().to_string()),
        None if own => (embedded::SURVIVORS.to_owned(), "survivors.toml of this build".to_owned()),
        None => return Ok(Known::default()),
    };
    Known::parse(&text).map_err(|error| {
        Failure::input(format!("read {name}: {error}"), "an entry is [[survivor]] with mutant and reason")
    })
}

fn failure(error: SelfTestError) -> Failure {
    match error {
        SelfTestError::Run(error) => error.into(),
        other => Failure::input(other.to_string(), ""),
    }
}

/// A line on a terminal for whatever takes longer than a second.
struct Progress {
    begun: Instant,
    shown: bool,
    n_mutants: usize,
    n_judged: usize,
    n_survived: usize,
}

impl Progress {
    #[allow(clippy::disallowed_methods)] // decides only whether a line is shown
    fn new() -> Self {
        Self { begun: Instant::now(), shown: false, n_mutants: 0, n_judged: 0, n_survived: 0 }
    }

    fn clear(&self) {
        if self.shown {
            let _ = write!(std::io::stderr(), "\r\u{1b}[K");
        }
    }
}

impl Listener for Progress {
    fn begin(&mut self, n_mutants: usize) {
        self.n_mutants = n_mutants;
    }

    fn judged(&mut self, fate: &Fate) {
        self.n_judged += 1;
        self.n_survived += usize::from(fate.outcome == Outcome::Survived);
        if self.begun.elapsed() > Duration::from_secs(1) && std::io::stderr().is_terminal() {
            self.shown = true;
            let (judged, all, survived) = (self.n_judged, self.n_mutants, self.n_survived);
            let _ = write!(std::io::stderr(), "\r\u{1b}[K{judged} of {all} mutants, {survived} survived");
        }
    }
}
