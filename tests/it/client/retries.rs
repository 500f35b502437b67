//! When a call is sent again, and after what wait.

use std::time::Duration;

use entra_risk::client::{Delivery, ErrorKind, RetryPolicy};
use serde_json::json;
use wiremock::ResponseTemplate;

use super::{Watch, answering, dismissal, header, received, session, status};

const fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

fn after(number: u16, value: &str) -> ResponseTemplate {
    status(number).insert_header("Retry-After", value)
}

#[tokio::test]
async fn throttling_and_outages_are_waited_out() {
    for number in [429, 503, 504] {
        for (answer, wait) in [(status(number), Duration::from_millis(500)), (after(number, "7"), seconds(7))] {
            let server = answering([answer, status(204)]).await;
            let watch = Watch::default();
            let client = session(&server.uri(), &watch).build().unwrap().beta();
            assert_eq!(dismissal(&client).await.unwrap().status(), 204);
            assert_eq!(watch.waits(), [wait], "{number}");
        }
    }
}

#[tokio::test]
async fn every_attempt_is_the_same_request() {
    let server = answering([status(429), status(503), status(504), status(204)]).await;
    let client = session(&server.uri(), &Watch::default()).build().unwrap().beta();
    dismissal(&client).workbook_session_id("one").await.unwrap();
    let requests = received(&server).await;
    assert_eq!(requests.len(), 4);
    for again in &requests[1..] {
        assert_eq!(
            (&again.method, &again.url, &again.body),
            (&requests[0].method, &requests[0].url, &requests[0].body)
        );
        for name in ["client-request-id", "authorization", "workbook-session-id", "content-type"] {
            assert!(header(again, name).is_some());
            assert_eq!(header(again, name), header(&requests[0], name), "{name}");
        }
    }
}

#[tokio::test]
async fn other_refusals_are_final() {
    for number in [400, 401, 403, 404, 408, 409, 425, 500, 501, 502] {
        let server = answering([after(number, "1"), status(204)]).await;
        let watch = Watch::default();
        let client = session(&server.uri(), &watch).build().unwrap().beta();
        let error = dismissal(&client).await.unwrap_err();
        assert_eq!(error.status().map(|status| status.as_u16()), Some(number));
        assert_eq!((received(&server).await.len(), watch.waits().len()), (1, 0), "{number}");
    }
}

#[tokio::test]
async fn attempts_are_bounded_and_waits_double() {
    let server = answering(std::iter::repeat_n(status(429), 40)).await;
    let watch = Watch::default();
    let client = session(&server.uri(), &watch).build().unwrap().beta();
    let error = dismissal(&client).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery(), error.attempts()), (ErrorKind::Refused, Delivery::Answered, 5));
    assert_eq!(received(&server).await.len(), 5);
    assert_eq!(watch.waits(), [500, 1000, 2000, 4000].map(Duration::from_millis));
    assert!(error.to_string().contains("(5 attempts)"), "{error}");
}

#[tokio::test]
async fn a_policy_of_one_attempt_sends_once() {
    let server = answering([after(429, "3"), status(204)]).await;
    let watch = Watch::default();
    let client = session(&server.uri(), &watch).retry(RetryPolicy::never()).build().unwrap().beta();
    let error = dismissal(&client).await.unwrap_err();
    assert_eq!((error.attempts(), error.retry_after()), (1, Some(seconds(3))));
    assert_eq!((received(&server).await.len(), watch.waits().len()), (1, 0));
}

#[tokio::test]
async fn a_wait_past_the_budget_is_not_begun() {
    let server = answering([after(429, "3600"), status(204)]).await;
    let watch = Watch::default();
    let client = session(&server.uri(), &watch).build().unwrap().beta();
    let error = dismissal(&client).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(seconds(3600)), "the caller may wait instead");
    assert_eq!((received(&server).await.len(), watch.waits().len()), (1, 0));
}

#[tokio::test]
async fn the_budget_covers_all_waits_together() {
    let server = answering(std::iter::repeat_n(after(503, "50"), 10)).await;
    let watch = Watch::default();
    let client = session(&server.uri(), &watch).build().unwrap().beta();
    dismissal(&client).await.unwrap_err();
    assert_eq!(watch.waits(), [seconds(50), seconds(50)], "a third would end after 120 s");
}

#[tokio::test]
async fn a_date_to_come_back_at_is_kept_to() {
    let ten_seconds_on = "Sun, 06 Nov 1994 08:49:47 GMT";
    let server = answering([after(503, ten_seconds_on), status(204)]).await;
    let watch = Watch::default();
    let client = session(&server.uri(), &watch).build().unwrap().beta();
    dismissal(&client).await.unwrap();
    assert_eq!(watch.waits(), [seconds(10)]);
}

#[tokio::test]
async fn what_is_no_time_counts_as_none() {
    for nonsense in ["soon", "-1", "1.5", "", "1e3"] {
        let server = answering([after(429, nonsense), status(204)]).await;
        let watch = Watch::default();
        let client = session(&server.uri(), &watch).build().unwrap().beta();
        dismissal(&client).await.unwrap();
        assert_eq!(watch.waits(), [Duration::from_millis(500)], "{nonsense}");
    }
}

#[tokio::test]
async fn chance_spreads_waits_and_never_shortens_what_was_asked_for() {
    let server = answering([after(429, "10"), status(429), status(204)]).await;
    let watch = Watch { chance: 0.999, ..Watch::default() };
    let client = session(&server.uri(), &watch).build().unwrap().beta();
    dismissal(&client).await.unwrap();
    let waits = watch.waits();
    assert!(waits[0] > seconds(10) && waits[0] <= seconds(11), "{waits:?}");
    assert!(waits[1] > Duration::from_millis(1990) && waits[1] <= seconds(2), "{waits:?}");
}

#[tokio::test]
async fn a_throttled_page_is_waited_out_too() {
    let server = answering([]).await;
    let link = format!("{}/beta/riskyUsers?$skiptoken=two", server.uri());
    let first = status(200).set_body_json(json!({"value": [], "@odata.nextLink": link}));
    server.reset().await;
    let answers = super::InTurn(std::sync::Mutex::new(
        [first, after(429, "2"), status(200).set_body_json(json!({"value": []}))].into(),
    ));
    wiremock::Mock::given(wiremock::matchers::any()).respond_with(answers).mount(&server).await;
    let watch = Watch::default();
    let client = session(&server.uri(), &watch).build().unwrap().beta();
    assert_eq!(client.risky_user_list().pages().all().await.unwrap(), []);
    assert_eq!((received(&server).await.len(), watch.waits()), (3, vec![seconds(2)]));
}
