//! What is written of a job while it runs.

use crate::odata::Instant;
use crate::remediation::Standing;

/// Something to be written. A list of changes is written whole or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A call is about to be sent. The ids of an action stand at [`Standing::Sending`] from now on,
    /// and point to this call; those of a read stand where they stood.
    Intend {
        /// The job's number.
        job: i64,
        /// The call's number in the job: the caller counts.
        call: u32,
        /// What the call does.
        kind: CallKind,
        /// The id that is sent with the request.
        client_request_id: Option<String>,
        /// When.
        at: Instant,
        /// The numbers of its ids in the job.
        ids: Vec<u32>,
    },
    /// A call came to an end. Its ids that still point to it stand where this says; what pointed to
    /// a later call, or was never moved by this one (a read), stays.
    Answer {
        /// The job's number.
        job: i64,
        /// The call's number in the job.
        call: u32,
        /// When.
        at: Instant,
        /// The status; `None` if no answer came.
        status: Option<u16>,
        /// The service's code of the error.
        code: Option<String>,
        /// The service's id of the request.
        request_id: Option<String>,
        /// The id that was sent with the last attempt, where it is another.
        client_request_id: Option<String>,
        /// Where its ids stand now.
        standing: Standing,
        /// What there is to say of it.
        detail: Option<String>,
    },
    /// Something was learnt of single ids.
    Stand {
        /// The job's number.
        job: i64,
        /// The ids.
        ids: Vec<Stand>,
        /// When.
        at: Instant,
    },
    /// The job as a whole moved on.
    Job {
        /// The job's number.
        job: i64,
        /// Where it stands now.
        state: JobState,
        /// When.
        at: Instant,
        /// Why it stopped, or what there is to say of it; `None` takes back what was said before.
        note: Option<String>,
    },
}

/// Where one id stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stand {
    /// Its number in the job.
    pub seq: u32,
    /// Where it stands.
    pub standing: Standing,
    /// Why; `None` takes back what was said before.
    pub detail: Option<String>,
    /// Its properties as they were seen now, as JSON; `None` leaves what was seen before.
    pub after: Option<String>,
}

/// What a call does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum CallKind {
    /// It changes something.
    Action = 0,
    /// It looks.
    Read = 1,
}

impl CallKind {
    /// Its word in exports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Action => "action",
            Self::Read => "read",
        }
    }

    pub(super) fn of(number: i64) -> Option<Self> {
        [Self::Action, Self::Read].into_iter().find(|kind| *kind as i64 == number)
    }
}

/// Where a job stands, as its process last said. A process that was killed says nothing: whether one
/// is at it, [`Ledger::is_taken`] says.
///
/// [`Ledger::is_taken`]: super::Ledger::is_taken
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum JobState {
    /// It was begun or taken up.
    Running = 0,
    /// It stopped part-way, and can be taken up again.
    Stopped = 1,
    /// All was done that could be.
    Done = 2,
}

impl JobState {
    /// Its word in exports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Stopped => "stopped",
            Self::Done => "done",
        }
    }

    pub(super) fn of(number: i64) -> Option<Self> {
        [Self::Running, Self::Stopped, Self::Done].into_iter().find(|state| *state as i64 == number)
    }
}
