//! `kill -9` whenever it likes: ledger, service and summary agree on every id, and nobody is sent twice
//! on whom a lost call had its effect. `tests/interop/kill.py` does the same longer.

use std::collections::BTreeSet;

use super::*;

const DISMISS: &str = "riskyUser.dismiss";
/// So many jobs, of so many ids, each killed so often.
const N_JOBS: usize = 5;
const N_IDS: usize = 900;
const N_KILLS: usize = 4;

/// What goes wrong besides: answers take their time, and some are lost, with or without effect.
const FAULTS: &[&str] = &[
    "latency=20,operation=*.dismiss",
    "reset-after,operation=*.dismiss,probability=0.1",
    "reset-before,operation=*.dismiss,probability=0.05",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_it_ends_in_the_truth() {
    let place = Place::with(N_JOBS * N_IDS).await;
    let mut dice = fastrand::Rng::with_seed(6);
    let (mut n_killed, mut n_begun) = (0, 0);
    for job in 0..N_JOBS {
        place.emulator.set_faults(faults(FAULTS));
        place.write_ids("ids.txt", job * N_IDS..(job + 1) * N_IDS);
        let mut kills = 0;
        let ran = loop {
            let begun = place.n_jobs();
            let arguments = match begun > job {
                true => "jobs resume last --format json",
                false => "users dismiss --from ids.txt --yes --rate 200 --format json",
            };
            let running = Running::start(place.command(arguments));
            if kills == N_KILLS {
                break running.end().await;
            }
            kills += 1;
            tokio::time::sleep(Duration::from_millis(dice.u64(20..700))).await;
            // It may be done by now.
            let _ = kill_process(Pid::from_child(&running.0), Signal::KILL);
            let ran = running.end().await;
            n_killed += usize::from(ran.code.is_none());
            n_begun += usize::from(place.n_jobs() > job && place.n_standing(job as i64 + 1, Standing::Planned) < N_IDS);
        };
        let json = ran.ends(0, &[]).json();
        assert_eq!((&json["job"], &json["counts"]["settled"]), (&(job + 1).into(), &N_IDS.into()), "{json}");
        assert_eq!(place.n_standing(job as i64 + 1, Standing::Settled), N_IDS);
    }
    let n_settled = place.n_settled().await;
    println!("{n_killed} kills, {n_begun} of them after a call; {} calls", place.calls(DISMISS).len());
    assert_eq!(n_settled, N_JOBS * N_IDS);
    assert!(n_killed > N_JOBS * N_KILLS / 2 && n_begun > N_JOBS, "{n_killed} kills, {n_begun} after a call");
    place.nobody_was_sent_after_it_was_done();
}

impl Place {
    fn n_jobs(&self) -> usize {
        let files = walkdir::WalkDir::new(self.path()).into_iter().filter_map(Result::ok);
        let path = files.map(walkdir::DirEntry::into_path).find(|path| path.ends_with("ledger.sqlite"));
        // Killed while it was made, it is empty.
        let ledger = path.and_then(|path| Ledger::open_read_only(&path).ok());
        ledger.and_then(|ledger| ledger.last().unwrap()).map_or(0, |last| last as usize)
    }

    /// A call that has its effect is recorded with it, whatever becomes of its answer.
    fn nobody_was_sent_after_it_was_done(&self) {
        let mut done = BTreeSet::new();
        let mut calls = self.calls(DISMISS);
        calls.sort_by_key(|call| call.number);
        for call in calls {
            let body: Value = serde_json::from_slice(call.body.as_ref().expect("it is kept")).unwrap();
            let ids = body["userIds"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned());
            for id in ids {
                assert!(!done.contains(&id), "{id} was sent though it had moved");
                if call.status == Some(204) || call.fault == Some("reset-after") {
                    done.insert(id);
                }
            }
        }
    }
}
