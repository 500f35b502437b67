//! Writes changes, within a transaction that the caller begins and ends.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::change::{CallKind, Change, Stand};
use super::error::{Fault, LedgerError};
use super::ranges::Ranges;
use super::redact::redact;
use crate::odata::Instant;
use crate::remediation::Standing;

/// Why a change was not written.
#[derive(Debug)]
pub(super) enum Refusal {
    /// It makes no sense for its job: others are not concerned.
    Senseless(LedgerError),
    /// SQLite cannot: nobody's changes can be written.
    Storage(rusqlite::Error),
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        Self::Storage(error)
    }
}

impl From<LedgerError> for Refusal {
    fn from(error: LedgerError) -> Self {
        Self::Senseless(error)
    }
}

type Result<T> = std::result::Result<T, Refusal>;

/// Writes one change.
pub(super) fn apply(connection: &Connection, change: &Change) -> Result<()> {
    match change {
        Change::Intend { job, call, kind, client_request_id, at, ids } => {
            intend(connection, *job, *call, *kind, client_request_id.as_deref(), *at, &Ranges::of(ids))
        }
        Change::Answer { .. } => answer(connection, change),
        Change::Stand { job, ids, at } => ids.iter().try_for_each(|id| stand(connection, *job, id, *at)),
        Change::Job { job, state, at, note } => {
            let mut update =
                connection.prepare_cached("UPDATE job SET state = ?2, changed = ?3, note = ?4 WHERE number = ?1")?;
            match update.execute(params![job, *state as i64, at, note.as_deref().map(redact)])? {
                0 => Err(LedgerError::NoSuchJob { job: *job }.into()),
                _ => Ok(()),
            }
        }
    }
}

fn intend(
    connection: &Connection,
    job: i64,
    call: u32,
    kind: CallKind,
    client_request_id: Option<&str>,
    at: Instant,
    ids: &Ranges,
) -> Result<()> {
    must_have(connection, job)?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO call (job, number, kind, ids, sent, client_request_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT DO NOTHING",
    )?;
    if insert.execute(params![job, call, kind as i64, ids.to_string(), at, client_request_id.map(redact)])? == 0 {
        return Err(LedgerError::CallRepeated { job, call }.into());
    }
    let sql = match kind {
        CallKind::Action => {
            "UPDATE id SET standing = ?4, call = ?5, changed = ?6, detail = NULL
             WHERE job = ?1 AND seq BETWEEN ?2 AND ?3"
        }
        CallKind::Read => "SELECT count(*) FROM id WHERE job = ?1 AND seq BETWEEN ?2 AND ?3",
    };
    let mut statement = connection.prepare_cached(sql)?;
    for range in ids.iter() {
        let (first, last) = (*range.start(), *range.end());
        let n_there = match kind {
            CallKind::Action => statement.execute(params![job, first, last, Standing::Sending as i64, call, at])?,
            CallKind::Read => statement.query_row(params![job, first, last], |row| row.get::<_, u32>(0))? as usize,
        };
        if n_there as u64 != u64::from(last - first) + 1 {
            return Err(no_such_id(connection, job, first)?);
        }
    }
    Ok(())
}

fn answer(connection: &Connection, change: &Change) -> Result<()> {
    let Change::Answer { job, call, at, status, code, request_id, client_request_id, standing, detail } = change else {
        return Ok(());
    };
    let mut update = connection.prepare_cached(
        "UPDATE call SET answered = ?3, status = ?4, code = ?5, request_id = ?6,
             client_request_id = coalesce(?7, client_request_id), standing = ?8, detail = ?9
         WHERE job = ?1 AND number = ?2 RETURNING ids",
    )?;
    let [code, request_id, client_request_id, detail] =
        [code, request_id, client_request_id, detail].map(|text| text.as_deref().map(redact));
    let standing = *standing as i64;
    let row = params![job, call, at, status, code, request_id, client_request_id, standing, detail];
    let ids: Option<String> = update.query_row(row, |row| row.get(0)).optional()?;
    let ids = ids.ok_or(LedgerError::NoSuchCall { job: *job, call: *call })?;
    let ids = Ranges::parse(&ids).ok_or_else(|| damaged("the ids of a call"))?;
    let mut update = connection.prepare_cached(
        "UPDATE id SET standing = ?5, detail = ?6, changed = ?7
         WHERE job = ?1 AND seq BETWEEN ?2 AND ?3 AND call = ?4",
    )?;
    for range in ids.iter() {
        update.execute(params![job, range.start(), range.end(), call, standing, detail, at])?;
    }
    Ok(())
}

fn stand(connection: &Connection, job: i64, id: &Stand, at: Instant) -> Result<()> {
    let mut update = connection.prepare_cached(
        "UPDATE id SET standing = ?3, detail = ?4, after = coalesce(?5, after), changed = ?6
         WHERE job = ?1 AND seq = ?2",
    )?;
    let (detail, after) = (id.detail.as_deref().map(redact), id.after.as_deref().map(redact));
    match update.execute(params![job, id.seq, id.standing as i64, detail, after, at])? {
        0 => {
            must_have(connection, job)?;
            Err(LedgerError::NoSuchId { job, seq: id.seq }.into())
        }
        _ => Ok(()),
    }
}

fn must_have(connection: &Connection, job: i64) -> Result<()> {
    let mut select = connection.prepare_cached("SELECT 1 FROM job WHERE number = ?1")?;
    match select.exists([job])? {
        true => Ok(()),
        false => Err(LedgerError::NoSuchJob { job }.into()),
    }
}

/// The first number from here on that no id of the job has.
fn no_such_id(connection: &Connection, job: i64, first: u32) -> Result<Refusal> {
    let mut select = connection.prepare_cached("SELECT max(seq) + 1 FROM id WHERE job = ?1")?;
    let n_ids: Option<u32> = select.query_row([job], |row| row.get(0))?;
    Ok(LedgerError::NoSuchId { job, seq: n_ids.unwrap_or(0).max(first) }.into())
}

/// What SQLite would say if it knew.
pub(super) fn damaged(what: &str) -> rusqlite::Error {
    rusqlite::Error::InvalidParameterName(format!("{what} cannot be read"))
}

impl Refusal {
    /// The same for whoever asked.
    pub(super) fn into_error(self, path: &std::path::Path) -> LedgerError {
        match self {
            Self::Senseless(error) => error,
            Self::Storage(error) => Fault::from_sqlite(&error).of(path),
        }
    }
}
