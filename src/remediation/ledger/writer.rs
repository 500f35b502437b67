//! The one that writes while jobs run: a thread with the ledger, and any number of callers. What
//! waits while it writes is written together, in one transaction: a disk that takes ten milliseconds
//! to be sure does not hold up three hundred tenants one after another.

use std::fmt;
use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::oneshot;

use super::Result;
use super::apply::{Refusal, apply};
use super::change::Change;
use super::error::{Fault, LedgerError};
use super::open::Ledger;

/// Writes to a ledger for whoever has one of these. The ledger is closed with the last of them.
#[derive(Clone)]
pub struct Writer {
    requests: Sender<Request>,
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").finish_non_exhaustive()
    }
}

/// The changes of one caller, and where to tell how it went.
struct Request {
    changes: Vec<Change>,
    done: oneshot::Sender<Result<()>>,
}

/// The most requests of one transaction, so that the first does not wait for ever.
const MOST_TOGETHER: usize = 1024;

impl Writer {
    /// Hands a ledger to a thread of its own.
    ///
    /// # Errors
    /// If the system has no thread to give.
    pub fn start(ledger: Ledger) -> Result<Self> {
        let (requests, waiting) = channel();
        let path = ledger.path.clone();
        thread::Builder::new()
            .name("ledger".to_owned())
            .spawn(move || serve(ledger, &waiting))
            .map_err(|error: io::Error| Fault::from_io(&error).of(&path))?;
        Ok(Self { requests })
    }

    /// Writes changes, whole or not at all. They are handed over now, also if nobody awaits; what is
    /// returned resolves once they would outlive a loss of power.
    ///
    /// # Errors
    /// If they cannot be written, or make no sense for their job: then none of them is.
    pub fn write(&self, changes: Vec<Change>) -> impl Future<Output = Result<()>> + Send + use<> {
        let (done, told) = oneshot::channel();
        // Who listened is gone if its thread ended; then `told` says so too.
        let _ = self.requests.send(Request { changes, done });
        async move { told.await.unwrap_or(Err(LedgerError::Closed)) }
    }
}

/// Serves until the last caller is gone.
fn serve(mut ledger: Ledger, waiting: &Receiver<Request>) {
    while let Ok(first) = waiting.recv() {
        let mut requests = vec![first];
        requests.extend(waiting.try_iter().take(MOST_TOGETHER - 1));
        write_together(&mut ledger, requests);
    }
}

/// One transaction for all; where a change makes no sense, one for each, so that it is told to whom it
/// concerns and to nobody else.
fn write_together(ledger: &mut Ledger, requests: Vec<Request>) {
    let together = write_all(&mut ledger.connection, requests.iter().flat_map(|request| &request.changes));
    let one_by_one = requests.len() > 1 && matches!(together, Err(Refusal::Senseless(_)));
    let together = together.map_err(|refusal| refusal.into_error(&ledger.path));
    for Request { changes, done } in requests {
        let result = match one_by_one {
            true => write_all(&mut ledger.connection, &changes).map_err(|refusal| refusal.into_error(&ledger.path)),
            false => together.clone(),
        };
        // It may have stopped waiting.
        let _ = done.send(result);
    }
}

/// Writes changes in one transaction, which is undone if one of them cannot be written.
pub(super) fn write_all<'a>(
    connection: &mut Connection,
    changes: impl IntoIterator<Item = &'a Change>,
) -> std::result::Result<(), Refusal> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for change in changes {
        apply(&transaction, change)?;
    }
    transaction.commit()?;
    Ok(())
}
