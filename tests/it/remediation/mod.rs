//! Settling in bulk, against the emulator.

mod chaos;
mod runs;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use entra_risk::client::{BoxFuture, Clock, RetryPolicy, Session, StaticToken, SystemClock};
use entra_risk::embedded;
use entra_risk::emulator::{Config, Emulator, Fault, Identity, Recording};
use entra_risk::remediation::ledger::{Job, Ledger, Writer};
use entra_risk::remediation::{
    Action, Demand, Graph, Group, Id, Lens, Opening, Pace, Plan, Reader, Report, Roll, Run, Scene, Selection, Settings,
    Standing, Stop, ended, instant,
};
use serde_json::{Map, Value, json};

/// An emulator, and what it takes to settle risk on it.
pub(crate) struct Bench {
    pub(crate) emulator: Emulator,
    pub(crate) graph: Graph,
    pub(crate) action: Action,
    pub(crate) lens: Lens,
    pub(crate) pace: Pace,
    pub(crate) stop: Stop,
    pub(crate) settings: Settings,
    pub(crate) folder: tempfile::TempDir,
}

/// A clock that runs fast, so that nobody waits for what is waited for.
struct FastClock {
    clock: SystemClock,
    times: u32,
}

impl Clock for FastClock {
    fn now(&self) -> SystemTime {
        self.clock.now()
    }

    fn elapsed(&self) -> Duration {
        self.clock.elapsed() * self.times
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        self.clock.sleep(duration / self.times)
    }

    fn chance(&self) -> f64 {
        self.clock.chance()
    }
}

/// What came of a run.
pub(crate) struct Ran {
    pub(crate) roll: Roll,
    pub(crate) report: Report,
    pub(crate) n_plan_requests: usize,
}

pub(crate) fn action(group: &str, verb: &str) -> Action {
    let groups = Group::all(embedded::contracts());
    let verb = groups.iter().find(|known| known.name == group).unwrap().verbs.iter().find(|known| known.name == verb);
    Action::new(verb.unwrap().offer(None).unwrap()).unwrap()
}

pub(crate) fn faults(texts: &[&str]) -> Vec<Fault> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

impl Bench {
    pub(crate) async fn new(command: (&str, &str), users: usize, rate: Option<f64>, faults: Vec<Fault>) -> Self {
        let mut config = Config::new(embedded::contracts());
        config.entities = crowd(users);
        config.faults = faults;
        Self::with(command, config, rate).await
    }

    pub(crate) async fn with(command: (&str, &str), config: Config, rate: Option<f64>) -> Self {
        Self::at_speed(command, config, rate, 1).await
    }

    /// With time that runs so many times as fast for whoever settles.
    pub(crate) async fn at_speed(command: (&str, &str), mut config: Config, rate: Option<f64>, times: u32) -> Self {
        config.record = Some(Recording { keep: 100_000, ..Recording::default() });
        let emulator = Emulator::start(config).await.unwrap();
        let token = emulator.token(&Identity::all(embedded::contracts()));
        let session = Session::builder()
            .root(&emulator.root())
            .token(StaticToken::new(token).unwrap())
            .retry(RetryPolicy::never())
            .attempt_timeout(Duration::from_millis(400))
            .build()
            .unwrap();
        let action = action(command.0, command.1);
        Self {
            emulator,
            graph: Graph::new(&session, action).unwrap(),
            lens: Lens::new(&action).unwrap(),
            action,
            pace: Pace::new(rate, Arc::new(FastClock { clock: SystemClock::new(), times })),
            stop: Stop::default(),
            settings: Settings { verify_for: Duration::from_secs(5), ..Settings::default() },
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn ledger_path(&self) -> PathBuf {
        self.folder.path().join("ledger.sqlite")
    }

    pub(crate) async fn plan(&mut self, demand: Demand) -> Plan {
        let mut reader = Reader::new(&self.graph, &self.pace);
        Plan::make(&self.action, Some(&mut self.lens), &mut reader, demand, |_| {}).await.unwrap()
    }

    pub(crate) fn begin(&self, plan: &Plan) -> (Job, Writer) {
        let scene = Scene { cloud: "emulator".to_owned(), root: self.emulator.base_url("v1.0"), ..Scene::default() };
        let opening = Opening {
            scene: &scene,
            command: "users dismiss",
            ticket: None,
            reason: None,
            plan_sha256: None,
            settings: &self.settings,
            rate: None,
            by_filter: true,
            now: instant(&SystemClock::new()),
        };
        let mut ledger = Ledger::open(&self.ledger_path()).unwrap();
        let job = opening.begin(&mut ledger, &self.action, plan, Some(&self.lens)).unwrap();
        (job, Writer::start(ledger).unwrap())
    }

    pub(crate) async fn run(&mut self, demand: Demand) -> Ran {
        let plan = self.plan(demand).await;
        let n_plan_requests = plan.n_requests;
        let (job, writer) = self.begin(&plan);
        let Plan { mut roll, date, n_pages, .. } = plan;
        let run = Run {
            action: &self.action,
            service: &self.graph,
            pace: &self.pace,
            writer: &writer,
            job: job.number,
            next_call: 0,
            settings: self.settings.clone(),
            stop: &self.stop,
            since: date,
            n_pages,
        };
        let report = run.carry_out(&mut roll, Some(&mut self.lens), &mut |_| {}).await;
        let at = instant(&SystemClock::new());
        writer.write(vec![ended(job.number, report.halt.as_ref(), &roll, at)]).await.unwrap();
        Ran { roll, report, n_plan_requests }
    }

    /// How many requests of an operation were received, and how many of them were answered with this.
    pub(crate) fn received(&self, operation: &str) -> Vec<Option<u16>> {
        let all = self.emulator.received();
        all.iter().filter(|one| one.operation.as_deref() == Some(operation)).map(|one| one.status).collect()
    }

    /// Each identity of the ledger agrees with the run and with the service.
    pub(crate) async fn agrees(&self, roll: &Roll) -> BTreeMap<String, Value> {
        let ledger = Ledger::open_read_only(&self.ledger_path()).unwrap();
        let written: Vec<_> = ledger.ids(1, &Standing::ALL, 0).map(Result::unwrap).collect();
        assert_eq!(written.len(), roll.len());
        let members = members(&self.emulator).await;
        for record in written {
            let index = record.seq as usize;
            let told = (roll.standing(index), roll.detail(index));
            assert_eq!((record.standing, record.detail.as_deref()), told, "{}", record.id);
            let level = members.get(&record.id.to_string()).map(|member| member["riskLevel"].as_str().unwrap());
            match record.standing {
                Standing::Settled => assert_eq!(level, Some("none"), "{}", record.id),
                Standing::Planned | Standing::Refused | Standing::Unchanged => {
                    assert_ne!(level, Some("none"), "{} is said to be {}", record.id, record.standing);
                }
                _ => {}
            }
        }
        members
    }
}

/// Every member as an emulator has it, by its id. Its faults are over then.
pub(crate) async fn members(emulator: &Emulator) -> BTreeMap<String, Value> {
    emulator.set_faults(Vec::new());
    let token = emulator.token(&Identity::all(embedded::contracts()));
    let session = Session::builder().root(&emulator.root()).token(StaticToken::new(token).unwrap());
    let users = session.build().unwrap().v1().risky_user_list().top(500).pages().all().await.unwrap();
    users.into_iter().map(|user| (user.id.unwrap().to_string(), serde_json::to_value(&user).unwrap())).collect()
}

/// So many accounts at risk.
pub(crate) fn crowd(n: usize) -> BTreeMap<String, Vec<Map<String, Value>>> {
    let member = |index: usize| {
        let level = ["low", "medium", "high"][index % 3];
        let updated = format!("2026-11-{:02}T08:00:00Z", 1 + index % 20);
        let member = json!({"id": uuid(index), "riskLevel": level, "riskState": "atRisk", "isDeleted": false,
            "isProcessing": false, "riskLastUpdatedDateTime": updated});
        let Value::Object(member) = member else { unreachable!("an object") };
        member
    };
    BTreeMap::from([("riskyUsers".to_owned(), (0..n).map(member).collect())])
}

/// The id of a member of the crowd.
pub(crate) fn uuid(index: usize) -> String {
    format!("c0000000-0000-4000-8000-{index:012x}")
}

/// Whoever is at risk at these levels.
pub(crate) fn at(levels: &[&str]) -> Demand {
    let filter = levels.iter().map(|level| format!("riskLevel eq '{level}'")).collect::<Vec<_>>().join(" or ");
    let selection = Selection { filter: Some(format!("({filter}) and riskState eq 'atRisk'")), ..Selection::default() };
    Demand { selection: Some(selection), ..Demand::default() }
}

pub(crate) fn ids(roll: &Roll) -> Vec<Id> {
    (0..roll.len()).map(|index| roll.id(index).clone()).collect()
}
