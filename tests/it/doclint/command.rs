//! `docs lint`, as people and scripts meet it.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

const PAGE: &str = include_str!("page.md");

fn lint(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_entra-risk"));
    command.args(["docs", "lint"]).args(arguments).output().expect("the program starts")
}

/// A folder of this test's own with one page in it.
fn folder(name: &str, page: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("docs-lint").join(name);
    let _ = fs::remove_dir_all(&folder);
    let api = folder.join("beta/api");
    fs::create_dir_all(&api).expect("folders");
    fs::write(api.join("kite-repaint.md"), page).expect("a page");
    folder
}

#[test]
fn a_sound_page_is_no_finding_and_a_contradiction_is_one_with_both_places() {
    let sound = folder("sound", PAGE);
    let output = lint(&[&sound.display().to_string(), "--strict"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));

    let wrong = folder("wrong", &PAGE.replace("POST https", "PUT https"));
    let output = lint(&[&wrong.display().to_string(), "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let [finding] = report["findings"].as_array().expect("findings").as_slice() else { panic!("{report}") };
    assert_eq!(finding["rule"], "docs/method_contradicts_example");
    assert_eq!((&finding["origin"]["line"], &finding["other"]["line"]), (&54.into(), &24.into()));
    assert_eq!(finding["fact"], "beta POST /kites/{}/repaint(coat={})#request");
    let message = finding["message"].as_str().expect("a message");
    assert!(message.contains("PUT https://") && message.contains("POST /kites/{id}"), "{message}");
}

#[test]
fn every_rule_is_in_the_catalogue_of_a_report_for_code_scanning() {
    let sound = folder("catalogue", PAGE);
    let output = lint(&[&sound.display().to_string(), "--format", "sarif"]);
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let rules = report["runs"][0]["tool"]["driver"]["rules"].as_array().expect("rules");
    for rule in entra_risk::rules::docs::RULES {
        assert!(rules.iter().any(|listed| listed["id"] == rule.id), "{}", rule.id);
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named_and_the_rest_is_linted() {
    let mixed = folder("mixed", PAGE);
    fs::write(mixed.join("beta/api/broken.md"), b"# \xff\n").expect("a file");
    let output = lint(&[&mixed.display().to_string()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("broken.md"), "{output:?}");
}
