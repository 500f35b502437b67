//! What is remembered of each change, and the states in which nothing may be changed.

use std::time::Duration;

use entra_risk::contract::GivenValue;
use entra_risk::emulator::{Clock, Config};

use super::*;

/// The account whose history the pages show.
const PAST: &str = "41a31b00-3b3b-42d9-8f1c-6d4f14e74c69";

async fn history(server: &Server, id: &str) -> Vec<Value> {
    let reply = server.get(&format!("/riskyUsers/{id}/history")).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()["value"].as_array().expect("a page").clone()
}

#[tokio::test]
async fn the_documented_history_is_answered_as_documented() {
    let server = Server::start().await;
    let contract = beta();
    for exchange in contract.exchanges.iter().filter(|exchange| exchange.url.contains("/history")) {
        let path = exchange.target("beta").expect("beta").path;
        let reply = server.get(&path).await.json();
        let documented = exchange.response.body.as_ref().expect("documented");
        let pairs: Vec<(&Value, &Value)> = match documented["value"].as_array() {
            Some(items) => items.iter().zip(reply["value"].as_array().expect("a page")).collect(),
            None => vec![(documented, &reply)],
        };
        assert!(!pairs.is_empty());
        for (documented, answered) in pairs {
            for (name, value) in documented.as_object().expect("an item") {
                assert_eq!(&answered[name], value, "{name} of {}", exchange.name);
            }
        }
        let context = reply["@odata.context"].as_str().expect("text");
        let base = server.emulator.base_url("beta");
        let wanted = format!("{base}/$metadata#riskyUsers('{PAST}')/history");
        assert!(context == wanted || context == format!("{wanted}/$entity"), "{context}");
    }
    let user = server.user(PAST).await;
    assert_eq!((&user["riskState"], &user["userDisplayName"]), (&"remediated".into(), &"Allan Deyoung".into()));
}

#[tokio::test]
async fn each_change_adds_an_item_and_what_changes_nothing_adds_none() {
    let clock = Clock::default();
    let mut config = Config::new(&[beta()]);
    config.clock = clock.clone();
    let server = Server::serving(config).await;
    let before = server.user(DISMISSED).await;
    let present = history(&server, DISMISSED).await;
    assert_eq!(present.len(), 1, "the state that it always had");
    assert_eq!((&present[0]["id"], &present[0]["riskState"]), (&DISMISSED.into(), &before["riskState"]));
    assert_eq!(present[0]["initiatedBy"], Value::Null);

    clock.set(entra_risk::odata::parse_instant("2030-01-01T00:00:00Z").expect("a moment"));
    let token = server.emulator.token(&Identity::all(&[beta()]));
    let server = Server { token, ..server };
    for (path, n_items) in [(CONFIRM, 2), (CONFIRM, 2), (DISMISS, 3), (DISMISS, 3)] {
        assert_eq!(server.post(path, &ids(&[DISMISSED])).await.status, 204);
        assert_eq!(history(&server, DISMISSED).await.len(), n_items, "{path}");
        clock.advance(Duration::from_secs(60));
    }
    let user = server.user(DISMISSED).await;
    let items = history(&server, DISMISSED).await;
    let states: Vec<_> = items.iter().map(|item| item["riskState"].as_str().expect("text")).collect();
    assert_eq!(states, ["dismissed", "atRisk", "confirmedCompromised"], "the newest, then in the order of time");
    for (name, value) in user.as_object().expect("an entity").iter().filter(|(name, _)| !name.starts_with('@')) {
        assert_eq!(&items[0][name], value, "the newest item is the account as it is: {name}");
    }
    assert_eq!(items[0]["activity"]["detail"], "adminDismissedAllRiskForUser");
    assert_eq!(
        (&items[0]["userId"], items[0]["activity"]["riskEventTypes"].as_array().map(Vec::len)),
        (&DISMISSED.into(), Some(0))
    );
    assert!(items[0]["initiatedBy"].as_str().is_some_and(|id| id.len() == 36));
    // 2030-01-01T00:00:00Z, and some of a second, in .NET ticks.
    let old = items[2]["id"].as_str().expect("text");
    assert!(old.starts_with(&format!("{DISMISSED}64029052800")), "{old}");
    assert!(items[2]["riskLastUpdatedDateTime"].as_str().is_some_and(|date| date.starts_with("2030-01-01T00:00:00")));
    for item in &items {
        let id = item["id"].as_str().expect("text");
        let one = server.get(&format!("/identityProtection/riskyUsers/{DISMISSED}/history/{id}")).await.json();
        assert_eq!(one["riskState"], item["riskState"]);
    }
}

#[tokio::test]
async fn history_ends_where_there_is_none() {
    let server = Server::start().await;
    server.get(&format!("/riskyUsers/{UNKNOWN}/history")).await.refused(404, "Request_ResourceNotFound");
    server.get(&format!("/riskyUsers/{UNKNOWN}/history/{UNKNOWN}")).await.refused(404, "Request_ResourceNotFound");
    server.get(&format!("/riskyUsers/{PAST}/history/{UNKNOWN}")).await.refused(404, "Request_ResourceNotFound");
    server.get(&format!("/riskyUsers/{DISMISSED}/history/{PAST}")).await.refused(404, "Request_ResourceNotFound");
    let (foreign, own) = (history(&server, PAST).await, history(&server, DISMISSED).await);
    assert_eq!((foreign.len(), own.len()), (3, 1));
    assert_eq!(server.post(CONFIRM, &ids(&[UNKNOWN])).await.status, 204);
    assert_eq!(history(&server, UNKNOWN).await.len(), 1, "an account that never was at risk has no earlier state");
}

#[tokio::test]
async fn history_is_bounded_for_each_account_and_for_all() {
    for (per_entity, total, left) in [(3, 1000, 3), (1000, 4, 4), (0, 0, 1)] {
        let mut config = Config::new(&[beta()]);
        (config.logged_per_entity, config.logged) = (per_entity, total);
        let server = Server::serving(config).await;
        for path in [CONFIRM, DISMISS, CONFIRM, DISMISS, CONFIRM, DISMISS] {
            assert_eq!(server.post(path, &ids(&[DISMISSED])).await.status, 204);
        }
        let items = history(&server, DISMISSED).await;
        assert_eq!(items.len(), left, "{per_entity} {total}");
        assert_eq!((&items[0]["id"], &items[0]["riskState"]), (&DISMISSED.into(), &"dismissed".into()));
    }
}

#[tokio::test]
async fn a_deleted_account_sinks_the_whole_call() {
    let server = Server::start().await;
    assert_eq!(server.user(SHOWN).await["isDeleted"], true);
    let inner = server.post(DISMISS, &ids(&[DISMISSED, SHOWN])).await.refused(400, "BadRequest");
    assert_eq!(inner["violated"], "beta POST /riskyUsers/dismiss#refuse[isDeleted]");
    assert!(inner["origin"].as_str().is_some_and(|origin| origin.contains("beta.yaml:")), "{inner}");
    assert_eq!(server.user(DISMISSED).await["riskState"], "atRisk", "all or nothing");
    assert_eq!(history(&server, DISMISSED).await.len(), 1);
    // The page on confirming says nothing of deleted accounts.
    assert_eq!(server.post(CONFIRM, &ids(&[SHOWN])).await.status, 204);

    let mut contract = beta();
    for effect in contract.operations.iter_mut().flat_map(|operation| &mut operation.effects) {
        effect.refuses.clear();
        if let Some(log) = &mut effect.log {
            log.given.retain(|given| given.value != GivenValue::Caller);
        }
    }
    let server = Server::serving(Config::new(&[contract])).await;
    assert_eq!(server.post(DISMISS, &ids(&[DISMISSED, SHOWN])).await.status, 204);
    assert_eq!(history(&server, DISMISSED).await[0]["initiatedBy"], Value::Null);
}

#[tokio::test]
async fn a_higher_permission_suffices_for_history_and_not_for_the_list() {
    let server = Server::start().await;
    let token = server.emulator.token(&Identity::application(["IdentityRiskyUser.ReadWrite.All"]));
    let server = Server { token, ..server };
    assert_eq!(history(&server, PAST).await.len(), 3);
    server.get("/riskyUsers").await.refused(403, "Forbidden");
}

/// The emulator with a clock to set, where actions take a minute.
async fn slow() -> (Server, Clock) {
    let mut config = Config::new(&[beta()]);
    config.settle_after = Duration::from_secs(60);
    let clock = config.clock.clone();
    (Server::serving(config).await, clock)
}

#[tokio::test]
async fn an_accepted_action_is_seen_once_it_settled() {
    let (server, clock) = slow().await;
    let before = server.user(DISMISSED).await;
    assert_eq!(server.post(DISMISS, &ids(&[DISMISSED])).await.status, 204);
    assert_eq!(server.post(CONFIRM, &ids(&[UNKNOWN])).await.status, 204);
    clock.advance(Duration::from_secs(50));
    let user = server.user(DISMISSED).await;
    assert_eq!((&user["isProcessing"], &user["riskState"]), (&true.into(), &"atRisk".into()));
    assert_eq!(user["riskLastUpdatedDateTime"], before["riskLastUpdatedDateTime"]);
    assert_eq!(history(&server, DISMISSED).await.len(), 1);
    server.get(&format!("/riskyUsers/{UNKNOWN}")).await.refused(404, "Request_ResourceNotFound");
    clock.advance(Duration::from_secs(10));
    let user = server.user(DISMISSED).await;
    assert_eq!((&user["isProcessing"], &user["riskState"]), (&false.into(), &"dismissed".into()));
    assert_eq!(history(&server, DISMISSED).await.len(), 2);
    assert_eq!(server.user(UNKNOWN).await["riskState"], "confirmedCompromised");
    // Which property tells it stands in the description.
    let mut contract = beta();
    contract
        .operations
        .iter_mut()
        .flat_map(|operation| &mut operation.effects)
        .for_each(|effect| effect.processing = None);
    let mut config = Config::new(&[contract]);
    config.settle_after = Duration::from_secs(60);
    let server = Server::serving(config).await;
    let before = server.user(DISMISSED).await;
    assert_eq!(server.post(DISMISS, &ids(&[DISMISSED])).await.status, 204);
    assert_eq!(server.user(DISMISSED).await, before);
}

#[tokio::test]
async fn actions_keep_their_order_and_room_while_they_settle() {
    let (server, clock) = slow().await;
    for path in [DISMISS, CONFIRM] {
        assert_eq!(server.post(path, &ids(&[DISMISSED])).await.status, 204);
    }
    assert_eq!(server.user(DISMISSED).await["riskState"], "dismissed", "the next action finds the last one done");
    clock.advance(Duration::from_secs(60));
    assert_eq!(server.user(DISMISSED).await["riskState"], "confirmedCompromised");
    assert_eq!(history(&server, DISMISSED).await.len(), 3);

    let mut config = Config::new(&[beta()]);
    (config.settle_after, config.capacity) = (Duration::from_secs(60), 8);
    let server = Server::serving(config).await;
    assert_eq!(server.post(CONFIRM, &ids(&[UNKNOWN])).await.status, 204);
    server.post(CONFIRM, &ids(&["11111111-2222-4333-8444-555555555556"])).await.refused(507, "QuotaExceeded");
}
