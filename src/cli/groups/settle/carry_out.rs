//! Carries a plan out, or a job on: its ids in the ledger, the run, the summary.

use std::path::Path;
use std::time::Duration;

use super::arguments::{Format, How, Printing};
use super::progress::Progress;
use super::stage::{Bound, Setting, Stage};
use super::summary::Summary;
use crate::cli::exit::{Exit, Failure};
use crate::cli::jobs::{Form, write_export};
use crate::cli::output::{self, WholeFile};
use crate::odata::Instant;
use crate::remediation::ledger::{Job, Ledger, Writer};
use crate::remediation::{Action, Event, Opening, Plan, Report, Roll, Run, Settings, Stop, ended, instant};

/// How a job goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Going {
    /// It is carried out.
    On,
    /// It is read back.
    Back,
}

/// A job that is carried out, or on.
pub(super) struct CarryOut {
    pub(super) stage: Stage,
    pub(super) action: Action,
    pub(super) bound: Bound,
}

/// A job as it is when it goes on.
pub(super) struct Work {
    pub(super) job: Job,
    pub(super) writer: Writer,
    pub(super) roll: Roll,
    pub(super) settings: Settings,
    pub(super) since: Option<Instant>,
    pub(super) n_pages: Option<usize>,
    pub(super) by_filter: bool,
    pub(super) next_call: u32,
    /// Reads before it began, or went on.
    pub(super) n_plan_reads: usize,
}

impl Work {
    /// The job of a plan, as it begins.
    pub(super) fn new(job: Job, writer: Writer, plan: Plan, settings: Settings, by_filter: bool) -> Self {
        let Plan { roll, date, n_pages, n_requests: n_plan_reads } = plan;
        Self { job, writer, roll, settings, since: date, n_pages, by_filter, next_call: 0, n_plan_reads }
    }
}

/// A job that came to an end, whichever.
pub(super) struct Ended {
    pub(super) job: i64,
    pub(super) roll: Roll,
    pub(super) report: Report,
    settings: Settings,
    by_filter: bool,
    n_plan_reads: usize,
    pub(super) took: Duration,
}

impl CarryOut {
    /// Writes down the job of a plan. Nothing is sent.
    pub(super) fn begin(
        &self,
        ledger: &mut Ledger,
        plan: &Plan,
        how: &How,
        by_filter: bool,
        plan_sha256: Option<&str>,
    ) -> Result<Job, Failure> {
        let opening = Opening {
            scene: &self.bound.scene,
            command: &self.stage.setting.command,
            ticket: how.ticket.as_deref(),
            reason: how.reason.as_deref(),
            plan_sha256,
            settings: &how.settings(),
            rate: self.stage.rate,
            by_filter,
            now: instant(self.stage.pace.clock()),
        };
        Ok(opening.begin(ledger, &self.action, plan, self.bound.lens.as_ref())?)
    }

    /// Begins the job of a plan, and carries it out to its end.
    pub(super) async fn run(
        self,
        plan: Plan,
        how: &How,
        by_filter: bool,
        plan_sha256: Option<&str>,
    ) -> Result<Exit, Failure> {
        let outputs = output::begin_all(&how.printing.output)?;
        let mut ledger = self.stage.setting.open_ledger(&how.ledger)?;
        let job = self.begin(&mut ledger, &plan, how, by_filter, plan_sha256)?;
        let work = Work::new(job, Writer::start(ledger)?, plan, how.settings(), by_filter);
        self.finish(work, Going::On, &how.printing, outputs).await
    }

    /// Carries out what is left of a job, or reads it back, and tells what came of it.
    pub(super) async fn finish(
        mut self,
        work: Work,
        going: Going,
        printing: &Printing,
        outputs: Vec<(Form, WholeFile)>,
    ) -> Result<Exit, Failure> {
        let noting = note_stop(&self.stage.setting.stop);
        let mut progress = Progress::new(&work.roll);
        let ended = self.go(work, going, &mut |event| progress.event(event)).await;
        progress.end();
        noting.abort();
        let summary = self.summary(&ended);
        match printing.format {
            Format::Human => output::print(&summary.text())?,
            Format::Json => output::print(&format!("{:#}\n", summary.json()))?,
        }
        write_exports(&self.stage.setting.ledger, &[ended.job], outputs)?;
        Ok(summary.exit())
    }

    /// Carries out what is left of a job, or reads it back.
    pub(super) async fn go(&mut self, work: Work, going: Going, listener: &mut (dyn FnMut(Event<'_>) + Send)) -> Ended {
        let Work { job, writer, mut roll, settings, since, n_pages, by_filter, next_call, n_plan_reads } = work;
        let stage = &self.stage;
        let run = Run {
            action: &self.action,
            service: &self.bound.graph,
            pace: &stage.pace,
            writer: &writer,
            job: job.number,
            next_call,
            settings: settings.clone(),
            stop: &stage.setting.stop,
            since,
            n_pages,
        };
        let begun = stage.pace.clock().elapsed();
        let lens = self.bound.lens.as_mut();
        let report = match going {
            Going::On => run.carry_out(&mut roll, lens, listener).await,
            Going::Back => run.look_again(&mut roll, lens, listener).await,
        };
        let took = stage.pace.clock().elapsed().saturating_sub(begun);
        let at = instant(stage.pace.clock());
        if let Err(error) = writer.write(vec![ended(job.number, report.halt.as_ref(), &roll, at)]).await {
            stage.connected.warn(&format!("failed to {error}; the job stands as it was last written"));
        }
        Ended { job: job.number, roll, report, settings, by_filter, n_plan_reads, took }
    }

    pub(super) fn summary<'a>(&'a self, ended: &'a Ended) -> Summary<'a> {
        let Ended { job, roll, report, settings, by_filter, n_plan_reads, took } = ended;
        let Setting { command, ledger, place, .. } = &self.stage.setting;
        Summary {
            command,
            job: *job,
            roll,
            report,
            settings,
            is_visible: self.action.members().is_some(),
            by_filter: *by_filter,
            n_plan_reads: *n_plan_reads,
            took: *took,
            ledger,
            place,
            is_resumable: self.stage.connected.emulator.is_none(),
        }
    }
}

/// Writes the ids of jobs to the files that were asked for.
pub(super) fn write_exports(ledger: &Path, jobs: &[i64], outputs: Vec<(Form, WholeFile)>) -> Result<(), Failure> {
    if outputs.is_empty() {
        return Ok(());
    }
    let ledger = Ledger::open_read_only(ledger)?;
    outputs.into_iter().try_for_each(|(form, file)| write_export(&ledger, jobs, form, file))
}

/// Tells whoever stops a run why it does not end at once.
pub(super) fn note_stop(stop: &Stop) -> tokio::task::JoinHandle<()> {
    let stop = stop.clone();
    tokio::spawn(async move {
        stop.asked().await;
        output::note("stopping: the calls in flight are finished first");
    })
}
