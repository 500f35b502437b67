//! The program as people and scripts meet it: exit codes, messages, files.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

fn entra_risk(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_entra-risk"));
    command
        .args(arguments)
        .env_remove("ENTRA_RISK_TOKEN")
        .env_remove("ENTRA_RISK_TOKEN_NO_PERMISSION")
        .output()
        .expect("the program starts")
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

#[test]
fn conform_passes_and_names_every_check() {
    let output = entra_risk(&["conform", "--verbose"]);
    let printed = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{printed}");
    assert!(!printed.contains('\u{1b}'), "colour only on a terminal");
    let short = text(&entra_risk(&["conform"]).stdout);
    let list = text(&entra_risk(&["conform", "--list"]).stdout);
    assert!(list.lines().count() > 300);
    for id in list.lines() {
        let rest = id.splitn(5, '/').nth(4).expect("five segments");
        let is_printed = |word: &str| printed.contains(&format!("{word:8} {rest}  "));
        assert!(["pass", "accepted", "not run"].into_iter().any(is_printed), "{id} is not printed");
    }
    assert!(printed.contains("facts covered"));
    // Without that, examples have a line each, with the number of their checks.
    let mut n_of: BTreeMap<String, usize> = BTreeMap::new();
    for id in list.lines() {
        *n_of.entry(id.splitn(5, '/').take(4).collect::<Vec<_>>().join("/")).or_default() += 1;
    }
    for (example, n_checks) in n_of {
        let begin = [format!("{example}  {n_checks} passed"), format!(" of {n_checks} passed")];
        let line = short.lines().find(|line| line.starts_with(&format!("{example}  ")));
        assert!(line.is_some_and(|line| begin.iter().any(|begin| line.contains(begin))), "{example}: {line:?}");
    }
    assert!(!short.contains("  pass  ") && short.contains("  accepted member_unknown/"), "{short}");
    // What the README shows is what is printed.
    let readme = include_str!("../../../README.md");
    let mut blocks = readme.split("\n```text\n").skip(1).map(|block| block.split("\n```").next().unwrap_or_default());
    for printed in [short, printed] {
        let shown = blocks.next().expect("a block of what is printed");
        for line in shown.lines().filter(|line| !line.starts_with('…') && !line.contains("sha256")) {
            assert!(printed.lines().any(|printed| printed.trim_end() == line), "the README shows '{line}'");
        }
    }
}

#[test]
fn the_json_report_keeps_to_its_schema() {
    let schema: Value = serde_json::from_slice(&entra_risk(&["schema"]).stdout).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let report: Value = serde_json::from_slice(&entra_risk(&["conform", "--format", "json"]).stdout).expect("JSON");
    let errors: Vec<String> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
    assert_eq!(report["summary"]["failed"], 0);
    let counted = ["passed", "accepted", "notRun"].map(|outcome| report["summary"][outcome].as_u64().expect("a count"));
    assert_eq!(counted.iter().sum::<u64>() as usize, report["checks"].as_array().expect("checks").len());
    let findings: Value = serde_json::from_slice(&entra_risk(&["schema", "findings"]).stdout).expect("JSON");
    assert_eq!(findings["$id"], "urn:entra-risk:findings:1");
    // The schema can fail: it is closed.
    let mut wrong = report;
    wrong["checks"][0]["outcome"] = "ok".into();
    wrong["more"] = true.into();
    assert_eq!(validator.iter_errors(&wrong).count(), 2);
}

#[test]
fn bad_input_is_one_clear_error_with_the_right_code() {
    let folder = folder("bad-input");
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).expect("a file");
        path.to_string_lossy().into_owned()
    };
    let (empty, quoted) = (file("empty", " \n"), file("quoted", "\"abc\""));
    let (token, list, ids) =
        (file("token", "test-token"), file("list.toml", "[[accepted]]\ncheck = 'x'\n"), file("ids", "abc\n"));
    let gone = folder.join("gone/report.json").to_string_lossy().into_owned();
    let to_gone = format!("json={gone}");
    let probe = format!("no-permission={empty}");
    let cases: &[(&[&str], i32, &str)] = &[
        (&["conform", "--server", "http://127.0.0.1:9/beta"], 3, "reach http://127.0.0.1:9"),
        (&["conform", "--server", "http://127.0.0.1:9/beta", "--token-file", &token], 3, "reach"),
        (&["conform", "--server", "htp://127.0.0.1:9/beta", "--token-file", &token], 2, "neither http nor https"),
        (&["conform", "--server", "127.0.0.1/beta", "--token-file", &token], 2, "https://HOST/VERSION"),
        (&["conform", "--server", "http://example.org/beta", "--token-file", &token], 2, "plain HTTP"),
        (&["conform", "--server", "https://a:secret@example.org/beta", "--token-file", &token], 2, "user name"),
        (&["conform", "--server", "http://127.0.0.1:9/beta", "--token-file", &empty], 2, "the token is empty"),
        (&["conform", "--server", "http://127.0.0.1:9/beta", "--token-file", &quoted], 2, "quotes"),
        (&["conform", "--server", "http://127.0.0.1:9/beta", "--token-file", &gone], 2, "gone"),
        (
            &["conform", "--server", "http://127.0.0.1:9/beta", "--token-file", &token, "--probe-token", "other=x"],
            2,
            "no-permission",
        ),
        (
            &["conform", "--server", "http://127.0.0.1:9/beta", "--token-file", &token, "--probe-token", &probe],
            2,
            "empty",
        ),
        (
            &["conform", "--server", "http://127.0.0.1:9/beta", "--token-file", &token, "--allow-actions-on", &ids],
            2,
            "ids:1",
        ),
        (&["conform", "--accepted", &list], 2, "reason"),
        (&["conform", "--accepted", &gone], 2, "accepted list"),
        (&["conform", "--write-accepted", &list], 2, "there is such a file"),
        (&["conform", "--write-accepted", &gone], 2, "gone/report.json"),
        (&["conform", "--output", &to_gone], 2, "gone/report.json"),
        (&["conform", "--output", "json"], 2, "json=report.json"),
        (&["conform", "--output", "pdf=x"], 2, "the formats are"),
        (&["conform", "--api", "v9"], 2, "give one of "),
        (&["conform", "--check", "effect_mising"], 2, "did you mean 'effect_missing'"),
        (&["conform", "--check", "["], 2, "no id meets"),
        (&["explain", "nothing"], 2, "no such check"),
        (&["explain", "effect_missing/riskLevel"], 2, " checks end like this"),
        (&["serve", "--listen", "here"], 2, "socket address"),
        (&["frobnicate"], 2, "unrecognized"),
    ];
    for (arguments, code, part) in cases {
        let output = entra_risk(arguments);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(*code), "{arguments:?}: {said}");
        assert!(said.starts_with("error: ") && said.contains(part), "{arguments:?}: {said}");
        assert!(!said.contains("panicked") && !said.contains("secret"), "{said}");
        assert!(output.stdout.is_empty(), "{arguments:?}: nothing but the error");
    }
    assert!(!folder.join("gone").exists());
}

#[test]
fn errors_follow_the_format() {
    let output = entra_risk(&["conform", "--format", "json", "--server", "http://127.0.0.1:9/beta"]);
    let error: Value = serde_json::from_slice(&output.stderr).expect("JSON");
    assert_eq!(error["error"]["exitCode"], 3);
    assert!(error["error"]["message"].as_str().is_some_and(|message| message.contains("127.0.0.1:9")));
}

#[test]
fn report_files_are_written_whole_or_not_at_all() {
    let folder = folder("reports");
    let (json, human) = (folder.join("r.json"), folder.join("r.txt"));
    let output = entra_risk(&[
        "conform",
        "--api",
        "beta",
        "--check",
        "effect_missing",
        "--output",
        &format!("json={}", json.display()),
        "--output",
        &format!("human={}", human.display()),
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let report: Value = serde_json::from_slice(&std::fs::read(&json).expect("the file")).expect("JSON");
    let n_checks = report["checks"].as_array().map_or(0, Vec::len);
    assert!(n_checks > 8);
    let summary = format!("{n_checks} checks: {n_checks} passed");
    assert!(std::fs::read_to_string(&human).expect("the file").contains(&summary));
    // A run that does not happen leaves what was there, and nothing beside it.
    let before = std::fs::read(&json).expect("the file");
    let output = entra_risk(&[
        "conform",
        "--server",
        "http://127.0.0.1:9/beta",
        "--output",
        &format!("json={}", json.display()),
    ]);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(std::fs::read(&json).expect("the file"), before);
    assert_eq!(std::fs::read_dir(&folder).expect("the folder").count(), 2);
}

#[test]
fn explain_says_what_why_where_and_how() {
    let output = entra_risk(&["explain", "beta/riskyUser.dismiss/dismiss_riskyuser/effect_missing/riskLevel"]);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0));
    for part in [
        "Asserts",
        "Expected    none",
        "beta/api/riskyusers-dismiss.md",
        "openapi/beta.yaml:",
        "curl -sS -i -X POST",
        "#effect[riskLevel]",
    ] {
        assert!(said.contains(part), "'{part}' is missing from\n{said}");
    }
}

#[test]
fn a_draft_of_what_failed_is_refused_until_it_has_reasons() {
    let folder = folder("draft");
    let server = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback");
    let address = server.local_addr().expect("an address");
    // A server that knows one answer, whatever it is asked.
    std::thread::spawn(move || {
        use std::io::{Read as _, Write as _};
        for stream in server.incoming() {
            let Ok(mut stream) = stream else { return };
            let _ = stream.read(&mut [0; 8192]);
            let _ = stream.write_all(b"HTTP/1.1 418 I'm a teapot\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
    });
    let token = folder.join("token");
    std::fs::write(&token, "test-token").expect("a file");
    let (url, token) = (format!("http://{address}/beta"), token.display().to_string());
    let list = folder.join("list.toml").display().to_string();
    let conform = |option: &str| {
        let check = ["conform", "--side", "server", "--check", "**/example_not_answered/**", "--server", &url];
        entra_risk(&[&check[..], &["--token-file", &token, option, &list]].concat())
    };
    let output = conform("--write-accepted");
    assert_eq!(output.status.code(), Some(1), "{}{}", text(&output.stdout), text(&output.stderr));
    let draft = std::fs::read_to_string(&list).expect("the draft");
    assert!(draft.contains("check = \"server/beta/") && draft.contains("seen: 418"), "{draft}");
    let output = conform("--accepted");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("no reason"), "{}", text(&output.stderr));
    std::fs::write(&list, draft.replace("\"\"", "\"it is a teapot\"")).expect("the list");
    let output = conform("--accepted");
    assert_eq!(output.status.code(), Some(0), "{}{}", text(&output.stdout), text(&output.stderr));
    assert!(text(&output.stdout).contains("accepted"));
}
