//! What is done, to whom, and what is told of it.

use super::*;

const DISMISS: &str = "riskyUser.dismiss";

#[tokio::test]
async fn a_rehearsal_shows_the_plan_and_changes_nothing() {
    let place = Place::with(100).await;
    place.write_ids("ids.txt", 0..70);
    let shown = place.run("users dismiss --from ids.txt --dry-run").await;
    // Two calls, one look at the first of them and one at all.
    let shown = shown.ends(0, &["70 in 2 calls of at most 60, about 3 s", "application", "cloud     server"]);
    assert!(shown.stderr.is_empty() && !shown.stdout.contains('\u{1b}'), "{shown:?}");
    let json = place.run("users dismiss --level low,medium --dry-run --format json").await.ends(0, &[]).json();
    // The documented examples are there as well.
    let planned = json["planned"].as_u64().unwrap();
    assert!(planned >= 67 && json["calls"] == 2 && json["leftOut"].is_object(), "{json}");
    assert_eq!((json["command"].as_str(), json["operation"].as_str()), (Some("users dismiss"), Some(DISMISS)));
    assert!(place.calls(DISMISS).is_empty() && place.n_settled().await == 0);
    place.look("jobs list").await.ends(0, &["no jobs: "]);
}

#[tokio::test]
async fn whom_it_is_done_to_has_to_be_said_in_one_way() {
    let place = Place::with(3).await;
    let id = uuid(0);
    place.run("users dismiss --yes").await.ends(2, &["neither ids nor a filter", "nothing ever means all of them"]);
    for both in [format!("--level low {id}"), "--level low --from ids.txt".to_owned(), format!("{id} --from x")] {
        place.run(&format!("users dismiss --yes {both}")).await.ends(2, &["cannot be used with"]);
    }
    for verb in ["users confirm-compromised", "users revoke-sessions", "service-principals confirm-compromised"] {
        let told = place.run(&format!("{verb} --level low --yes")).await;
        told.ends(2, &["'--level <LIST>'", "to the ids that are given, and never to whatever a filter finds"]);
        place.run(&format!("{verb} --yes")).await.ends(2, &["give ids or --from FILE", "no filter"]);
    }
    assert!(place.emulator.received().is_empty());
}

#[tokio::test]
async fn everybody_settled_is_0_and_somebody_not_is_1() {
    let place = Place::with(70).await;
    place.write_ids("ids.txt", 0..70);
    let ran = place.settle("users dismiss --from ids.txt --ticket INC-7").await;
    let ran = ran.ends(0, &["70 settled", "2 calls and ", "job 1: entra-risk jobs show 1"]);
    assert!(!ran.stdout.contains("go on:"), "{ran:?}");
    assert_eq!(place.n_settled().await, 70);
    // Those are settled by now: to ask for it again is no mistake.
    place.settle("users dismiss --from ids.txt").await.ends(0, &["70 settled already", "there is nothing to do"]);
    let nothing = place.settle("users dismiss --from ids.txt --format json").await.ends(0, &[]);
    assert_eq!(nothing.json()["leftOut"]["settled already"], 70);
    place.settle("users dismiss 99999999-0000-4000-8000-000000000000").await.ends(1, &["not in the risk list"]);
    assert_eq!(place.calls(DISMISS).len(), 2);
    place.look("jobs show 1 --format markdown").await.ends(0, &["INC-7"]);
}

#[tokio::test]
async fn who_is_excluded_signed_in_deleted_or_compromised_is_left_out() {
    let mut config = Config::new(embedded::contracts());
    config.entities = crowd(6);
    let accounts = config.entities.get_mut("riskyUsers").unwrap();
    accounts[0].insert("isDeleted".to_owned(), true.into());
    let place = Place::of(config).await;
    place.write_ids("ids.txt", 0..5);
    place.write("not.txt", uuid(1));
    let mut identity = Identity::all(embedded::contracts());
    identity.object_id = uuid(2);
    // A job confirms it, and the portal forgets it: the ledger remembers.
    place.settle(&format!("users confirm-compromised {} --no-verify", uuid(3))).await.ends(0, &["1 accepted"]);
    place.settle(&format!("users dismiss {} --include-compromised", uuid(3))).await.ends(0, &["1 settled"]);
    place.settle(&format!("users confirm-compromised {}", uuid(4))).await.ends(0, &["1 settled"]);
    let mut command = place.command("users dismiss --from ids.txt --exclude not.txt --dry-run --format json");
    command.env("ENTRA_RISK_TOKEN", place.emulator.token(&identity));
    let left_out = ended(command).await.ends(0, &[]).json()["leftOut"].clone();
    let reasons = [
        ("deleted", 1),
        ("excluded", 1),
        ("the signed-in account", 1),
        ("settled already", 1),
        ("confirmed compromised", 1),
    ];
    for (reason, n) in reasons {
        assert_eq!(left_out[reason], n, "{reason}: {left_out}");
    }
    let all = "users dismiss --from ids.txt --include-compromised --include-deleted";
    // Who is deleted is refused, alone, and the others are settled.
    place.settle(all).await.ends(1, &["1 refused  BadRequest", "3 settled"]);
}

#[tokio::test]
async fn a_job_of_the_last_30_days_counts_though_the_account_looks_otherwise() {
    let place = Place::with(2).await;
    let ids = format!("{} {}", uuid(0), uuid(1));
    // The service answers, and the effect never shows.
    place.emulator.set_faults(faults(&["no-effect"]));
    place.settle(&format!("users confirm-compromised {ids} --no-verify")).await.ends(0, &["2 accepted"]);
    place.emulator.set_faults(Vec::new());
    place.settle(&format!("users dismiss {ids}")).await.ends(1, &["2 confirmed compromised", "nothing to do"]);
    place.settle(&format!("users dismiss {ids} --include-compromised")).await.ends(0, &["2 settled"]);
}

#[tokio::test]
async fn what_is_not_read_back_is_accepted_and_never_dismissed() {
    let place = Place::with(2).await;
    place.emulator.set_faults(faults(&["no-effect"]));
    let ran = place.settle(&format!("users dismiss {} {} --no-verify", uuid(0), uuid(1))).await;
    let ran = ran.ends(0, &["2 accepted", "1 call and 0 reads"]);
    assert!(!ran.stdout.contains("settled") && !ran.stdout.contains("dismissed"), "{ran:?}");
    // Reading back later tells.
    let seen = place.run("jobs verify last --verify-for 0").await;
    seen.ends(1, &["2 unchanged"]);
    assert_eq!(place.calls(DISMISS).len(), 1);
}

#[tokio::test]
async fn what_remains_of_one_job_is_what_the_next_one_begins_with() {
    let place = Place::with(90).await;
    place.write_ids("ids.txt", 0..90);
    // The first call is as it should be, the second has no effect.
    place.emulator.set_faults(faults(&["no-effect,operation=*.dismiss,skip=1"]));
    let arguments = "users dismiss --from ids.txt --verify-for 0 --output jsonl=out.jsonl";
    place.settle(arguments).await.ends(1, &["60 settled", "30 unchanged"]);
    let lines = std::fs::read_to_string(place.path().join("out.jsonl")).unwrap();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 90);
    assert_eq!(lines.iter().filter(|line| line["outcome"] == "unchanged").count(), 30);
    assert!(lines.iter().all(|line| line["status"] == 204 && line["requestId"].is_string()));
    place.emulator.set_faults(Vec::new());
    let ids = place.look("jobs export last --state unsettled --format ids").await.ends(0, &[]).stdout;
    assert_eq!(ids.lines().count(), 30);
    let mut command = place.command("users dismiss --from - --yes --rate unlimited");
    place.write("rest.txt", ids);
    command.stdin(std::fs::File::open(place.path().join("rest.txt")).unwrap());
    ended(command).await.ends(0, &["30 ids of standard input", "30 settled"]);
    assert_eq!(place.n_settled().await, 90);
}

#[tokio::test]
async fn an_emulator_of_its_own_has_a_ledger_of_its_own() {
    let place = Place::with(0).await;
    let run = |arguments: &str| ended(place.alone(&format!("{arguments} --emulator")));
    let quick = "--emulator-users 720 --emulator-rate unlimited --rate unlimited";
    let all = format!("users dismiss {quick} --level low,medium,high --yes --max 720");
    run(&all).await.ends(0, &["cloud     emulator (embedded)", "settled", "job 1: entra-risk jobs show 1 --emulator"]);
    run("jobs list").await.ends(0, &["users dismiss"]);
    place.look("jobs list").await.ends(0, &["no jobs: "]);
    run("jobs resume last").await.ends(2, &["ended with its command"]);
    assert!(place.emulator.received().is_empty());
}
