//! Torn writes and full disks: what is there afterwards is what was written up to some moment.

use std::fs;

use super::*;

/// A ledger at work, and everything that it said after each transaction.
struct Worked {
    path: PathBuf,
    said: Vec<String>,
}

/// Eight calls of six ids, of which the first four are in the file and the others in its log; each
/// transaction has several changes, so that a half of one would be seen.
fn worked(path: &Path, n_ids: u32) -> Worked {
    let mut ledger = Ledger::open(path).expect("a ledger");
    // What is torn in the log must not be in the file already: a disk that is asked to be sure is.
    ledger.connection.pragma_update(None, "wal_autocheckpoint", 0).expect("set");
    let mut said = vec![everything(&ledger, 1)];
    let job = begin(&mut ledger, n_ids).number;
    said.push(everything(&ledger, job));
    for call in 0..n_ids / 6 {
        let ids: Vec<u32> = (call * 6..call * 6 + 6).collect();
        if call == n_ids / 12 {
            copy(path, &path.with_extension("early"));
            let checkpoint = "PRAGMA wal_checkpoint(RESTART)";
            ledger.connection.query_row(checkpoint, [], |_| Ok(())).expect("in the file");
        }
        write(&mut ledger, &[intend(job, call, ids.clone())]).expect("written");
        said.push(everything(&ledger, job));
        let seen = stand(job, ids[0], Standing::Refused);
        write(&mut ledger, &[answer(job, call, Standing::Accepted), seen]).expect("written");
        said.push(everything(&ledger, job));
    }
    let done = Change::Job { job, state: JobState::Done, at: NOON, note: None };
    write(&mut ledger, &[done]).expect("written");
    said.push(everything(&ledger, job));
    copy(path, &path.with_extension("late"));
    Worked { path: path.to_owned(), said }
}

/// The file and its log, as they would be found after a loss of power.
fn copy(from: &Path, to: &Path) {
    for end in ["", "-wal"] {
        fs::copy(open::beside(from, end), open::beside(to, end)).expect("copied");
    }
}

/// Which of the states a ledger is found in, after its log was torn.
fn found_after(worked: &Worked, copied: &str, tear: impl FnOnce(&mut Vec<u8>)) -> usize {
    let torn = worked.path.with_extension("torn");
    copy(&worked.path.with_extension(copied), &torn);
    let log = open::beside(&torn, "-wal");
    let mut bytes = fs::read(&log).expect("a log");
    tear(&mut bytes);
    fs::write(&log, bytes).expect("torn");
    let ledger = Ledger::open(&torn).expect("a ledger");
    let says = everything(&ledger, 1);
    drop(ledger);
    let same = |said: &String| *said == says;
    worked.said.iter().position(same).unwrap_or_else(|| panic!("it never said this: {says}"))
}

#[test]
fn after_a_torn_write_a_ledger_says_what_it_said_at_some_moment() {
    let (_folder, path) = folder();
    let worked = worked(&path, 48);
    let mut chance = fastrand::Rng::with_seed(6);
    let half = worked.said.len() / 2;
    for (copied, oldest, newest) in [("early", 0, half), ("late", half, worked.said.len() - 1)] {
        let length = fs::metadata(open::beside(&path.with_extension(copied), "-wal")).expect("a log").len() as usize;
        assert_eq!(found_after(&worked, copied, |_| {}), newest, "nothing is lost that was written whole");
        let mut cuts: Vec<usize> = (0..24).map(|_| chance.usize(0..length)).collect();
        cuts.extend([0, 1, 31, 32, 33, 55, 56, length - 1]);
        cuts.sort_unstable();
        let mut last = oldest;
        for cut in cuts {
            let cut_off = found_after(&worked, copied, |log| log.truncate(cut));
            assert!((last..=newest).contains(&cut_off), "{copied} cut at {cut}: {cut_off} after {last}");
            last = cut_off;
            let seed = chance.u64(..);
            let garbled = found_after(&worked, copied, |log| {
                let mut chance = fastrand::Rng::with_seed(seed);
                log[cut..].iter_mut().take(512).for_each(|byte| *byte = chance.u8(..));
            });
            assert!((oldest..=newest).contains(&garbled), "{copied} garbled at {cut}: {garbled}");
        }
        assert!(last > oldest, "the cuts reach transactions");
    }
}

#[test]
fn a_full_disk_is_said_and_what_was_written_stays() {
    let (_folder, path) = folder();
    let mut ledger = Ledger::open(&path).expect("a ledger");
    let job = begin(&mut ledger, 100).number;
    write(&mut ledger, &[intend(job, 0, 0..60)]).expect("written");
    let before = everything(&ledger, job);
    let number = |ledger: &Ledger, pragma: &str| -> i64 {
        ledger.connection.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get(0)).expect("a number")
    };
    let most = number(&ledger, "page_count") + 1;
    ledger.connection.pragma_update(None, "max_page_count", most).expect("set");
    let after = Some("x".repeat(40_000));
    let large = Stand { seq: 99, standing: Standing::Settled, detail: None, after };
    let large = Change::Stand { job, ids: vec![large], at: NOON };
    let changes = [answer(job, 0, Standing::Accepted), large];
    assert_eq!(fault(write(&mut ledger, &changes)), Fault::Full);
    assert_eq!(everything(&ledger, job), before, "the answer was not written either");
    let many = ids(5000);
    let new =
        many.iter().map(|id| NewId { id, before: None, updated: None, standing: Standing::Planned, detail: None });
    assert_eq!(fault(ledger.begin(&new_job(), new.clone())), Fault::Full);
    assert_eq!(ledger.jobs().expect("jobs").len(), 1);
    assert!(!exists(&open::beside(&path, ".job-2.lock")));
    assert_eq!(Ledger::open_read_only(&path).map(|ledger| everything(&ledger, job)), Ok(before));
    // Somebody made room.
    ledger.connection.pragma_update(None, "max_page_count", 1_000_000).expect("set");
    write(&mut ledger, &changes).expect("written");
    assert_eq!(standings(&ledger, job)[..2], [3, 3]);
    assert_eq!(ledger.begin(&new_job(), new).expect("a job").number, 2);
}
