//! How members are printed.

use entra_risk::embedded;
use entra_risk::emulator::{Config, Emulator, Identity};
use serde_json::{Value, json};

use super::{at, emulated};
use crate::snapshots::settings;

#[test]
fn tables_fit_the_width() {
    let mut text = String::new();
    for arguments in [
        "users list --emulator-users 2",
        "users list --emulator-users 2 --columns upn,level,updated --sort upn",
        "users show 13387ee0-f4f6-4e7f-8999-facc5120e345",
        "users history 13387ee0-f4f6-4e7f-8999-facc5120e345 04487ee0-f4f6-4e7f-8999-facc5a30e232",
        "detections list --top 2",
        "sign-ins list --top 2",
    ] {
        let ran = emulated(arguments);
        assert!(ran.lines().iter().all(|line| line.chars().count() <= 120), "{}", ran.stdout);
        text += &format!("$ entra-risk {arguments}\n{}\n", ran.stdout);
    }
    settings().bind(|| insta::assert_snapshot!("groups_tables", text));
}

#[test]
fn every_format_has_every_member() {
    let ids = emulated("users list --format ids");
    let lines = emulated("users list --format jsonl");
    let lines: Vec<Value> = lines.lines().iter().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let array: Vec<Value> = serde_json::from_str(&emulated("users list --format json").stdout).expect("JSON");
    assert_eq!(lines, array);
    assert_eq!(lines.iter().map(|line| line["id"].as_str().unwrap()).collect::<Vec<_>>(), ids.lines());
    let csv = emulated("users list --format csv");
    let firsts: Vec<&str> = csv.lines().into_iter().map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(firsts[0], "id");
    assert_eq!(firsts[1..], ids.lines());
    let table = emulated("users list --columns id");
    assert_eq!(table.lines()[1..], ids.lines());
}

#[test]
fn nothing_is_a_whole_document_too() {
    for (format, expected) in [("table", ""), ("json", "[]\n"), ("jsonl", ""), ("ids", ""), ("csv", "id,riskLevel\n")] {
        let columns = if format == "csv" { "--columns id,level" } else { "" };
        let ran = emulated(&format!("users list --updated-since 2199-01-01 --format {format} {columns}"));
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), expected), "{format}");
    }
}

#[test]
fn what_is_selected_comes_with_the_key() {
    let ran = emulated("users list --top 1 --select state --format jsonl");
    let member: Value = serde_json::from_str(ran.lines()[0]).expect("JSON");
    let names: Vec<&String> = member.as_object().unwrap().keys().filter(|name| !name.starts_with('@')).collect();
    assert_eq!(names, ["id", "riskState"]);
}

#[test]
fn what_is_not_there_is_named() {
    for option in ["--columns", "--sort", "--select"] {
        let ran = emulated(&format!("users list {option} colour"));
        assert_eq!(ran.code, Some(2));
        assert!(ran.stderr.contains("no such property") && ran.stderr.contains("riskLevel"), "{ran:?}");
    }
    assert_eq!(emulated("users list --sort id:up").code, Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn names_of_others_do_nothing_to_terminals_and_spreadsheets() {
    let mut config = Config::new(embedded::contracts());
    let id = "aaaaaaaa-0000-4000-8000-000000000001";
    let member = json!({"id": id, "userDisplayName": "=HYPERLINK(\"x\")\u{1b}[2J", "userPrincipalName": "@x, y"});
    config.entities.insert("riskyUsers".to_owned(), vec![member.as_object().unwrap().clone()]);
    let emulator = Emulator::start(config).await.expect("a free port");
    let (root, token) = (emulator.root(), emulator.token(&Identity::all(embedded::contracts())));
    let list = "users list --display-name-contains hyperlink --columns id,userDisplayName,upn --format";
    let csv = at(&root, &token, &format!("{list} csv")).await;
    assert_eq!(csv.lines()[1], format!("{id},\"'=HYPERLINK(\"\"x\"\")\u{1b}[2J\",\"'@x, y\""));
    let table = at(&root, &token, &format!("{list} table")).await;
    assert!(table.lines()[1].contains("\\u{1b}[2J") && !table.stdout.contains('\u{1b}'), "{table:?}");
    // The version in the address is that of the call.
    let beta =
        at(&emulator.base_url("beta"), &token, "users list --display-name-contains hyperlink --format ids").await;
    assert_eq!(beta.lines(), [id]);
    let other = at(&emulator.base_url("beta"), &token, "users list --api v1.0").await;
    assert_eq!(other.code, Some(2), "{other:?}");
}
