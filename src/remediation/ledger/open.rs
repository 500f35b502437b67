//! A ledger's file: made, opened, and opened where nothing may be written.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::Result;
use super::error::{Fault, LedgerError};
use super::schema::{self, Form};

/// A ledger: one connection to its file. Several may be open at a time, in one process and in many.
pub struct Ledger {
    pub(super) connection: Connection,
    pub(super) path: PathBuf,
}

/// How long to wait for another process. A million ids are written in a few seconds.
const PATIENCE: Duration = Duration::from_secs(60);

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Ledger {
    /// Opens a ledger, and makes one where there is none: a file that its owner alone can read.
    ///
    /// # Errors
    /// If it is no ledger, of a later version, or cannot be written to.
    pub fn open(path: &Path) -> Result<Self> {
        make_file(path).map_err(|error| match Fault::from_io(&error) {
            Fault::Missing => Fault::Io("its folder does not exist".into()).of(path),
            fault => fault.of(path),
        })?;
        Self::open_existing(path)
    }

    /// Opens a ledger that is there.
    ///
    /// # Errors
    /// As [`Ledger::open`], or if there is none.
    pub fn open_existing(path: &Path) -> Result<Self> {
        let path = real_path(path)?;
        keep_private(&path);
        let mut connection = connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        // Where it may not write, SQLite opens for reading and says nothing.
        if connection.is_readonly("main").map_err(|error| Fault::from_sqlite(&error).of(&path))? {
            return Err(Fault::ReadOnly.of(&path));
        }
        schema::prepare(&mut connection).map_err(|fault| in_folder(fault, &path).of(&path))?;
        Ok(Self { connection, path })
    }

    /// Opens a ledger to look at it. It is not changed, and may stand where nothing can be written.
    ///
    /// # Errors
    /// If there is none, or it cannot be read.
    pub fn open_read_only(path: &Path) -> Result<Self> {
        let path = real_path(path)?;
        let connection = connect(&path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let connection = match schema::look(&connection) {
            // The log needs a file beside it, which cannot be made here. Without a log, all stands in
            // the file itself.
            Err(Fault::Unreachable(_) | Fault::ReadOnly) if !has_log(&path) => connect_immutable(&path)?,
            _ => connection,
        };
        match schema::look(&connection) {
            Ok(Form::Ledger) => Ok(Self { connection, path }),
            Ok(Form::Empty) => Err(Fault::Empty.of(&path)),
            Err(fault) => Err(fault.of(&path)),
        }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What SQLite said, as an error of this ledger.
    pub(super) fn failed(&self, error: &rusqlite::Error) -> LedgerError {
        Fault::from_sqlite(error).of(&self.path)
    }
}

/// Makes an empty file. One that is there is not even opened: closing it again would drop the locks
/// that this process holds on it (POSIX).
fn make_file(path: &Path) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other.map(|_| ()),
    }
}

/// One name for a file, so that there is one lock for a job.
fn real_path(path: &Path) -> Result<PathBuf> {
    let real = fs::canonicalize(path).map_err(|error| Fault::from_io(&error).of(path))?;
    if real.is_dir() {
        return Err(Fault::Io("it is a folder".into()).of(path));
    }
    Ok(real)
}

/// A ledger that came from elsewhere may be open to all. SQLite gives the files beside it the same
/// mode. Whoever does not own it cannot change that.
fn keep_private(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(path).map(|about| about.permissions().mode());
        if mode.is_ok_and(|mode| mode & 0o077 != 0) {
            let _ = fs::set_permissions(path, fs::Permissions::from_mode(0o600));
        }
    }
    #[cfg(not(unix))]
    let _ = path;
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection> {
    let connect = || -> rusqlite::Result<Connection> {
        // A connection is used by one thread at a time, which the compiler sees to.
        let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(PATIENCE)?;
        Ok(connection)
    };
    connect().map_err(|error| Fault::from_sqlite(&error).of(path))
}

fn connect_immutable(path: &Path) -> Result<Connection> {
    let text = path.to_str().ok_or_else(|| Fault::ReadOnly.of(path))?;
    let mut address = String::from("file:");
    for letter in text.chars() {
        match letter {
            '%' => address.push_str("%25"),
            '?' => address.push_str("%3f"),
            '#' => address.push_str("%23"),
            letter => address.push(letter),
        }
    }
    address.push_str("?immutable=1");
    connect(Path::new(&address), OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI)
        .map_err(|_| Fault::ReadOnly.of(path))
}

fn has_log(path: &Path) -> bool {
    fs::metadata(beside(path, "-wal")).is_ok_and(|log| log.len() > 0)
}

/// Files beside a ledger cannot be made where its folder must not be written to.
fn in_folder(fault: Fault, path: &Path) -> Fault {
    match fault {
        Fault::Unreachable(_) if path.exists() => Fault::ReadOnly,
        other => other,
    }
}

/// A file whose name begins as the ledger's does.
pub(super) fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}
