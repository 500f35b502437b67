//! Everything that goes wrong at once: every id ends in a true state.

use entra_risk::embedded;
use entra_risk::emulator::Config;
use entra_risk::remediation::{Demand, Id, IdForm, Standing};

use futures_util::stream::{self, StreamExt as _};

use super::{Bench, Ran, crowd, faults, uuid};

/// How many ids there are; one in a hundred is deleted while the run goes on.
const N: usize = 300;

/// A tenth is throttled, a twentieth unavailable, a twentieth of connections breaks before the effect,
/// a twentieth after it, and one in fifty answers comes too late.
const MIX: &[&str] = &[
    "html=429,probability=0.1",
    "unavailable,probability=0.05",
    "reset-before,probability=0.05",
    "reset-after,probability=0.05",
    "latency=600,probability=0.02",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_id_ends_in_a_true_state_whatever_goes_wrong() {
    // Side by side, since most of it is waiting.
    stream::iter(0..50).map(one).buffer_unordered(10).collect::<()>().await;
}

async fn one(seed: u64) {
    let mut config = Config::new(embedded::contracts());
    config.entities = crowd(N);
    config.dice = seed;
    let deleted: Vec<usize> = (0..N / 100).map(|n| (n * 97 + seed as usize * 13) % N).collect();
    for index in &deleted {
        config.entities.get_mut("riskyUsers").unwrap()[*index].insert("isDeleted".to_owned(), true.into());
    }
    let mut bench = Bench::at_speed(("users", "dismiss"), config, None, 50).await;
    // The plan does not know of them: they are deleted after it was made.
    let all = entra_risk::remediation::AllTheSame { refused: true, ..Default::default() };
    let ids = (0..N).map(|index| Id::parse(&uuid(index), IdForm::Guid).unwrap()).collect();
    bench.settings.verify_for = std::time::Duration::from_secs(120);
    bench.emulator.set_faults(faults(MIX));
    let Ran { roll, report, .. } = bench.run(Demand { ids, all_the_same: all, ..Demand::default() }).await;
    println!("seed {seed}: {:?}, {} calls, {} reads, {:?}", roll.tally(), report.n_calls, report.n_reads, report.halt);
    assert!(report.halt.is_none(), "seed {seed}: {:?}", report.halt);
    let refused: Vec<usize> = roll.with(&[Standing::Refused]).collect();
    let mut expected = deleted;
    expected.sort_unstable();
    expected.dedup();
    assert_eq!(refused, expected, "seed {seed}");
    assert_eq!(roll.count(Standing::Settled), N - expected.len(), "seed {seed}: {:?}", roll.tally());
    bench.agrees(&roll).await;
}
