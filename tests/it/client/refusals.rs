//! Answers that are no success: what of them reaches the caller.

use entra_risk::client::{Delivery, Error, ErrorKind};
use serde_json::json;
use wiremock::ResponseTemplate;

use super::{SHOWN, answering, client, dismissal, header, received, status};

/// The error of a dismissal that is answered like this.
async fn refused(answer: ResponseTemplate) -> Error {
    let server = answering([answer]).await;
    let error = dismissal(&client(&server.uri())).await.unwrap_err();
    assert_eq!(received(&server).await.len(), 1);
    assert_eq!(error.operation(), "riskyUser.dismiss");
    assert_eq!((error.attempts(), error.delivery()), (1, Delivery::Answered));
    error
}

#[tokio::test]
async fn a_missing_permission_is_told_with_everything_the_service_said() {
    let body = json!({"error": {
        "code": "Authorization_RequestDenied",
        "message": "Insufficient privileges to complete the operation.",
        "innerError": {
            "code": "missingScope", "date": "2026-05-01T00:00:00", "request-id": "from-body",
            "innererror": {"code": "IdentityRiskyUser"},
        },
    }});
    let answer = status(403).insert_header("request-id", "b1c4").set_body_json(&body);
    let server = answering([answer]).await;
    let error = dismissal(&client(&server.uri())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert_eq!(error.status().map(|status| status.as_u16()), Some(403));
    assert_eq!(error.code(), Some("Authorization_RequestDenied"));
    assert_eq!(error.message(), "Insufficient privileges to complete the operation.");
    assert_eq!(error.inner_codes(), ["missingScope", "IdentityRiskyUser"]);
    assert_eq!(error.request_id(), Some("b1c4"));
    let sent = received(&server).await;
    let id = error.client_request_id().map(|id| id.to_string());
    assert_eq!(id.as_deref(), header(&sent[0], "client-request-id"));
    assert_eq!(
        error.to_string(),
        "call riskyUser.dismiss: the service answered 403 Forbidden, Authorization_RequestDenied: \
         Insufficient privileges to complete the operation. (request-id b1c4)",
    );
}

#[tokio::test]
async fn every_operation_tells_a_missing_permission() {
    let body = json!({"error": {"code": "Forbidden", "message": "No."}});
    let server = answering(std::iter::repeat_n(status(403).set_body_json(&body), 4)).await;
    let client = client(&server.uri());
    let ids = [SHOWN].try_into().unwrap();
    let confirm = entra_risk::beta::types::ConfirmCompromisedRequest { user_ids: ids };
    let errors = [
        client.risky_user_list().await.unwrap_err(),
        client.risky_user_get().id(SHOWN).await.unwrap_err(),
        dismissal(&client).await.unwrap_err(),
        client.risky_user_confirm_compromised().body(confirm).await.unwrap_err(),
    ];
    let operations = ["riskyUser.list", "riskyUser.get", "riskyUser.dismiss", "riskyUser.confirmCompromised"];
    for (error, operation) in errors.iter().zip(operations) {
        assert_eq!((error.kind(), error.code(), error.operation()), (ErrorKind::Refused, Some("Forbidden"), operation));
    }
}

#[tokio::test]
async fn only_the_documented_status_is_success_of_an_action() {
    for other in [200, 201, 202, 205, 206, 300, 304] {
        let error = refused(status(other)).await;
        assert_eq!((error.kind(), error.status().map(|status| status.as_u16())), (ErrorKind::Unexpected, Some(other)));
    }
}

#[tokio::test]
async fn only_the_documented_status_is_success_of_a_reading() {
    for other in [201, 202, 204] {
        let answer = status(other).set_body_json(json!({"value": []}));
        let server = answering([answer]).await;
        let error = client(&server.uri()).risky_user_list().await.unwrap_err();
        assert_eq!((error.kind(), error.status().map(|status| status.as_u16())), (ErrorKind::Unexpected, Some(other)));
    }
}

#[tokio::test]
async fn an_html_refusal_keeps_its_status_and_its_words() {
    let html = "<html><head><title>403</title></head><body><h1>Blocked</h1>\r\n<p>by the proxy</p></body></html>";
    let error = refused(status(403).set_body_raw(html, "text/html")).await;
    assert_eq!((error.kind(), error.status().map(|status| status.as_u16())), (ErrorKind::Refused, Some(403)));
    assert_eq!((error.code(), error.message()), (None, "403 Blocked by the proxy"));
}

#[tokio::test]
async fn a_refusal_without_a_body_keeps_its_status() {
    for number in [400, 401, 403, 404, 409, 412, 500, 501, 502, 511, 599] {
        let error = refused(status(number)).await;
        let seen = (error.kind(), error.status().map(|status| status.as_u16()), error.code());
        assert_eq!(seen, (ErrorKind::Refused, Some(number), None));
        assert_eq!(error.message(), "no body that says why");
    }
}

#[tokio::test]
async fn json_that_is_no_odata_error_is_quoted() {
    for (body, message) in [
        (r#"{"message": "odd"}"#, r#"{"message": "odd"}"#),
        (r#"{"error": "invalid_grant"}"#, r#"{"error": "invalid_grant"}"#),
        ("[1, 2]", "[1, 2]"),
        ("null", "null"),
    ] {
        let error = refused(status(400).set_body_raw(body, "application/json")).await;
        assert_eq!((error.code(), error.message()), (None, message));
    }
}

#[tokio::test]
async fn a_body_that_is_not_what_is_documented_is_no_success() {
    for body in ["", "<html>", "[]", "{}", r#"{"value": 1}"#, r#"{"value": [{"id": "not a GUID"}]}"#] {
        let server = answering([status(200).set_body_raw(body, "application/json")]).await;
        let error = client(&server.uri()).risky_user_list().await.unwrap_err();
        let seen = (error.kind(), error.delivery(), error.status().map(|status| status.as_u16()));
        assert_eq!(seen, (ErrorKind::Unexpected, Delivery::Answered, Some(200)), "{body}: {error}");
    }
}
