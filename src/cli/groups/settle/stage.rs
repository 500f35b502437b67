//! Where jobs take place: the service and the ledger, how somebody stops them, and the plan that is made
//! there.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use super::super::connection::{Connected, Connection, Rate};
use super::approve::Draft;
use super::arguments::How;
use crate::cli::exit::{Exit, Failure};
use crate::cli::ledger_place::LedgerPlace;
use crate::client::{Clock, RetryPolicy, SystemClock};
use crate::remediation::ledger::{Fault, Ledger, LedgerError};
use crate::remediation::{
    Action, Demand, Graph, Id, Lens, Offer, Pace, Plan, Reader, Scene, Standing, Stop, Trouble, TroubleKind, instant,
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
        let ledger = match Ledger::open_read_only(&self.setting.ledger) {
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
        let mut reader = Reader::first(&self.graph, &stage.pace);
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
