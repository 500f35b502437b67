//! The program against a server that repeats tokens; recordings as files; accepted lists for the
//! checks of client and server.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

const TOKEN: &str = "opaque-Secret+Value/1234567890=";
const PROBE: &str = "eyJhbGciOiJub25lIn0.eyJhdWQiOiJ4eXp6eSJ9.c2lnbmF0dXJl-42";
/// Somebody else's, that the server keeps for itself.
const OTHERS: &str = "eyJraWQiOiJvdGhlciJ9.eyJhIjoxfQ.b3RoZXJz";

fn entra_risk(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_entra-risk"));
    for variable in ["ENTRA_RISK_TOKEN", "ENTRA_RISK_TOKEN_NO_PERMISSION", "GITHUB_STEP_SUMMARY"] {
        command.env_remove(variable);
    }
    command.args(arguments).output().expect("the program starts")
}

fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A server that puts the credentials it was sent wherever an answer can have them.
fn echo() -> String {
    let server = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let address = server.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in server.incoming().flatten() {
            std::thread::spawn(move || answer(stream));
        }
    });
    format!("http://{address}/beta")
}

/// Answers one request and closes.
fn answer(mut stream: TcpStream) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let (mut line, mut credentials, mut length) = (String::new(), String::new(), 0);
    while reader.read_line(&mut line).ok()? > 2 {
        if let Some((name, value)) = line.split_once(':') {
            match name.to_ascii_lowercase().as_str() {
                "authorization" => value.trim().clone_into(&mut credentials),
                "content-length" => length = value.trim().parse().ok()?,
                _ => {}
            }
        }
        line.clear();
    }
    let mut body = Vec::new();
    reader.take(length).read_to_end(&mut body).ok()?;
    let token = credentials.split(' ').next_back().unwrap_or_default();
    let body = format!(
        r#"{{"error": {{"code": "{token}", "message": "{credentials} {OTHERS}"}}, "id": "{token}", "riskLevel": "{token}"}}"#
    );
    let head = format!(
        "HTTP/1.1 200 {token}\r\nrequest-id: {token}\r\nclient-request-id: {OTHERS}\r\nSet-Cookie: s={token}\r\n\
         Content-Type: application/json; x={token}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}{token}").as_bytes()).ok()
}

#[test]
fn no_report_or_recording_shows_a_token_that_the_server_repeats() {
    let folder = folder("evidence-secrets");
    let file = |name: &str| folder.join(name).display().to_string();
    std::fs::write(file("token"), TOKEN).expect("a file");
    std::fs::write(file("probe"), PROBE).expect("a file");
    let (url, token, recording) = (echo(), file("token"), file("recording.json"));
    let probe = format!("no-permission={}", file("probe"));
    let formats = ["human", "json", "junit", "sarif", "html", "github", "markdown"];
    let outputs: Vec<String> = formats.iter().map(|format| format!("{format}={}", file(format))).collect();
    let mut arguments = vec!["conform", "--server", &url, "--token-file", &token, "--probe-token", &probe];
    arguments.extend(["--settle", "0", "--record", &recording]);
    outputs.iter().for_each(|output| arguments.extend(["--output", output]));
    let output = entra_risk(&arguments);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let mut told = vec![("stdout", text(&output.stdout)), ("stderr", text(&output.stderr))];
    for name in formats.iter().chain(&["recording.json"]) {
        told.push((name, std::fs::read_to_string(file(name)).expect("the report")));
    }
    for (name, told) in &told {
        for secret in PROBE.split('.').chain(OTHERS.split('.')).chain([TOKEN, "opaque-Secret", "1234567890"]) {
            assert!(!told.contains(secret), "{name} shows {secret}");
        }
        // Markdown escapes the brackets.
        assert!(*name == "stderr" || told.replace('\\', "").contains("[token]"), "{name} shows that there was one");
    }
    // What was recorded is judged to the same end, in which there is nothing to show either.
    let replayed = entra_risk(&["conform", "--replay", &recording, "--format", "json"]);
    assert_eq!(replayed.status.code(), Some(1), "{}", text(&replayed.stderr));
    let report = |text: &str| -> Value { serde_json::from_str(text).expect("JSON") };
    let (before, after) = (report(&told[3].1), report(&text(&replayed.stdout)));
    let failed = |report: &Value| -> Vec<String> {
        let checks = report["checks"].as_array().expect("checks").iter();
        let of_server = checks.filter(|check| check["side"] == "server" && check["outcome"] == "fail");
        of_server.map(|check| check["id"].to_string()).collect()
    };
    assert_eq!(failed(&before), failed(&after));
    assert!(
        after["replay"]["recorded"].is_string() && after["target"].as_str().is_some_and(|told| told.contains(&url))
    );
    // A recording is not written over.
    let again = entra_risk(&["conform", "--server", &url, "--token-file", &token, "--record", &recording]);
    assert_eq!(again.status.code(), Some(2));
}

#[test]
fn a_recording_that_cannot_be_used_is_one_clear_error() {
    let folder = folder("evidence-recording");
    let damaged = folder.join("damaged.json").display().to_string();
    std::fs::write(&damaged, "{\"head\": ").expect("a file");
    for (arguments, part) in [
        (vec!["--replay", &damaged], "damaged.json: it is no JSON"),
        (vec!["--replay", "gone.json"], "gone.json"),
        (vec!["--replay", &damaged, "--server", "http://127.0.0.1:9/beta"], "cannot be used with"),
        (vec!["--replay", &damaged, "--side", "client"], "server's side"),
        (vec!["--replay", &damaged, "--side", "client", "--side", "server"], "the client"),
        (vec!["--record", "x.json"], "--server"),
    ] {
        let output = entra_risk(&[&["conform"], &arguments[..]].concat());
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(part) && said.starts_with("error: "), "{arguments:?}: {said}");
    }
}

fn accepted(path: &Path, id: &str, more: &str) {
    let entry = format!("[[accepted]]\ncheck = '{id}'\nreason = 'r'\nsource = 's'\n{more}\n");
    std::fs::write(path, entry).expect("a list");
}

#[test]
fn an_accepted_list_holds_for_checks_of_client_and_server() {
    let folder = folder("evidence-accepted");
    let (list, token) = (folder.join("list.toml"), folder.join("token").display().to_string());
    std::fs::write(&token, TOKEN).expect("a file");
    let (url, list_path) = (echo(), list.display().to_string());
    let passing_client = "client/beta/riskyUser.get/get_riskyuser_1/header_not_sent";
    let failing_server = "server/beta/riskyUser.dismiss/dismiss_riskyuser/example_not_answered/status";
    let run = |check: &str| {
        let check = ["conform", "--check", check, "--server", &url, "--token-file", &token];
        let output = entra_risk(&[&check[..], &["--settle", "0", "--accepted", &list_path]].concat());
        (output.status.code(), text(&output.stdout) + &text(&output.stderr))
    };
    let client_id = entra_risk(&["conform", "--list", "--side", "client", "--check", "header_not_sent"]);
    let client_id =
        text(&client_id.stdout).lines().find(|id| id.starts_with(passing_client)).expect("a check").to_owned();
    // Outside the list, a failure fails the run; inside it, none does.
    accepted(&list, &client_id, "");
    let (code, said) = run(failing_server);
    assert!(code == Some(1) && said.contains("FAIL"), "{said}");
    accepted(&list, failing_server, "");
    let (code, said) = run(failing_server);
    assert!(code == Some(0) && said.contains("accepted"), "{said}");
    // A pass inside it, on either side.
    accepted(&list, &client_id, "");
    let (code, said) = run(&client_id);
    assert!(code == Some(1) && said.contains("it passes now; remove the entry"), "{said}");
    // An expired entry, and one that names no check.
    for (id, more, part) in [
        (failing_server, "expires = '2020-01-01'", "expired on 2020-01-01"),
        (
            "server/beta/riskyUser.dismiss/dismiss_riskyuser/example_not_answered/statu",
            "",
            "the nearest is 'server/beta/riskyUser.dismiss",
        ),
        ("sever/beta/x/y/z", "", "there is no check 'sever/beta/x/y/z'"),
        ("client/bata/x/y/z", "", "list.toml:1: there is no check"),
    ] {
        accepted(&list, id, more);
        let (code, said) = run(failing_server);
        assert!(code == Some(2) && said.contains(part), "{id}: {said}");
        assert_eq!(said.matches("error: ").count(), 1, "{said}");
    }
}

#[test]
fn github_gets_annotations_and_the_summary_of_the_job() {
    let summary = folder("evidence-github").join("summary.md");
    std::fs::write(&summary, "from a step before\n").expect("a file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_entra-risk"));
    command.args(["conform", "--api", "beta", "--check", "effect_missing", "--format", "github"]);
    let output = command.env("GITHUB_STEP_SUMMARY", &summary).output().expect("the program starts");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).ends_with(" passed\n"));
    let told = std::fs::read_to_string(&summary).expect("the summary");
    assert!(told.starts_with("from a step before\n### ✅ entra-risk conform: beta"), "{told}");
}
