//! What a ledger says: its rows as values.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef};
use rusqlite::{Row, ToSql};
use uuid::Uuid;

use super::change::{CallKind, JobState};
use super::ranges::Ranges;
use crate::odata::Instant;
use crate::remediation::{Id, Standing};

/// A job as the ledger has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRecord {
    /// Its number.
    pub number: i64,
    /// The command as it was typed.
    pub command: String,
    /// The API version.
    pub api: String,
    /// The operation's id in the description.
    pub operation: String,
    /// The tenant, where the token said it.
    pub tenant: Option<String>,
    /// The cloud's name.
    pub cloud: String,
    /// The root that calls went to.
    pub root: String,
    /// The object id of whoever signed in.
    pub identity: String,
    /// What signed in.
    pub identity_kind: String,
    /// The ticket.
    pub ticket: Option<String>,
    /// Why it was done.
    pub reason: Option<String>,
    /// The SHA-256 of the plan.
    pub plan_sha256: Option<String>,
    /// How it was to be done.
    pub settings: serde_json::Value,
    /// When it began.
    pub created: Instant,
    /// What its process last said.
    pub state: JobState,
    /// When it said that.
    pub changed: Instant,
    /// What it said beside.
    pub note: Option<String>,
}

/// A job with what became of its ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The job.
    pub job: JobRecord,
    /// How many of its ids stand where.
    pub counts: Counts,
    /// Whether a process works on it at this moment.
    pub is_taken: bool,
}

/// How many ids stand where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts([u64; Standing::ALL.len()]);

impl Counts {
    /// How many stand here.
    #[must_use]
    pub fn of(&self, standing: Standing) -> u64 {
        self.0[standing as usize]
    }

    /// How many there are.
    #[must_use]
    pub fn all(&self) -> u64 {
        self.0.iter().sum()
    }

    /// How many there are without those that were left out.
    #[must_use]
    pub fn wanted(&self) -> u64 {
        self.all() - self.of(Standing::LeftOut)
    }

    /// Each standing at which there are ids.
    pub fn iter(&self) -> impl Iterator<Item = (Standing, u64)> {
        Standing::ALL.into_iter().map(|standing| (standing, self.of(standing))).filter(|(_, n_ids)| *n_ids > 0)
    }

    /// A column for each standing, in their order.
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let mut counts = Self::default();
        for (column, n_ids) in counts.0.iter_mut().enumerate() {
            *n_ids = row.get::<_, i64>(column)?.unsigned_abs();
        }
        Ok(counts)
    }
}

/// An id of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdRecord {
    /// Its number in the job.
    pub seq: u32,
    /// The id.
    pub id: Id,
    /// Where it stands.
    pub standing: Standing,
    /// The last action that was sent, or about to be sent, with it.
    pub call: Option<u32>,
    /// When it came to stand there.
    pub changed: Instant,
    /// When the service had last changed it, as the job began.
    pub updated: Option<Instant>,
    /// What there is to say of it.
    pub detail: Option<String>,
    /// Its properties as the job began, as JSON.
    pub before: Option<String>,
    /// Its properties as they were last seen, as JSON.
    pub after: Option<String>,
}

/// A call of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRecord {
    /// Its number in the job.
    pub number: u32,
    /// What it does.
    pub kind: CallKind,
    /// The numbers of its ids, in order.
    pub ids: Vec<u32>,
    /// When it was about to be sent.
    pub sent: Instant,
    /// The id that was sent with it.
    pub client_request_id: Option<String>,
    /// When it came to an end; `None` if nobody knows that it did.
    pub answered: Option<Instant>,
    /// The status.
    pub status: Option<u16>,
    /// The service's code of the error.
    pub code: Option<String>,
    /// The service's id of the request.
    pub request_id: Option<String>,
    /// Where its ids came to stand by it.
    pub standing: Option<Standing>,
    /// What there is to say of it.
    pub detail: Option<String>,
}

/// The columns of [`JobRecord::read`].
pub(super) const JOB: &str = "number, command, api, operation, tenant, cloud, root, identity, identity_kind, ticket, \
                              reason, plan_sha256, settings, created, state, changed, note";

/// The columns of [`IdRecord::read`].
pub(super) const ID: &str = "seq, id, standing, call, changed, updated, detail, before, after";

/// The columns of [`CallRecord::read`].
pub(super) const CALL: &str = "number, kind, ids, sent, client_request_id, answered, status, code, request_id, \
                               standing, detail";

impl JobRecord {
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let settings: String = row.get(12)?;
        Ok(Self {
            number: row.get(0)?,
            command: row.get(1)?,
            api: row.get(2)?,
            operation: row.get(3)?,
            tenant: row.get(4)?,
            cloud: row.get(5)?,
            root: row.get(6)?,
            identity: row.get(7)?,
            identity_kind: row.get(8)?,
            ticket: row.get(9)?,
            reason: row.get(10)?,
            plan_sha256: row.get(11)?,
            settings: serde_json::from_str(&settings).map_err(|_| misread(12))?,
            created: row.get(13)?,
            state: JobState::of(row.get(14)?).ok_or_else(|| misread(14))?,
            changed: row.get(15)?,
            note: row.get(16)?,
        })
    }
}

impl IdRecord {
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let IdOwned(id) = row.get(1)?;
        Ok(Self {
            seq: row.get(0)?,
            id,
            standing: standing(row, 2)?,
            call: row.get(3)?,
            changed: row.get(4)?,
            updated: row.get(5)?,
            detail: row.get(6)?,
            before: row.get(7)?,
            after: row.get(8)?,
        })
    }
}

impl CallRecord {
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let ids = row.get_ref(2)?.as_str()?;
        Ok(Self {
            number: row.get(0)?,
            kind: CallKind::of(row.get(1)?).ok_or_else(|| misread(1))?,
            ids: Ranges::parse(ids).ok_or_else(|| misread(2))?.numbers().collect(),
            sent: row.get(3)?,
            client_request_id: row.get(4)?,
            answered: row.get(5)?,
            status: row.get(6)?,
            code: row.get(7)?,
            request_id: row.get(8)?,
            standing: row.get::<_, Option<i64>>(9)?.map(|_| standing(row, 9)).transpose()?,
            detail: row.get(10)?,
        })
    }
}

fn standing(row: &Row<'_>, column: usize) -> rusqlite::Result<Standing> {
    Standing::of(row.get(column)?).ok_or_else(|| misread(column))
}

fn misread(column: usize) -> rusqlite::Error {
    rusqlite::Error::IntegralValueOutOfRange(column, 0)
}

/// An id as it is written: sixteen bytes, or its text.
pub(super) struct IdText<'a>(pub(super) &'a Id);

impl ToSql for IdText<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Id::Guid(id) => ValueRef::Blob(id.as_bytes()),
            Id::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

/// An id as it is read.
pub(super) struct IdOwned(pub(super) Id);

impl FromSql for IdOwned {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value {
            ValueRef::Blob(bytes) => {
                Uuid::from_slice(bytes).map(|id| Self(Id::Guid(id))).map_err(|_| FromSqlError::InvalidType)
            }
            other => Ok(Self(Id::Text(other.as_str()?.into()))),
        }
    }
}
