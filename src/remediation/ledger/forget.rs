//! Takes a job out of a ledger, and out of its file.

use rusqlite::TransactionBehavior;

use super::Result;
use super::error::Fault;
use super::open::Ledger;

impl Ledger {
    /// Forgets a job with all its ids and calls, and gives back the room that they took: what was
    /// forgotten is overwritten. Its number is not used again.
    ///
    /// # Errors
    /// If there is no such job, a process works on it, or the file cannot be written.
    pub fn forget(&mut self, number: i64) -> Result<()> {
        let lock = self.take(number)?;
        let path = self.path.clone();
        let failed = |error: rusqlite::Error| Fault::from_sqlite(&error).of(&path);
        self.connection.pragma_update(None, "secure_delete", true).map_err(failed)?;
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        transaction.execute("DELETE FROM job WHERE number = ?1", [number]).map_err(failed)?;
        transaction.commit().map_err(failed)?;
        drop(lock);
        // It is forgotten by now. That its room is given back at once is a courtesy, which a reader of
        // another process can prevent until the next time.
        let _ = self.give_back_room();
        Ok(())
    }

    fn give_back_room(&self) -> rusqlite::Result<()> {
        let mut vacuum = self.connection.prepare("PRAGMA incremental_vacuum")?;
        let mut rows = vacuum.query([])?;
        while rows.next()?.is_some() {}
        drop(rows);
        // The log has the pages as they were.
        self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
    }
}
