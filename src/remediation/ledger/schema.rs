//! The form of a ledger's file, and how one is told from other files.

use rusqlite::{Connection, TransactionBehavior};

use super::error::Fault;

/// Tells a ledger from other databases: "entr".
const APPLICATION: i64 = 0x656e_7472;

/// The version of the form below.
pub(super) const VERSION: i64 = 1;

/// Ids stand in the order of their numbers, so that the sixty of a call are one stretch of the file.
/// There is no index on standings: keeping one costs more than all else that is written for a call,
/// and counting a million rows takes a quarter of a second.
const TABLES: &str = "
CREATE TABLE job (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    command TEXT NOT NULL,
    api TEXT NOT NULL,
    operation TEXT NOT NULL,
    tenant TEXT,
    cloud TEXT NOT NULL,
    root TEXT NOT NULL,
    identity TEXT NOT NULL,
    identity_kind TEXT NOT NULL,
    ticket TEXT,
    reason TEXT,
    plan_sha256 TEXT,
    settings TEXT NOT NULL,
    created INTEGER NOT NULL,
    state INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    note TEXT
) STRICT;

CREATE TABLE call (
    job INTEGER NOT NULL REFERENCES job (number) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    ids TEXT NOT NULL,
    sent INTEGER NOT NULL,
    client_request_id TEXT,
    answered INTEGER,
    status INTEGER,
    code TEXT,
    request_id TEXT,
    standing INTEGER,
    detail TEXT,
    PRIMARY KEY (job, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE id (
    job INTEGER NOT NULL REFERENCES job (number) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    id ANY NOT NULL,
    standing INTEGER NOT NULL,
    call INTEGER,
    changed INTEGER NOT NULL,
    updated INTEGER,
    detail TEXT,
    before TEXT,
    after TEXT,
    PRIMARY KEY (job, seq)
) STRICT, WITHOUT ROWID;
";

/// What a file turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Nothing stands in it yet.
    Empty,
    /// A ledger that this program can read.
    Ledger,
}

/// Looks at a file, and changes nothing of it.
pub(super) fn look(connection: &Connection) -> Result<Form, Fault> {
    // One statement, so that it sees one state of the file while another process makes a ledger of it.
    let sql = "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema)
               FROM pragma_application_id, pragma_user_version";
    let read = connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, i64>(2)?)));
    match read.map_err(|error| Fault::from_sqlite(&error))? {
        (0, 0, 0) => Ok(Form::Empty),
        (APPLICATION, 1..=VERSION, _) => Ok(Form::Ledger),
        (APPLICATION, found, _) if found > VERSION => Err(Fault::Newer { found, known: VERSION }),
        _ => Err(Fault::NotALedger),
    }
}

/// Sets how a ledger's connection behaves, and makes a ledger of an empty file.
pub(super) fn prepare(connection: &mut Connection) -> Result<(), Fault> {
    if look(connection)? == Form::Empty {
        // Before anything else is written: later it would take a copy of the whole.
        run(connection, "PRAGMA auto_vacuum = INCREMENTAL")?;
    }
    write_ahead(connection)?;
    run(connection, "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY")?;
    run(connection, &format!("PRAGMA journal_size_limit = {LARGEST_LOG}"))?;
    if look(connection)? == Form::Empty {
        create(connection)?;
    }
    Ok(())
}

/// Readers and a writer side by side, and whole transactions after a torn write, need the log.
pub(super) fn write_ahead(connection: &mut Connection) -> Result<(), Fault> {
    for _ in 0..MOST_TRIES {
        let mode = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get::<_, String>(0));
        match mode.map_err(|error| Fault::from_sqlite(&error)) {
            Ok(mode) if mode == "wal" => return Ok(()),
            Ok(_) => return Err(Fault::NoLocks),
            // Another process makes the same file at this moment. This statement does not wait for
            // it, but a transaction does.
            Err(Fault::Busy) => run(connection, "BEGIN IMMEDIATE; COMMIT")?,
            Err(fault) => return Err(fault),
        }
    }
    Err(Fault::Busy)
}

/// What a log keeps of the disk, in bytes, once all of it is in the file.
const LARGEST_LOG: u32 = 16 << 20;

/// Another process can get between two tries, but hardly so often.
const MOST_TRIES: usize = 100;

fn create(connection: &mut Connection) -> Result<(), Fault> {
    let make = |connection: &mut Connection| -> rusqlite::Result<Result<(), Fault>> {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another process may have been first.
        match look(&transaction) {
            Ok(Form::Empty) => {}
            other => return Ok(other.map(|_| ())),
        }
        transaction.execute_batch(TABLES)?;
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", VERSION)?;
        transaction.commit().map(Ok)
    };
    make(connection).map_err(|error| Fault::from_sqlite(&error))?
}

fn run(connection: &Connection, statements: &str) -> Result<(), Fault> {
    connection.execute_batch(statements).map_err(|error| Fault::from_sqlite(&error))
}
