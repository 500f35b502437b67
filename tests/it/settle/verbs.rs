//! The same for every set.

use super::*;

/// The ids that a list shows.
async fn listed(place: &Place, arguments: &str) -> Vec<String> {
    let ran = place.run(&format!("{arguments} --format jsonl")).await.ends(0, &[]);
    let ids =
        ran.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].as_str().unwrap().into());
    ids.collect()
}

#[tokio::test]
async fn what_the_description_offers_is_done_for_every_set() {
    let mut config = Config::new(embedded::contracts());
    config.users = 8;
    let place = Place::of(config).await;
    for (group, verb, operation, note) in [
        ("service-principals", "dismiss", "riskyServicePrincipal.dismiss", ""),
        ("service-principals", "confirm-compromised", "riskyServicePrincipal.confirmCompromised", ""),
        ("agents", "confirm-safe", "riskyAgent.confirmSafe", "v1.0 has no such operation; using beta"),
        ("sign-ins", "dismiss", "signIn.dismiss", ""),
        ("users", "confirm-safe", "riskyUser.confirmSafe", ""),
    ] {
        let ids = listed(&place, &format!("{group} list")).await;
        assert!(ids.len() > 2, "{group}: {ids:?}");
        place.write("ids.txt", ids.join("\n"));
        let flags = "--include-deleted --include-compromised --verify-for 2 --format json";
        let ran = place.settle(&format!("{group} {verb} --from ids.txt {flags}")).await;
        assert!(ran.stderr.contains(note) && note.is_empty() != ran.stderr.contains("note: "), "{ran:?}");
        let json = ran.json();
        let calls = place.calls(operation);
        assert!(!calls.is_empty(), "{group} {verb}: {json}");
        assert!(json["counts"]["settled"].as_u64().unwrap() > 0, "{group} {verb}: {json}");
        for unknown in ["accepted", "planned", "sending", "unknown", "unchanged"] {
            assert_eq!(json["counts"][unknown], 0, "{group} {verb}: {json}");
        }
    }
}

#[tokio::test]
async fn sessions_are_revoked_one_call_an_id_and_accepted_is_all_there_is_to_know() {
    let place = Place::with(5).await;
    place.write_ids("ids.txt", 0..5);
    let ran = place.settle("users revoke-sessions --from ids.txt").await;
    let ran = ran.ends(0, &["5 in 5 calls of at most 1", "5 accepted", "5 calls and 0 reads"]);
    assert!(!ran.stdout.contains("settled"), "{ran:?}");
    assert_eq!(place.emulator.received().len(), 5);
    let help = place.look("users revoke-sessions --help").await.ends(0, &[]).stdout;
    assert!(!help.contains("--no-verify") && !help.contains("--level"), "{help}");
}

#[tokio::test]
async fn each_command_says_what_it_does() {
    let place = Place::with(0).await;
    let help = place.look("users --help").await.ends(0, &[]).stdout;
    let about = |name: &str| {
        let line = help.lines().find(|line| line.trim_start().starts_with(&format!("{name} ")));
        line.unwrap_or_else(|| panic!("{name}: {help}")).trim_start().trim_start_matches(name).trim().to_owned()
    };
    let names =
        ["list", "show", "history", "dismiss", "confirm-compromised", "confirm-safe", "revoke-sessions", "apply"];
    let said: std::collections::BTreeSet<String> = names.iter().map(|name| about(name)).collect();
    assert_eq!(said.len(), names.len(), "{help}");
    for name in names {
        let own = place.look(&format!("users {name} --help")).await.ends(0, &[]).stdout;
        assert!(own.starts_with(about(name).split(&[':', '.']).next().unwrap()), "{name}: {own}");
        // Paragraphs break where the terminal ends, and nowhere else.
        assert!(own.lines().filter(|line| !line.starts_with(' ')).all(|line| line != "as" && line != "old"), "{own}");
    }
}
