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
