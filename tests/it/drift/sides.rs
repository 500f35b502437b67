//! The sides of the documentation in a run.

use entra_risk::accepted::{Accepted, Of};
use entra_risk::conformance::{self, DocsOptions, Options, RunError, Selection, Version};
use entra_risk::verdict::{Outcome, Report, Side};

use super::Texts;

const PAGES: &[Side] = &[Side::Docs, Side::Drift];

async fn run(texts: &Texts, sides: &[Side], globs: &[&str], accepted: &str) -> Result<Report, RunError> {
    let (contract, pages) = (texts.contract(), texts.pages());
    let accepted = Accepted::parse(accepted, "accepted.toml", "2026-01-01").expect("a list");
    let selection = Selection::new(globs.iter().map(|glob| (*glob).to_owned()).collect(), Vec::new());
    let paths = ["docs".to_owned()];
    let options = Options {
        versions: vec![Version::new(&contract)],
        sides,
        selection: &selection,
        accepted: &accepted,
        docs: Some(DocsOptions { pages: &pages, paths: &paths }),
    };
    conformance::run(options, &mut ()).await
}

fn with(report: &Report, outcome: Outcome) -> Vec<&str> {
    report.checks.iter().filter(|judged| judged.outcome == outcome).map(|judged| judged.check.id.as_str()).collect()
}

fn entry(keys: &str) -> String {
    format!("[[accepted]]\n{keys}\nreason = 'known'\nsource = 'us'\n")
}

const FEWER: (&str, &str, &str) = ("beta.yaml", "maxItems: 40", "maxItems: 30");
const LIMIT: &str = "drift/beta/parcel.stamp/limit_differs/limit[parcelIds]";

fn fewer() -> Texts {
    Texts::new().with(FEWER.0, FEWER.1, FEWER.2)
}

#[tokio::test]
async fn pages_and_description_that_agree_pass_every_check() {
    let texts = Texts::new();
    let report = run(&texts, PAGES, &[], "").await.expect("a run");
    assert_eq!(with(&report, Outcome::Fail), [""; 0]);
    assert!(!report.fails(true));
    let found = report.documentation.as_ref().expect("pages were read");
    assert_eq!((found.pages, found.matched), (3, 3));
    let planned = conformance::plan_with(&texts.contract(), PAGES, &texts.pages());
    let planned: Vec<&str> = planned.iter().map(|check| check.id.as_str()).collect();
    let judged: Vec<&str> = report.checks.iter().map(|judged| judged.check.id.as_str()).collect();
    assert_eq!(planned, judged, "every planned check is judged, in order");
    let unique: std::collections::HashSet<&&str> = planned.iter().collect();
    assert_eq!(unique.len(), planned.len(), "ids are unique");
    assert!(report.coverage.covered > 30, "{}", report.coverage.covered);
}

#[tokio::test]
async fn the_ids_of_the_checks_of_a_comparison_are_stable() {
    let report = run(&Texts::new(), &[Side::Drift], &[], "").await.expect("a run");
    insta::assert_snapshot!(with(&report, Outcome::Pass).join("\n"));
    let docs = run(&Texts::new(), &[Side::Docs], &["docs/beta/api.parcel-list/*"], "").await.expect("a run");
    assert!(docs.checks.len() > 20);
    assert!(docs.checks.iter().all(|judged| judged.check.id.starts_with("docs/beta/api.parcel-list/")));
}

#[tokio::test]
async fn a_disagreement_fails_its_check_and_no_other() {
    let report = run(&fewer(), PAGES, &[], "").await.expect("a run");
    assert_eq!(with(&report, Outcome::Fail), [LIMIT]);
    assert!(report.fails(false));
    let judged = report.checks.iter().find(|judged| judged.check.id == LIMIT).expect("the check");
    assert!(judged.seen.contains("'30'") && judged.check.documented == "40", "{judged:?}");
    assert_eq!(judged.check.facts.len(), 1);
    // A fact counts as examined, whatever came of it.
    assert!(!report.coverage.uncovered.iter().any(|uncovered| uncovered.fact == judged.check.facts[0]));
}

#[tokio::test]
async fn a_contradiction_on_a_page_fails_its_check_and_no_other() {
    let texts = Texts::new().with("parcel-stamp.md", "HTTP/1.1 204 No Content", "HTTP/1.1 202 Accepted");
    let report = run(&texts, PAGES, &[], "").await.expect("a run");
    assert_eq!(
        with(&report, Outcome::Fail),
        [
            "docs/beta/api.parcel-stamp/status_contradicts_example",
            "drift/beta/parcel.stamp/example_differs/exchange[stamp_parcels]"
        ]
    );
}

#[tokio::test]
async fn one_entry_accepts_for_a_run_what_it_accepts_for_a_command() {
    for keys in [
        format!("check = '{LIMIT}'"),
        "rule = 'drift/limit_differs'\nfact = 'beta POST /parcels/stamp#limit[parcelIds]'".to_owned(),
        "rule = 'drift/limit_differs'\npage = 'beta/api/parcel-stamp.md'".to_owned(),
    ] {
        let report = run(&fewer(), PAGES, &[], &entry(&keys)).await.expect("a run");
        assert!(!report.fails(true), "{keys}: {:?}", report.stale);
        assert_eq!(report.summary.accepted, 1, "{keys}");
        let stale = run(&Texts::new(), PAGES, &[], &entry(&keys)).await.expect("a run");
        assert_eq!(stale.stale.len(), 1, "{keys}: it agrees now");
        assert!(stale.fails(false));
    }
}

#[tokio::test]
async fn an_entry_is_not_stale_for_a_side_that_does_not_run() {
    let keys = "rule = 'drift/limit_differs'\npage = 'beta/api/parcel-stamp.md'";
    let docs = run(&Texts::new(), &[Side::Docs], &[], &entry(keys)).await.expect("a run");
    assert_eq!(docs.stale, [""; 0]);
    let other = "rule = 'docs/fence_unclosed'\npage = 'beta/api/elsewhere.md'";
    let report = run(&Texts::new(), PAGES, &[], &entry(other)).await.expect("a run");
    assert_eq!(report.stale, [""; 0], "that page was not read");
}

#[tokio::test]
async fn a_warning_fails_a_strict_run_alone() {
    let texts = Texts::new().with("parcel-stamp.md", "\"stamp_parcels\"", "\"stamp_two\"");
    let report = run(&texts, PAGES, &[], "").await.expect("a run");
    assert_eq!(with(&report, Outcome::Fail), ["drift/beta/parcel.stamp/example_renamed/exchange[stamp_parcels]"]);
    assert!(!report.fails(false) && report.fails(true));
}

#[tokio::test]
async fn a_report_of_pages_keeps_to_its_schema() {
    let schema = serde_json::from_str(entra_risk::report::SCHEMA).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let renamed = fewer().with("parcel-stamp.md", "\"stamp_parcels\"", "\"stamp_two\"");
    let report = run(&renamed, PAGES, &[], &entry(&format!("check = '{LIMIT}'"))).await.expect("a run");
    let json: serde_json::Value = serde_json::from_str(&entra_risk::report::json(&report)).expect("JSON");
    let wrong: Vec<String> = validator.iter_errors(&json).map(|error| error.to_string()).collect();
    assert_eq!(wrong, [""; 0]);
    assert_eq!(json["documentation"]["pages"], 3);
    assert!(json["checks"].as_array().is_some_and(|checks| checks.iter().any(|check| check["weight"] == "warning")));
}

#[tokio::test]
async fn without_pages_the_report_does_not_speak_of_them() {
    let texts = Texts::new();
    let (contract, selection) = (texts.contract(), Selection::default());
    let accepted = entry("check = 'drift/beta/parcel.stamp/limit_differs/limit[parcelIds]'");
    let accepted = Accepted::parse(&accepted, "accepted.toml", "2026-01-01").expect("a list");
    let options = Options {
        versions: vec![Version { foreign: Some("of another description".to_owned()), ..Version::new(&contract) }],
        sides: &[Side::Client],
        selection: &selection,
        accepted: &accepted,
        docs: None,
    };
    let report = conformance::run(options, &mut ()).await.expect("a run");
    assert_eq!(report.documentation, None);
    assert!(report.checks.iter().all(|judged| judged.check.side == Side::Client));
    assert_eq!(report.stale, [""; 0], "nobody looked");
    assert!(!entra_risk::report::json(&report).contains("\"documentation\""));
}

/// Without the pages nobody sees whether an entry is stale, but that its rule exists.
#[test]
fn the_list_of_this_build_names_rules_that_exist() {
    let list = Accepted::parse(entra_risk::embedded::ACCEPTED, "openapi/accepted.toml", "2026-01-01").expect("a list");
    assert!(!list.entries.is_empty());
    let docs = entra_risk::rules::docs::RULES.iter().map(|rule| rule.id);
    let drift = entra_risk::rules::drift::RULES.iter().map(|rule| rule.id);
    let metadata = entra_risk::rules::metadata::RULES.iter().map(|rule| rule.id);
    let known: Vec<&str> = docs.chain(drift).chain(metadata).collect();
    for entry in &list.entries {
        let Of::Findings { rule, page, fact, .. } = &entry.of else { continue };
        assert!(known.contains(&rule.as_str()) && (page.is_some() || fact.is_some()), "line {}: {rule}", entry.line);
    }
}
