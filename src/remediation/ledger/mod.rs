//! The ledger: what was asked for, what was sent and what became of it, in one SQLite file that
//! outlives the process.
//!
//! A job has its ids, numbered from 0, and its calls. Before a call is sent its intent is written,
//! and when the answer came, what it was: so that after `kill -9`, power loss or a full disk each id
//! stands where it was last known to stand, or at [`Standing::Sending`] where nobody knows.
//!
//! It must not know what an operation does, nor send or wait for anything; times are handed to it.
//! Order is by number, since clocks jump. It has no field for a token, and what looks like one in a
//! text that it is given is not written.
//!
//! [`Standing::Sending`]: super::Standing::Sending

mod apply;
mod change;
mod error;
mod forget;
mod job;
mod lock;
mod open;
mod ranges;
mod read;
mod record;
mod redact;
mod schema;
#[cfg(test)]
mod tests;
mod writer;

pub use change::{CallKind, Change, JobState, Stand};
pub use error::{Fault, LedgerError};
pub use job::{Job, NewId, NewJob};
pub use open::Ledger;
pub use read::{Ids, Snapshot};
pub use record::{CallRecord, Counts, IdRecord, JobRecord, Summary};
pub use writer::Writer;

/// What comes of asking a ledger.
pub type Result<T> = std::result::Result<T, LedgerError>;
