//! One process a job: a lock of the system on a file beside the ledger, which goes with its process.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::open::beside;

/// The lock of a job. Dropping it lets others have the job.
#[derive(Debug)]
pub(super) struct JobLock {
    file: File,
    path: PathBuf,
}

impl JobLock {
    /// Takes the lock of a job; `None` if another has it.
    pub(super) fn take(ledger: &Path, job: i64) -> io::Result<Option<Self>> {
        let path = path(ledger, job);
        for _ in 0..MOST_TRIES {
            let file = open(&path)?;
            match file.try_lock() {
                Ok(()) if is_still(&file, &path) => return Ok(Some(Self { file, path })),
                // It was removed by whoever had it before us.
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => match file.try_lock_shared() {
                    // Somebody only looks whether it is taken.
                    Ok(()) => {
                        drop(file);
                        rest();
                    }
                    Err(TryLockError::WouldBlock) => return Ok(None),
                    Err(TryLockError::Error(error)) => return Err(error),
                },
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Whether a process has the lock of a job. What cannot be looked at is not taken.
    pub(super) fn is_taken(ledger: &Path, job: i64) -> bool {
        let Ok(file) = File::open(path(ledger, job)) else { return false };
        matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
    }
}

/// Those who look hold the lock for an instant, or for as long as the system lets them stand there.
const MOST_TRIES: usize = 5000;

#[allow(clippy::disallowed_methods)] // no lock of the system can be waited for only if it is shared
fn rest() {
    std::thread::sleep(Duration::from_millis(1));
}

impl Drop for JobLock {
    fn drop(&mut self) {
        // While it is locked, so that nobody takes a file that is about to go. What is left behind
        // does no harm: the lock itself goes with the file's handle.
        let _ = fs::remove_file(&self.path);
        let _ = self.file.unlock();
    }
}

fn path(ledger: &Path, job: i64) -> PathBuf {
    beside(ledger, &format!(".job-{job}.lock"))
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Whether a name still leads to an open file.
#[cfg(unix)]
fn is_still(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    match (file.metadata(), fs::metadata(path)) {
        (Ok(held), Ok(named)) => held.dev() == named.dev() && held.ino() == named.ino(),
        _ => false,
    }
}

/// Elsewhere a removed file cannot be opened until its last handle is gone.
#[cfg(not(unix))]
fn is_still(_: &File, path: &Path) -> bool {
    path.exists()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_removed_is_not_the_one_of_its_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("lock");
        let file = open(&path).expect("a file");
        assert!(is_still(&file, &path));
        fs::remove_file(&path).expect("removed");
        assert!(!is_still(&file, &path));
        // Who waited for the first must not take it for the second: each would have a lock.
        let other = open(&path).expect("a file");
        assert!(!is_still(&file, &path) && is_still(&other, &path));
    }
}
