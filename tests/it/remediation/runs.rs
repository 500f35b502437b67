//! Plans, batches, halves, verification.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use entra_risk::client::{BoxFuture, Clock, SystemClock};
use entra_risk::remediation::{AllTheSame, Demand, Halt, Id, IdForm, Pace, Standing, left_out};
use indexmap::IndexSet;

use super::{Bench, Ran, at, faults, ids, uuid};

const DISMISS: (&str, &str) = ("users", "dismiss");
const CONFIRM: (&str, &str) = ("users", "confirm-compromised");
const ALL: &[&str] = &["low", "medium", "high"];

fn id(text: &str) -> Id {
    Id::parse(text, IdForm::Guid).unwrap()
}

fn crowd(n: usize) -> IndexSet<Id> {
    (0..n).map(|index| id(&uuid(index))).collect()
}

#[tokio::test]
async fn seven_hundred_and_twenty_users_take_twelve_calls_and_five_reads() {
    // As fast as the double allows, one at a time: the documented pace, fifty times as fast.
    let mut bench = Bench::new(DISMISS, 720, Some(50.0), faults(&["throttle=50"])).await;
    let Ran { roll, report, n_plan_requests } = bench.run(at(ALL)).await;
    assert!(report.halt.is_none(), "{:?}", report.halt);
    // A few are those of documented examples, and one of these is deleted.
    let n = roll.count(Standing::Settled);
    assert!(n > 720 && n + roll.count(Standing::LeftOut) == roll.len(), "{:?}", roll.tally());
    let calls = bench.received("riskyUser.dismiss");
    assert_eq!(calls.len(), n.div_ceil(60), "{calls:?}");
    assert_eq!(report.n_calls, calls.len());
    // Two pages for the plan, one to see the first batch settled, two to see the others.
    assert_eq!((n_plan_requests, report.n_reads), (2, 3));
    assert!(bench.received("riskyUser.list").iter().all(|status| *status == Some(200)), "none came early");
    bench.agrees(&roll).await;
}

#[tokio::test]
async fn what_is_settled_deleted_excluded_or_unknown_is_left_out_with_its_reason() {
    let mut config = entra_risk::emulator::Config::new(entra_risk::embedded::contracts());
    config.entities = super::crowd(6);
    let members = config.entities.get_mut("riskyUsers").unwrap();
    members[0].insert("isDeleted".to_owned(), true.into());
    for (name, value) in [("riskLevel", "none"), ("riskState", "remediated")] {
        members[1].insert(name.to_owned(), value.into());
    }
    for (name, value) in
        [("riskLevel", "high"), ("riskState", "confirmedCompromised"), ("riskDetail", "adminConfirmedUserCompromised")]
    {
        members[2].insert(name.to_owned(), value.into());
    }
    let mut bench = Bench::with(DISMISS, config, None).await;
    let mut wanted = crowd(6);
    let stranger = id("99999999-0000-4000-8000-000000000000");
    wanted.insert(stranger);
    let demand = || Demand {
        ids: wanted.clone(),
        excluded: HashSet::from([id(&uuid(3))]),
        caller: Some(id(&uuid(4))),
        ..Demand::default()
    };
    let plan = bench.plan(demand()).await;
    let reasons: Vec<_> = (0..plan.roll.len()).map(|index| plan.roll.detail(index)).collect();
    assert_eq!(
        reasons,
        [
            Some("deleted"),
            Some(left_out::DONE),
            Some(left_out::CONFIRMED),
            Some(left_out::EXCLUDED),
            Some(left_out::SELF),
            None,
            Some(left_out::ABSENT)
        ]
    );
    let all_the_same = AllTheSame { refused: true, confirmed: true, absent: true };
    let plan = bench.plan(Demand { all_the_same, ..demand() }).await;
    assert_eq!(plan.n_planned(), 4, "who is excluded, signed in or settled stays out");
    let Ran { roll, report, .. } = bench.run(demand()).await;
    assert!(report.halt.is_none());
    assert_eq!(roll.tally().last(), Some(&(Standing::Settled, None, 1)));
    bench.agrees(&roll).await;
}

#[tokio::test]
async fn bad_ids_of_a_batch_are_found_by_halves_and_the_good_ones_settled() {
    let mut config = entra_risk::emulator::Config::new(entra_risk::embedded::contracts());
    config.entities = super::crowd(120);
    let bad = [7, 61, 62, 119];
    for index in bad {
        config.entities.get_mut("riskyUsers").unwrap()[index].insert("isDeleted".to_owned(), true.into());
    }
    let mut bench = Bench::with(DISMISS, config, None).await;
    let all_the_same = AllTheSame { refused: true, ..AllTheSame::default() };
    let Ran { roll, report, .. } = bench.run(Demand { ids: crowd(120), all_the_same, ..Demand::default() }).await;
    assert!(report.halt.is_none(), "{:?}", report.halt);
    let refused: Vec<usize> = roll.with(&[Standing::Refused]).collect();
    assert_eq!(refused, bad);
    assert_eq!(roll.detail(7), Some("BadRequest"));
    assert_eq!(roll.count(Standing::Settled), 116);
    bench.agrees(&roll).await;
}

#[tokio::test]
async fn a_first_batch_of_which_nothing_settles_is_the_last_one() {
    let mut bench = Bench::new(DISMISS, 180, None, faults(&["no-effect"])).await;
    bench.settings.verify_for = std::time::Duration::from_millis(1200);
    let Ran { roll, report, .. } = bench.run(Demand { ids: crowd(180), ..Demand::default() }).await;
    assert_eq!(report.halt, Some(Halt::Canary(60)));
    assert_eq!(bench.received("riskyUser.dismiss").len(), 1);
    assert_eq!((roll.count(Standing::Accepted), roll.count(Standing::Planned)), (60, 120));
}

#[tokio::test]
async fn a_204_without_effect_is_unchanged_and_not_settled() {
    // The first call has its effect, the others have none.
    let mut bench = Bench::new(DISMISS, 180, None, faults(&["no-effect,skip=1"])).await;
    bench.settings.verify_for = std::time::Duration::from_millis(1200);
    let Ran { roll, report, .. } = bench.run(Demand { ids: crowd(180), ..Demand::default() }).await;
    assert!(report.halt.is_none(), "{:?}", report.halt);
    assert_eq!((roll.count(Standing::Settled), roll.count(Standing::Unchanged)), (60, 120), "{:?}", roll.tally());
    bench.agrees(&roll).await;
}

#[tokio::test]
async fn what_takes_its_time_is_waited_for() {
    let mut config = entra_risk::emulator::Config::new(entra_risk::embedded::contracts());
    config.entities = super::crowd(70);
    config.settle_after = std::time::Duration::from_secs(2);
    let mut bench = Bench::with(CONFIRM, config, None).await;
    let Ran { roll, report, .. } = bench.run(Demand { ids: crowd(70), ..Demand::default() }).await;
    assert!(report.halt.is_none(), "{:?}", report.halt);
    assert_eq!(roll.count(Standing::Settled), 70, "{:?}", roll.tally());
    assert!(ids(&roll).len() == 70);
}

#[tokio::test]
async fn a_caller_who_may_not_act_stops_the_run_before_anything_is_done() {
    let mut bench = Bench::new(DISMISS, 90, None, Vec::new()).await;
    bench.emulator.set_faults(faults(&["html=403,operation=*.dismiss"]));
    let Ran { roll, report, .. } = bench.run(Demand { ids: crowd(90), ..Demand::default() }).await;
    assert!(matches!(report.halt, Some(Halt::Denied(_))), "{:?}", report.halt);
    assert_eq!(roll.count(Standing::Planned), 90);
    bench.agrees(&roll).await;
}

/// A machine whose clock is set again and again, by a day forth and back.
struct Jumping(SystemClock, AtomicU32);

impl Clock for Jumping {
    fn now(&self) -> SystemTime {
        let day = Duration::from_secs(86_400);
        match self.1.fetch_add(1, Ordering::Relaxed) % 3 {
            0 => self.0.now(),
            1 => self.0.now() + day,
            _ => self.0.now() - day,
        }
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        self.0.sleep(duration)
    }

    fn chance(&self) -> f64 {
        self.0.chance()
    }
}

#[tokio::test]
async fn a_clock_that_jumps_changes_nothing() {
    let mut bench = Bench::new(DISMISS, 180, None, Vec::new()).await;
    bench.pace = Pace::new(Some(100.0), Arc::new(Jumping(SystemClock::new(), AtomicU32::new(0))));
    let Ran { roll, report, .. } = bench.run(Demand { ids: crowd(180), ..Demand::default() }).await;
    assert!(report.halt.is_none(), "{:?}", report.halt);
    assert_eq!((roll.count(Standing::Settled), report.n_calls), (180, 3), "{:?}", roll.tally());
    bench.agrees(&roll).await;
}

#[tokio::test]
async fn a_service_that_loses_every_answer_is_not_sent_everything_again_and_again() {
    let mut bench = Bench::new(DISMISS, 3000, None, faults(&["html=502,operation=*.dismiss"])).await;
    bench.settings.canary = false;
    let Ran { roll, report, .. } = bench.run(Demand { ids: crowd(3000), ..Demand::default() }).await;
    assert!(matches!(report.halt, Some(Halt::Unavailable(_))), "{:?}", report.halt);
    assert!(report.n_calls < 40, "{} calls", report.n_calls);
    assert_eq!(
        roll.count(Standing::Planned),
        3000,
        "nothing of it was done, and reading back saw that: {:?}",
        roll.tally()
    );
    bench.agrees(&roll).await;
}
