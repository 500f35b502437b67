//! What keeps a job from beginning, and what stops it part-way: it goes on later, and no id is lost.

use super::*;

const DISMISS: &str = "riskyUser.dismiss";

#[tokio::test]
async fn without_a_way_to_sign_in_it_is_said_what_to_do() {
    let place = Place::with(0).await;
    let nobody = ended(place.alone("users dismiss --level low --yes --max 9")).await;
    nobody.ends(2, &["failed to find a way to sign in", "ENTRA_RISK_TOKEN", "--auth interactive", "--emulator"]);
    // A token of a double goes nowhere else.
    let mut command = place.alone("users dismiss --level low --yes --max 9");
    command.env("ENTRA_RISK_TOKEN", &place.token);
    ended(command).await.ends(2, &["a double on this machine made it", "--server"]);
    place.write("token", &place.token);
    for (arguments, said) in
        [("token", ""), ("/dev/zero", "it is too long for one"), ("missing", "read the token file")]
    {
        let mut command = place.command(&format!("users dismiss {} --dry-run --token-file {arguments}", uuid(0)));
        command.env_remove("ENTRA_RISK_TOKEN");
        ended(command).await.ends(if said.is_empty() { 0 } else { 2 }, &[said]);
    }
}

#[tokio::test]
async fn who_may_not_act_sends_nothing() {
    let place = Place::with(1).await;
    let reader = Identity::application(["IdentityRiskyUser.Read.All"]);
    for (identity, said) in [
        (reader, "the application permission IdentityRiskyUser.ReadWrite.All (656f6061-"),
        (Identity::none(), "is missing"),
        (Identity::all(embedded::contracts()).expiring_in(-9), "it expired at"),
    ] {
        let mut command = place.command(&format!("users dismiss {} --yes", uuid(0)));
        command.env("ENTRA_RISK_TOKEN", place.emulator.token(&identity));
        let ran = ended(command).await.ends(3, &[said]);
        assert!(!ran.stderr.contains("eyJ"), "{ran:?}");
    }
    assert!(place.emulator.received().is_empty());
    let gone = "users dismiss --level low --dry-run --rate unlimited --server http://127.0.0.1:9";
    let mut command = place.alone(gone);
    command.env("ENTRA_RISK_TOKEN", &place.token);
    let told = tokio::time::timeout(Duration::from_secs(10), ended(command)).await.expect("soon");
    told.ends(3, &["nothing was changed", "see whether the address is right"]);
}

#[tokio::test]
async fn a_permission_that_is_revoked_in_mid_run_stops_it_and_it_goes_on_later() {
    let place = Place::with(300).await;
    place.write_ids("ids.txt", 0..300);
    place.emulator.set_faults(faults(&["html=403,operation=*.dismiss,skip=2"]));
    let ran = place.run("users dismiss --from ids.txt --yes --rate 10").await;
    // Whoever waited for a turn is not sent for nothing.
    ran.ends(
        4,
        &[
            "120 settled",
            "3 calls and",
            "120 planned\n",
            "60 planned  HTTP 403\n",
            "stopped",
            "go on:  once this is permitted again: entra-risk jobs resume 1",
        ],
    );
    assert_eq!((place.n_standing(1, Standing::Settled), place.n_standing(1, Standing::Planned)), (120, 180));
    // It is still revoked.
    place.run("jobs resume last").await.ends(4, &["planned  HTTP 403", "1 call and"]);
    assert_eq!(place.calls(DISMISS).len(), 4);
    assert_eq!(place.n_settled().await, 120);
    let ran = place.run("jobs resume last --format json").await.ends(0, &[]);
    assert_eq!(ran.json()["counts"]["settled"], 300);
    assert_eq!(place.n_settled().await, 300);
    // Done is done.
    let n = place.emulator.received().len();
    place.run("jobs resume last").await.ends(0, &["300 settled", "0 calls"]);
    assert_eq!(place.emulator.received().len(), n);
}

#[tokio::test]
async fn a_token_that_ends_in_mid_run_is_renewed_from_its_file() {
    let place = Place::with(360).await;
    place.write_ids("ids.txt", 0..360);
    let short = Identity::all(embedded::contracts()).expiring_in(3);
    place.write("token", place.emulator.token(&short));
    let mut command = place.command("users dismiss --from ids.txt --yes --rate 2 --token-file token");
    command.env_remove("ENTRA_RISK_TOKEN");
    let running = Running::start(command);
    place.received(DISMISS, 2).await;
    place.write("token", &place.token);
    running.end().await.ends(0, &["360 settled"]);
}

#[tokio::test]
async fn a_token_that_ends_and_stays_stops_the_run() {
    let place = Place::with(360).await;
    place.write_ids("ids.txt", 0..360);
    let short = Identity::all(embedded::contracts()).expiring_in(3);
    let mut command = place.command("users dismiss --from ids.txt --yes --rate 2");
    command.env("ENTRA_RISK_TOKEN", place.emulator.token(&short));
    let ran = ended(command).await.ends(4, &["planned", "go on:  sign in again, then: entra-risk jobs resume 1"]);
    assert!(!ran.stdout.contains("eyJ"), "{ran:?}");
    let n = place.n_settled().await;
    assert!(n > 0 && n < 360, "{n}");
    place.run("jobs resume 1 --rate unlimited").await.ends(0, &["360 settled"]);
    let calls = place.calls(DISMISS);
    assert_eq!(calls.iter().filter(|call| call.status == Some(204)).count(), 6, "nobody was sent twice");
}

#[tokio::test]
async fn an_interrupted_run_ends_the_call_in_flight_and_goes_on_later() {
    let place = Place::with(600).await;
    place.write_ids("ids.txt", 0..600);
    place.emulator.set_faults(faults(&["latency=500,operation=*.dismiss"]));
    for (round, signal) in [(1, Signal::INT), (2, Signal::TERM)] {
        let arguments = match round {
            1 => "users dismiss --from ids.txt --yes --rate 4",
            _ => "jobs resume last",
        };
        let before = place.calls(DISMISS).len();
        let running = Running::start(place.command(arguments));
        place.received(DISMISS, before + 1).await;
        // Nobody else works on it in the meantime.
        place.run("jobs resume last").await.ends(2, &["work on job 1: another process is at it"]);
        running.signal(signal);
        let ran = running.end().await;
        let ran = ran.ends(130, &["the calls in flight are finished first", "go on:  entra-risk jobs resume 1"]);
        let n_calls = place.calls(DISMISS).len() - before;
        assert!(ran.stdout.contains(&format!("{n_calls} call")), "{n_calls}: {ran:?}");
        assert_eq!((place.n_standing(1, Standing::Sending), place.n_standing(1, Standing::Unknown)), (0, 0));
    }
    place.emulator.set_faults(Vec::new());
    place.run("jobs resume last --rate unlimited").await.ends(0, &["600 settled"]);
    assert_eq!((place.n_settled().await, place.calls(DISMISS).len()), (600, 10));
}

#[tokio::test]
async fn a_ledger_that_cannot_be_used_is_told_before_anything_is_sent() {
    let place = Place::with(3).await;
    place.settle(&format!("users dismiss {}", uuid(0))).await.ends(0, &[]);
    let ledger = place.ledger().path().to_owned();
    let sent = place.calls(DISMISS).len();
    let try_with = |arguments: &str| {
        let arguments = format!("users dismiss {} {arguments}", uuid(1));
        async { place.settle(&{ arguments }).await }
    };
    rusqlite::Connection::open(&ledger).unwrap().pragma_update(None, "user_version", 99).unwrap();
    try_with("").await.ends(2, &["it is of version 99", "use the version of entra-risk that wrote it"]);
    for arguments in ["list", "show 1", "export 1"] {
        place.look(&format!("jobs {arguments}")).await.ends(2, &["it is of version 99"]);
    }
    place.write("text", "no ledger");
    place.write("empty", "");
    try_with("--ledger text").await.ends(2, &["it is no ledger of entra-risk"]);
    try_with("--ledger .").await.ends(2, &["it is a folder"]);
    try_with("--ledger missing/ledger").await.ends(2, &["its folder does not exist"]);
    try_with("--ledger /proc/ledger").await.ends(2, &["use the ledger /proc/ledger"]);
    let mut command = place.command(&format!("users dismiss {} --yes --rate unlimited", uuid(1)));
    command.env("XDG_DATA_HOME", "/proc").env("HOME", "/proc");
    ended(command).await.ends(2, &["make the folder /proc/", "--ledger"]);
    assert_eq!(place.calls(DISMISS).len(), sent);
    // What is empty becomes one.
    try_with("--ledger empty").await.ends(0, &["1 settled", "entra-risk jobs show 1 --ledger empty"]);
}

#[tokio::test]
async fn a_disk_that_is_full_in_mid_run_loses_nobody() {
    let place = Place::with(1200).await;
    place.write_ids("ids.txt", 0..1200);
    let mut halted = 0;
    // In blocks of 512 or 1024 bytes, as the shell has it: at some of these the job begins and cannot go on.
    for (job, limit) in [400, 600, 800, 1000, 1200, 1600].into_iter().enumerate() {
        let ledger = format!("ledger-{job}.sqlite");
        let range = job * 200..job * 200 + 200;
        place.write_ids("some.txt", range);
        let own = place
            .command(&format!("users dismiss --from some.txt --yes --rate unlimited --no-canary --ledger {ledger}"));
        let mut command = Command::new("sh");
        // The file system answers that there is no room, instead of the signal.
        command.args(["-c", "trap '' XFSZ; ulimit -f \"$0\" && exec \"$@\"", &(limit / 8).to_string()]);
        command.arg(own.get_program()).args(own.get_args()).current_dir(place.path());
        command.env_clear().envs(own.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let before = place.calls(DISMISS).len();
        let ran = ended(command).await;
        let n_calls = place.calls(DISMISS).len() - before;
        let path = place.path().join(&ledger);
        let has_begun = Ledger::open_read_only(&path).is_ok_and(|ledger| ledger.last().unwrap().is_some());
        println!("{limit}: {has_begun} {ran:?}");
        match ran.code {
            Some(0) => assert!(has_begun),
            Some(2) => assert!(!has_begun && ran.stderr.contains("use the ledger"), "{ran:?}"),
            Some(3 | 4) => {
                halted += 1;
                assert!(has_begun && ran.stdout.contains("go on:"), "{ran:?}");
                assert!(ran.stdout.contains(&format!("\n{n_calls} call")), "{n_calls}: {ran:?}");
            }
            _ => panic!("{ran:?}"),
        }
        if has_begun {
            place.run(&format!("jobs resume last --ledger {ledger}")).await.ends(0, &["200 settled"]);
        }
    }
    assert!(halted > 0, "at none of these limits it halts in mid-run");
}
