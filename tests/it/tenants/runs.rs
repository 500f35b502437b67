//! Plans, runs and ends of several tenants.

use std::process::Stdio;

use entra_risk::embedded;
use entra_risk::emulator::Identity;
use serde_json::{Value, json};

use super::{Ran, SECRET, Stand, app, command, domain, entry, tenant};
use crate::remediation::uuid;

const DISMISS: &str = "riskyUser.dismiss";

/// Ids of the crowd, for an entry.
fn ids(indices: std::ops::Range<usize>) -> String {
    format!("ids = {:?}", indices.map(uuid).collect::<Vec<_>>())
}

fn of<'a>(summary: &'a Value, name: &str) -> &'a Value {
    summary["tenants"].as_array().unwrap().iter().find(|tenant| tenant["name"] == name).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_that_fails_stops_no_other_and_shows() {
    let stand = Stand::new(4, 100, &[]).await;
    let text = [
        entry(&domain(0), &app(0), &ids(0..10)),
        // An app that this tenant does not know.
        entry(&domain(1), &app(3), &ids(10..20)),
        entry(&domain(2), &app(2), "filter = { level = [\"low\", \"medium\"], updated_before = \"2026-11-03\" }"),
    ];
    std::fs::write(stand.path("tenants.toml"), text.concat()).unwrap();
    let planned = stand.run("users dismiss --dry-run --rate unlimited").await;
    assert_eq!(planned.code, Some(1), "{planned:?}");
    let lines: Vec<&str> = planned.stdout.lines().collect();
    assert_eq!(lines[0], "users dismiss in 3 tenants");
    assert_eq!(
        lines[1].split_whitespace().collect::<Vec<_>>(),
        ["TENANT", "FOUND", "LEFT", "OUT", "TO", "DO", "CALLS", "TIME"]
    );
    assert!(lines[2].starts_with("tenant0.example  10 "), "{planned:?}");
    assert!(planned.stdout.contains("tenant1.example: failed to sign in"), "{planned:?}");
    assert!(!planned.stdout.contains(SECRET) && !planned.stderr.contains(SECRET));
    assert_eq!(stand.n_received(DISMISS, 204), 0);

    let ran = stand.run("users dismiss --yes --max 100 --rate unlimited --format json --output csv=ids.csv").await;
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let summary = ran.json();
    assert_eq!(summary["exitCode"], json!(1));
    assert_eq!(of(&summary, &domain(0))["summary"]["counts"]["settled"], json!(10));
    assert!(of(&summary, &domain(1))["error"].as_str().unwrap().starts_with("sign in"), "{summary}");
    let others = of(&summary, &domain(2))["summary"]["counts"]["settled"].as_u64().unwrap();
    assert!(others > 0 && summary["counts"]["settled"] == json!(10 + others), "{summary}");
    let csv = std::fs::read_to_string(stand.path("ids.csv")).unwrap();
    assert_eq!(csv.lines().filter(|line| line.starts_with("job,")).count(), 1);
    assert!(csv.contains("\n1,") && csv.contains("\n2,"), "both jobs: {csv}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_where_nobody_is_reached_or_it_was_not_approved() {
    let stand = Stand::new(2, 10, &[]).await;
    stand.write([(0, ids(0..5)), (1, ids(5..10))]);
    for (arguments, said) in [
        ("users dismiss --rate unlimited", "there is no terminal to ask at"),
        ("users dismiss --rate unlimited --yes --max 9", "it is for 10, and --max is 9"),
    ] {
        let ran = stand.run(arguments).await;
        assert!(ran.code == Some(2) && ran.stderr.contains(said), "{ran:?}");
    }
    stand.write([(0, "filter = { level = \"high\" }".to_owned()), (1, ids(5..10))]);
    let ran = stand.run("users dismiss --rate unlimited --yes").await;
    assert!(ran.code == Some(2) && ran.stderr.contains("--max N"), "{ran:?}");
    std::fs::write(stand.path("secret"), "another").unwrap();
    let ran = stand.run("users dismiss --rate unlimited --yes --max 10").await;
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert_eq!(stand.n_received(DISMISS, 204), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_first_one_shows_to_have_no_effect_is_not_done_to_the_others() {
    let stand = Stand::new(3, 30, &["no-effect"]).await;
    stand.write((0..3).map(|index| (index, ids(index * 10..index * 10 + 10))));
    let ran = stand.run("users dismiss --yes --rate unlimited --verify-for 1").await;
    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert_eq!(stand.n_received(DISMISS, 204), 1, "{ran:?}");
    assert!(ran.stdout.contains("10 unchanged"), "{ran:?}");
    assert_eq!(ran.stdout.matches("not begun, since the first one stopped").count(), 2, "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_names_of_one_tenant_are_not_two_tenants() {
    let stand = Stand::new(1, 10, &[]).await;
    let text = [entry(&domain(0), &app(0), &ids(0..5)), entry(&tenant(0), &app(0), &ids(5..10))];
    std::fs::write(stand.path("tenants.toml"), text.concat()).unwrap();
    let ran = stand.run("users dismiss --yes --rate unlimited").await;
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("it is the same as tenant0.example"), "{ran:?}");
    assert_eq!(stand.n_received(DISMISS, 204), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_one_tenant_is_not_used_for_another() {
    let stand = Stand::new(2, 10, &[]).await;
    let text = format!(
        "[[tenants]]\ntenant = \"{}\"\ntoken_env = \"TOKEN\"\n{}\n\n[[tenants]]\ntenant = \"{}\"\n{}\n",
        tenant(0),
        ids(0..5),
        tenant(1),
        ids(5..10)
    );
    std::fs::write(stand.path("tenants.toml"), text).unwrap();
    let identity = Identity { tenant: tenant(0), ..Identity::all(embedded::contracts()) };
    let token = stand.emulator.token(&identity);
    let mut command = stand.command("users dismiss --yes --rate unlimited");
    command.env("TOKEN", &token).env("ENTRA_RISK_TOKEN", &token);
    let ran: Ran = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap().into();
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stderr.contains(&format!("act in tenant {}: the token is of tenant {}", tenant(1), tenant(0))),
        "{ran:?}"
    );
    assert_eq!(stand.n_received(DISMISS, 204), 1);
    assert!(!format!("{ran:?}").contains(&token));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_stops_all_and_each_is_taken_up_again() {
    const REVOKE: &str = "user.revokeSignInSessions";
    let stand = Stand::new(3, 0, &[]).await;
    stand.write((0..3).map(|index| (index, ids(index * 4..index * 4 + 4))));
    let mut command = stand.command("users revoke-sessions --yes --rate 5");
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let id = child.id();
    // The first is done, and the others have begun.
    let mut n_seen = 0;
    while stand.n_received(REVOKE, 200) < 6 {
        n_seen = stand.emulator.received_after(n_seen).await.last().map_or(n_seen, |one| one.number);
    }
    let killed = std::process::Command::new("kill").args(["-INT", &id.to_string()]).status().unwrap();
    assert!(killed.success());
    let ran: Ran = tokio::task::spawn_blocking(move || child.wait_with_output()).await.unwrap().unwrap().into();
    assert_eq!(ran.code, Some(130), "{ran:?}");
    assert!(ran.stdout.contains("entra-risk jobs resume JOB --ledger"), "{ran:?}");
    let n_sent = stand.n_received(REVOKE, 200);
    assert!((6..12).contains(&n_sent), "{n_sent}");
    for index in 1..3 {
        let root = stand.emulator.root();
        let mut command = super::command(&format!(
            "jobs resume {} --rate unlimited --server {root} --authority {root} --tenant {} --client-id {}",
            index + 1,
            domain(index),
            app(index),
        ));
        command.arg("--client-secret-file").arg(stand.path("secret")).arg("--ledger").arg(stand.path("ledger.sqlite"));
        let ran: Ran = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap().into();
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }
    assert_eq!(stand.n_received(REVOKE, 200), 12, "each once, and none twice");
}

#[test]
fn it_can_be_tried_on_an_emulator_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tenants.json");
    let text = json!({"tenants": [
        {"tenant": "contoso.example", "filter": {"level": "high", "is-deleted": false}},
        {"tenant": tenant(7), "odata": "riskLevel eq 'high' and isDeleted eq false", "client_secret_env": "NOT_SET"},
        {"tenant": "fabrikam.example"},
    ]});
    std::fs::write(&file, text.to_string()).unwrap();
    let mut command =
        command("users dismiss --emulator --emulator-rate unlimited --level high --yes --max 1000 --format json");
    command.arg("--tenants").arg(&file).arg("--ledger").arg(folder.path().join("ledger.sqlite"));
    let ran: Ran = command.output().unwrap().into();
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let summary = ran.json();
    let counts = &summary["counts"];
    assert_eq!(summary["tenants"].as_array().unwrap().len(), 3);
    assert!(counts["settled"].as_u64().unwrap() > 100 && counts["unknown"] == json!(0), "{summary}");
    for tenant in summary["tenants"].as_array().unwrap() {
        assert!(tenant["summary"]["counts"]["settled"].as_u64().unwrap() > 0, "{tenant}");
    }
    // The tenants that were tried are those of the file.
    let mut command = super::command("jobs list --format json");
    let jobs: Ran = command.arg("--ledger").arg(folder.path().join("ledger.sqlite")).output().unwrap().into();
    assert!(jobs.stdout.contains(&tenant(7)), "{jobs:?}");
}
