//! Where a listing goes on, and where it must not.

use entra_risk::client::ErrorKind;
use serde_json::json;

use super::wire::{Act, Wire, page};
use super::{SHOWN, client};

/// A page that leads to this address.
fn leading(to: &str) -> Act {
    page(&json!({"value": [{"id": SHOWN}], "@odata.nextLink": to}))
}

fn last() -> Act {
    page(&json!({"value": [{"id": SHOWN}]}))
}

/// Follows a link that must not be followed; the server is asked for the first page alone.
async fn refused(link: &str) {
    let server = Wire::start([leading(link), last()]).await;
    let client = client(&server.root());
    let mut pages = client.risky_user_list().pages();
    assert_eq!(pages.next().await.unwrap().unwrap().value.len(), 1, "the first page is good");
    let error = pages.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NextLink, "{link}: {error}");
    assert!(pages.next().await.is_none(), "a listing ends with its error");
    assert_eq!(server.requests().len(), 1, "{link}");
}

#[tokio::test]
async fn a_link_to_another_host_gets_no_token() {
    let other = Wire::elsewhere([last()]).await;
    refused(&format!("{}/beta/riskyUsers", other.root())).await;
    refused("http://127.0.0.2:{port}/beta/riskyUsers").await;
    other.untouched();
}

#[tokio::test]
async fn a_link_to_another_name_of_the_host_gets_no_token() {
    let other = Wire::start([last()]).await;
    refused(&format!("http://localhost:{}/beta/riskyUsers", other.port())).await;
    refused("http://localhost:{port}/beta/riskyUsers").await;
    other.untouched();
}

#[tokio::test]
async fn a_link_to_another_port_gets_no_token() {
    let other = Wire::start([last()]).await;
    refused(&format!("{}/beta/riskyUsers", other.root())).await;
    other.untouched();
}

#[tokio::test]
async fn a_link_to_another_scheme_is_not_followed() {
    // The session is on plain HTTP, as it is to loopback alone; the other direction is a unit
    // test beside the guard.
    for scheme in ["https", "ftp", "ws", "file"] {
        refused(&format!("{scheme}://{{here}}/beta/riskyUsers")).await;
    }
}

#[tokio::test]
async fn a_link_with_user_info_is_not_followed() {
    for user in ["someone", "someone:secret", ":secret", "127.0.0.1"] {
        refused(&format!("http://{user}@{{here}}/beta/riskyUsers")).await;
    }
}

#[tokio::test]
async fn a_link_that_is_no_address_is_not_followed() {
    for link in [
        "",
        "?$skiptoken=1",
        "/beta/riskyUsers?$skiptoken=1",
        "//{here}/",
        "http://",
        "http://[",
        "\u{0}",
        "javascript:1",
    ] {
        refused(link).await;
    }
}

#[tokio::test]
async fn a_page_that_leads_to_itself_ends_with_an_error() {
    let link = || leading("http://{here}/beta/riskyUsers?$skiptoken=1");
    let server = Wire::start([link(), link(), link(), link()]).await;
    let error = client(&server.root()).risky_user_list().pages().all().await.unwrap_err();
    assert_eq!((error.kind(), server.requests().len()), (ErrorKind::NextLink, 2));
}

#[tokio::test]
async fn pages_that_lead_to_each_other_end_with_an_error() {
    let link = |n: u8| leading(&format!("http://{{here}}/beta/riskyUsers?$skiptoken={n}"));
    let server = Wire::start([link(1), link(2), link(1), link(2), link(1)]).await;
    let error = client(&server.root()).risky_user_list().pages().all().await.unwrap_err();
    assert_eq!((error.kind(), server.requests().len()), (ErrorKind::NextLink, 3));
}

#[tokio::test]
async fn an_empty_page_is_not_the_last_one() {
    let empty = page(&json!({"value": [], "@odata.nextLink": "http://{here}/beta/riskyUsers?$skiptoken=3"}));
    let server = Wire::start([leading("http://{here}/beta/riskyUsers?$skiptoken=2"), empty, last()]).await;
    let users = client(&server.root()).risky_user_list().pages().all().await.unwrap();
    assert_eq!((users.len(), server.requests().len()), (2, 3));
}

#[tokio::test]
async fn a_link_is_followed_as_it_is() {
    // The token within a link is the service's own: it must not be decoded or encoded anew.
    let link = "/beta/riskyUsers?%24top=1&$skiptoken=a%2Bb+c%3D%3D&$filter=riskLevel%20eq%20%27high%27";
    let server = Wire::start([leading(&format!("http://{{here}}{link}")), last()]).await;
    client(&server.root()).risky_user_list().top(std::num::NonZeroU32::MIN).pages().all().await.unwrap();
    let requests = server.requests();
    assert!(requests[1].starts_with(&format!("GET {link} HTTP/1.1\r\n")), "{}", requests[1]);
    for header in ["authorization: Bearer ", "prefer: include-unknown-enum-members\r\n", "accept: application/json\r\n"]
    {
        assert!(requests[1].contains(header), "{}", requests[1]);
    }
}

#[tokio::test]
async fn a_page_that_fails_is_an_error_and_not_the_end() {
    let bad = page(&json!({"value": "none"}));
    let server = Wire::start([leading("http://{here}/beta/riskyUsers?$skiptoken=2"), bad]).await;
    let error = client(&server.root()).risky_user_list().pages().all().await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Unexpected, "riskyUser.list"));
}

#[tokio::test]
async fn a_page_with_another_status_is_no_page() {
    for status in ["201 Created", "202 Accepted", "206 Partial Content"] {
        let odd = super::wire::answer(status, "", r#"{"value": []}"#);
        let server = Wire::start([leading("http://{here}/beta/riskyUsers?$skiptoken=2"), odd]).await;
        let error = client(&server.root()).risky_user_list().pages().all().await.unwrap_err();
        assert_eq!((error.kind(), error.message()), (ErrorKind::Unexpected, "not the documented status"));
    }
}

#[tokio::test]
async fn a_refused_page_tells_what_the_service_said() {
    let body = json!({"error": {"code": "BadRequest", "message": "Skip token expired."}}).to_string();
    let refusal = super::wire::answer("400 Bad Request", "request-id: 7\r\n", &body);
    let server = Wire::start([leading("http://{here}/beta/riskyUsers?$skiptoken=2"), refusal]).await;
    let error = client(&server.root()).risky_user_list().pages().all().await.unwrap_err();
    assert_eq!((error.kind(), error.code(), error.request_id()), (ErrorKind::Refused, Some("BadRequest"), Some("7")));
}

#[tokio::test]
async fn a_page_behind_a_redirect_is_not_fetched() {
    let other = Wire::start([last()]).await;
    let away = super::wire::answer("302 Found", &format!("Location: {}/\r\n", other.root()), "");
    let server = Wire::start([leading("http://{here}/beta/riskyUsers?$skiptoken=2"), away]).await;
    let error = client(&server.root()).risky_user_list().pages().all().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unexpected);
    other.untouched();
}
