//! Signs in to every tenant and makes its plan, all at the same time, each at its own pace. What fails in
//! one tenant concerns that tenant alone.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::ArgMatches;
use indicatif::ProgressBar;
use tokio::sync::{Mutex, Semaphore};
use tokio::task::JoinSet;

use super::super::carry_out::CarryOut;
use super::super::demand::{self, Terms};
use super::super::progress::visible;
use super::super::stage::{Setting, Stage, interrupted};
use super::course::spread;
use super::party::Party;
use crate::cli::exit::{Exit, Failure};
use crate::cli::groups::connection::{Connected, Connection};
use crate::cli::signing_in::environment;
use crate::client::{Connections, RetryPolicy};
use crate::embedded;
use crate::emulator::{Emulator, Identity, Tenant};
use crate::remediation::{Action, Plan, Verb};
use crate::signin::Environment;

/// The most requests in flight at once, and so the most connections: fewer than a process may have open by
/// default, and more than three hundred tenants need at one request a second each.
const MOST_OPEN: usize = 128;

/// A tenant whose plan is made.
pub(super) struct Ready {
    pub(super) work: CarryOut,
    pub(super) plan: Plan,
    pub(super) by_filter: bool,
    pub(super) selection: String,
    pub(super) is_explicit: bool,
}

/// A tenant by its name, and how far it got.
pub(super) type Prepared = (String, Result<Ready, Failure>);

/// What all tenants share.
struct Common {
    connection: Connection,
    setting: Setting,
    environment: Environment,
    connections: Connections,
    places: Arc<Semaphore>,
    /// Who signs in as a person is asked one thing at a time.
    person: Mutex<()>,
    emulator: Option<Arc<Emulator>>,
    actions: Actions,
    terms: Terms,
}

/// The action, by the version that an address is of.
pub(super) struct Actions {
    default: Action,
    by_address: BTreeMap<&'static str, Action>,
}

impl Actions {
    pub(super) fn new(verb: &'static Verb, matches: &ArgMatches) -> Result<Self, Failure> {
        let default = super::super::action(verb, matches, None)?;
        let apis = embedded::contracts().iter().map(|contract| &*contract.api);
        let of = |api| super::super::action(verb, matches, Some(api)).ok().map(|action| (api, action));
        Ok(Self { default, by_address: apis.filter_map(of).collect() })
    }

    /// The one for a server that nothing is known of.
    pub(super) fn default(&self) -> &Action {
        &self.default
    }

    fn at(&self, api: Option<&'static str>) -> Result<Action, Failure> {
        let Some(api) = api else { return Ok(self.default) };
        let there_is_none = || Failure::input(format!("call {api}: it does not have this"), "leave the version out");
        self.by_address.get(api).copied().ok_or_else(there_is_none)
    }
}

/// Makes all plans. The order is that of the file.
pub(super) async fn prepare(
    parties: Vec<Party>,
    connection: Connection,
    setting: Setting,
    actions: Actions,
    terms: Terms,
) -> Result<Vec<Prepared>, Failure> {
    let directory: Vec<Tenant> = parties.iter().enumerate().map(|(index, party)| made_up(index, party)).collect();
    let emulator = match connection.is_emulator() {
        true => Some(connection.emulator(directory.clone()).await?),
        false => None,
    };
    let stop = setting.stop.clone();
    let common = Arc::new(Common {
        connection,
        setting,
        environment: environment(),
        connections: Connections::default(),
        places: Arc::new(Semaphore::new(MOST_OPEN)),
        person: Mutex::new(()),
        emulator,
        actions,
        terms,
    });
    let progress = Arc::new(Looking::new(parties.len()));
    let mut tasks = JoinSet::new();
    let n_tenants = parties.len();
    for (index, (party, tenant)) in parties.into_iter().zip(directory).enumerate() {
        let (common, progress) = (Arc::clone(&common), Arc::clone(&progress));
        tasks.spawn(async move {
            let name = party.name.clone();
            let made = common.plan(party, &tenant, &progress, (index, n_tenants)).await;
            progress.done();
            (index, (name, made))
        });
    }
    let mut prepared = BTreeMap::new();
    while let Some(joined) = tasks.join_next().await {
        let (index, made) = joined.expect("a task that is never aborted, and does not panic");
        prepared.insert(index, made);
    }
    progress.0.finish_and_clear();
    if stop.is_asked() {
        return Err(interrupted());
    }
    let mut prepared: Vec<Prepared> = prepared.into_values().collect();
    refuse_twins(&mut prepared);
    Ok(prepared)
}

/// A tenant of an emulator: by its own id, or by one that is made up.
fn made_up(index: usize, party: &Party) -> Tenant {
    let id = uuid::Uuid::try_parse(&party.name).ok();
    let domains = if id.is_some() { Vec::new() } else { vec![party.name.clone()] };
    let id = id.unwrap_or_else(|| uuid::Uuid::from_u128(0x7e4a_0000_0000_4000_8000_0000_0000_0000 + index as u128));
    Tenant { id: id.to_string(), domains }
}

impl Common {
    async fn plan(
        &self,
        party: Party,
        tenant: &Tenant,
        progress: &Looking,
        (nth, of): (usize, usize),
    ) -> Result<Ready, Failure> {
        let connected = self.setting.stop.or(self.connect(&party, tenant)).await.ok_or_else(interrupted)??;
        let Party { wanted, is_explicit, .. } = party;
        let action = self.actions.at(connected.api)?;
        let stage = Stage::new(self.setting.clone(), connected, is_explicit);
        let mut bound = stage.bind(action)?;
        spread(&stage.pace, nth, of);
        bound.graph = bound.graph.within(Arc::clone(&self.places));
        let (by_filter, selection) = (wanted.is_filter(), wanted.described.clone());
        let mut demand = self.terms.clone().demand(wanted);
        demand.caller = demand::caller(stage.connected.signed.identity.as_deref(), action.form);
        demand.confirmed = stage.confirmed(&action)?;
        let mut seen = 0;
        let plan = bound.plan(&action, demand, &stage, |n| {
            progress.saw(n - seen);
            seen = n;
        });
        let plan = plan.await?;
        Ok(Ready { work: CarryOut { stage, action, bound }, plan, by_filter, selection, is_explicit })
    }

    async fn connect(&self, party: &Party, tenant: &Tenant) -> Result<Connected, Failure> {
        let mut connected = match &self.emulator {
            Some(emulator) => {
                let identity = Identity { tenant: tenant.id.clone(), ..Identity::all(embedded::contracts()) };
                self.connection.on_emulator(emulator, &identity, RetryPolicy::never(), &self.connections)?
            }
            None => {
                let _one_at_a_time = if party.by_person { Some(self.person.lock().await) } else { None };
                // Nobody closes it; a closed one would have no more to say.
                let _place = self.places.acquire().await.ok();
                let Self { connection, environment, connections, .. } = self;
                connection.open_beside(&party.signing_in, environment, RetryPolicy::never(), connections).await?
            }
        };
        connected.name = Some(party.name.clone());
        Ok(connected)
    }
}

/// A tenant that has two names would get twice its share of requests, and two jobs on the same members.
fn refuse_twins(prepared: &mut [Prepared]) {
    let mut seen: BTreeMap<(String, String), String> = BTreeMap::new();
    for (name, made) in prepared {
        let Ok(ready) = made else { continue };
        let scene = &ready.work.bound.scene;
        let Some(tenant) = scene.tenant.clone() else { continue };
        if let Some(first) = seen.get(&(scene.root.clone(), tenant.clone())) {
            let what = format!("take it for a tenant of its own: it is the same as {first} ({tenant})");
            *made = Err(Failure { exit: Exit::Unusable, what, remedy: "leave one of both out".to_owned() });
        } else {
            seen.insert((scene.root.clone(), tenant), name.clone());
        }
    }
}

/// How many tenants were looked at, for whoever waits at a terminal.
struct Looking(ProgressBar, AtomicUsize);

impl Looking {
    fn new(n_tenants: usize) -> Self {
        let bar = visible(ProgressBar::new(n_tenants as u64));
        Self(bar, AtomicUsize::new(0))
    }

    fn saw(&self, n: usize) {
        let n = self.1.fetch_add(n, Ordering::Relaxed) + n;
        self.0.set_message(format!("tenants looked at, {n} accounts seen so far"));
    }

    fn done(&self) {
        self.0.inc(1);
    }
}
