//! One call of an action: its turn, its intent in the ledger, the request, its answer in the ledger.

use std::sync::atomic::{AtomicU32, Ordering};

use super::ledger::{CallKind, Change, LedgerError, Writer};
use super::service::{Answered, Service, Trouble, TroubleKind};
use super::{Id, Pace, Standing, Stop, instant};

/// Sends calls of one job.
pub(super) struct Caller<'a> {
    pub(super) service: &'a dyn Service,
    pub(super) pace: &'a Pace,
    pub(super) writer: &'a Writer,
    pub(super) job: i64,
    pub(super) stop: &'a Stop,
    /// Asked once something keeps the run from going on: whoever waits for a turn then is not sent.
    pub(super) halt: Stop,
    /// The number of the next call.
    pub(super) next: AtomicU32,
    /// How many were sent.
    pub(super) n_sent: AtomicU32,
}

/// What became of a batch.
pub(super) struct Outcome {
    /// The numbers of its identities.
    pub(super) batch: Vec<u32>,
    pub(super) end: End,
}

/// How a call ended.
pub(super) enum End {
    /// It was not begun, since the run stops.
    NotBegun,
    /// The documented answer, and whether the service says that it did what it was asked to.
    Answered(Answered<bool>),
    /// Anything else.
    Trouble(Trouble),
    /// It could not be written down, and so was not sent.
    NotWritten(LedgerError),
    /// It was sent, and what came of it could not be written down.
    AnswerNotWritten(LedgerError),
}

impl Caller<'_> {
    /// Calls the action on a batch.
    pub(super) async fn call(&self, batch: Vec<u32>, ids: Vec<Id>) -> Outcome {
        let end = match self.stop.or(self.halt.or(self.pace.turn())).await.flatten() {
            None => End::NotBegun,
            Some(()) => self.send(&batch, &ids).await,
        };
        Outcome { batch, end }
    }

    async fn send(&self, batch: &[u32], ids: &[Id]) -> End {
        let (job, call) = (self.job, self.next.fetch_add(1, Ordering::Relaxed));
        let at = instant(self.pace.clock());
        let intent =
            Change::Intend { job, call, kind: CallKind::Action, client_request_id: None, at, ids: batch.to_vec() };
        if let Err(error) = self.writer.write(vec![intent]).await {
            return End::NotWritten(error);
        }
        self.pace.leaves();
        self.n_sent.fetch_add(1, Ordering::Relaxed);
        let sent = self.service.act(ids.iter().collect()).await;
        let at = instant(self.pace.clock());
        let (answer, end) = match sent {
            Ok(answered) => {
                self.pace.fine();
                let standing = if answered.value { Standing::Accepted } else { Standing::Unchanged };
                let answer = Change::Answer {
                    job,
                    call,
                    at,
                    status: Some(answered.status),
                    code: None,
                    request_id: answered.request_id.clone(),
                    client_request_id: None,
                    standing,
                    detail: (!answered.value).then(|| DECLINED.to_owned()),
                };
                (answer, End::Answered(answered))
            }
            Err(trouble) => {
                match trouble.kind {
                    TroubleKind::Later(after) => {
                        self.pace.refused(after);
                    }
                    TroubleKind::NotSent => {
                        self.pace.refused(None);
                    }
                    TroubleKind::Refused | TroubleKind::Denied | TroubleKind::Lost => self.pace.fine(),
                }
                let answer = Change::Answer {
                    job,
                    call,
                    at,
                    status: trouble.status,
                    code: trouble.code.clone(),
                    request_id: trouble.request_id.clone(),
                    client_request_id: trouble.client_request_id.clone(),
                    standing: standing(&trouble, batch.len()),
                    detail: Some(trouble.word()),
                };
                (answer, End::Trouble(trouble))
            }
        };
        match self.writer.write(vec![answer]).await {
            Ok(()) => end,
            Err(error) => End::AnswerNotWritten(error),
        }
    }
}

/// What is told beside an identity of which the service answers that it did not do it.
pub(super) const DECLINED: &str = "the service answers that it was not done";

/// Where the identities of a call stand after trouble. A batch that was refused is tried in halves, so
/// only who is refused alone is refused.
fn standing(trouble: &Trouble, n: usize) -> Standing {
    match trouble.kind {
        TroubleKind::Lost => Standing::Unknown,
        TroubleKind::Refused if n == 1 => Standing::Refused,
        _ => Standing::Planned,
    }
}
