//! Carries a plan out, or a job on: the ledger, the run, Ctrl-C, the summary.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

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
use crate::remediation::ledger::{Fault, Job, Ledger, LedgerError, Writer};
use crate::remediation::{
    Action, Demand, Event, Graph, Id, Lens, Offer, Opening, Pace, Plan, Reader, Roll, Run, Scene, Settings, Standing,
    Stop, Trouble, TroubleKind, ended, instant,
};

/// Where everything takes place.
pub(in crate::cli) struct Stage {
    pub(super) connected: Connected,
    pub(super) pace: Pace,
    pub(super) rate: Option<f64>,
    pub(super) ledger: PathBuf,
    is_rehearsal: bool,
    /// What a further command needs to find the same ledger.
    pub(super) place: String,
    pub(super) command: String,
    pub(super) stop: Stop,
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

impl Stage {
    pub(super) async fn open(
        connection: &Connection,
        rate: Option<Rate>,
        ledger: &LedgerPlace,
        command: &str,
    ) -> Result<Self, Failure> {
        let connected = connection.open(RetryPolicy::never()).await?;
        let rate = rate.unwrap_or(connected.rate).number();
        let pace = Pace::new(rate, Arc::new(SystemClock::new()) as Arc<dyn Clock>);
        let path = ledger.path(connection.is_emulator())?;
        let stop = Stop::default();
        stop_on_signal(&stop);
        Ok(Self {
            connected,
            pace,
            rate,
            ledger: path,
            is_rehearsal: connection.is_emulator(),
            place: ledger.again(connection.is_emulator()),
            command: command.to_owned(),
            stop,
            is_explicit: connection.is_explicit(),
        })
    }

    /// An action on the service. Fails where the caller may not do it, as far as its token says.
    pub(super) fn bind(&self, action: Action) -> Result<Bound, Failure> {
        let offer = Offer { contract: action.contract, operation: action.operation };
        let signed = &self.connected.signed;
        self.connected.client(offer)?;
        for read in action.members().into_iter().flat_map(|members| [members.list, members.get]).flatten() {
            if let Some(warning) = signed.require(read)? {
                output::note(&format!("warning: {warning}"));
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
        let ledger = match Ledger::open_read_only(&self.ledger) {
            Err(LedgerError::Unusable { fault: Fault::Missing | Fault::Empty, .. }) => return Ok(HashSet::new()),
            ledger => ledger?,
        };
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
            command: &self.command,
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
    pub(super) async fn plan(&mut self, action: &Action, demand: Demand, stage: &Stage) -> Result<Plan, Failure> {
        let mut reader = Reader::first(&self.graph, &stage.pace);
        let progress = Reading::new();
        let plan = Plan::make(action, self.lens.as_mut(), &mut reader, demand, |n| progress.read(n));
        let plan = stage.stop.or(plan).await;
        progress.end();
        plan.ok_or_else(interrupted)?.map_err(|trouble| unread(&trouble))
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
pub(super) struct CarryOut<'a> {
    pub(super) stage: &'a Stage,
    pub(super) action: Action,
    pub(super) bound: Bound,
    pub(super) printing: &'a Printing,
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

impl CarryOut<'_> {
    /// Begins the job of a plan.
    pub(super) async fn begin(
        self,
        plan: Plan,
        how: &How,
        by_filter: bool,
        plan_sha256: Option<&str>,
    ) -> Result<Exit, Failure> {
        let outputs = output::begin_all(&self.printing.output)?;
        let settings = how.settings();
        let opening = Opening {
            scene: &self.bound.scene,
            command: &self.stage.command,
            ticket: how.ticket.as_deref(),
            reason: how.reason.as_deref(),
            plan_sha256,
            settings: &settings,
            rate: self.stage.rate,
            by_filter,
            now: instant(self.stage.pace.clock()),
        };
        let ledger = how.ledger.open(self.stage.is_rehearsal)?;
        let (job, writer) = opening.begin(ledger, &self.action, &plan, self.bound.lens.as_ref())?;
        let Plan { roll, date, n_pages, n_requests } = plan;
        let work = Work {
            job,
            writer,
            roll,
            settings,
            since: date,
            n_pages,
            by_filter,
            next_call: 0,
            n_plan_reads: n_requests,
        };
        self.go(work, Going::On, outputs).await
    }

    /// Carries out what is left of a job, or reads it back.
    pub(super) async fn go(
        mut self,
        work: Work,
        going: Going,
        outputs: Vec<(Form, WholeFile)>,
    ) -> Result<Exit, Failure> {
        let Work { job, writer, mut roll, settings, since, n_pages, by_filter, next_call, n_plan_reads } = work;
        let stage = self.stage;
        let run = Run {
            action: &self.action,
            service: &self.bound.graph,
            pace: &stage.pace,
            writer: &writer,
            job: job.number,
            next_call,
            settings: settings.clone(),
            stop: &stage.stop,
            since,
            n_pages,
        };
        let begun = stage.pace.clock().elapsed();
        let noting = note_stop(&stage.stop);
        let mut progress = Progress::new(&roll);
        let mut listener = |event: Event<'_>| progress.event(event);
        let lens = self.bound.lens.as_mut();
        let report = match going {
            Going::On => run.carry_out(&mut roll, lens, &mut listener).await,
            Going::Back => run.look_again(&mut roll, lens, &mut listener).await,
        };
        progress.end();
        noting.abort();
        let took = stage.pace.clock().elapsed().saturating_sub(begun);
        let at = instant(stage.pace.clock());
        if let Err(error) = writer.write(vec![ended(job.number, report.halt.as_ref(), &roll, at)]).await {
            output::note(&format!("warning: failed to {error}; the job stands as it was last written"));
        }
        let summary = Summary {
            command: &stage.command,
            job: job.number,
            roll: &roll,
            report: &report,
            settings: &settings,
            is_visible: self.action.members().is_some(),
            by_filter,
            n_plan_reads,
            took,
            ledger: &stage.ledger,
            place: &stage.place,
            is_resumable: stage.connected.emulator.is_none(),
        };
        match self.printing.format {
            Format::Human => output::print(&summary.text())?,
            Format::Json => output::print(&format!("{:#}\n", summary.json()))?,
        }
        if !outputs.is_empty() {
            let ledger = Ledger::open_read_only(&stage.ledger)?;
            for (form, file) in outputs {
                write_export(&ledger, job.number, form, file)?;
            }
        }
        Ok(summary.exit())
    }
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
        stop.ask();
    });
}

/// Tells whoever stops a run why it does not end at once.
fn note_stop(stop: &Stop) -> tokio::task::JoinHandle<()> {
    let stop = stop.clone();
    tokio::spawn(async move {
        stop.asked().await;
        output::note("stopping: the calls in flight are finished first");
    })
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
        TroubleKind::NotSent => "see whether the address is right, and can be reached from here",
        _ => "try again later",
    };
    Failure { exit: Exit::Unreachable, what, remedy: remedy.to_owned() }
}
