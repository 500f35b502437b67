//! The documented exchanges, byte for byte, as they leave.

use entra_risk::beta::types::ConfirmCompromisedRequest;
use serde_json::json;

use super::wire::{Wire, answer, page};
use super::{CONFIRMED, SHOWN, TOKEN, client, dismissal};

/// A request with what differs from run to run put in braces; headers in order of their names,
/// which no server may depend on.
fn transcript(request: &str, server: &Wire) -> String {
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let (first, headers) = head.split_once("\r\n").unwrap();
    let mut headers: Vec<_> = headers
        .split("\r\n")
        .map(|line| match line.split_once(": ").unwrap() {
            ("client-request-id", id) if id.len() == 36 => "client-request-id: {GUID}".to_owned(),
            ("user-agent", agent) => format!("user-agent: {}", agent.replace(env!("CARGO_PKG_VERSION"), "{VERSION}")),
            _ => line.replace(TOKEN, "{TOKEN}").replace(&server.root()["http://".len()..], "{HOST}"),
        })
        .collect();
    headers.sort();
    format!("{first}\n{}\n\n{body}", headers.join("\n"))
}

/// What the one request of a call was.
fn sent(server: &Wire) -> String {
    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    transcript(&requests[0], server)
}

#[tokio::test]
async fn dismiss_riskyuser() {
    let server = Wire::start([answer("204 No Content", "", "")]).await;
    dismissal(&client(&server.root())).await.unwrap();
    snapshot("request_dismiss", &sent(&server));
}

#[tokio::test]
async fn confirm_riskyuser() {
    let server = Wire::start([answer("204 No Content", "", "")]).await;
    let body = ConfirmCompromisedRequest { user_ids: CONFIRMED.try_into().unwrap() };
    client(&server.root()).risky_user_confirm_compromised().body(body).await.unwrap();
    snapshot("request_confirm", &sent(&server));
}

#[tokio::test]
async fn get_riskyuser() {
    let server = Wire::start([page(&json!({"id": SHOWN}))]).await;
    client(&server.root()).risky_user_get().id(SHOWN).await.unwrap();
    snapshot("request_get", &sent(&server));
}

#[tokio::test]
async fn list_riskyusers() {
    let server = Wire::start([page(&json!({"value": []}))]).await;
    client(&server.root()).risky_user_list().await.unwrap();
    snapshot("request_list", &sent(&server));
}

#[tokio::test]
async fn list_filter_riskyusers() {
    let server = Wire::start([page(&json!({"value": []}))]).await;
    let filter = "riskLevel eq microsoft.graph.riskLevel'medium'";
    client(&server.root()).risky_user_list().filter(filter).await.unwrap();
    snapshot("request_list_filter", &sent(&server));
}

fn snapshot(name: &str, text: &str) {
    crate::snapshots::settings().bind(|| insta::assert_snapshot!(name, text));
}
