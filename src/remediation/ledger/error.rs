//! What can be wrong with a ledger, and with what is asked of one.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::ErrorCode;
use rusqlite::ffi;

/// Why a ledger did not do what it was asked to. Completes "failed to …".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// The file, or what it is on.
    #[error("use the ledger {}: {fault}", path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        fault: Fault,
    },
    /// Another process is at this job.
    #[error("work on job {job}: another process is at it")]
    Taken {
        /// The job's number.
        job: i64,
    },
    /// There is no such job.
    #[error("find job {job}: the ledger has no job of this number")]
    NoSuchJob {
        /// The number that was asked for.
        job: i64,
    },
    /// A change names an id that the job does not have.
    #[error("write to job {job}: it has no id number {seq}")]
    NoSuchId {
        /// The job's number.
        job: i64,
        /// The number that was given.
        seq: u32,
    },
    /// A change answers a call that was never written.
    #[error("write to job {job}: it has no call number {call}")]
    NoSuchCall {
        /// The job's number.
        job: i64,
        /// The number that was given.
        call: u32,
    },
    /// A call's number was used before.
    #[error("write to job {job}: it has a call number {call} already")]
    CallRepeated {
        /// The job's number.
        job: i64,
        /// The number that was given.
        call: u32,
    },
    /// A job with more ids than numbers.
    #[error("begin a job: it has more than {} ids", u32::MAX)]
    TooMany,
    /// The thread that writes has ended.
    #[error("write to the ledger: it was closed")]
    Closed,
}

/// What is wrong with a ledger's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// There is no such file.
    Missing,
    /// Nothing was written to it yet, as where whoever made it was killed.
    Empty,
    /// It is something else.
    NotALedger,
    /// A later version of this program wrote it.
    Newer {
        /// The version of its form.
        found: i64,
        /// The latest that this program knows.
        known: i64,
    },
    /// It was a ledger.
    Damaged(Arc<str>),
    /// The disk is full.
    Full,
    /// It, or its folder, must not be written to.
    ReadOnly,
    /// It cannot be reached, for the reason that the system gave.
    Unreachable(Arc<str>),
    /// Another process has been writing for too long.
    Busy,
    /// Its file system has no locks or no shared memory.
    NoLocks,
    /// The system refused to read or write.
    Io(Arc<str>),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("there is no such file"),
            Self::Empty => f.write_str("nothing was written to it yet"),
            Self::NotALedger => f.write_str("it is no ledger of entra-risk"),
            Self::Newer { found, known } => {
                write!(f, "it is of version {found}, and this program knows none later than {known}")
            }
            Self::Damaged(what) => write!(f, "it is damaged ({what})"),
            Self::Full => f.write_str("the disk is full"),
            Self::ReadOnly => f.write_str("it, or its folder, must not be written to"),
            Self::Busy => f.write_str("another process has been writing to it for too long"),
            Self::NoLocks => f.write_str("its file system has no locks or no shared memory, as most network drives"),
            Self::Unreachable(what) | Self::Io(what) => f.write_str(what),
        }
    }
}

impl Fault {
    /// This fault of a file.
    pub(super) fn of(self, path: &Path) -> LedgerError {
        LedgerError::Unusable { path: path.to_owned(), fault: self }
    }

    /// What SQLite said, in our words.
    pub(super) fn from_sqlite(error: &rusqlite::Error) -> Self {
        let text = |error: &rusqlite::Error| Arc::from(error.to_string());
        let rusqlite::Error::SqliteFailure(code, _) = error else { return Self::Damaged(text(error)) };
        match (code.code, code.extended_code) {
            (_, ffi::SQLITE_IOERR_SHMMAP | ffi::SQLITE_IOERR_SHMOPEN | ffi::SQLITE_IOERR_SHMLOCK)
            | (_, ffi::SQLITE_IOERR_LOCK | ffi::SQLITE_IOERR_RDLOCK)
            | (ErrorCode::FileLockingProtocolFailed, _) => Self::NoLocks,
            (ErrorCode::DiskFull, _) => Self::Full,
            (ErrorCode::ReadOnly, _) => Self::ReadOnly,
            (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => Self::Busy,
            (ErrorCode::NotADatabase, _) => Self::NotALedger,
            (ErrorCode::DatabaseCorrupt, _) => Self::Damaged(text(error)),
            (ErrorCode::CannotOpen | ErrorCode::PermissionDenied, _) => Self::Unreachable(text(error)),
            _ => Self::Io(text(error)),
        }
    }

    /// What the system said of a file, in our words.
    pub(super) fn from_io(error: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        match error.kind() {
            ErrorKind::NotFound => Self::Missing,
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::Full,
            ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => Self::ReadOnly,
            ErrorKind::Unsupported => Self::NoLocks,
            _ => Self::Io(error.to_string().into()),
        }
    }
}
