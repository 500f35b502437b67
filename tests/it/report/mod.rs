//! Reports of findings: every format of one list that has everything, of none, and of texts that
//! try to be more than text.

mod run;
mod sarif;

use entra_risk::contract::{FactId, Origin};
use entra_risk::finding::{Finding, Severity};
use entra_risk::report::findings::{Described, Format, Found, SCHEMA};
use serde_json::Value;

use super::snapshots;

const CATALOGUE: &[Described<'_>] = &[
    Described {
        id: "docs/method_contradicts_example",
        severity: Severity::Error,
        reason: "Whoever copies the example calls something else than the page describes.",
    },
    Described { id: "docs/table_unreadable", severity: Severity::Note, reason: "What was not read was not compared." },
    Described {
        id: "drift/header_differs",
        severity: Severity::Warning,
        reason: "A client sends what the description says.",
    },
];

fn finding(rule: &str, severity: Severity, file: &str, line: usize) -> Finding {
    Finding {
        rule: rule.to_owned(),
        severity,
        origin: Origin { file: file.to_owned(), line },
        subject: String::new(),
        message: "something differs".to_owned(),
        remedy: String::new(),
        other: None,
        fact: None,
    }
}

/// One of each severity, with everything and with nothing besides.
fn ordinary() -> Vec<Finding> {
    let page = "beta/api/thing polish.md";
    vec![
        Finding {
            subject: "POST /things/polish".to_owned(),
            message: "the request is POST, the example sends PUT:\nPUT /things/polish".to_owned(),
            remedy: "correct the side that is wrong".to_owned(),
            other: Some(Origin { file: page.to_owned(), line: 40 }),
            fact: Some(FactId("beta POST /things/polish#method".to_owned())),
            ..finding("docs/method_contradicts_example", Severity::Error, page, 12)
        },
        Finding {
            subject: "GET /things".to_owned(),
            message: "the page has 'Prefer', the description has not".to_owned(),
            remedy: "run `entra-risk spec update`".to_owned(),
            other: Some(Origin { file: "openapi/beta.yaml".to_owned(), line: 7 }),
            ..finding("drift/header_differs", Severity::Warning, "beta/api/thing-list.md", 3)
        },
        finding("docs/table_unreadable", Severity::Note, "beta/api/thing-list.md", 0),
    ]
}

/// Texts as a page, a file name or a description could have them.
fn hostile() -> Vec<Finding> {
    vec![
        Finding {
            subject: "GET /a\n::set-output name=x::y".to_owned(),
            message:
                "\u{1b}[2J\u{1b}]0;title\u{7}\r\n::error::100% | `code` **bold** @org/team <script> \u{202e}gnp.exe"
                    .to_owned(),
            remedy: "see [here](https://example.org/evil) \u{200b}\u{9b}31m\n\n# heading".to_owned(),
            other: Some(Origin { file: "b`c|d,e:f\n.md".to_owned(), line: 2 }),
            fact: Some(FactId("beta GET /a#header[\u{feff}X]".to_owned())),
            ..finding("docs/method_contradicts_example", Severity::Error, "a,b:c%d\u{1b}[31m?#.md", 1)
        },
        finding("rule/of\nnobody::,", Severity::Warning, "", 0),
    ]
}

fn found<'a>(findings: &'a [Finding], accepted: &'a [(Finding, String)]) -> Found<'a> {
    Found { version: "1.2.3", findings, accepted, catalogue: CATALOGUE, looked_at: "3 pages, 1 skipped" }
}

fn accepted() -> Vec<(Finding, String)> {
    let finding = finding("docs/method_contradicts_example", Severity::Error, "beta/api/other.md", 5);
    vec![(finding, "the page is to be corrected".to_owned())]
}

/// With styles written as words.
fn readable(text: &str) -> String {
    let mut text = text.to_owned();
    for (code, word) in [("31", "red"), ("32", "green"), ("33", "yellow"), ("34", "blue"), ("1", "bold"), ("2", "dim")]
    {
        text = text.replace(&format!("\u{1b}[{code}m"), &format!("<{word}>"));
    }
    text.replace("\u{1b}[0m", "</>")
}

#[test]
fn every_format_says_what_was_found_where_and_what_to_do() {
    let (findings, accepted) = (ordinary(), accepted());
    snapshots::settings().bind(|| {
        // Named one by one, so that the search for snapshots that are left over finds them.
        let names = ["findings_human", "findings_json", "findings_sarif", "findings_github", "findings_markdown"];
        for (format, name) in Format::ALL.iter().zip(names) {
            assert!(name.ends_with(&format.to_string()));
            insta::assert_snapshot!(name, readable(&found(&findings, &accepted).render(*format)));
        }
    });
}

#[test]
fn what_others_wrote_is_text_in_every_format() {
    let findings = hostile();
    snapshots::settings().bind(|| {
        let names = ["hostile_human", "hostile_json", "hostile_sarif", "hostile_github", "hostile_markdown"];
        for (format, name) in Format::ALL.iter().zip(names) {
            assert!(name.ends_with(&format.to_string()));
            insta::assert_snapshot!(name, readable(&found(&findings, &[]).render(*format)));
        }
    });
    for format in [Format::Human, Format::Github, Format::Markdown] {
        let text = anstream::adapter::strip_str(&found(&findings, &[]).render(format)).to_string();
        let is_hidden = |letter: char| letter.is_control() || "\u{202e}\u{200b}\u{feff}".contains(letter);
        assert_eq!(text.replace('\n', "").find(is_hidden), None, "{format}");
    }
    let github = found(&findings, &[]).render(Format::Github);
    let commands: Vec<&str> = github.lines().filter(|line| line.starts_with("::")).collect();
    assert_eq!(commands.len(), findings.len(), "a finding is one command: {github}");
    let markdown = found(&findings, &[]).render(Format::Markdown);
    assert!(!markdown.contains("@org") && !markdown.contains("<script"), "{markdown}");
    assert_eq!(markdown.lines().filter(|line| line.starts_with('|')).count(), 2 + findings.len(), "a row each");
}

#[test]
fn nothing_found_is_said_in_every_format() {
    let none = Found { version: "1.2.3", looked_at: "3 pages", ..Found::default() };
    let text: String =
        Format::ALL.iter().map(|format| format!("== {format}\n{}", readable(&none.render(*format)))).collect();
    snapshots::settings().bind(|| insta::assert_snapshot!("findings_none", text));
}

#[test]
fn the_json_of_findings_keeps_to_its_schema() {
    let schema: Value = serde_json::from_str(SCHEMA).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let (ordinary, hostile, accepted) = (ordinary(), hostile(), accepted());
    for found in [found(&ordinary, &accepted), found(&hostile, &[]), Found::default()] {
        let document: Value = serde_json::from_str(&found.render(Format::Json)).expect("JSON");
        let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert_eq!(errors, [""; 0]);
        assert_eq!(document["findings"].as_array().map(Vec::len), Some(found.findings.len()));
    }
    // The schema can fail: it is closed, and an accepted finding has a reason.
    let document: Value = serde_json::from_str(&found(&ordinary, &accepted).render(Format::Json)).expect("JSON");
    for pointer in ["/findings/0/more", "/accepted/0/more", "/more", "/summary/more", "/findings/0/origin/more"] {
        let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
        let mut wrong = document.clone();
        wrong.pointer_mut(parent).expect("an object")[key] = true.into();
        assert!(!validator.is_valid(&wrong), "{pointer}");
    }
    let mut wrong = document;
    wrong["accepted"][0].as_object_mut().expect("an object").remove("reason");
    assert!(!validator.is_valid(&wrong));
}

#[test]
fn counts_and_verdict_follow_the_severities() {
    let (findings, accepted) = (ordinary(), accepted());
    let all = found(&findings, &accepted);
    let counts = all.counts();
    assert_eq!((counts.errors, counts.warnings, counts.notes, counts.accepted), (1, 1, 1, 1));
    assert!(all.fails(false) && all.fails(true));
    let warnings = found(&findings[1..], &accepted);
    assert!(!warnings.fails(false) && warnings.fails(true));
    assert!(!found(&findings[2..], &accepted).fails(true));
}
