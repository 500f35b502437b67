//! Carries a job out: batches at the pace of the tenant, the first one verified before the second is
//! sent, refused ones in halves, and in the end every identity read back.
//!
//! A call whose answer was lost is not sent again: reading back says what became of it, and only those
//! of its identities that did not move are sent once more.

use std::collections::VecDeque;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use serde::{Deserialize, Serialize};

use super::caller::{Caller, DECLINED, End, Outcome};
use super::ledger::{Change, LedgerError, Stand, Writer};
use super::lens::Lens;
use super::service::{Service, Trouble, TroubleKind};
use super::{Action, Pace, Roll, Standing, Stop, instant};
use crate::odata::Instant;

/// How often an identity is sent whose answers are lost.
const MOST_ATTEMPTS: u8 = 10;
/// How often in a row the service may ask to come later, or not be reached.
const MOST_PUT_OFF: u32 = 20;
const MOST_UNREACHED: u32 = 6;
/// How many answers in a row may be lost.
const MOST_LOST: u32 = 20;

/// How a job is carried out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// Whether identities are read back.
    pub verify: bool,
    /// Whether the first batch is read back before the second is sent.
    pub canary: bool,
    /// How long the service may take to settle what it accepted.
    pub verify_for: Duration,
    /// How many calls may be in flight at once.
    pub in_flight: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { verify: true, canary: true, verify_for: Duration::from_secs(120), in_flight: 8 }
    }
}

/// What is told while a job runs.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// Identities came to stand somewhere else.
    Stands(&'a Roll),
    /// The service asked to come later.
    PutOff,
    /// Calls are done, and reading back begins; so many are to be read.
    Verifying(usize),
}

/// Why a job stopped before its end. What it did so far stands in the ledger.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Halt {
    /// It was asked to.
    #[error("it was asked to")]
    Asked,
    /// The caller may not act, or not any more.
    #[error("the service lets this caller do no more: {}", .0.message)]
    Denied(Trouble),
    /// Nothing of the first batch was settled although the service accepted it.
    #[error("nothing of the first {0} was settled although the service accepted them")]
    Canary(usize),
    /// Everything was refused.
    #[error("the service refused every id so far: {}", .0.word())]
    AllRefused(Trouble),
    /// The service cannot be reached, or asks again and again to come later.
    #[error("the service is not to be had: {}", .0.message)]
    Unavailable(Trouble),
    /// Reading back failed.
    #[error("cannot read back: {}", .0.message)]
    Unread(Trouble),
    /// The ledger cannot be written: nothing is sent that is not written down first.
    #[error("failed to {0}")]
    Ledger(#[from] LedgerError),
}

/// A job that is carried out.
pub struct Run<'a> {
    /// What is done.
    pub action: &'a Action,
    /// By whom.
    pub service: &'a dyn Service,
    /// How fast.
    pub pace: &'a Pace,
    /// Where it is written down.
    pub writer: &'a Writer,
    /// The number of the job.
    pub job: i64,
    /// The number of its next call.
    pub next_call: u32,
    /// How.
    pub settings: Settings,
    /// How it is asked to stop.
    pub stop: &'a Stop,
    /// When it began, by the service's clock: what changed since may have been changed by it.
    pub since: Option<Instant>,
    /// How many pages the whole list has, if that is known.
    pub n_pages: Option<usize>,
}

/// What a job came to.
#[derive(Debug)]
pub struct Report {
    /// Why it stopped early, if it did.
    pub halt: Option<Halt>,
    /// Calls of the action.
    pub n_calls: usize,
    /// Reads.
    pub n_reads: usize,
}

/// What changes while a job runs.
pub(super) struct Course<'r, 'l> {
    pub(super) roll: &'r mut Roll,
    pub(super) lens: Option<&'r mut Lens>,
    pub(super) listener: &'l mut (dyn FnMut(Event<'_>) + Send),
    pub(super) n_reads: usize,
    queue: VecDeque<Vec<u32>>,
    /// Whether the first batch is still to be verified.
    canary: bool,
    n_accepted: usize,
    n_put_off: u32,
    n_unreached: u32,
    n_lost: u32,
}

impl Run<'_> {
    /// Does it, for all that are planned or unknown. Every identity ends in what is known of it.
    pub async fn carry_out(
        &self,
        roll: &mut Roll,
        lens: Option<&mut Lens>,
        listener: &mut (dyn FnMut(Event<'_>) + Send),
    ) -> Report {
        let caller = Caller {
            service: self.service,
            pace: self.pace,
            writer: self.writer,
            job: self.job,
            stop: self.stop,
            halt: Stop::default(),
            next: AtomicU32::new(self.next_call),
            n_sent: AtomicU32::new(0),
        };
        let planned: Vec<u32> = roll.with(&[Standing::Planned]).map(number).collect();
        let queue: VecDeque<Vec<u32>> = planned.chunks(self.action.most).map(<[u32]>::to_vec).collect();
        // A single batch is verified anyway, and nothing comes behind it.
        let canary = self.settings.canary && self.settings.verify && lens.is_some() && queue.len() > 1;
        let mut course = Course { queue, canary, ..Course::new(roll, lens, listener) };
        let end = self.to_the_end(&caller, &mut course).await;
        Report { halt: end.err(), n_calls: caller.n_sent.into_inner() as usize, n_reads: course.n_reads }
    }

    /// Only reads back what became of all that was sent. What is unknown and did not move stands at
    /// planned then: it was not done.
    pub async fn look_again(
        &self,
        roll: &mut Roll,
        lens: Option<&mut Lens>,
        listener: &mut (dyn FnMut(Event<'_>) + Send),
    ) -> Report {
        let unchanged: Vec<usize> = roll.with(&[Standing::Unchanged]).collect();
        unchanged.into_iter().for_each(|index| roll.stand(index, Standing::Accepted, None));
        let mut course = Course::new(roll, lens, listener);
        let end = self.read_back(&mut course).await;
        Report { halt: end.err(), n_calls: 0, n_reads: course.n_reads }
    }

    async fn to_the_end(&self, caller: &Caller<'_>, course: &mut Course<'_, '_>) -> Result<(), Halt> {
        loop {
            let end = self.act(caller, course).await;
            // What was sent before it stopped is read back all the same, unless that is what failed.
            let read = match &end {
                Err(Halt::Asked | Halt::Ledger(_) | Halt::Canary(_)) => Ok(()),
                Ok(()) | Err(_) => self.read_back(course).await,
            };
            end.and(read)?;
            let again: Vec<u32> = course.roll.with(&[Standing::Planned]).map(number).collect();
            if again.is_empty() {
                return Ok(());
            }
            course.queue = again.chunks(self.action.most).map(<[u32]>::to_vec).collect();
        }
    }

    /// Sends everything in the queue.
    async fn act(&self, caller: &Caller<'_>, course: &mut Course<'_, '_>) -> Result<(), Halt> {
        let mut flying = FuturesUnordered::new();
        let mut halt = None;
        loop {
            let most = if course.canary { 1 } else { self.settings.in_flight.max(1) };
            while halt.is_none() && !self.stop.is_asked() && flying.len() < most {
                let Some(batch) = course.queue.pop_front() else { break };
                let ids = batch.iter().map(|index| course.roll.id(*index as usize).clone()).collect();
                flying.push(caller.call(batch, ids));
            }
            let Some(outcome) = flying.next().await else { break };
            if let Err(reason) = self.take(course, outcome).await {
                halt.get_or_insert(reason);
                caller.halt.ask();
            }
            (course.listener)(Event::Stands(course.roll));
        }
        match halt {
            Some(halt) => Err(halt),
            None if self.stop.is_asked() && !course.queue.is_empty() => Err(Halt::Asked),
            None => Ok(()),
        }
    }

    /// Takes up what became of a batch.
    async fn take(&self, course: &mut Course<'_, '_>, outcome: Outcome) -> Result<(), Halt> {
        let Outcome { batch, end } = outcome;
        let trouble = match end {
            End::NotBegun => {
                course.queue.push_front(batch);
                return Ok(());
            }
            End::NotWritten(error) => {
                course.put_back(batch, None);
                return Err(error.into());
            }
            End::AnswerNotWritten(error) => {
                // The ledger has it as being sent, and reading back will say what became of it.
                course.stand(&batch, Standing::Unknown, None);
                return Err(error.into());
            }
            End::Answered(answered) => {
                (course.n_put_off, course.n_unreached, course.n_lost) = (0, 0, 0);
                course.sent(&batch);
                if !answered.value {
                    course.stand(&batch, Standing::Unchanged, Some(DECLINED));
                    return Ok(());
                }
                course.stand(&batch, Standing::Accepted, None);
                course.n_accepted += batch.len();
                if course.canary {
                    self.canary(course, batch.len()).await?;
                    course.canary = false;
                }
                return Ok(());
            }
            End::Trouble(trouble) => trouble,
        };
        match trouble.kind {
            TroubleKind::Later(_) => {
                (course.listener)(Event::PutOff);
                course.n_put_off += 1;
                course.put_back(batch, Some(&trouble.word()));
                if course.n_put_off > MOST_PUT_OFF { Err(Halt::Unavailable(trouble)) } else { Ok(()) }
            }
            TroubleKind::NotSent => {
                course.n_unreached += 1;
                course.put_back(batch, Some(&trouble.word()));
                if course.n_unreached > MOST_UNREACHED { Err(Halt::Unavailable(trouble)) } else { Ok(()) }
            }
            TroubleKind::Denied => {
                course.put_back(batch, Some(&trouble.word()));
                Err(Halt::Denied(trouble))
            }
            TroubleKind::Refused if batch.len() == 1 => {
                course.sent(&batch);
                course.stand(&batch, Standing::Refused, Some(&trouble.word()));
                // A whole batch, one by one: what is wrong is not the ids.
                let n_refused = course.roll.count(Standing::Refused);
                match course.n_accepted == 0 && n_refused >= self.action.most && !course.queue.is_empty() {
                    true => Err(Halt::AllRefused(trouble)),
                    false => Ok(()),
                }
            }
            TroubleKind::Refused => {
                let half = batch.len().div_ceil(2);
                course.stand(&batch, Standing::Planned, Some(&trouble.word()));
                course.queue.push_front(batch[half..].to_vec());
                course.queue.push_front(batch[..half].to_vec());
                Ok(())
            }
            TroubleKind::Lost => {
                course.sent(&batch);
                course.stand(&batch, Standing::Unknown, Some(&trouble.word()));
                course.n_lost += 1;
                // Whoever answers nothing at all is not sent everything ten times.
                if course.n_lost > MOST_LOST { Err(Halt::Unavailable(trouble)) } else { Ok(()) }
            }
        }
    }

    /// Writes down where identities stand.
    pub(super) async fn write(&self, ids: Vec<Stand>) -> Result<(), Halt> {
        if ids.is_empty() {
            return Ok(());
        }
        let change = Change::Stand { job: self.job, ids, at: instant(self.pace.clock()) };
        Ok(self.writer.write(vec![change]).await?)
    }
}

impl<'r, 'l> Course<'r, 'l> {
    fn new(roll: &'r mut Roll, lens: Option<&'r mut Lens>, listener: &'l mut (dyn FnMut(Event<'_>) + Send)) -> Self {
        let queue = VecDeque::new();
        Self {
            roll,
            lens,
            listener,
            n_reads: 0,
            queue,
            canary: false,
            n_accepted: 0,
            n_put_off: 0,
            n_unreached: 0,
            n_lost: 0,
        }
    }

    pub(super) fn stand(&mut self, batch: &[u32], standing: Standing, detail: Option<&str>) {
        for index in batch {
            self.roll.stand(*index as usize, standing, detail);
        }
    }

    fn sent(&mut self, batch: &[u32]) {
        batch.iter().for_each(|index| self.roll.sent(*index as usize));
    }

    fn put_back(&mut self, batch: Vec<u32>, detail: Option<&str>) {
        self.stand(&batch, Standing::Planned, detail);
        self.queue.push_front(batch);
    }
}

/// Whether an identity may be sent once more.
pub(super) fn may_be_sent_again(roll: &Roll, index: usize) -> bool {
    roll.attempts(index) < MOST_ATTEMPTS
}

/// The number of an identity in its job, as ledgers have it.
pub(super) fn number(index: usize) -> u32 {
    u32::try_from(index).expect("a ledger takes no job with more ids than that")
}
