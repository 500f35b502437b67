//! Pages of whatever operation, without types.

use entra_risk::client::{AnyClient, ErrorKind, RawPages, RetryPolicy};
use entra_risk::{Session, StaticToken};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

#[derive(Deserialize)]
struct Key {
    id: String,
}

async fn list(server: &MockServer, at: &str, body: Value) {
    let answer = ResponseTemplate::new(200).set_body_json(body).insert_header("request-id", at);
    Mock::given(path(at)).respond_with(answer).mount(server).await;
}

fn pages(server: &MockServer) -> RawPages {
    let session = Session::builder().root(&server.uri()).token(StaticToken::new("a-token").unwrap());
    let session = session.retry(RetryPolicy::never()).build().unwrap();
    let client = AnyClient::connect(&session, "v1.0").unwrap();
    RawPages::new(&session, &client, "riskyUser.list", Map::new())
}

const LIST: &str = "/v1.0/identityProtection/riskyUsers";

fn body(server: &MockServer, ids: &[&str], next: Option<&str>) -> Value {
    let members: Vec<Value> = ids.iter().map(|id| json!({"id": id})).collect();
    json!({"value": members, "@odata.nextLink": next.map(|next| format!("{}{next}", server.uri()))})
}

const A: &str = "aaaaaaaa-0000-4000-8000-000000000001";
const B: &str = "aaaaaaaa-0000-4000-8000-000000000002";

#[tokio::test]
async fn a_page_that_failed_can_be_asked_for_again() {
    let server = MockServer::start().await;
    list(&server, LIST, body(&server, &[A], Some("/v1.0/second"))).await;
    let busy = Mock::given(path("/v1.0/second")).respond_with(ResponseTemplate::new(429));
    busy.up_to_n_times(2).mount(&server).await;
    list(&server, "/v1.0/second", body(&server, &[], Some("/v1.0/third"))).await;
    list(&server, "/v1.0/third", body(&server, &[B], None)).await;
    let mut pages = pages(&server);
    let (mut ids, mut headers, mut refusals) = (Vec::new(), Vec::new(), Vec::new());
    while let Some(page) = pages.next::<Key>().await {
        match page {
            Ok(page) => {
                ids.extend(page.members.into_iter().map(|key| key.id));
                headers.push(page.headers["request-id"].to_str().unwrap().to_owned());
            }
            Err(error) => refusals.push((error.kind(), error.status().map(|status| status.as_u16()))),
        }
    }
    assert_eq!(ids, [A, B]);
    assert_eq!(headers, [LIST, "/v1.0/second", "/v1.0/third"]);
    assert_eq!(refusals, [(ErrorKind::Refused, Some(429)); 2]);
    assert!(!pages.has_next());
}

#[tokio::test]
async fn links_in_circles_and_elsewhere_end_the_listing() {
    for next in ["/v1.0/again", "http://127.0.0.1:9/v1.0/next", "no address"] {
        let server = MockServer::start().await;
        let link = if next.starts_with('/') { format!("{}{next}", server.uri()) } else { next.to_owned() };
        let page = json!({"value": [{"id": A}], "@odata.nextLink": link});
        list(&server, LIST, page.clone()).await;
        list(&server, "/v1.0/again", page).await;
        let mut pages = pages(&server);
        let mut last = None;
        let mut n_pages = 0;
        while let Some(page) = pages.next::<Key>().await {
            n_pages += usize::from(page.is_ok());
            last = page.err().map(|error| error.kind());
        }
        assert_eq!(last, Some(ErrorKind::NextLink), "{next}");
        assert_eq!(n_pages, if next.starts_with('/') { 2 } else { 1 }, "{next}");
        let requests = server.received_requests().await.unwrap_or_default();
        assert_eq!(requests.len(), n_pages);
    }
}

#[tokio::test]
async fn an_operation_that_is_not_there_sends_nothing() {
    let server = MockServer::start().await;
    let session = Session::builder().root(&server.uri()).token(StaticToken::new("a-token").unwrap()).build().unwrap();
    let client = AnyClient::connect(&session, "v1.0").unwrap();
    let mut pages = RawPages::new(&session, &client, "nothing.list", Map::new());
    let error = pages.next::<Key>().await.and_then(Result::err).expect("an error");
    assert_eq!(error.kind(), ErrorKind::Invalid);
}
