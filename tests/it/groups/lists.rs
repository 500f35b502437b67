//! Filters, pages, and single members.

use std::collections::BTreeSet;

use super::{emulated, run};

#[test]
fn every_page_is_read_at_the_pace_of_the_service() {
    // Without pacing, the second page would be refused, and tried again after half a second.
    let ran = run("users list --emulator --emulator-users 1200 --emulator-rate 20 --format ids -v");
    let ids: BTreeSet<&str> = ran.lines().into_iter().collect();
    assert!(ids.len() >= 1200 && ids.len() == ran.lines().len(), "{}", ids.len());
    let calls: Vec<&str> = ran.stderr.lines().collect();
    assert_eq!(calls.len(), ids.len().div_ceil(500), "{calls:?}");
    assert!(calls.iter().all(|call| call.contains("operation=\"riskyUser.list\" status=200")), "{calls:?}");
}

#[test]
fn two_runs_show_the_same_accounts() {
    let list = "users list --format jsonl --emulator-users 20";
    assert_eq!(emulated(list).lines(), emulated(list).lines());
}

#[test]
fn filters_leave_those_that_fit() {
    let all = emulated("users list --format jsonl");
    let fitting = |text: &str| all.lines().into_iter().filter(|line| line.contains(text)).count();
    let count = |filters: &str| emulated(&format!("users list --count {filters}")).stdout.trim().parse::<usize>();
    let high = fitting(r#""riskLevel":"high""#);
    assert!(high > 0 && high < all.lines().len());
    assert_eq!(count("--level high"), Ok(high));
    assert_eq!(count("--level HIGH --level medium"), Ok(high + fitting(r#""riskLevel":"medium""#)));
    assert_eq!(count("--level high,medium"), count("--level medium --level high"));
    assert_eq!(count("--state at-risk"), Ok(fitting(r#""riskState":"atRisk""#)));
    assert_eq!(count("--is-deleted"), Ok(fitting(r#""isDeleted":true"#)));
    assert_eq!(count("--is-deleted=false"), Ok(fitting(r#""isDeleted":false"#)));
    assert_eq!(count("--upn-contains ALEXW1"), Ok(fitting("alexw1")));
    assert_eq!(count("--updated-since 2026-01-05 --updated-before 2026-01-06"), Ok(fitting("\"2026-01-05T")));
}

#[test]
fn a_filter_of_the_caller_goes_to_the_service() {
    let mut command = super::command("users list --count --emulator --level high --filter");
    let ran: super::Ran = command.arg("isDeleted eq true or isDeleted eq false").output().expect("it starts").into();
    assert_eq!(ran.stdout, emulated("users list --count --level high").stdout);
    let ran = emulated("users list --filter nonsense");
    assert!(ran.code == Some(3) && ran.stderr.contains("the service answered 400"), "{ran:?}");
}

#[test]
fn enough_is_enough() {
    assert_eq!(emulated("users list --top 3 --format ids").lines().len(), 3);
    assert_eq!(emulated("users list --top 3 --count").stdout, "3\n");
    assert_eq!(emulated("users list --top 3 --upn-contains alexw1 --format ids").lines().len(), 3);
    let (all, first) = (
        emulated("users list --sort id:desc --format ids"),
        emulated("users list --sort id:desc --format ids --top 2"),
    );
    assert_eq!(all.lines()[..2], first.lines());
}

#[test]
fn what_is_sorted_is_sorted_by_meaning() {
    let levels = emulated("users list --sort level --format jsonl --columns level");
    let mut levels = levels.lines();
    levels.dedup();
    let expected = ["low", "medium", "high", "hidden", "none"].map(|level| format!(r#"{{"riskLevel":"{level}"}}"#));
    let expected: Vec<&String> = expected.iter().filter(|level| levels.contains(&level.as_str())).collect();
    assert_eq!(levels, expected);
}

#[test]
fn one_member_is_shown_by_its_id() {
    let ids =
        "04487EE0-F4F6-4E7F-8999-FACC5A30E232 13387ee0-f4f6-4e7f-8999-facc5120e345 04487ee0f4f64e7f8999facc5a30e232";
    let ran = emulated(&format!("users show {ids} --format ids"));
    assert_eq!(ran.lines(), ["04487ee0-f4f6-4e7f-8999-facc5a30e232", "13387ee0-f4f6-4e7f-8999-facc5120e345"]);
    let missing = emulated("users show 11111111-2222-4333-8444-555555555555 13387ee0-f4f6-4e7f-8999-facc5120e345");
    assert_eq!(missing.code, Some(1));
    assert_eq!(missing.stderr, "11111111-2222-4333-8444-555555555555 is not there\n");
    assert!(missing.stdout.contains("13387ee0-f4f6-4e7f-8999-facc5120e345"));
}

#[test]
fn a_malformed_id_is_named_and_nothing_is_sent() {
    for verb in ["show", "history"] {
        let ran = emulated(&format!("users {verb} alex@contoso.com 13387ee0-f4f6-4e7f-8999-facc5120e345 x -v"));
        assert_eq!(ran.code, Some(2));
        assert!(ran.stderr.contains("'alex@contoso.com': it is a user principal name"), "{ran:?}");
        assert!(ran.stderr.contains("'x': it is not a GUID") && !ran.stderr.contains("status="), "{ran:?}");
    }
}

#[test]
fn a_call_is_shown_without_ids_and_names() {
    let ran = emulated("users history 13387ee0-f4f6-4e7f-8999-facc5120e345 --verbose");
    assert_eq!(ran.stderr.lines().count(), 1, "{ran:?}");
    for hidden in ["13387ee0", "@", "Bearer", "eyJ", "http"] {
        assert!(!ran.stderr.contains(hidden), "{hidden}: {ran:?}");
    }
    assert!(ran.stderr.contains("method=\"GET\" operation=\"riskyUser.listHistory\" status=200"), "{ran:?}");
}
