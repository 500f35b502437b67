//! What an emulator keeps of the requests that it received.

use std::sync::Mutex;

use entra_risk::emulator::{Kind, Received, Recording, Verdict};

use super::*;

async fn recording() -> Server {
    let mut config = Config::new(&[beta()]);
    config.record = Some(Recording::default());
    Server::serving(config).await
}

impl Server {
    fn last(&self) -> std::sync::Arc<Received> {
        self.emulator.received().last().expect("a record").clone()
    }

    fn facts(&self) -> Vec<String> {
        self.last().violations.iter().map(|violation| violation.fact.clone().unwrap_or_default()).collect()
    }
}

#[tokio::test]
async fn nothing_is_kept_unless_asked_for() {
    let server = Server::start().await;
    assert_eq!(server.get("/riskyUsers").await.status, 200);
    assert!(server.emulator.received().is_empty());
}

#[tokio::test]
async fn a_request_as_documented_is_kept_with_everything_but_its_token() {
    let server = recording().await;
    let head = format!("{}Content-Type: application/json\r\nclient-request-id: mine\r\n", server.bearer());
    let reply = server.send("POST", DISMISS, &head, &ids(&[DISMISSED])).await;
    assert_eq!(reply.status, 204);
    let received = server.last();
    assert_eq!((received.number, received.within, received.scheme), (1, None, "http"));
    assert_eq!(received.host.as_deref(), Some(server.emulator.address().to_string().as_str()));
    assert_eq!((received.method.as_str(), received.target.as_str()), ("POST", "/beta/riskyUsers/dismiss"));
    assert_eq!((received.api.as_deref(), received.path.as_str()), (Some("beta"), DISMISS));
    assert_eq!(received.operation.as_deref(), Some("riskyUser.dismiss"));
    let caller = received.caller.as_ref().expect("a caller");
    assert_eq!(caller.kind, Kind::Application);
    assert_eq!(received.sufficient, ["IdentityRiskyUser.ReadWrite.All"]);
    assert!(caller.permissions.contains(&received.sufficient[0]));
    assert_eq!(received.content_type.as_deref(), Some("application/json"));
    let body = ids(&[DISMISSED]);
    assert_eq!((received.body_length, received.body.as_deref()), (body.len(), Some(body.as_bytes())));
    assert_eq!((received.status, received.code.as_deref(), received.fault), (Some(204), None, None));
    assert_eq!(received.verdict, Verdict::Documented);
    assert!(received.is_documented() && received.violations.is_empty());
    assert_eq!(Some(received.request_id.as_str()), reply.header("request-id"));
    assert_eq!(received.client_request_id.as_deref(), Some("mine"));
    let json = serde_json::to_string(&*received).expect("JSON");
    let secret = server.token.rsplit('.').next().expect("a signature");
    assert!(!json.contains(secret) && !format!("{received:?}").contains(secret), "{json}");
    assert!(!format!("{received:?}").contains(DISMISSED));
}

#[tokio::test]
async fn everything_that_is_wrong_is_named_with_its_page_and_line() {
    let server = recording().await;
    let many: Vec<_> = (0..61).map(|nth| format!("{UNKNOWN}{nth}")).collect();
    let many: Vec<_> = many.iter().map(|id| &id[id.len() - 36..]).collect();
    assert_eq!(server.send("POST", DISMISS, "Content-Type: text/plain\r\n", &ids(&many)).await.status, 401);
    assert_eq!(
        server.facts(),
        [
            "beta *#convention[unauthenticated]",
            "beta POST /riskyUsers/dismiss#contentType",
            "beta POST /riskyUsers/dismiss#limit[userIds]",
        ]
    );
    let received = server.last();
    assert_eq!((received.verdict, received.status), (Verdict::Wrong, Some(401)));
    let limit = &received.violations[2];
    assert!(limit.page.as_deref().is_some_and(|page| page.contains("dismiss")), "{limit:?}");
    assert!(limit.origin.as_ref().is_some_and(|origin| origin.file == "openapi/beta.yaml" && origin.line > 1));
    assert_eq!((limit.says.as_deref(), limit.status), (Some("60"), 400));
    assert!(limit.message.contains("61 items"), "{limit:?}");
}

#[tokio::test]
async fn the_verdict_is_about_the_request_and_not_about_the_state() {
    let server = recording().await;
    assert_eq!(server.get(&format!("/riskyUsers/{UNKNOWN}")).await.status, 404);
    assert_eq!(
        (server.last().verdict, server.last().code.as_deref()),
        (Verdict::Documented, Some("Request_ResourceNotFound"))
    );
    assert_eq!(server.get("/riskyUsers?$filter=riskLevel%20is%20'high'").await.status, 400);
    assert_eq!(server.last().verdict, Verdict::Wrong);
    assert!(server.last().violations[0].page.as_deref().is_some_and(|page| page.contains("list")));
}

#[tokio::test]
async fn a_path_beside_the_documented_ones_is_wrong_and_any_other_outside() {
    let server = recording().await;
    for (path, verdict) in [
        ("/riskyUsers/dismiss/all", Verdict::Wrong),
        ("/me/messages", Verdict::Outside),
        ("/riskyUsersAndMore", Verdict::Outside),
    ] {
        assert_eq!(server.get(path).await.status, 404, "{path}");
        assert_eq!(server.last().verdict, verdict, "{path}");
        assert_eq!(server.last().operation, None, "{path}");
    }
    let bare = format!("POST {DISMISS} HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(server.raw(bare).await.status, 404);
    assert_eq!((server.last().verdict, server.last().api.as_deref()), (Verdict::Wrong, None), "without a version");
    assert_eq!(server.send("PUT", DISMISS, "", "").await.status, 405);
    assert_eq!(
        (server.last().verdict, server.facts()),
        (Verdict::Wrong, vec!["beta *#convention[wrong-method]".to_owned()])
    );
}

#[tokio::test]
async fn an_observer_sees_each_request_even_where_none_is_kept() {
    let seen = std::sync::Arc::new(Mutex::new(Vec::new()));
    let mut config = Config::new(&[beta()]);
    let observer = {
        let seen = seen.clone();
        move |received: &Received| seen.lock().expect("no panic").push((received.number, received.status))
    };
    config.record = Some(Recording { keep: 0, bodies: 0, observer: Some(std::sync::Arc::new(observer)) });
    let server = Server::serving(config).await;
    assert_eq!(server.get("/riskyUsers").await.status, 200);
    assert_eq!(server.get("/nothing").await.status, 404);
    assert!(server.emulator.received().is_empty());
    assert_eq!(*seen.lock().expect("no panic"), [(1, Some(200)), (2, Some(404))]);
}

#[tokio::test]
async fn a_body_that_is_too_long_is_counted_and_left_out() {
    let server = recording().await;
    let long = format!("{{\"userIds\":[\"{}\"]}}", "x".repeat(100_000));
    assert_eq!(server.post(DISMISS, &long).await.status, 400);
    assert_eq!((server.last().body_length, server.last().body.as_ref()), (long.len(), None));
    let too_long = "x".repeat(2 * 1024 * 1024);
    assert_eq!(server.post(DISMISS, &too_long).await.status, 413);
    assert_eq!(server.last().body_length, 0, "it was not taken");
}

#[tokio::test]
async fn who_asks_for_leave_to_send_a_body_is_refused_without_it() {
    let server = recording().await;
    let host = server.emulator.address();
    let head =
        format!("POST /beta{DISMISS} HTTP/1.1\r\nHost: {host}\r\nExpect: 100-continue\r\nContent-Length: 50\r\n\r\n");
    assert_eq!(server.raw(head).await.status, 401);
    assert_eq!(server.last().body_length, 0);
}
