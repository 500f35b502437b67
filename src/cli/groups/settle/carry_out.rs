//! Carries a plan out, or a job on: the ledger, the run, Ctrl-C, the summary.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::super::connection::{Connected, Connection, Rate};
use super::approve::Draft;
use super::arguments::{Format, How, Printing};
use super::progress::Progress;
use super::summary::Summary;
use crate::cli::exit::{Exit, Failure};
use crate::cli::jobs::{Form, write_export};
use crate::cli::ledger_place::LedgerPlace;
use crate::cli::output::{self, WholeFile};
use crate::client::{Clock, RetryPolicy, SystemClock};
use crate::odata::Instant;
use crate::remediation::ledger::{Job, Ledger, Writer};
use crate::remediation::{
    Action, Demand, Event, Graph, Id, Lens, Offer, Opening, Pace, Plan, Reader, Report, Roll, Run, Scene, Settings,
    Standing, Stop, Trouble, TroubleKind, ended, instant,
};

/// What all jobs of a command have in common.
#[derive(Clone)]
pub(super) struct Setting {
    rate: Option<Rate>,
    pub(super) ledger: PathBuf,
    is_rehearsal: bool,
    /// What a further command needs to find the same ledger.
    pub(super) place: String,
    pub(super) command: String,
    pub(super) stop: Stop,
}

/// Where a job takes place.
pub(in crate::cli) struct Stage {
    pub(super) setting: Setting,
    pub(super) connected: Connected,
    pub(super) pace: Pace,
    pub(super) rate: Option<f64>,
    /// Whether tenant and way of signing in were said.
    is_explicit: bool,
}

/// An action on a service.
pub(in crate::cli) struct Bound {
    pub(super) graph: Graph,
    pub(super) lens: Option<Lens>,
    pub(super) scene: Scene,
}

/// The root of an emulator of the command's own: its port is another each time, and says nothing.
pub(super) const EMBEDDED: &str = "embedded";

/// How long ago a job may have confirmed what is not to be undone by chance: 30 days, in ticks.
const RECENT: i64 = 30 * 86_400 * 10_000_000;

impl Setting {
    /// From now on signals stop whatever takes place in it.
    pub(super) fn new(
        is_rehearsal: bool,
        rate: Option<Rate>,
        ledger: &LedgerPlace,
        command: &str,
    ) -> Result<Self, Failure> {
        let setting = Self {
            rate,
            ledger: ledger.path(is_rehearsal)?,
            is_rehearsal,
            place: ledger.again(is_rehearsal),
            command: command.to_owned(),
            stop: Stop::default(),
        };
        stop_on_signal(&setting.stop);
        Ok(setting)
    }

    /// The ledger, to begin jobs in it.
    pub(super) fn open_ledger(&self, place: &LedgerPlace) -> Result<Ledger, Failure> {
        place.open(self.is_rehearsal)
    }
}

impl Stage {
    pub(super) async fn open(
        connection: &Connection,
        rate: Option<Rate>,
        ledger: &LedgerPlace,
        command: &str,
    ) -> Result<Self, Failure> {
        let connected = connection.open(RetryPolicy::never()).await?;
        let setting = Setting::new(connection.is_emulator(), rate, ledger, command)?;
        Ok(Self::new(setting, connected, connection.is_explicit()))
    }

    pub(super) fn new(setting: Setting, connected: Connected, is_explicit: bool) -> Self {
        let rate = setting.rate.unwrap_or(connected.rate).number();
        let pace = Pace::new(rate, Arc::new(SystemClock::new()) as Arc<dyn Clock>);
        Self { setting, connected, pace, rate, is_explicit }
    }

    /// An action on the service. Fails where the caller may not do it, as far as its token says.
    pub(super) fn bind(&self, action: Action) -> Result<Bound, Failure> {
        let offer = Offer { contract: action.contract, operation: action.operation };
        let signed = &self.connected.signed;
        self.connected.client(offer)?;
        for read in action.members().into_iter().flat_map(|members| [members.list, members.get]).flatten() {
            if let Some(warning) = signed.require(read)? {
                self.connected.warn(&warning);
            }
        }
        let session = &self.connected.session;
        let graph = Graph::new(session, action);
        let graph = graph.ok_or_else(|| {
            Failure::input(format!("call {}: this build has no client of it", action.contract.api), "")
        })?;
        let cloud = match (signed.cloud, &self.connected.emulator) {
            (Some(cloud), _) => cloud,
            (None, Some(_)) => "emulator",
            (None, None) => "server",
        };
        let scene = Scene {
            tenant: signed.tenant.clone(),
            cloud: cloud.to_owned(),
            root: match self.connected.emulator {
                Some(_) => EMBEDDED.to_owned(),
                None => session.version_url(&action.contract.api),
            },
            identity: signed.identity.clone().unwrap_or_default(),
            identity_kind: signed.claims.as_ref().map_or("unknown", |claims| claims.account().as_str()).to_owned(),
        };
        Ok(Bound { graph, lens: Lens::new(&action), scene })
    }

    /// Identities of which a recent job confirmed the opposite.
    pub(super) fn confirmed(&self, action: &Action) -> Result<HashSet<Id>, Failure> {
        if !self.setting.ledger.exists() {
            return Ok(HashSet::new());
        }
        let ledger = Ledger::open_read_only(&self.setting.ledger)?;
        let since = instant(self.pace.clock()) - RECENT;
        let tenant = self.connected.signed.tenant.as_deref();
        let mut found = HashSet::new();
        for (operation, _) in action.contradictions() {
            let done = [Standing::Accepted, Standing::Settled, Standing::Processing];
            for id in ledger.ids_of(&operation.id, tenant, since, &done)? {
                found.insert(id?);
            }
        }
        Ok(found)
    }

    pub(super) fn draft<'a>(
        &'a self,
        plan: &'a Plan,
        action: &'a Action,
        bound: &'a Bound,
        selection: &'a str,
        by_filter: bool,
        how: &How,
    ) -> Draft<'a> {
        Draft {
            plan,
            action,
            command: &self.setting.command,
            scene: &bound.scene,
            selection,
            apart: self.pace.apart(),
            verify: !how.no_verify,
            by_filter,
            is_microsoft: self.connected.signed.is_microsoft,
            is_explicit: self.is_explicit,
        }
    }
}

impl Bound {
    /// Sees how everybody is.
    pub(super) async fn plan(
        &mut self,
        action: &Action,
        demand: Demand,
        stage: &Stage,
        progress: impl FnMut(usize),
    ) -> Result<Plan, Failure> {
        let mut reader = Reader::new(&self.graph, &stage.pace);
        let plan = Plan::make(action, self.lens.as_mut(), &mut reader, demand, progress);
        let plan = stage.setting.stop.or(plan).await;
        plan.ok_or_else(interrupted)?.map_err(|trouble| unread(&trouble))
    }

    /// The same, shown to whoever waits at a terminal.
    pub(super) async fn plan_in_sight(
        &mut self,
        action: &Action,
        demand: Demand,
        stage: &Stage,
    ) -> Result<Plan, Failure> {
        let progress = Reading::new();
        let plan = self.plan(action, demand, stage, |n| progress.read(n)).await;
        progress.end();
        plan
    }
}

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
        let mut progress = Progress::new(&work.roll);
        let ended = self.go(work, going, &mut |event| progress.event(event)).await;
        progress.end();
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

/// How many were read so far, for whoever waits at a terminal.
struct Reading(indicatif::ProgressBar);

impl Reading {
    fn new() -> Self {
        let bar = indicatif::ProgressBar::new_spinner();
        let target = match std::io::IsTerminal::is_terminal(&std::io::stderr()) {
            true => indicatif::ProgressDrawTarget::stderr_with_hz(4),
            false => indicatif::ProgressDrawTarget::hidden(),
        };
        bar.set_draw_target(target);
        Self(bar)
    }

    fn read(&self, n: usize) {
        self.0.set_message(format!("{n} seen so far"));
        self.0.tick();
    }

    fn end(&self) {
        self.0.finish_and_clear();
    }
}

/// Ctrl-C, or the signal by which service managers stop a program: the calls in flight are finished.
fn stop_on_signal(stop: &Stop) {
    let stop = stop.clone();
    tokio::spawn(async move {
        let Ok(stopped) = crate::cli::serve::stop_signals() else { return };
        stopped.await;
        output::note("stopping: the calls in flight are finished first");
        stop.ask();
    });
}

/// Nothing was sent but reads.
pub(super) fn interrupted() -> Failure {
    Failure {
        exit: Exit::Interrupted,
        what: "go on: interrupted; nothing was changed".to_owned(),
        remedy: String::new(),
    }
}

/// Reading failed before anything was done.
pub(super) fn unread(trouble: &Trouble) -> Failure {
    let status = trouble.status.map(|status| format!("HTTP {status} ")).unwrap_or_default();
    let code = trouble.code.as_deref().map(|code| format!("{code}: ")).unwrap_or_default();
    let id = trouble.request_id.as_deref().map(|id| format!(" (request-id {id})")).unwrap_or_default();
    let what = format!("read how everybody is: {status}{code}{}{id}; nothing was changed", trouble.message);
    let remedy = match trouble.kind {
        TroubleKind::Denied => "see what you may do with `entra-risk whoami`",
        TroubleKind::Refused => "correct the filter, or see the ids by `list` first",
        _ => "try again later",
    };
    Failure { exit: Exit::Unreachable, what, remedy: remedy.to_owned() }
}
