//! A plan becomes a job of the ledger, and a job that stopped is taken up again.

use serde::{Deserialize, Serialize};

use super::ledger::{Change, Job, JobRecord, JobState, Ledger, LedgerError, NewId, NewJob, Stand};
use super::run::number;
use super::{Action, Lens, Plan, Roll, Seen, Settings, Standing};
use crate::odata::Instant;

/// Where a job is done, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scene {
    /// The tenant, where the token says it.
    pub tenant: Option<String>,
    /// The cloud's name.
    pub cloud: String,
    /// The root of the API version.
    pub root: String,
    /// The object id of who is signed in.
    pub identity: String,
    /// What it is: a user, an application, ….
    pub identity_kind: String,
}

/// What a job begins with, besides its plan.
#[derive(Debug, Clone)]
pub struct Opening<'a> {
    /// Where and by whom.
    pub scene: &'a Scene,
    /// The words of the command.
    pub command: &'a str,
    /// The ticket that it is done for.
    pub ticket: Option<&'a str>,
    /// Why it is done.
    pub reason: Option<&'a str>,
    /// SHA-256 of the plan's file, if there is one.
    pub plan_sha256: Option<&'a str>,
    /// How it is carried out.
    pub settings: &'a Settings,
    /// Requests a second; `None` for as many as the service takes.
    pub rate: Option<f64>,
    /// Whether it is whatever a filter found.
    pub by_filter: bool,
    /// Now.
    pub now: Instant,
}

/// What a job needs to be taken up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kept {
    settings: Settings,
    rate: Option<f64>,
    /// When the plan was made, by the service's clock.
    since: Option<Instant>,
    n_pages: Option<usize>,
    #[serde(default)]
    by_filter: bool,
}

impl Opening<'_> {
    /// Begins the job of a plan.
    ///
    /// # Errors
    /// If the ledger cannot be written: nothing is begun then.
    pub fn begin(
        &self,
        ledger: &mut Ledger,
        action: &Action,
        plan: &Plan,
        lens: Option<&Lens>,
    ) -> Result<Job, LedgerError> {
        let kept = Kept {
            settings: self.settings.clone(),
            rate: self.rate,
            since: plan.date,
            n_pages: plan.n_pages,
            by_filter: self.by_filter,
        };
        let scene = self.scene;
        let new = NewJob {
            command: self.command,
            api: &action.contract.api,
            operation: &action.operation.id,
            tenant: scene.tenant.as_deref(),
            cloud: &scene.cloud,
            root: &scene.root,
            identity: &scene.identity,
            identity_kind: &scene.identity_kind,
            ticket: self.ticket,
            reason: self.reason,
            plan_sha256: self.plan_sha256,
            settings: serde_json::to_value(kept).unwrap_or_default(),
            created: self.now,
        };
        let roll = &plan.roll;
        let ids = (0..roll.len()).map(|index| {
            let before = roll.before(index);
            NewId {
                id: roll.id(index),
                before: lens.map(|lens| lens.text(before)),
                updated: before.updated(),
                standing: roll.standing(index),
                detail: roll.detail(index),
            }
        });
        ledger.begin(&new, ids)
    }
}

/// A job that is taken up again.
#[derive(Debug)]
pub struct TakenUp {
    /// What the ledger says of it.
    pub record: JobRecord,
    /// Its identities. What was being sent is unknown.
    pub roll: Roll,
    /// How it is carried out.
    pub settings: Settings,
    /// Requests a second.
    pub rate: Option<f64>,
    /// When its plan was made, by the service's clock.
    pub since: Option<Instant>,
    /// How many pages the whole list had.
    pub n_pages: Option<usize>,
    /// Whether it is whatever a filter found.
    pub by_filter: bool,
    /// The number of its next call.
    pub next_call: u32,
}

impl TakenUp {
    /// Requests a second, as a job was begun with.
    #[must_use]
    pub fn kept_rate(record: &JobRecord) -> Option<f64> {
        let kept: Result<Kept, _> = serde_json::from_value(record.settings.clone());
        kept.map_or(Some(super::DOCUMENTED), |kept| kept.rate)
    }

    /// Reads a job back.
    ///
    /// # Errors
    /// If the ledger cannot be read.
    pub fn read(ledger: &Ledger, job: i64, mut lens: Option<&mut Lens>) -> Result<Self, LedgerError> {
        let record = ledger.job(job)?.job;
        let kept: Kept = serde_json::from_value(record.settings.clone()).unwrap_or(Kept {
            settings: Settings::default(),
            rate: Some(super::DOCUMENTED),
            since: None,
            n_pages: None,
            by_filter: false,
        });
        let mut roll = Roll::default();
        for id in ledger.ids(job, &Standing::ALL, 0) {
            let id = id?;
            let recall = |lens: &mut &mut Lens| lens.recall(id.before.as_deref()?, id.updated);
            let before = lens.as_mut().and_then(recall).unwrap_or(Seen::ABSENT);
            let standing = if id.standing == Standing::Sending { Standing::Unknown } else { id.standing };
            roll.add(id.id, before, standing, id.detail.as_deref());
        }
        let next_call = ledger.next_call(job)?;
        let Kept { settings, rate, since, n_pages, by_filter } = kept;
        Ok(Self { record, roll, settings, rate, since, n_pages, by_filter, next_call })
    }
}

/// What is written down of identities that were looked at before a job went on.
#[must_use]
pub fn stands(job: i64, roll: &Roll, indices: &[usize], at: Instant) -> Change {
    let stand = |index: &usize| Stand {
        seq: number(*index),
        standing: roll.standing(*index),
        detail: roll.detail(*index).map(str::to_owned),
        after: None,
    };
    Change::Stand { job, ids: indices.iter().map(stand).collect(), at }
}

/// How a job ended.
#[must_use]
pub fn ended(job: i64, halt: Option<&super::Halt>, roll: &Roll, at: Instant) -> Change {
    let open = [Standing::Planned, Standing::Sending, Standing::Unknown, Standing::Processing];
    let is_done = halt.is_none() && roll.with(&open).next().is_none();
    let state = if is_done { JobState::Done } else { JobState::Stopped };
    Change::Job { job, state, at, note: halt.map(ToString::to_string) }
}
