use std::path::Path;

use clap::Parser;

use super::*;
use crate::contract::Origin;
use crate::finding::Severity;

#[derive(Debug, Parser)]
struct Arguments {
    #[command(flatten)]
    output: FindingsOutput,
}

fn parse(arguments: &[&str]) -> Result<FindingsOutput, String> {
    Arguments::try_parse_from([&["x"], arguments].concat())
        .map(|arguments| arguments.output)
        .map_err(|error| error.to_string())
}

fn finding(severity: Severity, file: &str) -> Finding {
    Finding {
        rule: "docs/sides_differ".to_owned(),
        severity,
        origin: Origin { file: file.to_owned(), line: 3 },
        subject: String::new(),
        message: "two sides".to_owned(),
        remedy: "choose one".to_owned(),
        other: None,
        fact: None,
    }
}

fn outcome(findings: Vec<Finding>) -> Outcome<'static> {
    Outcome {
        findings,
        catalogue: vec![Described { id: "docs/sides_differ", severity: Severity::Error, reason: "why" }],
        files: vec!["a.md".to_owned(), "b.md".to_owned()],
        facts: BTreeSet::new(),
        undecided: BTreeSet::new(),
        looked_at: "2 pages".to_owned(),
    }
}

/// A run of a command whose report goes to a file.
fn run(folder: &Path, arguments: &[&str], findings: Vec<Finding>) -> (Exit, String) {
    let file = folder.join("report.txt");
    let to = format!("human={}", file.display());
    let output = parse(&[&["--output", &to], arguments].concat()).expect("options");
    let exit = output.begin().expect("a run").finish(outcome(findings)).expect("a report");
    (exit, std::fs::read_to_string(file).expect("the file"))
}

#[test]
fn only_errors_fail_and_warnings_do_so_when_strict() {
    let folder = tempfile::tempdir().expect("a folder");
    for (severity, plain, strict) in [
        (Some(Severity::Error), Exit::Findings, Exit::Findings),
        (Some(Severity::Warning), Exit::Done, Exit::Findings),
        (Some(Severity::Note), Exit::Done, Exit::Done),
        (None, Exit::Done, Exit::Done),
    ] {
        let findings: Vec<Finding> = severity.map(|severity| finding(severity, "a.md")).into_iter().collect();
        assert_eq!(run(folder.path(), &[], findings.clone()).0, plain, "{severity:?}");
        assert_eq!(run(folder.path(), &["--strict"], findings).0, strict, "{severity:?}");
    }
}

#[test]
fn a_draft_with_reasons_accepts_and_is_stale_once_nothing_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let draft = folder.path().join("draft.toml");
    let found = vec![finding(Severity::Error, "b.md"), finding(Severity::Error, "a.md")];
    let path = draft.display().to_string();
    let (exit, text) = run(folder.path(), &["--write-accepted", &path], found.clone());
    assert_eq!(exit, Exit::Findings);
    assert!(text.find("a.md:3").expect("a.md") < text.find("b.md:3").expect("b.md"), "by place: {text}");
    let refused = parse(&["--accepted", &path]).expect("options").begin().err().expect("no reasons yet");
    assert_eq!(refused.exit, Exit::Unusable);
    assert!(refused.what.contains("no reason"), "{}", refused.what);
    let again = parse(&["--write-accepted", &path]).expect("options").begin().err().expect("it is there");
    assert!(again.what.contains("there is such a file"), "{}", again.what);
    let reasons = std::fs::read_to_string(&draft).expect("the draft").replace("\"\"", "\"because\"");
    std::fs::write(&draft, reasons).expect("the list");
    let (exit, text) = run(folder.path(), &["--accepted", &path, "--strict"], found.clone());
    assert_eq!((exit, text.as_str()), (Exit::Done, "2 accepted in 2 pages\n"));
    let (exit, text) = run(folder.path(), &["--accepted", &path], found[..1].to_vec());
    assert_eq!(exit, Exit::Findings);
    assert!(
        text.contains("draft.toml:") && text.contains("nothing disagrees there") && text.contains("a.md"),
        "{text}"
    );
}

#[test]
fn what_cannot_be_used_is_said_before_the_work() {
    let folder = tempfile::tempdir().expect("a folder");
    let gone = folder.path().join("gone/f").display().to_string();
    for arguments in [["--accepted", gone.as_str()], ["--write-accepted", &gone], ["--output", &format!("json={gone}")]]
    {
        let failure = parse(&arguments).expect("options").begin().err().expect("unusable");
        assert_eq!(failure.exit, Exit::Unusable, "{arguments:?}");
        assert!(failure.what.contains("gone"), "{}", failure.what);
    }
    assert!(parse(&["--format", "pdf"]).expect_err("no such format").contains("human, json, sarif, github, markdown"));
    assert!(parse(&["--output", "sarif"]).expect_err("no file").contains("FORMAT=FILE"));
    assert!(parse(&["--format", "sarif"]).expect("options").is_json());
    assert!(!parse(&["--format", "github"]).expect("options").is_json());
}
