//! A job: begun with all its ids in one transaction, or taken up again. One process has it.

use std::fmt;

use rusqlite::{OptionalExtension as _, ToSql, TransactionBehavior, params};

use super::Result;
use super::change::JobState;
use super::error::{Fault, LedgerError};
use super::lock::JobLock;
use super::open::Ledger;
use super::record::IdText;
use super::redact::redact;
use crate::odata::Instant;
use crate::remediation::{Id, Standing};

/// What a job is, as it begins.
#[derive(Debug, Clone)]
pub struct NewJob<'a> {
    /// The command as it was typed, without what it was given.
    pub command: &'a str,
    /// The API version.
    pub api: &'a str,
    /// The operation's id in the description.
    pub operation: &'a str,
    /// The tenant, where the token says it.
    pub tenant: Option<&'a str>,
    /// The cloud's name.
    pub cloud: &'a str,
    /// The root that calls go to, with the version.
    pub root: &'a str,
    /// The object id of whoever signed in.
    pub identity: &'a str,
    /// What signed in: a user, an application, …
    pub identity_kind: &'a str,
    /// The ticket that it is done for.
    pub ticket: Option<&'a str>,
    /// Why it is done.
    pub reason: Option<&'a str>,
    /// The SHA-256 of the plan that was approved.
    pub plan_sha256: Option<&'a str>,
    /// How it is to be done, so that it can be taken up again.
    pub settings: serde_json::Value,
    /// When it began.
    pub created: Instant,
}

/// An id of a job, as the job begins.
#[derive(Debug, Clone)]
pub struct NewId<'a> {
    /// The id.
    pub id: &'a Id,
    /// Its properties as they were seen, as JSON.
    pub before: Option<&'a str>,
    /// When the service last changed them, by its own clock.
    pub updated: Option<Instant>,
    /// Where it stands: planned, or left out.
    pub standing: Standing,
    /// Why it is left out.
    pub detail: Option<&'a str>,
}

/// A job that this process works on. Dropping it lets another take it up.
pub struct Job {
    /// Its number in the ledger.
    pub number: i64,
    _lock: JobLock,
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job").field("number", &self.number).finish_non_exhaustive()
    }
}

const INSERT_JOB: &str = "
INSERT INTO job (command, api, operation, tenant, cloud, root, identity, identity_kind, ticket, reason,
    plan_sha256, settings, created, state, changed)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?13)";

const INSERT_ID: &str = "
INSERT INTO id (job, seq, id, standing, changed, updated, detail, before)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

impl Ledger {
    /// Begins a job, with its ids numbered from 0 in their order: all of it is written, or nothing.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn begin<'a>(&mut self, job: &NewJob<'_>, ids: impl IntoIterator<Item = NewId<'a>>) -> Result<Job> {
        let path = self.path.clone();
        let failed = |error: rusqlite::Error| Fault::from_sqlite(&error).of(&path);
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        let settings = job.settings.to_string();
        let texts = [
            Some(job.command),
            Some(job.api),
            Some(job.operation),
            job.tenant,
            Some(job.cloud),
            Some(job.root),
            Some(job.identity),
            Some(job.identity_kind),
            job.ticket,
            job.reason,
            job.plan_sha256,
            Some(settings.as_str()),
        ]
        .map(|text| text.map(redact));
        let mut values: Vec<&dyn ToSql> = texts.iter().map(|text| text as &dyn ToSql).collect();
        let state = JobState::Running as i64;
        values.extend([&job.created as &dyn ToSql, &state]);
        transaction.execute(INSERT_JOB, &values[..]).map_err(failed)?;
        let number = transaction.last_insert_rowid();
        // Before anybody can see the job.
        let lock = take_lock(&path, number)?;
        let mut insert = transaction.prepare(INSERT_ID).map_err(failed)?;
        for (index, new) in ids.into_iter().enumerate() {
            let seq = u32::try_from(index).map_err(|_| LedgerError::TooMany)?;
            let row = params![
                number,
                seq,
                IdText(new.id),
                new.standing as i64,
                job.created,
                new.updated,
                new.detail.map(redact),
                new.before.map(redact),
            ];
            insert.execute(row).map_err(failed)?;
        }
        drop(insert);
        transaction.commit().map_err(failed)?;
        Ok(Job { number, _lock: lock })
    }

    /// Takes up a job that no process works on.
    ///
    /// # Errors
    /// If there is no such job, or a process works on it.
    pub fn take(&self, number: i64) -> Result<Job> {
        let there = self.connection.query_row("SELECT 1 FROM job WHERE number = ?1", [number], |_| Ok(()));
        match there.optional().map_err(|error| self.failed(&error))? {
            None => Err(LedgerError::NoSuchJob { job: number }),
            Some(()) => Ok(Job { number, _lock: take_lock(&self.path, number)? }),
        }
    }

    /// Whether a process works on a job at this moment.
    #[must_use]
    pub fn is_taken(&self, number: i64) -> bool {
        JobLock::is_taken(&self.path, number)
    }
}

fn take_lock(path: &std::path::Path, job: i64) -> Result<JobLock> {
    let lock = JobLock::take(path, job).map_err(|error| Fault::from_io(&error).of(path))?;
    lock.ok_or(LedgerError::Taken { job })
}
