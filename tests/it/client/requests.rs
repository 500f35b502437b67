//! What each operation sends.

use entra_risk::beta::types::ConfirmCompromisedRequest;
use serde_json::{Value, json};
use uuid::Uuid;
use wiremock::Request;

use super::{CONFIRMED, DISMISSED, SHOWN, TOKEN, answering, client, dismissal, header, received, status};

const USER: &str = "c2b6c2b9-dddc-acd0-2b39-d519d803dbc3";

/// The one request of a call, after a look at what all have in common.
async fn only(server: &wiremock::MockServer) -> Request {
    let mut requests = received(server).await;
    assert_eq!(requests.len(), 1, "{requests:?}");
    let request = requests.remove(0);
    assert_eq!(header(&request, "authorization"), Some(format!("Bearer {TOKEN}").as_str()));
    assert_eq!(header(&request, "user-agent"), Some(concat!("entra-risk/", env!("CARGO_PKG_VERSION"))));
    let id: Uuid = header(&request, "client-request-id").unwrap().parse().unwrap();
    assert_eq!(id.get_version_num(), 4);
    let is_get = request.method.as_str() == "GET";
    assert_eq!(header(&request, "prefer"), is_get.then_some("include-unknown-enum-members"));
    assert_eq!(header(&request, "content-type"), (!is_get).then_some("application/json"));
    assert_eq!(header(&request, "api-version"), None, "Graph has no such header");
    assert_eq!(header(&request, "cookie"), None);
    request
}

fn query(request: &Request) -> Vec<(String, String)> {
    request.url.query_pairs().into_owned().collect()
}

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

fn body(request: &Request) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}

#[tokio::test]
async fn a_dismissal_is_the_documented_request() {
    let server = answering([status(204)]).await;
    let answer = dismissal(&client(&server.uri())).await.unwrap();
    assert_eq!(answer.status(), 204);
    let request = only(&server).await;
    assert_eq!((request.method.as_str(), request.url.path()), ("POST", "/beta/riskyUsers/dismiss"));
    assert_eq!(request.url.query(), None);
    let ids = ["04487ee0-f4f6-4e7f-8999-facc5a30e232", "13387ee0-f4f6-4e7f-8999-facc5120e345"];
    assert_eq!(body(&request), json!({ "userIds": ids }));
    assert_eq!(header(&request, "workbook-session-id"), None);
}

#[tokio::test]
async fn a_confirmation_is_the_documented_request() {
    let server = answering([status(204)]).await;
    let body_ = ConfirmCompromisedRequest { user_ids: CONFIRMED.try_into().unwrap() };
    client(&server.uri()).risky_user_confirm_compromised().body(body_).await.unwrap();
    let request = only(&server).await;
    assert_eq!((request.method.as_str(), request.url.path()), ("POST", "/beta/riskyUsers/confirmCompromised"));
    assert_eq!(request.url.query(), None);
    let ids = ["29f270bb-4d23-4f68-8a57-dc73dc0d4caf", "20f91ec9-d140-4d90-9cd9-f618587a1471"];
    assert_eq!(body(&request), json!({ "userIds": ids }));
    assert_eq!(header(&request, "workbook-session-id"), None);
}

#[tokio::test]
async fn reading_an_account_names_it_in_the_path() {
    let shown = json!({"id": USER, "riskLevel": "high", "riskState": "newState", "isProcessing": true});
    let server = answering([status(200).set_body_json(&shown)]).await;
    let user = client(&server.uri()).risky_user_get().id(SHOWN).await.unwrap().into_inner();
    assert_eq!(user.id, Some(SHOWN));
    assert_eq!(user.risk_state.as_ref().map(|state| state.as_str()), Some("newState"), "new members are kept");
    let request = only(&server).await;
    assert_eq!((request.method.as_str(), request.url.path()), ("GET", format!("/beta/riskyUsers/{USER}").as_str()));
    assert_eq!(request.url.query(), None);
    assert!(request.body.is_empty());
}

#[tokio::test]
async fn a_listing_without_options_has_no_query() {
    let server = answering([status(200).set_body_json(json!({"value": []}))]).await;
    client(&server.uri()).risky_user_list().await.unwrap();
    let request = only(&server).await;
    assert_eq!((request.method.as_str(), request.url.path()), ("GET", "/beta/riskyUsers"));
    assert_eq!(request.url.query(), None);
}

#[tokio::test]
async fn options_arrive_as_they_were_given() {
    // A plus that stays as it is arrives as a space; an ampersand or hash ends the condition.
    let filter = "riskLevel eq 'medium' and userPrincipalName eq 'a+b&c=d#e%20f é@contoso.com'";
    let server = answering([status(200).set_body_json(json!({"value": []}))]).await;
    let top = std::num::NonZeroU32::new(500).unwrap();
    let listing = client(&server.uri());
    listing.risky_user_list().filter(filter).select("id,riskLevel").top(top).await.unwrap();
    let request = only(&server).await;
    let mut sent = query(&request);
    assert!(!request.url.query().unwrap().contains('+'), "a space to forms, and a plus to others");
    sent.sort();
    assert_eq!(sent, [pair("$filter", filter), pair("$select", "id,riskLevel"), pair("$top", "500")]);
}

#[tokio::test]
async fn a_workbook_session_is_named_only_where_it_was_given() {
    let page = status(200).set_body_json(json!({"value": []}));
    let user = status(200).set_body_json(json!({"id": USER}));
    let server = answering([status(204), status(204), page, user]).await;
    let client = client(&server.uri());
    let body = ConfirmCompromisedRequest { user_ids: CONFIRMED.try_into().unwrap() };
    dismissal(&client).workbook_session_id("session one").await.unwrap();
    client.risky_user_confirm_compromised().body(body).workbook_session_id("session two").await.unwrap();
    client.risky_user_list().workbook_session_id("session three").await.unwrap();
    client.risky_user_get().id(SHOWN).workbook_session_id("session four").await.unwrap();
    let requests = received(&server).await;
    let sessions: Vec<_> = requests.iter().map(|request| header(request, "workbook-session-id").unwrap()).collect();
    assert_eq!(sessions, ["session one", "session two", "session three", "session four"]);
}

#[tokio::test]
async fn every_call_has_an_id_of_its_own() {
    let server = answering([status(204), status(204)]).await;
    let client = client(&server.uri());
    dismissal(&client).await.unwrap();
    dismissal(&client).await.unwrap();
    let requests = received(&server).await;
    assert_ne!(header(&requests[0], "client-request-id"), header(&requests[1], "client-request-id"));
}

#[tokio::test]
async fn sixty_ids_are_one_request_and_sixty_one_are_two() {
    use entra_risk::beta::DismissUserIds;
    use entra_risk::beta::types::DismissRequest;
    let server = answering([status(204), status(204)]).await;
    let client = client(&server.uri());
    let ids: Vec<_> = (1..=61).map(Uuid::from_u128).collect();
    for user_ids in DismissUserIds::chunks(ids.clone()).unwrap() {
        client.risky_user_dismiss().body(DismissRequest { user_ids }).await.unwrap();
    }
    let bodies: Vec<_> = received(&server).await.iter().map(body).collect();
    let sent: Vec<Vec<Uuid>> =
        bodies.iter().map(|body| serde_json::from_value(body["userIds"].clone()).unwrap()).collect();
    assert_eq!(sent, [ids[..60].to_vec(), ids[60..].to_vec()]);
}

#[tokio::test]
async fn ids_are_sent_in_the_form_of_the_documentation() {
    let server = answering([status(204)]).await;
    let client = client(&server.uri());
    let upper: Uuid = "04487EE0F4F64E7F8999FACC5A30E232".parse().unwrap();
    let ids = [upper].try_into().unwrap();
    client.risky_user_dismiss().body(entra_risk::beta::types::DismissRequest { user_ids: ids }).await.unwrap();
    assert_eq!(body(&only(&server).await), json!({ "userIds": [DISMISSED[0].hyphenated().to_string()] }));
}
