//! Several requests in one.

use entra_risk::emulator::{Config, Recording};
use serde_json::json;

use super::*;

async fn batch(server: &Server, requests: Value) -> Reply {
    server.post("/$batch", &json!({ "requests": requests }).to_string()).await
}

/// The answer with this id.
fn answer<'a>(reply: &'a Value, id: &str) -> &'a Value {
    let answers = reply["responses"].as_array().expect("responses");
    answers.iter().find(|answer| answer["id"] == id).expect("an answer")
}

#[tokio::test]
async fn each_request_is_checked_and_done_like_one_by_itself() {
    let server = Server::start().await;
    let body: Value = serde_json::from_str(&ids(&[DISMISSED])).expect("JSON");
    let json_type = json!({"Content-Type": "application/json"});
    let reply = batch(
        &server,
        json!([
            {"id": "3", "method": "GET", "url": format!("/riskyUsers/{DISMISSED}"), "dependsOn": ["2"]},
            {"id": "2", "method": "POST", "url": "riskyUsers/dismiss", "headers": json_type, "body": body},
            {"id": "4", "method": "POST", "url": "/riskyUsers/dismiss", "body": body},
            {"id": "5", "method": "post", "url": "/riskyUsers/dismiss", "headers": json_type, "body": {"userIds": []}},
            {"id": "6", "method": "GET", "url": "/riskyUsers", "dependsOn": ["5"]},
            {"id": "7", "method": "GET", "url": "/riskyUsers", "dependsOn": ["6"]},
            {"id": "8", "method": "GET", "url": "/riskyUsers?$filter=riskLevel eq 'none'&$select=id"},
            {"id": "9", "method": "GET", "url": "/$batch"},
            {"id": "10", "method": "GET", "url": "https://graph.microsoft.com/beta/riskyUsers"},
            {"id": "11", "method": "GET", "url": "/riskyPeople"},
            {"id": "12", "method": "GET", "url": "/riskyUsers", "headers": {"Authorization": "Bearer x"}},
        ]),
    )
    .await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let reply = reply.json();
    let statuses = ["2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"]
        .map(|id| answer(&reply, id)["status"].as_u64().unwrap_or_default());
    assert_eq!(statuses, [204, 200, 415, 400, 424, 424, 200, 400, 400, 404, 200]);
    assert_eq!(answer(&reply, "3")["body"]["riskState"], "dismissed");
    assert!(answer(&reply, "2").get("body").is_none());
    assert!(
        answer(&reply, "5")["headers"]["x-entra-risk-violated"].as_str().is_some_and(|fact| fact.contains("minimum"))
    );
    assert_eq!(answer(&reply, "6")["body"]["error"]["code"], "FailedDependency");
}

#[tokio::test]
async fn a_batch_that_is_wrong_as_a_whole_is_refused_as_a_whole() {
    let server = Server::start().await;
    let get = |id: &str| json!({"id": id, "method": "GET", "url": "/riskyUsers"});
    let many = |n: usize| Value::Array((0..n).map(|n| get(&n.to_string())).collect());
    assert_eq!(batch(&server, many(20)).await.json()["responses"].as_array().map(Vec::len), Some(20));
    let depends = |id: &str, on: &str| json!({"id": id, "method": "GET", "url": "/riskyUsers", "dependsOn": [on]});
    for requests in [
        many(21),
        json!([]),
        json!([get("a"), get("A")]),
        json!([get("")]),
        json!([depends("a", "b"), depends("b", "a")]),
        json!([depends("a", "nobody")]),
        json!([{"id": "a", "method": "GET"}]),
        json!({}),
    ] {
        batch(&server, requests).await.refused(400, "BadRequest");
    }
    server.post("/$batch", "{").await.refused(400, "BadRequest");
    let reply = server.send("GET", "/$batch", &server.bearer(), "").await;
    reply.refused(405, "MethodNotAllowed");
    assert_eq!(reply.header("allow"), Some("POST"));
    let body = json!({"requests": [get("a")]}).to_string();
    server
        .send("POST", "/$batch", "Content-Type: application/json\r\n", &body)
        .await
        .refused(401, "InvalidAuthenticationToken");
    server.send("POST", "/$batch", &server.bearer(), &body).await.refused(415, "UnsupportedMediaType");
}

#[tokio::test]
async fn permissions_records_and_odd_requests_are_those_of_each_request() {
    let mut config = Config::new(&[beta()]);
    config.record = Some(Recording::default());
    let server = Server::serving(config).await;
    let token = server.emulator.token(&Identity::application(["IdentityRiskyUser.Read.All"]));
    let server = Server { token, ..server };
    let reply = batch(&server, json!([
        {"id": "a", "method": "GET", "url": "//riskyUsers/"},
        {"id": "b", "method": "POST", "url": "/riskyUsers/dismiss", "headers": {"content-type": "application/json"}, "body": {"userIds": [DISMISSED]}},
        {"id": "c", "method": "G T", "url": "/riskyUsers"},
        {"id": "d", "method": "GET", "url": "/riskyUsers", "headers": {"X": 1}},
        {"id": "e", "method": "GET", "url": "/\u{0}"},
    ])).await.json();
    let statuses = ["a", "b", "c", "d", "e"].map(|id| answer(&reply, id)["status"].as_u64().unwrap_or_default());
    assert_eq!(statuses, [200, 403, 400, 400, 400]);
    let kept = server.emulator.received();
    assert_eq!(kept.iter().filter(|received| received.within.is_some()).count(), 2, "{kept:?}");
    assert_eq!(server.user(DISMISSED).await["riskState"], "atRisk");
    batch(&server, json!([])).await.refused(400, "BadRequest");
    let last = server.emulator.received().pop().expect("kept");
    assert!(!last.is_documented() && last.target == "/beta/$batch", "{last:?}");
}
