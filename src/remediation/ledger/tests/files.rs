//! Files that are no ledgers, or not for us; processes side by side.

use std::fs;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rusqlite::Connection;

use super::*;

type Opened = Result<Ledger>;

/// Each way to open a ledger.
const WAYS: [fn(&Path) -> Opened; 3] = [Ledger::open, Ledger::open_existing, Ledger::open_read_only];

#[test]
fn what_is_no_ledger_is_refused_and_left_as_it_is() {
    let (folder, path) = folder();
    let mut chance = fastrand::Rng::with_seed(1);
    let random: Vec<u8> = (0..20_000).map(|_| chance.u8(..)).collect();
    let foreign = folder.path().join("foreign");
    let other = Connection::open(&foreign).expect("a database");
    other.execute_batch("CREATE TABLE job (number INTEGER)").expect("a table");
    drop(other);
    let foreign = fs::read(&foreign).expect("a file");
    let mut begun = b"SQLite format 3\0".to_vec();
    begun.extend(&random);
    for bytes in [&b"abc"[..], b"id\n04487ee0-f4f6-4e7f-8999-facc5a30e232\n", &random, &foreign, &begun] {
        for open in WAYS {
            fs::write(&path, bytes).expect("a file");
            let fault = fault(open(&path));
            assert!(matches!(fault, Fault::NotALedger | Fault::Damaged(_)), "{fault}");
            assert!(fs::read(&path).expect("a file") == bytes, "it was changed");
        }
    }
    assert_eq!(fault(Ledger::open(folder.path())), Fault::Io("it is a folder".into()));
    let missing = folder.path().join("missing");
    assert_eq!(fault(Ledger::open_existing(&missing)), Fault::Missing);
    assert_eq!(fault(Ledger::open_read_only(&missing)), Fault::Missing);
    assert!(!exists(&missing));
    assert_eq!(fault(Ledger::open(&missing.join("ledger"))), Fault::Io("its folder does not exist".into()));
}

#[test]
fn a_ledger_of_a_later_version_is_refused_and_left_as_it_is() {
    let (_folder, path) = folder();
    let ledger = Ledger::open(&path).expect("a ledger");
    ledger.connection.pragma_update(None, "user_version", schema::VERSION + 1).expect("set");
    drop(ledger);
    let bytes = fs::read(&path).expect("a file");
    for open in WAYS {
        let error = open(&path).expect_err("an error");
        let known = schema::VERSION;
        assert_eq!(error, Fault::Newer { found: known + 1, known }.of(&path));
        assert!(error.to_string().contains("it is of version 2, and this program knows none later than 1"), "{error}");
    }
    assert!(fs::read(&path).expect("a file") == bytes);
}

#[test]
fn an_empty_file_becomes_a_ledger() {
    let (_folder, path) = folder();
    fs::write(&path, "").expect("a file");
    assert_eq!(fault(Ledger::open_read_only(&path)), Fault::Empty);
    assert_eq!(Ledger::open(&path).expect("a ledger").jobs(), Ok(Vec::new()));
}

#[test]
fn without_a_log_it_says_what_is_missing() {
    // What has no shared memory answers with another mode, as a database in memory does.
    let mut connection = Connection::open_in_memory().expect("a database");
    let fault = schema::write_ahead(&mut connection).expect_err("a fault");
    assert_eq!(fault, Fault::NoLocks);
    assert!(fault.to_string().contains("network"), "{fault}");
}

#[cfg(unix)]
#[test]
fn only_its_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let (folder, path) = folder();
    let mut ledger = Ledger::open(&path).expect("a ledger");
    let _job = begin(&mut ledger, 1);
    let modes = || -> Vec<(String, u32)> {
        let files = fs::read_dir(folder.path()).expect("a folder").map(|file| file.expect("a file"));
        let mode = |file: fs::DirEntry| file.metadata().expect("a file").permissions().mode() & 0o777;
        files.map(|file| (file.file_name().to_string_lossy().into_owned(), mode(file))).collect()
    };
    assert_eq!(modes().len(), 4, "file, log, shared memory and lock: {:?}", modes());
    assert!(modes().iter().all(|(_, mode)| *mode == 0o600), "{:?}", modes());
    drop(ledger);
    // A copy that came from elsewhere.
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("set");
    let mut ledger = Ledger::open(&path).expect("a ledger");
    let _job = begin(&mut ledger, 1);
    assert!(modes().iter().all(|(_, mode)| *mode == 0o600), "{:?}", modes());
}

#[test]
fn a_job_has_one_process_and_jobs_are_worked_on_side_by_side() {
    let (_folder, path) = folder();
    let mut one = Ledger::open(&path).expect("a ledger");
    let mut other = Ledger::open(&path).expect("a ledger");
    let first = begin(&mut one, 2);
    let second = begin(&mut other, 2);
    assert_eq!((first.number, second.number), (1, 2));
    let error = other.take(1).expect_err("it is taken");
    assert_eq!(error.to_string(), "work on job 1: another process is at it");
    // Another name for the file is the same ledger.
    let folder = path.parent().expect("a folder");
    let dotted = folder.join(".").join("ledger.sqlite");
    assert_eq!(Ledger::open(&dotted).expect("a ledger").take(1).err(), Some(LedgerError::Taken { job: 1 }));
    write(&mut one, &[intend(1, 0, [0])]).expect("written");
    write(&mut other, &[intend(2, 0, [1])]).expect("written");
    assert_eq!((standings(&other, 1), standings(&one, 2)), (vec![2, 0], vec![0, 2]));
    drop(first);
    assert!(!exists(&open::beside(&path, ".job-1.lock")));
    assert!(!other.is_taken(1) && one.is_taken(2));
    let again = other.take(1).expect("it is free");
    assert!(one.is_taken(1));
    assert_eq!(one.take(again.number).err(), Some(LedgerError::Taken { job: 1 }));
    assert_eq!(one.take(3).err(), Some(LedgerError::NoSuchJob { job: 3 }));
}

#[test]
fn a_lock_that_was_left_behind_locks_nobody_out() {
    let (_folder, path) = folder();
    let mut ledger = Ledger::open(&path).expect("a ledger");
    drop(begin(&mut ledger, 1));
    // As after `kill -9`: the file is there, and nobody holds it.
    fs::write(open::beside(&path, ".job-1.lock"), "").expect("a file");
    assert!(!ledger.is_taken(1));
    assert!(ledger.take(1).is_ok());
}

#[test]
fn who_only_looks_is_waited_for() {
    let (_folder, path) = folder();
    let file = fs::File::create(open::beside(&path, ".job-1.lock")).expect("a file");
    file.try_lock_shared().expect("a lock");
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        let taker = scope.spawn(|| {
            let lock = lock::JobLock::take(&path, 1).expect("a lock");
            // Nobody listens any more if all is well.
            let _ = tell.send(());
            lock
        });
        // It must not have given up while somebody looked.
        assert!(told.recv_timeout(std::time::Duration::from_millis(50)).is_err());
        file.unlock().expect("no lock");
        assert!(taker.join().expect("no panic").is_some());
    });
}

/// Ends what runs beside a test, also if the test fails.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[test]
fn never_two_have_a_lock_and_looking_keeps_nobody_from_it() {
    let (_folder, path) = folder();
    let (held, stop, n_taken) = (AtomicBool::new(false), AtomicBool::new(false), AtomicUsize::new(0));
    let take = || {
        for _ in 0..50 {
            if let Some(lock) = lock::JobLock::take(&path, 1).expect("a lock") {
                assert!(!held.swap(true, Ordering::SeqCst), "two have it");
                n_taken.fetch_add(1, Ordering::SeqCst);
                held.store(false, Ordering::SeqCst);
                drop(lock);
            }
        }
    };
    std::thread::scope(|scope| {
        let _stop = Stop(&stop);
        scope.spawn(|| {
            while !stop.load(Ordering::SeqCst) {
                let _ = lock::JobLock::is_taken(&path, 1);
            }
        });
        let takers = [scope.spawn(take), scope.spawn(take)];
        takers.into_iter().for_each(|taker| taker.join().expect("no panic"));
        for _ in 0..50 {
            assert!(lock::JobLock::take(&path, 1).expect("a lock").is_some(), "one that looked kept it");
        }
    });
    assert!(n_taken.into_inner() > 0);
}

#[test]
fn those_who_make_a_ledger_at_once_make_one() {
    for _ in 0..10 {
        let (_folder, path) = folder();
        let open = || {
            let mut ledger = Ledger::open(&path).expect("a ledger");
            begin(&mut ledger, 3).number
        };
        let mut numbers: Vec<i64> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(open)).collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
        });
        numbers.sort_unstable();
        assert_eq!(numbers, [1, 2, 3, 4]);
    }
}
