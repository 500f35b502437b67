//! Several API versions in one run: one report, one list of accepted disagreements, and a server of
//! one of them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use entra_risk::accepted::Accepted;
use entra_risk::conformance::{self, Options, Recorder, RunError, Selection, Version};
use entra_risk::contract::Contract;
use entra_risk::verdict::{Outcome, Report, Side};
use serde_json::Value;

use super::{contract, emulator};

fn entra_risk(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_entra-risk"));
    command.args(arguments).env_remove("ENTRA_RISK_TOKEN").output().expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A description of few operations of beta, and the same as one of `v9` with changes.
fn folder(name: &str, changes: &[(&str, &str)]) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    for (version, changes) in [("beta", &[][..]), ("v9", changes)] {
        let roots = |text: &str| {
            let of = |text: String, host: &str| text.replace(&format!("{host}/beta"), &format!("{host}/{version}"));
            [".com", ".us"].into_iter().fold(text.to_owned(), of)
        };
        let exchanges = folder.join("exchanges").join(version);
        std::fs::create_dir_all(&exchanges).expect("a folder");
        for (name, text) in crate::few::transcripts() {
            std::fs::write(exchanges.join(name), roots(&text)).expect("a file");
        }
        let mut description = roots(crate::few::TEXT).replace("version: beta", &format!("version: {version}"));
        for (from, to) in changes {
            assert!(description.contains(from), "{from}");
            description = description.replace(from, to);
        }
        std::fs::write(folder.join(format!("{version}.yaml")), description).expect("a file");
    }
    folder
}

fn conform(folder: &Path, arguments: &[&str]) -> (Option<i32>, Value) {
    let spec = folder.to_string_lossy();
    let output = entra_risk(&[&["conform", "--format", "json", "--spec", &spec][..], arguments].concat());
    let report = serde_json::from_slice(&output.stdout).unwrap_or_default();
    (output.status.code(), report)
}

/// What the value of a property is in each of a list.
fn each<'v>(list: &'v Value, property: &str) -> Vec<&'v str> {
    list.as_array().expect("a list").iter().map(|item| item[property].as_str().expect("a text")).collect()
}

fn failed(report: &Value) -> Vec<&str> {
    let checks = report["checks"].as_array().expect("checks").iter();
    checks.filter(|check| check["outcome"] == "fail").map(|check| check["id"].as_str().expect("an id")).collect()
}

fn version_of(id: &str) -> &str {
    id.split('/').nth(1).expect("a version")
}

#[test]
fn every_version_is_checked_in_one_run_the_stable_one_first() {
    let folder = folder("versions-all", &[]);
    let (code, report) = conform(&folder, &[]);
    assert_eq!((code, failed(&report)), (Some(0), Vec::new()));
    assert_eq!(each(&report["descriptions"], "api"), ["v9", "beta"]);
    let ids = each(&report["checks"], "id");
    let of = |version: &str| ids.iter().filter(|id| version_of(id) == version).count();
    assert_eq!((of("v9"), of("beta")), (ids.len() / 2, ids.len() / 2));
    assert!(ids.iter().map(|id| version_of(id)).is_sorted_by_key(|version| version == "beta"), "one after the other");
    let schema = serde_json::from_str(entra_risk::report::SCHEMA).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    assert_eq!(validator.iter_errors(&report).count(), 0);
    // What is left out is not looked at, and the order is not that of the arguments.
    let (_, one) = conform(&folder, &["--api", "beta"]);
    assert_eq!(each(&one["descriptions"], "api"), ["beta"]);
    assert_eq!(one["coverage"]["facts"].as_u64().map(|facts| facts * 2), report["coverage"]["facts"].as_u64());
    let (_, both) = conform(&folder, &["--api", "beta", "--api", "v9"]);
    assert_eq!(both["summary"], report["summary"]);
    let list = ["conform", "--list", "--spec", &folder.to_string_lossy()];
    assert_eq!(text(&entra_risk(&list).stdout).lines().collect::<Vec<_>>(), ids);
}

#[test]
fn what_is_wrong_in_one_version_is_said_of_that_one_alone() {
    let folder = folder("versions-one-wrong", &[("maxItems: 60", "maxItems: 50")]);
    let (code, report) = conform(&folder, &[]);
    assert_eq!(code, Some(1));
    let failed = failed(&report);
    assert!(!failed.is_empty() && failed.iter().all(|id| version_of(id) == "v9"), "{failed:?}");
    // People see both files, and each suite of JUnit the one that it is of.
    let spec = folder.to_string_lossy().into_owned();
    let human = text(&entra_risk(&["conform", "--spec", &spec]).stdout);
    let first = human.lines().next().expect("a line");
    assert!(first.contains("v9.yaml") && first.contains("beta.yaml"), "{first}");
    let junit = text(&entra_risk(&["conform", "--spec", &spec, "--format", "junit"]).stdout);
    for suite in junit.split("<testsuite ").skip(1) {
        let (name, rest) = suite.split_once("\" ").expect("a name");
        let version = name.split('.').nth(1).expect("a version");
        assert!(rest.contains(&format!("/{version}.yaml\"")), "{name}");
    }
    // The list is of all versions: what passes in one is named, and the other is not missed.
    let list = folder.join("accepted.toml");
    let entry = |id: &str| format!("[[accepted]]\ncheck = '{id}'\nreason = 'r'\nsource = 's'\n");
    let fails: String = failed.iter().map(|id| entry(id)).collect();
    std::fs::write(&list, &fails).expect("a list");
    let list = list.to_string_lossy().into_owned();
    assert_eq!(conform(&folder, &["--accepted", &list]).0, Some(0));
    assert_eq!(conform(&folder, &["--accepted", &list, "--api", "beta"]).0, Some(0));
    let passes = failed[0].replacen("/v9/", "/beta/", 1);
    std::fs::write(&list, fails + &entry(&passes)).expect("a list");
    let (code, report) = conform(&folder, &["--accepted", &list]);
    assert_eq!(code, Some(1));
    assert_eq!(report["stale"], serde_json::json!([format!("{passes}: it passes now; remove the entry")]));
}

#[test]
fn the_address_of_a_server_says_its_version() {
    let folder = folder("versions-server", &[]);
    let spec = folder.to_string_lossy().into_owned();
    for (url, more, code, part) in [
        ("http://127.0.0.1:9/v9", &[][..], 3, "reach http://127.0.0.1:9/v9"),
        ("http://127.0.0.1:9/some/beta/", &[], 3, "reach http://127.0.0.1:9/some/beta"),
        ("http://127.0.0.1:9/beta", &["--api", "beta"], 3, "reach"),
        ("http://127.0.0.1:9", &["--api", "beta"], 3, "reach"),
        ("http://127.0.0.1:9", &[], 2, "which of the API versions v9 and beta it is"),
        ("http://127.0.0.1:9/some", &[], 2, "such as http://127.0.0.1:9/some/v9, or --api"),
        ("http://127.0.0.1:9/v9", &["--api", "beta"], 2, "as beta: it is the root of 'v9'"),
        ("http://127.0.0.1:9/v1.0", &[], 2, "the API version 'v1.0': there is no description of it"),
        ("http://127.0.0.1:9/v1.0", &["--api", "v9"], 2, "it is the root of 'v1.0'"),
        ("http://127.0.0.1:9/v9", &["--api", "v7"], 2, "the API version 'v7'"),
        ("nonsense", &[], 2, "which of the API versions"),
    ] {
        let output = entra_risk(&[&["conform", "--spec", &spec, "--server", url][..], more].concat());
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{url} {more:?}: {said}");
        assert!(said.contains(part) && output.stdout.is_empty(), "{url} {more:?}: {said}");
    }
}

#[test]
fn a_check_is_explained_by_the_first_version_that_has_it() {
    let folder = folder("versions-explain", &[]);
    let spec = folder.to_string_lossy().into_owned();
    let explain = |id: &str| entra_risk(&["explain", id, "--spec", &spec]);
    let said = text(&explain("dismiss_riskyuser/effect_missing/riskLevel").stdout);
    assert!(said.starts_with("server/v9/") && said.contains("\"$ENTRA_RISK_GRAPH_ROOT\"'/v9/riskyUsers"), "{said}");
    let said = text(&explain("server/beta/riskyUser.dismiss/dismiss_riskyuser/effect_missing/riskLevel").stdout);
    assert!(said.starts_with("server/beta/") && said.contains("'/beta/riskyUsers"), "{said}");
    // What two operations have stays in doubt.
    let output = explain("effect_missing/riskLevel");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("4 checks end like this"), "{}", text(&output.stderr));
}

#[test]
fn pages_are_compared_with_the_version_of_which_they_speak() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixtures/drift");
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("versions-compare");
    std::fs::create_dir_all(&folder).expect("a folder");
    let beta = std::fs::read_to_string(fixtures.join("beta.yaml")).expect("a description");
    let v9 = beta.replace("version: beta", "version: v9").replace(".com/beta", ".com/v9");
    std::fs::write(folder.join("beta.yaml"), &beta).expect("a file");
    std::fs::write(folder.join("v9.yaml"), v9).expect("a file");
    let (spec, docs) = (folder.to_string_lossy().into_owned(), fixtures.join("pages").to_string_lossy().into_owned());
    let compare = |more: &[&str]| {
        let output = entra_risk(&[&["spec", "compare", "--spec", &spec, "--docs", &docs][..], more].concat());
        (output.status.code(), text(&output.stdout) + &text(&output.stderr))
    };
    let (code, said) = compare(&[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("beta.yaml: ") && !said.contains("v9.yaml"), "{said}");
    // Who asks for the other one is told that nothing speaks of it.
    let (code, said) = compare(&["--api", "v9"]);
    assert!(code == Some(2) && said.contains("give pages of the API version v9"), "{said}");
}

/// The same contract under another name.
fn other() -> Contract {
    let json = serde_json::to_string(contract()).expect("JSON");
    serde_json::from_str(&json.replace("\"beta\"", "\"v9\"").replace(".com/beta", ".com/v9")).expect("a contract")
}

async fn both(recorder: Option<&mut Recorder>) -> Result<Report, RunError> {
    let (other, all, accepted) = (other(), Selection::default(), Accepted::default());
    let (_emulator, server) = emulator(contract()).await;
    let versions = vec![
        Version { foreign: Some("it is of no build".to_owned()), ..Version::new(&other) },
        Version { server: Some(server), ..Version::new(contract()) },
    ];
    let sides = &[Side::Server];
    let options = Options { versions, sides, selection: &all, accepted: &accepted, docs: None };
    match recorder {
        Some(recorder) => conformance::record(options, recorder, &mut ()).await,
        None => conformance::run(options, &mut ()).await,
    }
}

#[tokio::test]
async fn each_version_has_a_server_of_its_own_or_none() {
    let report = both(None).await.expect("a run");
    for judged in &report.checks {
        let expected = if version_of(&judged.check.id) == "v9" { Outcome::NotRun } else { Outcome::Pass };
        assert_eq!(judged.outcome, expected, "{}: {}", judged.check.id, judged.seen);
    }
    assert_eq!(report.apis(), "v9 and beta");
}

#[tokio::test]
async fn a_recording_is_of_one_version() {
    let mut recorder = Recorder::new(contract());
    let error = both(Some(&mut recorder)).await.expect_err("two versions");
    assert_eq!(error.to_string(), "record a run of 2 API versions: a recording is of one");
    let (all, accepted, other) = (Selection::default(), Accepted::default(), other());
    let recording = recorder.finish(contract(), "nobody", "2026-11-22T03:00:00Z");
    let versions = vec![Version::new(&other), Version::new(contract())];
    let options = Options { versions, sides: &[Side::Server], selection: &all, accepted: &accepted, docs: None };
    let error = conformance::replay(options, &recording, &mut ()).await.expect_err("two versions");
    assert_eq!(error.to_string(), "replay the recording: it is of 'beta' alone, and 'v9, beta' was to be checked");
    // The command takes the version of the recording.
    let folder = folder("versions-replay", &[]);
    let file = folder.join("kept.json");
    std::fs::write(&file, recording.to_json()).expect("a file");
    let file = file.to_string_lossy().into_owned();
    let (_, report) = conform(&folder, &["--replay", &file]);
    assert_eq!(each(&report["descriptions"], "api"), ["beta"]);
    let output = entra_risk(&["conform", "--replay", &file, "--api", "v9", "--spec", &folder.to_string_lossy()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("it is of 'beta' alone"), "{}", text(&output.stderr));
}
