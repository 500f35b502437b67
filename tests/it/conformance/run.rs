//! Whole runs in this process, against the embedded emulator.

use std::collections::HashSet;

use entra_risk::accepted::Accepted;
use entra_risk::conformance::{self, Options, Selection, Version};
use entra_risk::rules::RULES;
use entra_risk::verdict::{Outcome, Side};

use super::{contract, emulator, run, with};

const BOTH: &[Side] = &[Side::Client, Side::Server];

#[tokio::test]
async fn the_embedded_pair_passes_every_check() {
    let (_emulator, server) = emulator(contract()).await;
    let report = run(contract(), BOTH, &[], Some(server)).await.expect("a run");
    for outcome in [Outcome::Fail, Outcome::NotRun, Outcome::NotApplicable] {
        assert_eq!(with(&report, outcome), Vec::<String>::new(), "{outcome:?}");
    }
    assert!(!report.fails(true));
    let planned: Vec<String> = conformance::plan(contract(), BOTH).into_iter().map(|check| check.id).collect();
    let judged: Vec<String> = report.checks.iter().map(|judged| judged.check.id.clone()).collect();
    assert_eq!(planned, judged, "every planned check is judged, in order");
    let unique: HashSet<&String> = planned.iter().collect();
    assert_eq!(unique.len(), planned.len(), "ids are unique");
}

#[tokio::test]
async fn two_runs_on_one_server_give_the_same_report() {
    let (_emulator, server) = emulator(contract()).await;
    let first = run(contract(), BOTH, &[], Some(server.clone())).await.expect("a run");
    let second = run(contract(), BOTH, &[], Some(server)).await.expect("a run");
    // Before-states may differ on the very first run; what came of each check may not.
    let outcomes = |report: &entra_risk::verdict::Report| -> Vec<(String, Outcome)> {
        report.checks.iter().map(|judged| (judged.check.id.clone(), judged.outcome)).collect()
    };
    assert_eq!(outcomes(&first), outcomes(&second));
}

#[test]
fn every_rule_has_a_check_and_every_check_a_rule() {
    let planned = conformance::plan(contract(), BOTH);
    for rule in RULES {
        let found = planned
            .iter()
            .any(|check| check.side == rule.side && check.id.split('/').any(|segment| segment == rule.id));
        assert!(found, "{} makes no check", rule.id);
    }
    for check in &planned {
        let rule = RULES.iter().find(|rule| check.id.split('/').nth(4) == Some(rule.id));
        assert!(rule.is_some_and(|rule| rule.side == check.side), "{} has no rule", check.id);
        assert!(!check.asserts.is_empty() && !check.documented.is_empty() && !check.page.is_empty(), "{}", check.id);
    }
}

#[test]
fn rule_files_and_the_catalogue_agree() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules");
    let mut files: Vec<String> = Vec::new();
    for side in ["client", "server"] {
        for entry in std::fs::read_dir(root.join(side)).expect("the rules") {
            let stem = entry.expect("an entry").path().file_stem().expect("a name").to_string_lossy().into_owned();
            if stem != "mod" {
                files.push(stem);
            }
        }
    }
    let mut rules: Vec<String> = RULES.iter().map(|rule| rule.id.to_owned()).collect();
    files.sort();
    rules.sort();
    assert_eq!(files, rules);
}

#[test]
fn the_ids_of_the_checks_are_stable() {
    let ids: Vec<String> = conformance::plan(contract(), BOTH).into_iter().map(|check| check.id).collect();
    insta::assert_snapshot!(ids.join("\n"));
}

#[test]
fn the_facts_of_the_description_are_reviewed() {
    let facts: Vec<String> = contract()
        .facts()
        .iter()
        .map(|fact| format!("{} = {} ({}: {})", fact.id, fact.value, fact.source.rests, fact.source.page))
        .collect();
    let unique: HashSet<&str> = facts.iter().filter_map(|fact| fact.split(" = ").next()).collect();
    assert_eq!(unique.len(), facts.len(), "ids are unique");
    insta::assert_snapshot!(facts.join("\n"));
}

#[tokio::test]
async fn an_accepted_failure_passes_and_a_stale_entry_fails() {
    let (_emulator, server) = emulator(contract()).await;
    // A contract that says otherwise than the transcripts: the limit of dismissals.
    let mut other = contract().clone();
    let entity_set = other.shapes.values_mut().find_map(|shape| match shape {
        entra_risk::contract::Shape::List { max: max @ Some(60), bound: Some(bound), .. }
            if bound.page.contains("(2023)") =>
        {
            Some(max)
        }
        _ => None,
    });
    *entity_set.expect("a documented bound") = Some(50);
    let id = "client/beta/riskyUser.dismiss/dismiss_riskyuser/statement_contradicted/limit[userIds]";
    let judge = |text: String| {
        let (other, server) = (&other, server.clone());
        async move {
            let accepted = Accepted::parse(&text, "accepted.toml", "2026-01-01").expect("a list");
            let selection = Selection::new(vec!["**/statement_contradicted/limit*".to_owned()], Vec::new());
            let options = Options {
                versions: vec![Version { server: Some(server), ..Version::new(other) }],
                sides: BOTH,
                selection: &selection,
                accepted: &accepted,
                docs: None,
            };
            conformance::run(options, &mut ()).await.expect("a run")
        }
    };
    let entry = |check: &str| format!("[[accepted]]\ncheck = '{check}'\nreason = 'r'\nsource = 's'\n");
    let bare = judge(String::new()).await;
    assert!(bare.fails(false), "{:?}", with(&bare, Outcome::Fail));
    let accepted = judge(entry(id)).await;
    assert!(!accepted.fails(true));
    assert_eq!(accepted.summary.accepted, 1);
    let passing = id
        .replace("dismiss_riskyuser", "confirm_riskyuser")
        .replace("riskyUser.dismiss", "riskyUser.confirmCompromised");
    let stale = judge(entry(id) + &entry(&passing) + &entry("client/nothing")).await;
    assert!(stale.fails(false));
    assert_eq!(stale.stale.len(), 2, "{:?}", stale.stale);
}

#[tokio::test]
async fn a_run_without_a_server_says_that_it_did_not_look() {
    let report = run(contract(), &[Side::Server], &["effect_missing"], None).await.expect("a run");
    assert!(report.checks.iter().all(|judged| judged.outcome == Outcome::NotRun && judged.seen.contains("no server")));
    assert!(report.coverage.uncovered.iter().any(|uncovered| uncovered.reason.contains("did not run")));
}

#[test]
fn every_id_selects_its_check_and_no_other() {
    let planned = conformance::plan(contract(), BOTH);
    for check in &planned {
        let selection = Selection::new(vec![check.id.clone()], Vec::new());
        let taken: Vec<&str> = planned.iter().map(|other| other.id.as_str()).filter(|id| selection.takes(id)).collect();
        assert_eq!(taken, [check.id.as_str()]);
    }
}

#[test]
fn the_description_is_named_by_its_sha_256() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(&contract().file);
    let Ok(output) = std::process::Command::new("sha256sum").arg(file).output() else {
        println!("skipped: there is no sha256sum on this machine");
        return;
    };
    assert!(String::from_utf8_lossy(&output.stdout).starts_with(&contract().sha256));
}

#[tokio::test]
async fn an_accepted_entry_of_the_side_that_does_not_run_is_not_stale() {
    let id = conformance::plan(contract(), &[Side::Server]).swap_remove(0).id;
    let text = format!("[[accepted]]\ncheck = '{id}'\nreason = 'r'\nsource = 's'\n");
    let accepted = Accepted::parse(&text, "accepted.toml", "2026-01-01").expect("a list");
    let selection = Selection::new(vec!["statement_contradicted".to_owned()], Vec::new());
    let sides = [Side::Client];
    let options = Options {
        versions: vec![Version::new(contract())],
        sides: &sides,
        selection: &selection,
        accepted: &accepted,
        docs: None,
    };
    let report = conformance::run(options, &mut ()).await.expect("a run");
    assert_eq!(report.stale, [""; 0]);
}
