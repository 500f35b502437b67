//! How programs end, and what they get to see of the environment.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};

use super::{check, entra_risk, judged};

#[test]
fn silence_is_no_success() {
    let checked = check(&[], "true");
    assert_eq!(checked.code, Some(1));
    let said = "no request reached the recorder; the program may have called the real Graph";
    assert!(checked.stdout.contains(said), "{}", checked.stdout);
}

#[test]
fn a_program_that_fails_fails_the_run_in_words() {
    let (code, verdict) = judged(&[], "G $ENTRA_RISK_BASE_URL_BETA/riskyUsers; exit 7");
    assert_eq!(code, Some(1));
    assert_eq!(verdict["program"]["exitCode"], 7);
    let said = verdict["reasons"][0].as_str().expect("text");
    assert_eq!(said, "the program failed with exit code 7, though its requests were as documented");
    let (code, verdict) = judged(&[], "G $ENTRA_RISK_BASE_URL_BETA/riskyUsers; kill -KILL $$");
    assert_eq!((code, &verdict["program"]["signal"]), (Some(1), &9.into()));
}

#[test]
fn what_the_program_prints_is_passed_through_and_kept_from_what_programs_read() {
    let script = "echo out; echo err >&2; G $ENTRA_RISK_BASE_URL_BETA/riskyUsers";
    let checked = check(&[], script);
    assert!(checked.stdout.starts_with("out\n") && checked.stderr == "err\n", "{}{}", checked.stdout, checked.stderr);
    let checked = check(&["--format", "json"], script);
    assert!(checked.stdout.starts_with('{') && checked.stderr == "out\nerr\n", "{}{}", checked.stdout, checked.stderr);
}

#[test]
fn a_command_that_cannot_run_is_one_clear_error() {
    for (command, part) in [("no-such-command", "there is no such command"), ("/", "run /")] {
        let output = entra_risk().args(["check", "--", command]).output().expect("it starts");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.starts_with("error: failed to run ") && said.contains(part), "{said}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn secrets_of_the_parent_reach_neither_program_nor_verdict() {
    let script = "env; G $ENTRA_RISK_BASE_URL_BETA/riskyUsers; \
                  test -n \"$ENTRA_RISK_TOKEN\" -a \"$KEPT\" = kept";
    let mut command = entra_risk();
    for name in [
        "AZURE_CLIENT_SECRET",
        "AZURE_PASSWORD",
        "AZURE_FEDERATED_TOKEN_FILE",
        "AZURE_ANYTHING",
        "ARM_CLIENT_SECRET",
        "AAD_TOKEN",
        "MSI_SECRET",
        "IDENTITY_HEADER",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        "ENTRA_RISK_TOKEN",
        "ENTRA_RISK_TOKEN_NO_PERMISSION",
    ] {
        command.env(name, "marker-of-a-secret");
    }
    let output = command
        .env("KEPT", "kept")
        .args(["check", "--", "sh", "-c"])
        .arg(format!("G() {{ curl -s -H \"Authorization: Bearer $ENTRA_RISK_TOKEN\" \"$@\"; }}; {script}"))
        .output();
    let output = output.expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("KEPT=kept") && !said.contains("marker-of-a-secret"), "{said}");
}

/// Starts a run whose standard output can be read line by line.
fn start(arguments: &[&str]) -> (Child, BufReader<std::process::ChildStdout>) {
    let mut child = entra_risk()
        .arg("check")
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let stdout = BufReader::new(child.stdout.take().expect("piped"));
    (child, stdout)
}

fn signal(child: &Child, signal: &str) {
    let sent = Command::new("kill").args(["-s", signal, &child.id().to_string()]).status().expect("kill");
    assert!(sent.success());
}

#[test]
fn an_interruption_is_passed_on_and_the_verdict_still_comes() {
    for sent in ["INT", "TERM"] {
        let script = "trap 'echo trapped; kill $!; exit 5' INT TERM; \
                      sleep 600 >/dev/null 2>&1 & echo ready; wait";
        let (mut child, mut stdout) = start(&["--", "sh", "-c", script]);
        let mut line = String::new();
        stdout.read_line(&mut line).expect("a line");
        assert_eq!(line, "ready\n");
        signal(&child, sent);
        let mut rest = String::new();
        stdout.read_to_string(&mut rest).expect("text");
        assert_eq!(child.wait().expect("it ends").code(), Some(130), "{rest}");
        assert!(rest.starts_with("trapped\n") && rest.contains("sh: interrupted"), "{rest}");
    }
}

#[test]
fn without_a_command_it_records_until_interrupted() {
    for (path, expected) in [("/riskyUsers", 0), ("/riskyUsers?x=y", 1), ("", 1)] {
        let (mut child, mut stdout) = start(&[]);
        let mut exports = String::new();
        while !exports.contains("ENTRA_RISK_TOKEN=") {
            assert!(stdout.read_line(&mut exports).expect("a line") > 0, "{exports}");
        }
        let script = format!(
            "eval '{exports}'; curl -s -o /dev/null -H \"Authorization: Bearer $ENTRA_RISK_TOKEN\" $ENTRA_RISK_BASE_URL_BETA{path}"
        );
        if !path.is_empty() {
            assert!(Command::new("sh").args(["-c", &script]).status().expect("a shell").success(), "{exports}");
        }
        signal(&child, "INT");
        let mut rest = String::new();
        stdout.read_to_string(&mut rest).expect("text");
        assert_eq!(child.wait().expect("it ends").code(), Some(expected), "{path}: {rest}");
        assert!(rest.contains(if expected == 0 { "passed" } else { "failed" }), "{rest}");
    }
}
