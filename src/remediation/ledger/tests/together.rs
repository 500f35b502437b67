//! The thread that writes for all.

use rusqlite::TransactionBehavior;

use super::*;

/// How many transactions a log has: the last frame of each says how many pages the file then has.
/// <https://sqlite.org/fileformat2.html#the_write_ahead_log>
fn n_transactions(path: &Path) -> usize {
    let log = std::fs::read(open::beside(path, "-wal")).expect("a log");
    let (header, frames) = log.split_at(32);
    let ends = |frame: &&[u8]| frame[8..16] == header[16..24] && frame[4..8] != [0; 4];
    frames.chunks_exact(24 + 4096).filter(ends).count()
}

#[tokio::test]
async fn what_waits_is_written_together() {
    let (_folder, path) = folder();
    let mut ledger = Ledger::open(&path).expect("a ledger");
    let job = begin(&mut ledger, 300).number;
    let mut other = Ledger::open(&path).expect("a ledger");
    let before = n_transactions(&path);
    let writer = Writer::start(ledger).expect("a writer");
    let busy = other.connection.transaction_with_behavior(TransactionBehavior::Immediate).expect("begun");
    let writes: Vec<_> = (0..300).map(|seq| writer.clone().write(vec![intend(job, seq, [seq])])).collect();
    drop(busy);
    for result in writes {
        assert_eq!(result.await, Ok(()));
    }
    // What came before the thread was held up is a transaction, and what came after is another.
    let n_written = n_transactions(&path) - before;
    assert!((1..=3).contains(&n_written), "{n_written} transactions");
    assert_eq!(standings(&other, job), [2; 300]);
}

#[tokio::test]
async fn a_senseless_change_concerns_its_caller_alone() {
    let (_folder, path) = folder();
    let mut ledger = Ledger::open(&path).expect("a ledger");
    let job = begin(&mut ledger, 20).number;
    let mut other = Ledger::open(&path).expect("a ledger");
    let writer = Writer::start(ledger).expect("a writer");
    let busy = other.connection.transaction_with_behavior(TransactionBehavior::Immediate).expect("begun");
    let changes = |seq| match seq {
        7 => vec![stand(job, 7, Standing::Settled), stand(job, 99, Standing::Settled)],
        seq => vec![stand(job, seq, Standing::Settled)],
    };
    let writes: Vec<_> = (0..20).map(|seq| writer.write(changes(seq))).collect();
    drop(busy);
    for (seq, result) in writes.into_iter().enumerate() {
        match seq {
            7 => assert_eq!(result.await, Err(LedgerError::NoSuchId { job, seq: 99 })),
            _ => assert_eq!(result.await, Ok(())),
        }
    }
    let expected: Vec<u8> = (0..20).map(|seq| if seq == 7 { 0 } else { 4 }).collect();
    assert_eq!(standings(&other, job), expected);
}

#[tokio::test]
async fn what_was_handed_over_is_written_though_nobody_waits() {
    let (_folder, path) = folder();
    let mut ledger = Ledger::open(&path).expect("a ledger");
    let job = begin(&mut ledger, 2).number;
    let writer = Writer::start(ledger).expect("a writer");
    drop(writer.write(vec![stand(job, 0, Standing::Settled)]));
    writer.write(vec![stand(job, 1, Standing::Refused)]).await.expect("written");
    let reader = Ledger::open_read_only(&path).expect("a ledger");
    assert_eq!(standings(&reader, job), [4, 7]);
}

#[tokio::test]
async fn a_full_disk_is_told_to_all_who_wait_and_the_writer_goes_on() {
    let (_folder, path) = folder();
    let mut ledger = Ledger::open(&path).expect("a ledger");
    let job = begin(&mut ledger, 2).number;
    let n_pages: i64 = ledger.connection.query_row("PRAGMA page_count", [], |row| row.get(0)).expect("a number");
    ledger.connection.pragma_update(None, "max_page_count", n_pages).expect("set");
    let writer = Writer::start(ledger).expect("a writer");
    let after = Some("x".repeat(20_000));
    let large = Stand { seq: 0, standing: Standing::Settled, detail: None, after };
    let large = Change::Stand { job, ids: vec![large], at: NOON };
    assert_eq!(fault(writer.write(vec![stand(job, 1, Standing::Settled), large]).await), Fault::Full);
    writer.write(vec![stand(job, 1, Standing::Refused)]).await.expect("it fits");
    let reader = Ledger::open_read_only(&path).expect("a ledger");
    assert_eq!(standings(&reader, job), [0, 7]);
}
