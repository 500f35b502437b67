//! What has to be said before anything is done, and plans in files.

use super::*;

const DISMISS: &str = "riskyUser.dismiss";

#[tokio::test]
async fn without_a_terminal_yes_alone_does_not_approve_a_filter() {
    let place = Place::with(9).await;
    let filter = "users dismiss --level low --state at-risk --rate unlimited";
    place.run(filter).await.ends(2, &["there is no terminal to ask at", "--yes and --max N"]);
    place.run(&format!("{filter} --yes")).await.ends(2, &["--max N, since a filter may find more"]);
    place.run(&format!("{filter} --yes --max 2")).await.ends(2, &["it is for 3, and --max is 2; nothing was sent"]);
    place.run(&format!("users dismiss {} --max 0 --yes", uuid(1))).await.ends(2, &["it is for 1, and --max is 0"]);
    assert!(place.calls(DISMISS).is_empty());
    place.look("jobs list").await.ends(0, &["no jobs: "]);
    place.run(&format!("{filter} --yes --max 3")).await.ends(0, &["3 settled"]);
}

#[tokio::test]
async fn a_plan_is_carried_out_as_it_was_approved() {
    let place = Place::with(9).await;
    let written = place.run("users dismiss --level low --state at-risk --plan-out plan.jsonl").await;
    let written = written.ends(0, &["approve it, then: entra-risk users apply plan.jsonl --sha256"]);
    let digest = written.stdout.split(' ').next().unwrap().to_owned();
    assert_eq!(digest.len(), 64);
    // One of the three is settled by somebody else, and one gets another risk.
    place.settle(&format!("users dismiss {}", uuid(0))).await.ends(0, &[]);
    place.settle(&format!("users confirm-compromised {}", uuid(3))).await.ends(0, &[]);
    let shown = place.run("users apply plan.jsonl --dry-run").await;
    shown.ends(0, &["1 changed since plan", "1 settled already", "to do     1 in 1 call"]);
    let ran = place.settle(&format!("users apply plan.jsonl --sha256 {digest}")).await;
    ran.ends(1, &["1 settled", "1 left out  changed since plan", "1 left out  settled already"]);
    assert_eq!(place.ledger().job(3).unwrap().job.plan_sha256.as_deref(), Some(digest.as_str()));
    // Nothing of it is left.
    let again = place.settle("users apply plan.jsonl --format json").await.ends(1, &["there is nothing to do"]);
    assert_eq!(again.json()["planned"], 0);
    assert_eq!(place.n_settled().await, 2);
}

#[tokio::test]
async fn a_plan_that_is_not_the_one_approved_is_refused() {
    let place = Place::with(9).await;
    place.run("users dismiss --level low --state at-risk --plan-out plan.jsonl").await.ends(0, &[]);
    place.emulator.forget_received();
    let apply = |arguments: &str| {
        let arguments = format!("users apply {arguments} --yes");
        async { place.run(&{ arguments }).await }
    };
    apply("plan.jsonl --sha256 ab12").await.ends(2, &["its SHA-256 is", "approved was ab12"]);
    // An age of nothing is over as soon as it is asked about.
    apply("plan.jsonl --max-age 0").await.ends(2, &["it was made at", "allow it with --max-age"]);
    let text = std::fs::read(place.path().join("plan.jsonl")).unwrap();
    for at in [60, text.len() / 2, text.len() - 20] {
        let mut changed = text.clone();
        changed[at] ^= 1;
        place.write("changed.jsonl", &changed);
        apply("changed.jsonl").await.ends(2, &["the plan"]);
    }
    for end in [text.len() / 2, text.len() - 1, text.len() - 60] {
        place.write("cut.jsonl", &text[..end]);
        // The line end of the last line says nothing.
        if end < text.len() - 1 {
            apply("cut.jsonl").await.ends(2, &["it was changed after it was made, or is not whole"]);
        }
    }
    ended(place.command("service-principals apply plan.jsonl --yes")).await.ends(2, &["use entra-risk users apply"]);
    let mut stranger = Identity::all(embedded::contracts());
    stranger.tenant = "22222222-aaaa-4bbb-8ccc-222222222222".to_owned();
    let mut command = place.command("users apply plan.jsonl --yes");
    command.env("ENTRA_RISK_TOKEN", place.emulator.token(&stranger));
    ended(command).await.ends(2, &["it is for", "and you are signed in to 22222222-aaaa-4bbb-8ccc-222222222222"]);
    let other = Place::with(9).await;
    std::fs::copy(place.path().join("plan.jsonl"), other.path().join("plan.jsonl")).unwrap();
    other.run("users apply plan.jsonl --yes").await.ends(2, &["it is for", &other.emulator.root()]);
    assert!(place.emulator.received().is_empty() && other.emulator.received().is_empty());
    assert_eq!(place.n_settled().await + other.n_settled().await, 0);
}

#[tokio::test]
async fn what_is_no_plan_is_told_soon() {
    let place = Place::with(0).await;
    place.write("empty", "");
    place.write("list", uuid(0));
    place.write("binary", [0xff, 0xfe, 0x00]);
    for file in ["empty", "list", "binary", "/dev/zero", "/dev/urandom", "/tmp", "missing"] {
        let ran = tokio::time::timeout(Duration::from_secs(10), place.run(&format!("users apply {file} --yes"))).await;
        ran.expect(file).ends(2, &["failed to read the plan"]);
    }
}
