//! Carries the plans out: the first tenant alone, to its end, and then all others at the same time, each at
//! its own pace. All write to one ledger, through one thread.

use std::collections::BTreeMap;

use tokio::task::JoinSet;

use super::super::arguments::How;
use super::super::carry_out::{CarryOut, Ended, Going, Work};
use super::board::Board;
use super::prepare::{Prepared, Ready};
use crate::cli::exit::{Exit, Failure};
use crate::remediation::ledger::{Job, Ledger, Writer};
use crate::remediation::{Halt, Pace, Standing, Stop};

/// How a tenant came to its end.
pub(super) enum End {
    /// Nothing was begun: it could not be signed in to, planned, or written down.
    Failed(Failure),
    /// There was nobody to act on.
    Nothing(Exit),
    /// The first tenant came to an end that all others would come to, or was stopped.
    NotBegun(Exit),
    /// It was carried out, to its end or to where it stopped.
    Ended(Box<(CarryOut, Ended)>),
}

/// A tenant that waits to be carried out, with its place in the file.
struct Waiting {
    index: usize,
    name: String,
    ready: Ready,
}

/// The ends of tenants, by their place in the file.
type Ends = BTreeMap<usize, (String, End)>;

/// Carries all out that are ready. The order stays.
///
/// Fails only where nothing was sent.
pub(super) async fn carry_out(prepared: Vec<Prepared>, how: &How, stop: &Stop) -> Result<Vec<(String, End)>, Failure> {
    let (mut ends, waiting) = sort(prepared);
    let n_planned = waiting.iter().map(|waiting| waiting.ready.plan.n_planned()).sum();
    let board = Board::new(waiting.len(), n_planned);
    let mut waiting = waiting.into_iter();
    if let Some(Waiting { index, name, ready }) = waiting.next() {
        let mut ledger = ready.work.stage.setting.open_ledger(&how.ledger)?;
        let job = begin(&ready, &mut ledger, how)?;
        let writer = Writer::start(ledger)?;
        let end = run(ready, job, writer.clone(), how, board.clone()).await;
        let exit = match (stop.is_asked(), is_for_all(&end, how)) {
            (true, _) => Some(Exit::Interrupted),
            (false, true) => Some(Exit::Partial),
            (false, false) => None,
        };
        ends.insert(index, (name, end));
        match exit {
            Some(exit) => ends.extend(waiting.map(|one| (one.index, (one.name, End::NotBegun(exit))))),
            None => beside_each_other(waiting.collect(), &writer, how, &board, &mut ends).await,
        }
    }
    board.end();
    Ok(ends.into_values().collect())
}

/// Those that are to be carried out, and the ends of the others.
fn sort(prepared: Vec<Prepared>) -> (Ends, Vec<Waiting>) {
    let (mut ends, mut waiting) = (Ends::new(), Vec::new());
    for (index, (name, made)) in prepared.into_iter().enumerate() {
        match made {
            Err(failure) => _ = ends.insert(index, (name, End::Failed(failure))),
            Ok(Ready { plan, by_filter, .. }) if plan.n_planned() == 0 => {
                let exit = super::super::nothing_to_do(&plan, by_filter);
                ends.insert(index, (name, End::Nothing(exit)));
            }
            Ok(ready) => waiting.push(Waiting { index, name, ready }),
        }
    }
    (ends, waiting)
}

/// All of these at the same time.
async fn beside_each_other(all: Vec<Waiting>, writer: &Writer, how: &How, board: &Board, ends: &mut Ends) {
    let n_all = all.len();
    let mut ledger = None;
    let mut begun = Vec::new();
    // All are written down before the first of them runs: the thread that writes has nothing to do now.
    for Waiting { index, name, ready } in all {
        match begin_beside(&ready, &mut ledger, how) {
            Ok(job) => begun.push((index, name, ready, job)),
            Err(failure) => _ = ends.insert(index, (name, End::Failed(failure))),
        }
    }
    let mut tasks = JoinSet::new();
    for (nth, (index, name, ready, job)) in begun.into_iter().enumerate() {
        spread(&ready.work.stage.pace, nth, n_all);
        let run = run(ready, job, writer.clone(), how, board.clone());
        tasks.spawn(async move { (index, (name, run.await)) });
    }
    while let Some(joined) = tasks.join_next().await {
        let (index, end) = joined.expect("a task that is never aborted, and does not panic");
        ends.insert(index, end);
    }
}

/// Writes a job down by a connection of its own, which is opened for the first of them.
fn begin_beside(ready: &Ready, ledger: &mut Option<Ledger>, how: &How) -> Result<Job, Failure> {
    let open = match ledger.take() {
        Some(open) => open,
        None => ready.work.stage.setting.open_ledger(&how.ledger)?,
    };
    begin(ready, ledger.insert(open), how)
}

/// Requests of many tenants spread over the time that is between those of one.
pub(super) fn spread(pace: &Pace, nth: usize, of: usize) {
    pace.put_off(pace.apart().mul_f64(nth as f64 / of.max(1) as f64));
}

fn begin(ready: &Ready, ledger: &mut Ledger, how: &How) -> Result<Job, Failure> {
    ready.work.begin(ledger, &ready.plan, how, ready.by_filter, None)
}

/// One tenant, to its end.
fn run(ready: Ready, job: Job, writer: Writer, how: &How, board: Board) -> impl Future<Output = End> + Send + use<> {
    let Ready { work: mut carry_out, plan, by_filter, .. } = ready;
    let work = Work::new(job, writer, plan, how.settings(), by_filter);
    async move {
        let mut seat = board.seat();
        let ended = carry_out.go(work, Going::On, &mut |event| seat.event(event)).await;
        board.ended();
        End::Ended(Box::new((carry_out, ended)))
    }
}

/// Whether the other tenants would fare as the first one did: nothing is seen of what the service accepts, or
/// nothing can be written down.
fn is_for_all(end: &End, how: &How) -> bool {
    let End::Ended(ended) = end else { return false };
    let (carry_out, Ended { report, roll, .. }) = &**ended;
    if matches!(report.halt, Some(Halt::Canary(_) | Halt::Ledger(_) | Halt::Asked)) {
        return true;
    }
    // A tenant of one batch has no canary of its own: here it is that of all.
    let is_seen = !how.no_canary && !how.no_verify && carry_out.action.members().is_some();
    let count = |standing| roll.count(standing);
    let n_without_effect = count(Standing::Unchanged) + count(Standing::Processing) + count(Standing::Accepted);
    is_seen && count(Standing::Settled) == 0 && n_without_effect > 0
}
