//! What can be asked of a ledger. Ids come a thousand at a time, since there may be a million.

use rusqlite::{OptionalExtension as _, Transaction, params};

use super::Result;
use super::error::LedgerError;
use super::open::Ledger;
use super::record::{self, CallRecord, Counts, IdRecord, JobRecord, Summary};
use crate::odata::Instant;
use crate::remediation::{Id, Standing};

/// While it lives, its ledger shows what it showed as this was made, whatever others write.
pub struct Snapshot<'a> {
    _transaction: Transaction<'a>,
}

impl Ledger {
    /// Keeps what this connection shows as it is now.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn snapshot(&self) -> Result<Snapshot<'_>> {
        let begin = || {
            let transaction = self.connection.unchecked_transaction()?;
            // It begins with the first statement that reads.
            transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
            Ok(Snapshot { _transaction: transaction })
        };
        begin().map_err(|error: rusqlite::Error| self.failed(&error))
    }

    /// Every job with what became of its ids, the newest first: by number, since clocks jump.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn jobs(&self) -> Result<Vec<Summary>> {
        let read = || -> rusqlite::Result<Vec<JobRecord>> {
            let sql = format!("SELECT {} FROM job ORDER BY number DESC", record::JOB);
            self.connection.prepare_cached(&sql)?.query_map([], JobRecord::read)?.collect()
        };
        let jobs = read().map_err(|error| self.failed(&error))?;
        jobs.into_iter().map(|job| self.summary(job)).collect()
    }

    /// One job with what became of its ids.
    ///
    /// # Errors
    /// If there is no such job, or the file cannot be read.
    pub fn job(&self, number: i64) -> Result<Summary> {
        let sql = format!("SELECT {} FROM job WHERE number = ?1", record::JOB);
        let job = self.connection.query_row(&sql, [number], JobRecord::read).optional();
        let job = job.map_err(|error| self.failed(&error))?;
        self.summary(job.ok_or(LedgerError::NoSuchJob { job: number })?)
    }

    /// The number of the latest job.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn last(&self) -> Result<Option<i64>> {
        let last = self.connection.query_row("SELECT max(number) FROM job", [], |row| row.get(0));
        last.map_err(|error| self.failed(&error))
    }

    fn summary(&self, job: JobRecord) -> Result<Summary> {
        let counts = self.counts(job.number)?;
        Ok(Summary { is_taken: self.is_taken(job.number), job, counts })
    }

    fn counts(&self, job: i64) -> Result<Counts> {
        // One walk over the ids: grouping them would sort them first.
        let each = Standing::ALL.map(|standing| format!("count(*) FILTER (WHERE standing = {})", standing as u8));
        let sql = format!("SELECT {} FROM id WHERE job = ?1", each.join(", "));
        let read = || self.connection.prepare_cached(&sql)?.query_row([job], Counts::read);
        read().map_err(|error: rusqlite::Error| self.failed(&error))
    }

    /// The calls of a job in the order of their numbers.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn calls(&self, job: i64) -> Result<Vec<CallRecord>> {
        let read = || -> rusqlite::Result<Vec<CallRecord>> {
            let sql = format!("SELECT {} FROM call WHERE job = ?1 ORDER BY number", record::CALL);
            self.connection.prepare_cached(&sql)?.query_map([job], CallRecord::read)?.collect()
        };
        read().map_err(|error| self.failed(&error))
    }

    /// The number that the next call of a job may have.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn next_call(&self, job: i64) -> Result<u32> {
        let sql = "SELECT coalesce(max(number) + 1, 0) FROM call WHERE job = ?1";
        self.connection.query_row(sql, [job], |row| row.get(0)).map_err(|error| self.failed(&error))
    }

    /// The ids of a job that stand at one of these, in the order of their numbers, from one on.
    /// No standings means any.
    #[must_use]
    pub fn ids<'a>(&'a self, job: i64, standings: &[Standing], from: u32) -> Ids<'a> {
        Ids { ledger: self, job, mask: mask(standings), next: Some(from), read: Vec::new().into_iter() }
    }

    /// Ids for which a job with this operation and tenant came to one of these standings at this time
    /// or later. One may come several times.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn ids_of<'a>(
        &'a self,
        operation: &str,
        tenant: Option<&str>,
        since: Instant,
        standings: &[Standing],
    ) -> Result<impl Iterator<Item = Result<Id>> + use<'a>> {
        let read = || -> rusqlite::Result<Vec<i64>> {
            let sql = "SELECT number FROM job WHERE operation = ?1 AND tenant IS ?2 ORDER BY number";
            let mut select = self.connection.prepare_cached(sql)?;
            select.query_map(params![operation, tenant], |row| row.get(0))?.collect()
        };
        let jobs = read().map_err(|error| self.failed(&error))?;
        let standings = standings.to_vec();
        let ids = jobs.into_iter().flat_map(move |job| self.ids(job, &standings, 0));
        Ok(ids.filter_map(move |id| match id {
            Ok(id) if id.changed < since => None,
            other => Some(other.map(|id| id.id)),
        }))
    }
}

/// Ids of a job, read as they are asked for.
pub struct Ids<'a> {
    ledger: &'a Ledger,
    job: i64,
    mask: i64,
    /// The first number that was not looked at; `None` when there are no more.
    next: Option<u32>,
    read: std::vec::IntoIter<IdRecord>,
}

/// How many are in memory at a time.
const AT_A_TIME: usize = 1000;

impl Ids<'_> {
    fn read_more(&mut self) -> Result<()> {
        let Some(from) = self.next else { return Ok(()) };
        let read = || -> rusqlite::Result<Vec<IdRecord>> {
            let sql = format!(
                "SELECT {} FROM id WHERE job = ?1 AND seq >= ?2 AND (?3 >> standing) & 1 ORDER BY seq LIMIT ?4",
                record::ID
            );
            let mut select = self.ledger.connection.prepare_cached(&sql)?;
            select.query_map(params![self.job, from, self.mask, AT_A_TIME as i64], IdRecord::read)?.collect()
        };
        let read = read().map_err(|error| self.ledger.failed(&error))?;
        self.next = match read.last() {
            Some(last) if read.len() == AT_A_TIME => last.seq.checked_add(1),
            _ => None,
        };
        self.read = read.into_iter();
        Ok(())
    }
}

impl Iterator for Ids<'_> {
    type Item = Result<IdRecord>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(id) = self.read.next() {
            return Some(Ok(id));
        }
        if let Err(error) = self.read_more() {
            self.next = None;
            return Some(Err(error));
        }
        self.read.next().map(Ok)
    }
}

/// A bit for each standing.
fn mask(standings: &[Standing]) -> i64 {
    match standings {
        [] => i64::MAX,
        some => some.iter().fold(0, |mask, standing| mask | 1 << (*standing as u8)),
    }
}
