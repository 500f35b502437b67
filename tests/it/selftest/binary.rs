//! `conform --self-test` as a command.

use std::process::{Command, Output};

fn conform(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_entra-risk"));
    command.args(["conform", "--self-test"]).args(arguments).output().expect("the program")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_survivor_ends_with_1_and_is_in_the_report() {
    let report = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("mutants.json");
    let (output, only) = (format!("json={}", report.display()), "server/drop/request-id-missing");
    let output = conform(&["--skip", "request_id_missing", "--mutant", only, "--output", &output]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("alive    server/drop/request-id-missing"), "{text}");
    assert!(text.contains("no mutant: server/request_id_missing"), "{text}");
    assert!(stderr(&output).contains("mutants in"));
    let written = std::fs::read_to_string(&report).expect("the report");
    let document: serde_json::Value = serde_json::from_str(&written).expect("JSON");
    assert_eq!(document["descriptions"][0]["file"], entra_risk::embedded::contracts()[0].file);
}

#[test]
fn what_cannot_be_used_ends_with_2_before_anything_is_tried() {
    for (arguments, complaint) in [
        (&["--survivors", "/nowhere/survivors.toml"][..], "failed to read the list of survivors"),
        (&["--output", "json=/nowhere/x.json"][..], "failed to write /nowhere/x.json"),
        (&["--output", "html=x.html"][..], "failed to write a self-test as html"),
        (&["--server", "http://127.0.0.1:9/beta"][..], "cannot be used with"),
        (&["--mutant", "server/none"][..], "failed to find a mutant"),
        (&["--list"][..], "cannot be used with"),
    ] {
        let output = conform(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(complaint), "{arguments:?}: {}", stderr(&output));
    }
}
