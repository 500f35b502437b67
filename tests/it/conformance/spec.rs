//! Descriptions that grow, and changed ones, which the transcripts contradict.

use entra_risk::spec::lint::lint;
use entra_risk::spec::{Document, parse_transcript};
use entra_risk::verdict::{Outcome, Side};

use super::{emulator, run, with};

pub(super) const BETA: &str = include_str!("../fixtures/few/beta.yaml");
const CONFIRM: &str = include_str!("../../../openapi/exchanges/beta/confirm_riskyuser.http");

pub(super) fn changed(from: &str, to: &str) -> String {
    assert!(BETA.contains(from), "the description has no '{from}'");
    BETA.replacen(from, to, 1)
}

#[test]
fn values_without_a_meaning_are_errors_with_a_line() {
    for (from, to, part) in [
        ("missing: create", "missing: forget", "create, ignore or refuse"),
        ("match: {id: body.userIds}", "match: {id: userIds}", "match"),
        ("rests: documented}", "rests: certain}", "rests"),
        ("{personal: notSupported}", "{personal: never}", "notSupported"),
        ("{personal: notSupported}", "{higher: {delegated: [A.Read]}}", "delegatedWork"),
        ("x-entra-aliases: [/identityProtection/riskyUsers]", "x-entra-aliases: [identityProtection]", "alias"),
        ("riskLevel: {value: none}", "riskLevel: none", "value"),
    ] {
        let document = Document::parse(&changed(from, to), "spec.yaml").expect("YAML");
        let error = document.contract().expect_err(to).to_string();
        assert!(error.starts_with("spec.yaml:") && error.contains(part), "{error}");
    }
}

#[test]
fn higher_permissions_are_facts_of_their_own() {
    let text = changed("{personal: notSupported}", "{personal: notSupported, higher: {application: [A.Read, B.Read]}}");
    let contract = Document::parse(&text, "spec.yaml").expect("YAML").contract().expect("a contract");
    let facts = contract.facts();
    let fact = facts.iter().find(|fact| fact.id.as_str() == "beta GET /riskyUsers#higher[application]");
    assert_eq!(fact.map(|fact| fact.value.as_str()), Some("A.Read or B.Read"));
    assert!(!facts.iter().any(|fact| fact.id.as_str().contains("riskyUsers#higher[delegatedWork]")));
}

/// An operation that is only in a description and a transcript is served and checked: nothing
/// in the code names one.
#[tokio::test]
async fn an_added_operation_is_served_and_checked() {
    let start = BETA.find("  /riskyUsers/confirmCompromised:").expect("the action");
    let end = BETA.find("components:\n").expect("the components");
    let rename = |text: &str| {
        text.replace("/riskyUsers/confirmCompromised", "/riskyUsers/confirmSafe")
            .replace("riskyUser.confirmCompromised", "riskyUser.confirmSafe")
            .replace("value: high", "value: low")
            .replace("value: confirmedCompromised", "value: confirmedSafe")
            .replace("adminConfirmedUserCompromised", "adminConfirmedAccountSafe")
            .replace("effect[riskLevel] = high", "effect[riskLevel] = low")
            .replace("= confirmedCompromised", "= confirmedSafe")
    };
    let text = format!("{}{}{}", &BETA[..end], rename(&BETA[start..end]), &BETA[end..]);
    let document = Document::parse(&text, "spec.yaml").expect("YAML");
    assert_eq!(lint(&document), Vec::new());
    let mut grown = document.contract().expect("a contract");
    grown.exchanges.clone_from(&super::contract().exchanges);
    grown.exchanges.push(parse_transcript(&rename(CONFIRM), "safe", "safe.http").expect("a transcript"));
    let (_emulator, server) = emulator(&grown).await;
    let report = run(&grown, &[Side::Server], &[], Some(server)).await.expect("a run");
    assert_eq!(with(&report, Outcome::Fail), Vec::<String>::new());
    let passed = report
        .checks
        .iter()
        .filter(|judged| judged.check.operation == "riskyUser.confirmSafe" && judged.outcome == Outcome::Pass);
    assert!(passed.count() > 60);
}

/// The transcripts judge the description: a change of it makes a named check fail, on the side
/// that needs no new build.
#[tokio::test]
async fn a_changed_description_fails_a_named_check() {
    for (from, to, check) in [
        ("maxItems: 60", "maxItems: 50", "limit_not_reached/userIds-60"),
        ("maxItems: 60", "maxItems: 61", "bad_request_accepted/userIds-61"),
        ("  /riskyUsers/dismiss:\n    post:", "  /riskyUsers/dismiss:\n    put:", "example_not_answered/status"),
        ("  /riskyUsers/dismiss:", "  /riskyUsers/dismissAll:", "example_not_answered/status"),
        ("name: Workbook-Session-Id", "name: Session-Id", "statement_contradicted/header[Workbook-Session-Id]"),
        ("riskLevel: {value: none}", "riskLevel: {value: low}", "effect_missing/riskLevel"),
        (
            "IdentityRiskyUser.ReadWrite.All]\n        - application: [IdentityRiskyUser.ReadWrite.All]",
            "IdentityRiskyUser.Read.All]\n        - application: [IdentityRiskyUser.Read.All]",
            "statement_contradicted/permission[application]",
        ),
        ("        - name: $filter", "        - name: $search", "query_ignored/$filter"),
        (
            "/identityProtection/riskyUsers/{id}",
            "/identityProtection/riskyUser/{id}",
            "statement_contradicted/alias[.identityProtection.riskyUsers.{id}]",
        ),
        ("enum: [low, medium, high,", "enum: [low, medium,", "member_unknown/RiskLevel.high"),
    ] {
        let document = Document::parse(&changed(from, to), "spec.yaml").expect("YAML");
        let mut other = document.contract().expect("a contract");
        other.exchanges.clone_from(&super::contract().exchanges);
        let (_emulator, server) = emulator(&other).await;
        let sides = [Side::Client, Side::Server];
        let report = run(&other, &sides, &["server/**", "statement_contradicted", "member_unknown"], Some(server))
            .await
            .expect("a run");
        let failed = with(&report, Outcome::Fail);
        assert!(
            failed.iter().any(|line| line.contains(check) && line.contains("(documented)")),
            "'{to}' did not fail {check}: {failed:#?}"
        );
        assert!(report.fails(false));
    }
}
