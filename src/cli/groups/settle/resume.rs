//! `jobs resume` and `jobs verify`: goes on with a job, or reads once more what became of it.

use clap::Args;

use super::super::connection::{Connection, Rate};
use super::arguments::{Format, Printing};
use super::carry_out::{CarryOut, Going, Work};
use super::stage::{EMBEDDED, Stage, interrupted, unread};
use crate::cli::exit::{Exit, Failure};
use crate::cli::jobs::{JobId, NONE_YET};
use crate::cli::ledger_place::LedgerPlace;
use crate::cli::output;
use crate::embedded;
use crate::remediation::ledger::{Change, JobRecord, JobState, Ledger, Writer};
use crate::remediation::{Action, Hints, Offer, Reader, Scene, Standing, TakenUp, instant, leave_out_moved, stands};

/// Go on with a job that was interrupted, killed or refused part-way.
///
/// What was being sent when it stopped is read back first: what is settled is not sent again, and neither
/// is who changed in the meantime.
#[derive(Debug, Args)]
pub(in crate::cli) struct Resume {
    #[command(flatten)]
    which: Which,
}

/// Read back once more what became of a job's ids, and send nothing.
#[derive(Debug, Args)]
pub(in crate::cli) struct Verify {
    #[command(flatten)]
    which: Which,
}

/// Which job, and how it goes on.
#[derive(Debug, Args)]
struct Which {
    /// Number of the job, or 'last'
    #[arg(value_name = "JOB")]
    job: JobId,
    #[command(flatten)]
    ledger: LedgerPlace,
    /// Requests a second, or 'unlimited'; as before by default
    #[arg(long, value_name = "RATE", help_heading = "Run")]
    rate: Option<Rate>,
    /// How long the service may take to settle what it accepted, in seconds; as before by default
    #[arg(long, value_name = "SECONDS", value_parser = super::arguments::seconds(), help_heading = "Run")]
    verify_for: Option<u64>,
    #[command(flatten)]
    printing: Printing,
    #[command(flatten)]
    connection: Connection,
}

impl Resume {
    pub(in crate::cli) fn is_json(&self) -> bool {
        self.which.printing.format == Format::Json
    }

    pub(in crate::cli) async fn run(&self) -> Result<Exit, Failure> {
        self.which.take_up(Going::On).await
    }
}

impl Verify {
    pub(in crate::cli) fn is_json(&self) -> bool {
        self.which.printing.format == Format::Json
    }

    pub(in crate::cli) async fn run(&self) -> Result<Exit, Failure> {
        self.which.take_up(Going::Back).await
    }
}

impl Which {
    async fn take_up(&self, going: Going) -> Result<Exit, Failure> {
        let is_rehearsal = self.connection.is_emulator();
        let none = || Failure::input("find a job: none was begun so far", NONE_YET);
        let ledger = self.ledger.look(is_rehearsal)?.ok_or_else(none)?;
        let number = self.job.number(&ledger)?.ok_or_else(none)?;
        let record = ledger.job(number)?.job;
        drop(ledger);
        let action = action(&record)?;
        let kept = TakenUp::kept_rate(&record).map_or(Rate::Unlimited, Rate::Limited);
        let rate = self.rate.unwrap_or(kept);
        let stage = Stage::open(&self.connection, Some(rate), &self.ledger, &record.command).await?;
        let mut bound = stage.bind(action)?;
        check(&record, &bound.scene)?;
        let outputs = output::begin_all(&self.printing.output)?;
        // From here on the job is ours alone.
        let ledger = Ledger::open_existing(&stage.setting.ledger)?;
        let job = ledger.take(number)?;
        let TakenUp { mut roll, mut settings, since, n_pages, by_filter, next_call, .. } =
            TakenUp::read(&ledger, number, bound.lens.as_mut())?;
        if let Some(seconds) = self.verify_for {
            settings.verify_for = std::time::Duration::from_secs(seconds);
        }
        // Whoever asks what became of a job wants to know, whatever it was begun with.
        settings.verify |= going == Going::Back;
        let writer = Writer::start(ledger)?;
        let at = instant(stage.pace.clock());
        let lost: Vec<usize> = roll.with(&[Standing::Unknown]).collect();
        let running = Change::Job { job: number, state: JobState::Running, at, note: None };
        writer.write(vec![running, stands(number, &roll, &lost, at)]).await?;
        let mut n_plan_reads = 0;
        if let (Some(lens), Going::On) = (bound.lens.as_mut(), going) {
            let n_moved = roll.count(Standing::Settled) + roll.count(Standing::Accepted) + lost.len();
            let hints = Hints { since, n_moved, n_pages };
            let mut reader = Reader::first(&bound.graph, &stage.pace);
            let looking = leave_out_moved(&action, lens, &mut reader, &mut roll, hints);
            let looked = stage.setting.stop.or(looking).await.ok_or_else(interrupted)?;
            n_plan_reads = reader.n_requests;
            let moved = looked.map_err(|trouble| unread(&trouble))?;
            writer.write(vec![stands(number, &roll, &moved, at)]).await?;
        }
        let work = Work { job, writer, roll, settings, since, n_pages, by_filter, next_call, n_plan_reads };
        CarryOut { stage, action, bound }.finish(work, going, &self.printing, outputs).await
    }
}

/// The action of a job.
fn action(record: &JobRecord) -> Result<Action, Failure> {
    let contract = embedded::contract(&record.api);
    let offer =
        contract.and_then(|contract| Some(Offer { contract, operation: contract.operation(&record.operation)? }));
    offer.and_then(Action::new).ok_or_else(|| {
        let what =
            format!("go on with job {}: this build has no {} of {}", record.number, record.operation, record.api);
        Failure::input(what, "use the build that began it")
    })
}

/// Whether the job is of where one is signed in.
fn check(record: &JobRecord, scene: &Scene) -> Result<(), Failure> {
    let number = record.number;
    if record.root == EMBEDDED {
        let what = format!("go on with job {number}: the emulator that it was tried on ended with its command");
        return Err(Failure::input(what, "try it with `entra-risk serve` and --server, which stays"));
    }
    if record.tenant != scene.tenant {
        let of = record.tenant.as_deref().unwrap_or("an unknown tenant");
        let to = scene.tenant.as_deref().unwrap_or("an unknown tenant");
        let what = format!("go on with job {number}: it is for tenant {of}, and you are signed in to {to}");
        return Err(Failure::input(what, "sign in to its tenant: --tenant"));
    }
    match (&record.cloud, &record.root) == (&scene.cloud, &scene.root) {
        true => Ok(()),
        false => {
            let what = format!("go on with job {number}: it is for {} ({})", record.root, record.cloud);
            Err(Failure::input(what, format!("give --cloud {} or --server {}", record.cloud, record.root)))
        }
    }
}
