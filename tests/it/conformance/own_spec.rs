//! The program with descriptions of the user's own: `spec lint`, and `--spec` elsewhere.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

use super::spec::BETA;

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_entra-risk"));
    command.args(arguments);
    for name in ["ENTRA_RISK_TOKEN", "ENTRA_RISK_TOKEN_NO_PERMISSION", "ENTRA_RISK_SPEC_DIR"] {
        command.env_remove(name);
    }
    command
}

fn entra_risk(arguments: &[&str]) -> Output {
    command(arguments).output().expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A folder with a description of few operations, changed, and their transcripts.
fn folder(name: &str, changes: &[(&str, &str)]) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    let exchanges = folder.join("exchanges/beta");
    std::fs::create_dir_all(&exchanges).expect("a folder");
    for (name, text) in crate::few::transcripts() {
        std::fs::write(exchanges.join(name), text).expect("a file");
    }
    let mut description = BETA.to_owned();
    for (from, to) in changes {
        assert!(description.contains(from), "{from}");
        description = description.replace(from, to);
    }
    std::fs::write(folder.join("beta.yaml"), description).expect("a file");
    folder
}

#[test]
fn spec_lint_finds_nothing_in_the_description_of_the_build() {
    let output = command(&["spec", "lint"]).current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("it starts");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout), "no findings in 2 descriptions and 61 transcripts\n");
}

#[test]
fn spec_lint_names_every_defect_and_goes_on() {
    let folder = folder("spec-lint", &[("operationId: riskyUser.get", "operationID: riskyUser.get")]);
    let file = |name: &str, content: &[u8]| {
        let path = folder.join(name);
        std::fs::write(&path, content).expect("a file");
        path.to_string_lossy().into_owned()
    };
    let own = folder.join("beta.yaml").to_string_lossy().into_owned();
    let twice = BETA.replacen("  title: ", "  title: Twice\n  title: ", 1);
    let (twice, broken) = (file("twice.yaml", twice.as_bytes()), file("broken.yaml", b"a: [1\n"));
    let output = entra_risk(&["spec", "lint", &twice, &broken, &own, "--format", "json"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let has = |rule: &str, file: &str| {
        let findings = found["findings"].as_array().expect("findings");
        findings.iter().any(|finding| finding["rule"] == rule && finding["origin"]["file"] == file)
    };
    assert!(has("duplicate_key", &twice) && has("yaml_unusable", &broken) && has("unknown_key", &own), "{found}");
    let duplicate = found["findings"].as_array().expect("findings").iter().find(|f| f["rule"] == "duplicate_key");
    let duplicate = duplicate.expect("found");
    assert_eq!(duplicate["other"]["line"].as_u64().map(|line| line + 1), duplicate["origin"]["line"].as_u64());
    // What cannot be read is said; the rest is looked at.
    let binary = file("binary.yaml", &[0xff, 0xfe, 0x00]);
    let gone = folder.join("gone.yaml").to_string_lossy().into_owned();
    let empty = folder.join("empty");
    std::fs::create_dir_all(&empty).expect("a folder");
    let empty = empty.to_string_lossy().into_owned();
    let output = entra_risk(&["spec", "lint", &binary, &gone, &empty, &own]);
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output.stderr);
    for part in ["binary.yaml: it is not UTF-8 text", "gone.yaml: it does not exist", "there is no *.yaml file in it"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(text(&output.stdout).contains("'operationID' is no key of this object"), "{}", text(&output.stdout));
    // SARIF for code scanning, workflow commands for a pull request.
    let output = entra_risk(&["spec", "lint", &own, "--format", "sarif"]);
    let sarif: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(sarif["version"], "2.1.0");
    let output = entra_risk(&["spec", "lint", &own, "--format", "github"]);
    assert!(text(&output.stdout).starts_with("::error file="), "{}", text(&output.stdout));
}

#[test]
fn spec_lint_takes_transcripts_from_where_it_is_told() {
    let folder = folder("spec-lint-exchanges", &[]);
    let own = folder.join("beta.yaml").to_string_lossy().into_owned();
    let elsewhere = folder.join("elsewhere");
    std::fs::rename(folder.join("exchanges"), &elsewhere).expect("a move");
    let lint = |arguments: &[&str]| {
        let output = entra_risk(&[&["spec", "lint", &own], arguments].concat());
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    let (code, out, _) = lint(&[]);
    assert!(code == Some(0) && out.contains("no operation is shown by a transcript"), "{out}");
    assert_eq!(lint(&["--strict"]).0, Some(1));
    for path in [elsewhere.clone(), elsewhere.join("beta")] {
        let (code, out, err) = lint(&["--strict", "--exchanges", &path.to_string_lossy()]);
        assert_eq!(code, Some(0), "{out}{err}");
    }
    let (code, _, err) = lint(&["--exchanges", "nowhere"]);
    assert!(code == Some(2) && err.contains("nowhere"), "{err}");
}

#[test]
fn spec_lint_without_a_description_says_what_to_give() {
    let folder = folder("spec-lint-nothing", &[]);
    let (empty, gone) = (folder.join("exchanges"), folder.join("gone"));
    let output = command(&["spec", "lint"]).current_dir(&empty).output().expect("it starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("openapi/beta.yaml"), "{}", text(&output.stderr));
    // What the next build reads.
    let with = |at: &Path| {
        command(&["spec", "lint"]).env("ENTRA_RISK_SPEC_DIR", at).current_dir(&empty).output().expect("it starts")
    };
    assert_eq!(with(&folder).status.code(), Some(0));
    assert!(text(&with(&gone).stderr).contains("gone"));
}

fn conform(arguments: &[&str]) -> (Output, Value) {
    let output = entra_risk(&[&["conform", "--format", "json"], arguments].concat());
    let report = serde_json::from_slice(&output.stdout).unwrap_or_default();
    (output, report)
}

#[test]
fn the_description_of_the_build_is_known_wherever_it_is() {
    let folder = folder("own-spec-same", &[]);
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi");
    std::fs::copy(own.join("beta.yaml"), folder.join("beta.yaml")).expect("a copy");
    for entry in std::fs::read_dir(own.join("exchanges/beta")).expect("transcripts") {
        let path = entry.expect("a transcript").path();
        std::fs::copy(&path, folder.join("exchanges/beta").join(path.file_name().expect("a name"))).expect("a copy");
    }
    let client = ["--side", "client"];
    let (output, report) = conform(&[&["--spec", &folder.to_string_lossy()], &client[..]].concat());
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(report["summary"]["notRun"], 0, "the client is of this description");
    // With other transcripts it is not.
    let transcript = folder.join("exchanges/beta/get_riskyuser_1.http");
    let other = std::fs::read_to_string(&transcript).expect("a transcript");
    std::fs::write(&transcript, other.replacen("HTTP/1.1 200 OK", "HTTP/1.1 200 OK\nX-New: 1", 1)).expect("a file");
    let (_, report) = conform(&[&["--spec", &folder.to_string_lossy()], &client[..]].concat());
    assert_ne!(report["summary"]["notRun"], 0);
}

#[test]
fn the_client_is_not_called_for_another_description() {
    let folder = folder(
        "own-spec-other",
        &[("maxItems: 60", "maxItems: 50"), ("operationId: riskyUser.get\n", "operationId: riskyUser.read\n")],
    );
    let transcript = folder.join("exchanges/beta/get_riskyuser_1.http");
    let renamed =
        std::fs::read_to_string(&transcript).expect("a transcript").replace("riskyUser.get", "riskyUser.read");
    std::fs::write(&transcript, renamed).expect("a file");
    let path = folder.join("beta.yaml").to_string_lossy().into_owned();
    let (output, report) = conform(&["--spec", &path]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert_eq!(report["descriptions"][0]["file"], path.replace('\\', "/"));
    let checks = report["checks"].as_array().expect("checks");
    let outcome = |part: &str| {
        let found = checks.iter().find(|check| check["id"].as_str().is_some_and(|id| id.contains(part)));
        found.unwrap_or_else(|| panic!("no check {part}"))
    };
    // What calls the client is not run, and says how to make it so.
    let called = outcome("/request_differs/path");
    assert_eq!(called["outcome"], "notRun");
    let reason = called["seen"].as_str().expect("a reason");
    let rebuild = format!("ENTRA_RISK_SPEC_DIR={} cargo run --release -- conform", folder.display());
    assert!(reason.contains(&rebuild), "{reason}");
    for check in checks.iter().filter(|check| check["side"] == "client" && check["outcome"] != "notRun") {
        let id = check["id"].as_str().expect("an id");
        assert!(id.contains("/statement_contradicted/") || id.contains("/member_unknown/"), "{id}");
    }
    // What the transcripts say against the description needs no client, nor does a server.
    assert_eq!(outcome("dismiss_riskyuser/statement_contradicted/limit[userIds]")["outcome"], "fail");
    assert_eq!(outcome("dismiss_riskyuser/limit_not_reached/userIds-60")["outcome"], "fail");
    assert_eq!(outcome("server/beta/riskyUser.read/get_riskyuser_1/example_not_answered/status")["outcome"], "pass");
    // For people the whole reason stands once.
    let human = text(&entra_risk(&["conform", "--spec", &path]).stdout);
    let end = human.split("\nNot run\n").nth(1).expect("reasons");
    assert_eq!(end.matches(&rebuild).count(), 1, "{human}");
    // The other commands know its operations.
    let said = text(
        &entra_risk(&["explain", "riskyUser.read/get_riskyuser_1/example_not_answered/status", "--spec", &path]).stdout,
    );
    assert!(said.contains("riskyUser.read"), "{said}");
    let listed = text(&entra_risk(&["conform", "--list", "--spec", &path]).stdout);
    assert!(listed.contains("riskyUser.read") && !listed.contains("riskyUser.get/"));
}

#[test]
fn a_description_of_another_version_needs_no_name() {
    let folder = folder(
        "own-spec-version",
        &[("version: beta", "version: v9"), (".com/beta", ".com/v9"), (".us/beta", ".us/v9")],
    );
    std::fs::rename(folder.join("exchanges/beta"), folder.join("exchanges/v9")).expect("a move");
    let path = folder.to_string_lossy().into_owned();
    let (output, report) = conform(&["--spec", &path, "--side", "client"]);
    assert!(output.status.code().is_some_and(|code| code < 2), "{}", text(&output.stderr));
    assert_eq!(report["descriptions"][0]["api"], "v9");
    let (output, _) = conform(&["--spec", &path, "--api", "beta"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("give one of v9"), "{}", text(&output.stderr));
}

#[test]
fn what_is_wrong_with_a_description_is_said_before_anything_is_done() {
    let bad = folder("own-spec-bad", &[("operationId: riskyUser.get", "operationID: riskyUser.get")]);
    let good = folder("own-spec-good", &[]);
    let (bad, good) = (bad.to_string_lossy().into_owned(), good.to_string_lossy().into_owned());
    for arguments in [&["conform"] as &[_], &["serve"], &["explain", "x"]] {
        let output = entra_risk(&[arguments, &["--spec", &bad]].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said = text(&output.stderr);
        assert!(said.starts_with("error: failed to use the description") && output.stdout.is_empty(), "{said}");
        for part in ["beta.yaml:", "did you mean 'operationId'?", "[unknown_key]", "spec lint"] {
            assert!(said.contains(part), "{part}: {said}");
        }
        let output = entra_risk(&[arguments, &["--spec", &good, "--spec", &format!("{good}/beta.yaml")]].concat());
        assert!(output.status.code() == Some(2) && text(&output.stderr).contains("both describe 'beta'"));
        let output = entra_risk(&[arguments, &["--spec", &format!("{good}/gone.yaml")]].concat());
        assert!(output.status.code() == Some(2) && text(&output.stderr).contains("gone.yaml: it does not exist"));
    }
}

/// A program that ends with its test, whatever becomes of it: whoever waits for the test's output
/// waits for the program too.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill().and_then(|()| self.0.wait());
    }
}

#[test]
fn a_description_that_is_given_is_served() {
    let folder = folder("own-spec-served", &[("  /riskyUsers/dismiss:", "  /riskyUsers/forgive:")]);
    let mut serve = command(&["serve", "--spec", &folder.to_string_lossy()]);
    let mut serve = Running(serve.stdout(Stdio::piped()).spawn().expect("it starts"));
    let mut lines = BufReader::new(serve.0.stdout.take().expect("piped")).lines();
    let mut value = |name: &str| {
        let line = lines.find_map(|line| line.ok()?.strip_prefix(&format!("export {name}=")).map(str::to_owned));
        line.unwrap_or_else(|| panic!("no {name}"))
    };
    let (root, token) = (value("ENTRA_RISK_GRAPH_ROOT"), value("ENTRA_RISK_TOKEN"));
    let status = |path: &str| {
        let body = "{\"userIds\": [\"04487ee0-f4f6-4e7f-8999-facc5a30e232\"]}";
        let mut stream = TcpStream::connect(root.trim_start_matches("http://")).expect("listening");
        let head =
            format!("POST /beta{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nConnection: close");
        let length = body.len();
        write!(stream, "{head}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}")
            .expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer.split(' ').nth(1).map(str::to_owned)
    };
    assert_eq!(status("/riskyUsers/forgive").as_deref(), Some("204"));
    assert_ne!(status("/riskyUsers/dismiss").as_deref(), Some("204"));
}
