//! Starting: what is refused, and that either kind of runtime will do.

use entra_risk::emulator::{Config, Emulator};

use super::*;

#[tokio::test]
async fn a_port_in_use_is_named_with_a_remedy() {
    let server = Server::start().await;
    let mut config = Config::new(&[beta()]);
    config.listen = server.emulator.address();
    let error = Emulator::start(config).await.expect_err("taken").to_string();
    let expected = format!("listen on {}: the port is in use; stop", server.emulator.address());
    assert!(error.starts_with(&expected) && error.contains("choose another port"), "{error}");
}

#[tokio::test]
async fn an_address_of_somebody_else_is_refused() {
    let mut config = Config::new(&[beta()]);
    config.listen = "192.0.2.1:0".parse().expect("address");
    let error = Emulator::start(config).await.expect_err("not ours").to_string();
    assert!(error.starts_with("listen on 192.0.2.1:0: "), "{error}");
}

#[tokio::test]
async fn contracts_that_cannot_be_served_together_are_refused() {
    let error = Emulator::start(Config::new(&[])).await.expect_err("nothing").to_string();
    assert_eq!(error, "serve nothing: there is no contract");
    let error = Emulator::start(Config::new(&[beta(), beta()])).await.expect_err("twice").to_string();
    assert_eq!(error, "serve two contracts of the same version, 'beta'");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_serves_many_connections_on_a_runtime_with_many_threads() {
    let server = std::sync::Arc::new(Server::start().await);
    let calls: Vec<_> = (0..16)
        .map(|nth| {
            let server = server.clone();
            tokio::spawn(async move {
                let path = if nth % 2 == 0 { DISMISS } else { CONFIRM };
                server.post(path, &ids(&[DISMISSED])).await.status
            })
        })
        .collect();
    for call in calls {
        assert_eq!(call.await.expect("no panic"), 204);
    }
    let user = server.user(DISMISSED).await;
    let pair = (user["riskLevel"].as_str(), user["riskState"].as_str());
    assert!(
        matches!(pair, (Some("none"), Some("dismissed")) | (Some("high"), Some("confirmedCompromised"))),
        "{pair:?}"
    );
}

#[tokio::test]
async fn members_to_begin_with_are_served_and_have_to_fit() {
    let past = "riskyUsers/history";
    let given = |set: &str, member: serde_json::Value| {
        let mut config = Config::new(&[beta()]);
        config.entities.insert(
            "riskyUsers".to_owned(),
            vec![
                serde_json::json!({"id": UNKNOWN, "riskLevel": "low", "userPrincipalName": null})
                    .as_object()
                    .expect("object")
                    .clone(),
            ],
        );
        config.entities.entry(set.to_owned()).or_default().push(member.as_object().expect("an object").clone());
        config
    };
    let item = serde_json::json!({"id": "old", "userId": UNKNOWN, "riskState": "remediated"});
    let server = Server::serving(given(past, item)).await;
    let user = server.user(UNKNOWN).await;
    assert_eq!((&user["riskLevel"], &user["userPrincipalName"]), (&"low".into(), &serde_json::Value::Null));
    let page = server.get(&format!("/riskyUsers/{UNKNOWN}/history")).await.json();
    assert_eq!(page["value"][0]["riskState"], "remediated");
    for (set, member, part) in [
        (
            "riskyUsers",
            serde_json::json!({"id": SHOWN, "riskLevle": "low"}),
            "'riskyUsers': number 2, property 'riskLevle'",
        ),
        ("riskyUsers", serde_json::json!({"id": SHOWN, "riskLevel": "huge"}), "property 'riskLevel': is not one of"),
        ("riskyUsers", serde_json::json!({"id": SHOWN, "isDeleted": "no"}), "property 'isDeleted': is"),
        ("riskyUsers", serde_json::json!({"riskLevel": "low"}), "property 'id': it is missing"),
        ("riskyUsers", serde_json::json!({"id": "alex"}), "property 'id': is not a GUID"),
        ("riskyUsers", serde_json::json!({"id": UNKNOWN}), "another member has it too"),
        ("riskyUsers", serde_json::json!({"id": null}), "property 'id'"),
        (past, serde_json::json!({"id": "old", "userId": "nobody"}), "it names no member of 'riskyUsers'"),
        ("riskyPeople", serde_json::json!({"id": SHOWN}), "there is no such set, but riskyUsers, riskyUsers/history"),
    ] {
        let error = Emulator::start(given(set, member.clone())).await.expect_err(part).to_string();
        assert!(error.contains(part), "{member}: {error}");
    }
}

#[tokio::test]
async fn made_up_accounts_differ_and_show_states_that_pages_show() {
    let mut config = Config::new(&[beta()]);
    config.users = 200;
    let server = Server::serving(config).await;
    let page = server.get("/riskyUsers?$top=500").await.json();
    let users = page["value"].as_array().expect("a page");
    for name in ["id", "userPrincipalName"] {
        let all: std::collections::BTreeSet<_> =
            users.iter().skip(10).map(|user| user[name].as_str().expect("text")).collect();
        assert_eq!(all.len(), users.len() - 10, "{name}");
    }
    let states: std::collections::BTreeSet<_> =
        users.iter().map(|user| (user["riskLevel"].as_str(), user["riskState"].as_str())).collect();
    assert!(states.len() >= 3 && states.contains(&(Some("none"), Some("remediated"))), "{states:?}");
    assert!(
        users.iter().any(|user| user["userPrincipalName"].as_str().is_some_and(|name| name.ends_with("@contoso.com")))
    );
}
