//! The verdict on a program, with programs that a shell is enough for: each kind of mistake has
//! one that makes it, and one that does not.

mod conditions;
mod formats;
mod proxy;
mod requests;
mod runs;

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

/// One run of `entra-risk check`.
struct Checked {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn entra_risk() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_entra-risk"));
    for name in [
        "ENTRA_RISK_TOKEN",
        "HTTPS_PROXY",
        "HTTP_PROXY",
        "https_proxy",
        "http_proxy",
        "ALL_PROXY",
        "GITHUB_STEP_SUMMARY",
        "NO_PROXY",
    ] {
        command.env_remove(name);
    }
    command
}

impl From<Output> for Checked {
    fn from(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }
}

/// Judges a script of the shell. `$G` calls curl with the token.
fn check(options: &[&str], script: &str) -> Checked {
    let script =
        format!("G() {{ curl -sS -o /dev/null -H \"Authorization: Bearer $ENTRA_RISK_TOKEN\" \"$@\"; }}; {script}");
    entra_risk().arg("check").args(options).args(["--", "sh", "-c", &script]).output().expect("it starts").into()
}

/// The verdict for programs.
fn judged(options: &[&str], script: &str) -> (Option<i32>, Value) {
    let checked = check(&[&["--format", "json"], options].concat(), script);
    let verdict = serde_json::from_str(&checked.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", checked.stdout, checked.stderr));
    (checked.code, verdict)
}

/// The rules that a verdict names, in order.
fn rules(verdict: &Value) -> Vec<&str> {
    let wrong = verdict["wrong"].as_array().expect("a list");
    wrong.iter().map(|wrong| wrong["rule"].as_str().expect("text").trim_start_matches("program/")).collect()
}

fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}
