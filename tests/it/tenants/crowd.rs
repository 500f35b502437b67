//! Three hundred tenants at once, each at its own pace. That each is within 5 % of it, and how many it holds,
//! say `cargo bench --bench bars tenants crowd`, which have the machine for themselves: beside other tests a
//! request may be late, though never is one sent too soon.

use std::collections::BTreeMap;

use super::{Stand, tenant};
use crate::remediation::uuid;

const N_TENANTS: usize = 300;
const N_CALLS: usize = 5;
/// The default pace: a second, and a margin so that nothing arrives early.
const APART: f64 = 1.01;

#[tokio::test(flavor = "multi_thread")]
async fn three_hundred_tenants_keep_each_its_own_pace() {
    let stand = Stand::new(N_TENANTS, 0, &[]).await;
    let ids = |index: usize| (0..N_CALLS).map(|nth| uuid(index * N_CALLS + nth)).collect::<Vec<_>>();
    stand.write((0..N_TENANTS).map(|index| (index, format!("ids = {:?}", ids(index)))));
    let ran = stand.run("users revoke-sessions --yes --format json").await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let summary = ran.json();
    assert_eq!((&summary["counts"]["accepted"], &summary["calls"]), (&1500.into(), &1500.into()));
    let mut arrivals: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for one in stand.emulator.received() {
        let Some(caller) = &one.caller else { continue };
        let time = chrono::DateTime::parse_from_rfc3339(&one.time).unwrap();
        arrivals.entry(caller.tenant.clone()).or_default().push(time.timestamp_micros() as f64 / 1e6);
    }
    assert_eq!(arrivals.len(), N_TENANTS);
    let mut gaps = Vec::new();
    for (tenant, times) in &mut arrivals {
        times.sort_by(f64::total_cmp);
        assert_eq!(times.len(), N_CALLS, "{tenant}");
        gaps.extend(times.windows(2).map(|pair| pair[1] - pair[0]));
        let mean = (times[N_CALLS - 1] - times[0]) / (N_CALLS - 1) as f64;
        assert!((0.95..1.25).contains(&(mean / APART)), "{tenant}: {mean} s from one to the next: {times:?}");
    }
    gaps.sort_by(f64::total_cmp);
    let (median, n_early) = (gaps[gaps.len() / 2], gaps.iter().filter(|gap| **gap < 1.0).count());
    println!("{} to {} s apart; {n_early} of {} came early", gaps[0], gaps[gaps.len() - 1], gaps.len());
    assert!((median / APART - 1.0).abs() < 0.05, "{median} s from one to the next");
    assert!(n_early * 4 < gaps.len(), "{n_early} of {} came early", gaps.len());
    // The first one had come to its end before any other began.
    let end = *arrivals[&tenant(0)].last().unwrap();
    assert!(arrivals.iter().filter(|(id, _)| **id != tenant(0)).all(|(_, times)| times[0] > end));
}
