//! A recorded run is judged again without a server, to the same end, and has neither tokens nor
//! names in it.

use entra_risk::accepted::Accepted;
use entra_risk::conformance::{self, Options, Recorder, Recording, Selection, ServerOptions, Version};
use entra_risk::contract::{Contract, Rests};
use entra_risk::verdict::{Outcome, Report, Side, Standing};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer};

use super::foreign::model::{DEFECTS, Defect, Model};
use super::{contract, emulator, with};

const WHEN: &str = "2026-11-22T03:00:00Z";

fn options<'a>(contract: &'a Contract, all: &'a Selection, accepted: &'a Accepted) -> Options<'a> {
    Options { versions: vec![Version::new(contract)], sides: &[Side::Server], selection: all, accepted, docs: None }
}

fn with_server(server: ServerOptions) -> Version<'static> {
    Version { server: Some(server), ..Version::new(contract()) }
}

async fn record(server: ServerOptions) -> (Report, Recording) {
    let (all, accepted) = (Selection::default(), Accepted::default());
    let mut recorder = Recorder::new(contract());
    let label = server.label.clone();
    let options = Options { versions: vec![with_server(server)], ..options(contract(), &all, &accepted) };
    let report = conformance::record(options, &mut recorder, &mut ()).await.expect("a run");
    (report, recorder.finish(contract(), &label, WHEN))
}

async fn replay(contract: &Contract, recording: &Recording) -> Report {
    let (all, accepted) = (Selection::default(), Accepted::default());
    conformance::replay(options(contract, &all, &accepted), recording, &mut ()).await.expect("a run")
}

fn outcomes(report: &Report) -> Vec<(&str, Outcome)> {
    report.checks.iter().map(|judged| (judged.check.id.as_str(), judged.outcome)).collect()
}

#[tokio::test]
async fn a_recorded_run_is_judged_again_to_the_same_end() {
    let (emulator, server) = emulator(contract()).await;
    let token = server.token.clone();
    let (live, recording) = record(server).await;
    drop(emulator);
    let text = recording.to_json();
    for part in token.split('.') {
        assert!(!text.contains(part), "a part of the token is recorded");
    }
    let read = Recording::parse(&text).expect("what was written");
    assert_eq!(read, recording);
    let again = replay(contract(), &read).await;
    assert_eq!(outcomes(&live), outcomes(&again));
    assert_eq!(again.summary, live.summary);
    let tool = format!("entra-risk {}", env!("CARGO_PKG_VERSION"));
    assert_eq!(again.target, format!("replay of {}, recorded {WHEN} by {tool}", recording.head.target));
    assert_eq!(again.replay.map(|replay| replay.recorded).as_deref(), Some(WHEN));
    assert!(live.replay.is_none());
}

#[tokio::test]
async fn a_defect_is_found_in_the_recording_too() {
    let ids = ["04487ee0-f4f6-4e7f-8999-facc5a30e232", "29f270bb-4d23-4f68-8a57-dc73dc0d4caf"];
    for (defect, check) in DEFECTS.iter().step_by(7).chain([&(Defect::None, "")]) {
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(Model::new(*defect, &ids)).mount(&server).await;
        let (live, recording) = record(ServerOptions::new(format!("{}/beta", server.uri()), "test-token")).await;
        drop(server);
        let again = replay(contract(), &Recording::parse(&recording.to_json()).expect("what was written")).await;
        assert_eq!(outcomes(&live), outcomes(&again), "{defect:?} {check}");
        let not_kept = again.checks.iter().filter(|judged| judged.seen.contains("without names")).count();
        assert_eq!(not_kept, 0, "everything can be told without names");
    }
}

#[tokio::test]
async fn no_name_of_an_account_is_recorded() {
    let ids = ["04487ee0-f4f6-4e7f-8999-facc5a30e232", "29f270bb-4d23-4f68-8a57-dc73dc0d4caf"];
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(Model::new(Defect::None, &ids)).mount(&server).await;
    let (_, recording) = record(ServerOptions::new(format!("{}/beta", server.uri()), "test-token")).await;
    let text = recording.to_json();
    for name in ["Somebody", "somebody@", "test-token"] {
        assert!(!text.contains(name), "{name} is recorded");
    }
    assert!(text.contains("@example.invalid") && text.contains(ids[0]) && text.contains("atRisk"));
}

#[tokio::test]
async fn what_was_not_recorded_or_was_asked_otherwise_is_not_run() {
    let (_emulator, server) = emulator(contract()).await;
    let selection = Selection::new(vec!["**/riskyUser.dismiss/**".to_owned()], Vec::new());
    let accepted = Accepted::default();
    let mut recorder = Recorder::new(contract());
    let options = Options { versions: vec![with_server(server)], ..options(contract(), &selection, &accepted) };
    conformance::record(options, &mut recorder, &mut ()).await.expect("a run");
    let recording = recorder.finish(contract(), "emulator", WHEN);
    let again = replay(contract(), &recording).await;
    for judged in &again.checks {
        let is_recorded = judged.check.operation == "riskyUser.dismiss";
        assert_eq!(judged.outcome == Outcome::Pass, is_recorded, "{}: {}", judged.check.id, judged.seen);
        assert!(is_recorded || judged.seen == "it was not recorded");
    }
    // Transcripts that show another request.
    let mut other = contract().clone();
    for exchange in &mut other.exchanges {
        exchange.request.headers.push(("X-Other".to_owned(), "1".to_owned()));
    }
    let again = replay(&other, &recording).await;
    let not_run = with(&again, Outcome::NotRun);
    let of_dismiss: Vec<&String> = not_run.iter().filter(|line| line.contains("/riskyUser.dismiss/")).collect();
    assert!(of_dismiss.iter().any(|line| line.contains("another request was recorded")), "{of_dismiss:#?}");
    assert!(again.summary.passed > 0, "{:?}", again.summary);
    let foreign = Contract { api: "v9".to_owned(), ..contract().clone() };
    let (all, accepted) = (Selection::default(), Accepted::default());
    let error = conformance::replay(super::replay::options(&foreign, &all, &accepted), &recording, &mut ()).await;
    assert!(error.expect_err("another version").to_string().contains("v9"));
}

#[tokio::test]
async fn a_damaged_recording_is_refused() {
    let (_emulator, server) = emulator(contract()).await;
    let text = record(server).await.1.to_json();
    let cut = text.get(..text.len() / 2).expect("text").to_owned();
    for (damaged, part) in [
        (String::new(), "no JSON"),
        (cut, "no JSON"),
        ("{\"a\": 1}".to_owned(), "no recording"),
        ("[]".to_owned(), "no recording"),
        (text.replacen("\"schemaVersion\": \"1\"", "\"schemaVersion\": \"2\"", 1), "version '2'"),
        (text.replacen("\"status\":204", "\"status\":205", 1), "changed"),
        (text.replacen("\"cases\"", "\"case\"", 1), "case"),
        (text.replacen("\"asked\"", "\"ask\"", 1), "ask"),
    ] {
        let error = Recording::parse(&damaged).expect_err(part).to_string();
        assert!(error.starts_with("read the recording: ") && error.contains(part), "{part}: {error}");
    }
}

/// What no page says becomes firm when a description cites a recording for it.
#[tokio::test]
async fn what_was_observed_fails_a_run_where_an_assumption_does_not() {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(Model::new(Defect::None, &[])).mount(&server).await;
    let (live, recording) = record(ServerOptions::new(format!("{}/beta", server.uri()), "test-token")).await;
    let human = entra_risk::report::Human::new(false).render(&live);
    assert!(human.contains("Assumptions that held here"), "{human}");
    let mut report = replay(contract(), &recording).await;
    let human = entra_risk::report::Human::new(false).render(&report);
    assert!(human.contains("rests: observed") && human.contains(WHEN), "{human}");
    let assumed = report.checks.iter_mut().find(|judged| judged.check.severity == Rests::Assumption);
    let assumed = assumed.expect("there are assumptions");
    assumed.outcome = Outcome::Fail;
    assert_eq!(assumed.standing(false), Standing::Assumed);
    assumed.check.severity = Rests::parse("observed").expect("a word of descriptions");
    assert_eq!((assumed.standing(false), report.fails(false)), (Standing::Failed, true));
}
