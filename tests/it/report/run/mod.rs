//! Reports of a run of `conform`: every format of one run that has everything, and of one in
//! which a server says what it should not.

mod html;
mod junit;
mod sarif;

use entra_risk::contract::{FactId, Origin, Rests};
use entra_risk::finding::Severity;
use entra_risk::report::findings::Described;
use entra_risk::report::{Format, Repository, Run, SCHEMA};
use entra_risk::verdict::{
    Check, Coverage, Description, Documentation, Judged, Outcome, Report, Side, Stale, Summary, Uncovered,
};
use serde_json::Value;

use crate::snapshots;

const CATALOGUE: &[Described<'_>] = &[
    Described { id: "server/effect_missing", severity: Severity::Error, reason: "A 204 alone proves nothing." },
    Described { id: "client/answer_misread", severity: Severity::Error, reason: "Errors must be told apart." },
];

fn judged(id: &str, outcome: Outcome, seen: &str) -> Judged {
    let side = Side::ALL.into_iter().find(|side| id.starts_with(side.as_str())).expect("a side");
    let check = Check {
        id: id.to_owned(),
        side,
        operation: id.split('/').nth(2).unwrap_or_default().to_owned(),
        severity: Rests::Documented,
        weight: Severity::Error,
        facts: vec![FactId(format!("beta POST /things/{}#effect[level]", id.len()))],
        documented: "none".to_owned(),
        page: "beta/api/thing-polish.md (2021-07)".to_owned(),
        origin: Origin { file: "../openapi/beta.yaml".to_owned(), line: 40 },
        asserts: "the level is none afterwards".to_owned(),
        reproduce: "curl -sS -i -X POST \"$ENTRA_RISK_BASE_URL\"'/things/polish'".to_owned(),
    };
    Judged { check, outcome, seen: seen.to_owned(), accepted: None }
}

fn assumed(mut judged: Judged) -> Judged {
    judged.check.severity = Rests::Assumption;
    judged.check.page = "none".to_owned();
    judged
}

fn description(api: &str, digits: &str) -> Description {
    let (api, file) = (api.to_owned(), format!("../openapi/{api}.yaml"));
    Description { api, file, sha256: digits.repeat(32) }
}

fn report(checks: Vec<Judged>, stale: &[&str]) -> Report {
    let origin = Origin { file: "accepted.toml".to_owned(), line: 3 };
    Report {
        schema_version: "2",
        tool: "entra-risk 1.2.3".to_owned(),
        descriptions: vec![description("v1.0", "cd"), description("beta", "ab")],
        documentation: Some(Documentation { paths: vec!["docs".to_owned()], pages: 2, matched: 1 }),
        target: "http://127.0.0.1:8080/beta".to_owned(),
        replay: None,
        summary: Summary::of(&checks),
        coverage: Coverage {
            facts: 9,
            covered: 7,
            uncovered: vec![Uncovered {
                fact: FactId("beta *#cloud[global]".to_owned()),
                reason: "only that cloud could show it".to_owned(),
            }],
        },
        checks,
        stale: stale.iter().map(|text| Stale { text: (*text).to_owned(), origin: origin.clone() }).collect(),
    }
}

/// One check of each standing.
fn ordinary() -> Report {
    let case = |rest: &str| format!("server/beta/thing.polish/polish_thing/{rest}");
    let mut accepted = judged("client/beta/thing.polish/polish_thing/answer_misread/503", Outcome::Fail, "Throttled");
    accepted.accepted = Some("the generator cannot tell".to_owned());
    let mut warning = judged("docs/beta/api.thing-polish/reason_phrase_wrong", Outcome::Fail, "line 3: 204 OK");
    warning.check.weight = Severity::Warning;
    warning.check.origin = Origin { file: "docs/beta/api/thing-polish.md".to_owned(), line: 3 };
    let mut drift = judged("drift/beta/POST .things.polish/header_differs/header[X]", Outcome::Pass, "optional");
    drift.check.page = "docs/beta/api/thing-polish.md:12".to_owned();
    let checks = vec![
        warning,
        drift,
        judged("docs/beta/api.thing-polish/fence_unclosed", Outcome::Pass, "nothing found"),
        accepted,
        judged(&case("example_not_answered"), Outcome::Pass, "204"),
        judged(&case("effect_missing/level"), Outcome::Fail, "riskLevel: high\nafter 3 reads"),
        judged(&case("effect_missing/state"), Outcome::Fail, "state: atRisk"),
        assumed(judged(&case("correlation_lost"), Outcome::Fail, "no client-request-id")),
        judged(&case("bad_request_accepted/no_token"), Outcome::NotRun, "the server stopped answering"),
        judged(&case("alias_unknown"), Outcome::NotApplicable, "there is no alias"),
    ];
    report(checks, &["server/beta/thing.get/x/y: it passes now; remove the entry"])
}

/// What a server, a page and a file name could say.
fn hostile() -> Report {
    let evil = "\u{1b}[2J</pre><script>alert(1)</script>]]> & \"'\r\n::error::100% | `x` @org/team \u{202e}\u{ffff}";
    let mut first = judged("server/beta/thing.polish/polish_thing/effect_missing/level", Outcome::Fail, evil);
    first.check.documented = evil.to_owned();
    first.check.page = format!("{evil}.md");
    first.check.origin.file = "a,b:c%d\u{1b}<x>.yaml".to_owned();
    first.check.reproduce = evil.to_owned();
    first.check.facts = vec![FactId(evil.to_owned())];
    let mut second = first.clone();
    second.check.id = format!("server/beta/{}/x/y", "<b onclick='x'>");
    second.accepted = Some(evil.to_owned());
    let mut report = report(vec![first, second], &[evil]);
    report.target = evil.to_owned();
    report
}

fn rendered(report: &Report, strict: bool, format: Format) -> String {
    let repository = Repository { root: "/work".to_owned(), below: "services".to_owned() };
    Run { report, strict, verbose: false, catalogue: CATALOGUE, repository: &repository }.render(format)
}

#[test]
fn every_format_says_what_failed_where_and_why() {
    let report = ordinary();
    snapshots::settings().bind(|| {
        insta::assert_snapshot!("run_junit", rendered(&report, false, Format::Junit));
        insta::assert_snapshot!("run_sarif", rendered(&report, false, Format::Sarif));
        insta::assert_snapshot!("run_github", rendered(&report, false, Format::Github));
        insta::assert_snapshot!("run_markdown", rendered(&report, false, Format::Markdown));
    });
}

#[test]
fn what_a_server_says_is_text_in_every_format() {
    let report = hostile();
    for format in Format::ALL {
        let text = rendered(&report, false, *format);
        let text = anstream::adapter::strip_str(&text).to_string();
        let is_hidden = |letter: char| letter.is_control() && letter != '\n' || "\u{202e}\u{ffff}".contains(letter);
        // In JSON a string has escapes of its own.
        if !matches!(format, Format::Json | Format::Sarif) {
            assert_eq!(text.find(is_hidden), None, "{format}: {text}");
        }
        // Where a script would run, there is none; in Markdown's code it is text.
        let text = if *format == Format::Markdown { without_code(&text) } else { text };
        if matches!(format, Format::Html | Format::Markdown | Format::Junit) {
            assert!(!text.contains("<script") && !text.contains("<b "), "{format}: {text}");
        }
    }
    let github = rendered(&report, false, Format::Github);
    assert_eq!(github.lines().filter(|line| line.starts_with("::")).count(), 2, "{github}");
    let markdown = rendered(&report, false, Format::Markdown);
    assert!(!markdown.contains("@org"), "{markdown}");
    assert_eq!(
        markdown.lines().filter(|line| line.starts_with("| failed") || line.starts_with("| accepted")).count(),
        2
    );
}

/// Markdown without what stands between single backticks.
fn without_code(text: &str) -> String {
    let outside = |line: &str| line.split(" `").map(|part| part.rsplit('`').next().unwrap()).collect::<String>();
    text.lines().map(outside).collect()
}

#[test]
fn annotations_name_the_file_from_the_root_and_leave_out_what_is_accepted() {
    let text = rendered(&ordinary(), false, Format::Github);
    let commands: Vec<&str> = text.lines().filter(|line| line.starts_with("::")).collect();
    // Two checks of a rule at a line are one annotation; the worst come first.
    assert!(commands[1].starts_with("::error file=openapi/beta.yaml,line=40,title=server/effect_missing::"), "{text}");
    let levels: Vec<&str> = commands.iter().map(|line| line[2..].split(' ').next().unwrap()).collect();
    assert_eq!(levels, ["error", "error", "warning", "notice"]);
    assert!(!text.contains("cannot tell"));
    // A strict run spares neither assumptions nor warnings.
    let strict = rendered(&ordinary(), true, Format::Github);
    assert!(!strict.contains("::notice") && !strict.contains("::warning"), "{strict}");
    assert!(text.ends_with("3 passed, 1 not applicable, 1 not run, 1 accepted, 1 assumed, 1 warning, 2 failed, 1 out of date in the accepted list\n"), "{text}");
}

#[test]
fn a_long_summary_keeps_what_matters_and_counts_the_rest() {
    let check = |index: usize| {
        let id = format!("server/beta/thing.polish/polish_thing/effect_missing/{index}");
        judged(&id, Outcome::Fail, &"x".repeat(2000))
    };
    let text = rendered(&report((0..300).map(check).collect(), &[]), false, Format::Markdown);
    assert!(text.len() < 65_536 && text.contains("more; `--output html=FILE` has all"), "{}", text.len());
}

#[test]
fn the_json_of_a_run_keeps_to_its_schema() {
    let schema: Value = serde_json::from_str(SCHEMA).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    for report in [ordinary(), hostile()] {
        let document: Value = serde_json::from_str(&rendered(&report, false, Format::Json)).expect("JSON");
        let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert_eq!(errors, [""; 0]);
        assert_eq!(document["stale"][0], report.stale[0].text);
    }
}
