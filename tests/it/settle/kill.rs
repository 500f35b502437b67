//! `kill -9` whenever it likes: ledger, service and summary agree on every id, and nobody is sent twice
//! on whom a lost call had its effect. `tests/interop/kill.py` does the same longer.

use std::collections::BTreeSet;

use super::*;

const DISMISS: &str = "riskyUser.dismiss";
/// So many kills, of jobs of so many ids, none of which is killed more often than this.
const N_KILLS: usize = 20;
const N_IDS: usize = 900;
const MOST_A_JOB: usize = 6;

/// What goes wrong besides: answers take their time, and some are lost, with or without effect.
const FAULTS: &[&str] = &[
    "latency=20,operation=*.dismiss",
    "reset-after,operation=*.dismiss,probability=0.1",
    "reset-before,operation=*.dismiss,probability=0.05",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_it_ends_in_the_truth() {
    let mut dice = fastrand::Rng::with_seed(6);
    let (mut n_killed, mut n_after_a_call) = (0, 0);
    while n_killed < N_KILLS {
        let place = Place::with(N_IDS).await;
        place.write_ids("ids.txt", 0..N_IDS);
        let (killed, after_a_call) = place.kill_and_resume(&mut dice).await;
        (n_killed, n_after_a_call) = (n_killed + killed, n_after_a_call + after_a_call);
        assert_eq!(place.n_standing(1, Standing::Settled), N_IDS);
        assert_eq!(place.n_settled().await, N_IDS);
        place.nobody_was_sent_after_it_was_done();
    }
    println!("{n_killed} kills, {n_after_a_call} of them after a call and before the last");
    assert!(n_after_a_call > N_KILLS / 4, "{n_after_a_call} of {n_killed} kills between calls");
}

impl Place {
    /// One job, killed now and then, to its end. Gives how often it was killed, and how often between
    /// its first call and its last.
    async fn kill_and_resume(&self, dice: &mut fastrand::Rng) -> (usize, usize) {
        self.emulator.set_faults(faults(FAULTS));
        let (mut n_killed, mut n_after_a_call) = (0, 0);
        loop {
            let arguments = match self.has_begun() {
                true => "jobs resume last --format json",
                false => "users dismiss --from ids.txt --yes --rate 40 --format json",
            };
            let running = Running::start(self.command(arguments));
            if n_killed < MOST_A_JOB {
                tokio::time::sleep(Duration::from_millis(dice.u64(10..600))).await;
                running.signal(Signal::KILL);
            }
            let ran = running.end().await;
            if ran.code.is_some() {
                let json = ran.ends(0, &[]).json();
                assert_eq!((&json["job"], &json["counts"]["settled"]), (&1.into(), &N_IDS.into()), "{json}");
                return (n_killed, n_after_a_call);
            }
            n_killed += 1;
            let n_planned = if self.has_begun() { self.n_standing(1, Standing::Planned) } else { N_IDS };
            n_after_a_call += usize::from((1..N_IDS).contains(&n_planned));
        }
    }

    fn has_begun(&self) -> bool {
        let files = walkdir::WalkDir::new(self.path()).into_iter().filter_map(Result::ok);
        let path = files.map(walkdir::DirEntry::into_path).find(|path| path.ends_with("ledger.sqlite"));
        // Killed while it was made, it is empty.
        let ledger = path.and_then(|path| Ledger::open_read_only(&path).ok());
        ledger.is_some_and(|ledger| ledger.last().unwrap().is_some())
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
