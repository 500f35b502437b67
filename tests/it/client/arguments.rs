//! Arguments that cannot be sent are not sent.

use entra_risk::beta::{ConfirmCompromisedUserIds, DismissUserIds};
use entra_risk::client::{AnyClient, Delivery, Error, ErrorKind};
use serde_json::{Value, json};
use uuid::Uuid;

use super::wire::Wire;
use super::{SHOWN, Watch, client, dismissal, session};

#[track_caller]
fn invalid(error: &Error) {
    let seen = (error.kind(), error.delivery(), error.attempts(), error.status());
    assert_eq!(seen, (ErrorKind::Invalid, Delivery::NotSent, 0, None), "{error}");
    assert!(error.to_string().contains("nothing was sent"), "{error}");
}

fn ids(n_ids: u128) -> Vec<Uuid> {
    (0..n_ids).map(Uuid::from_u128).collect()
}

#[tokio::test]
async fn no_ids_and_sixty_one_ids_are_not_sent() {
    for n_ids in [0, 61, 1000] {
        // Typed there is no such list.
        let error = DismissUserIds::try_from(ids(n_ids)).unwrap_err();
        assert!(error.to_string().contains("1 to 60"), "{error}");
        assert!(ConfirmCompromisedUserIds::try_from(ids(n_ids)).is_err());
        for operation in ["riskyUser.dismiss", "riskyUser.confirmCompromised"] {
            let error = dispatched(operation, json!({"body": {"userIds": ids(n_ids)}})).await;
            invalid(&error);
            assert!(error.message().contains("1 to 60"), "{error}");
        }
    }
}

#[tokio::test]
async fn a_call_without_its_required_arguments_is_not_sent() {
    let server = Wire::start([]).await;
    let client = client(&server.root());
    invalid(&client.risky_user_dismiss().await.unwrap_err());
    invalid(&client.risky_user_confirm_compromised().await.unwrap_err());
    invalid(&client.risky_user_get().await.unwrap_err());
    server.untouched();
}

#[tokio::test]
async fn a_header_that_cannot_be_sent_as_it_is_stops_the_call() {
    let server = Wire::start([]).await;
    let client = client(&server.root());
    for session in ["a\r\nAuthorization: Bearer other", "a\nb", "a\rb", "a\0b", "\u{7f}", " a", "a ", "\ta", "a\t", " "]
    {
        invalid(&dismissal(&client).workbook_session_id(session).await.unwrap_err());
        invalid(&client.risky_user_list().workbook_session_id(session).await.unwrap_err());
        invalid(&client.risky_user_get().id(SHOWN).workbook_session_id(session).await.unwrap_err());
    }
    server.untouched();
}

/// Dispatches with arguments as JSON.
async fn dispatched(operation: &str, arguments: Value) -> Error {
    let server = Wire::start([]).await;
    let session = session(&server.root(), &Watch::default()).build().unwrap();
    let client = AnyClient::connect(&session, "beta").unwrap();
    let error = client.dispatch(operation, arguments.as_object().unwrap()).await.unwrap_err();
    server.untouched();
    error
}

#[tokio::test]
async fn a_path_segment_that_is_no_id_is_not_sent() {
    for id in ["", ".", "..", "%2e%2e", "../dismiss", "dismiss", "a/b", "04487ee0-f4f6-4e7f-8999-facc5a30e23", "?"] {
        invalid(&dispatched("riskyUser.get", json!({ "id": id })).await);
    }
    for id in [json!(null), json!(1), json!([]), json!({})] {
        invalid(&dispatched("riskyUser.get", json!({ "id": id })).await);
    }
}

#[tokio::test]
async fn ids_that_are_none_are_not_sent() {
    let good = "04487ee0-f4f6-4e7f-8999-facc5a30e232";
    let many: Vec<_> = ids(61);
    for list in [
        json!([]),
        json!([good, ""]),
        json!([good, null]),
        json!([good, "someone@contoso.com"]),
        json!([good, 7]),
        json!([good, [good]]),
        json!(good),
        json!(null),
        json!(many),
    ] {
        for operation in ["riskyUser.dismiss", "riskyUser.confirmCompromised"] {
            invalid(&dispatched(operation, json!({"body": {"userIds": list}})).await);
        }
    }
}

#[tokio::test]
async fn arguments_that_a_call_does_not_have_are_not_left_out_in_silence() {
    let body = json!({"userIds": ["04487ee0-f4f6-4e7f-8999-facc5a30e232"]});
    invalid(&dispatched("riskyUser.dismiss", json!({"body": body, "$filter": "riskLevel eq 'high'"})).await);
    invalid(&dispatched("riskyUser.dismiss", json!({"userIds": []})).await);
    invalid(&dispatched("riskyUser.list", json!({"$top": 0})).await);
    invalid(&dispatched("riskyUser.list", json!({"$top": "5"})).await);
    invalid(&dispatched("riskyUser.remove", json!({})).await);
    invalid(&dispatched("", json!({})).await);
}
