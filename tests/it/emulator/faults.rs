//! An emulator on a bad day, as its clients see it.

use std::time::Duration;

use base64::Engine as _;
use entra_risk::emulator::{Fault, Recording, Verdict};

use super::*;

async fn with(faults: &[&str]) -> Server {
    let mut config = Config::new(&[beta()]);
    config.faults = faults.iter().map(|text| text.parse().expect("a fault")).collect();
    config.record = Some(Recording::default());
    Server::serving(config).await
}

impl Server {
    /// What arrives before the connection ends.
    async fn until_end(&self, path: &str) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.emulator.address()).await.expect("listening");
        let head = format!("GET /beta{path} HTTP/1.1\r\nHost: x\r\n{}\r\n", self.bearer());
        stream.write_all(head.as_bytes()).await.expect("sent");
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes).await;
        bytes
    }

    /// Sends a dismissal, and says whether an answer came.
    async fn is_answered(&self) -> bool {
        let (host, body) = (self.emulator.address(), ids(&[DISMISSED]));
        let mut stream = TcpStream::connect(host).await.expect("listening");
        let head = format!(
            "POST /beta{DISMISS} HTTP/1.1\r\nHost: {host}\r\n{}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.bearer(),
            body.len()
        );
        stream.write_all(head.as_bytes()).await.expect("sent");
        Reply::try_read(&mut stream).await.is_some()
    }

    async fn state(&self) -> String {
        self.user(DISMISSED).await["riskState"].as_str().expect("a state").to_owned()
    }
}

#[tokio::test]
async fn throttling_answers_as_documented_without_retry_after() {
    let server = with(&["throttle=0.001"]).await;
    assert_eq!(server.get("/riskyUsers").await.status, 200);
    let reply = server.get("/riskyUsers").await;
    let inner = reply.refused(429, "TooManyRequests");
    assert_eq!((&inner["code"], &inner["status"]), (&Value::from("429"), &Value::from("429")));
    assert_eq!(inner["message"], "Please retry after");
    assert_eq!(reply.json()["error"]["message"], "Please retry again later.");
    assert_eq!(reply.header("retry-after"), None);
    assert_eq!(server.send("GET", "/riskyUsers", "", "").await.status, 401, "nobody's request");
    let records = server.emulator.received();
    assert_eq!(records[1].fault, Some("throttle"));
    assert_eq!(records[1].verdict, Verdict::Documented, "a fault is not the client's mistake");
    assert_eq!(records[2].fault, None);
}

#[tokio::test]
async fn throttling_may_say_when_to_come_again() {
    let server = with(&["throttle=0.001,retry-after=7"]).await;
    server.get("/riskyUsers").await;
    assert_eq!(server.get("/riskyUsers").await.header("retry-after"), Some("7"));
}

#[tokio::test]
async fn the_next_two_dismissals_are_unavailable_and_change_nothing() {
    let server = with(&["unavailable=3,times=2,operation=*.dismiss"]).await;
    let before = server.state().await;
    for _ in 0..2 {
        let reply = server.post(DISMISS, &ids(&[DISMISSED])).await;
        reply.refused(503, "ServiceUnavailable");
        assert_eq!(reply.header("retry-after"), Some("3"));
    }
    assert_eq!(server.state().await, before);
    assert_eq!(server.post(DISMISS, &ids(&[DISMISSED])).await.status, 204);
    assert_eq!(server.state().await, "dismissed");
}

#[tokio::test]
async fn a_wrong_request_stays_wrong_under_a_fault() {
    let server = with(&["unavailable"]).await;
    assert_eq!(server.send("GET", "/riskyUsers?$nothing=1", "", "").await.status, 503);
    let records = server.emulator.received();
    assert_eq!((records[0].verdict, records[0].violations.len()), (Verdict::Wrong, 2), "token and option");
}

#[tokio::test]
async fn connections_break_before_or_after_the_effect() {
    let server = with(&["reset-before,times=1,method=POST"]).await;
    let before = server.state().await;
    assert!(!server.is_answered().await);
    assert_eq!(server.state().await, before);
    assert!(server.is_answered().await);
    let server = with(&["reset-after,times=1,method=POST"]).await;
    assert!(!server.is_answered().await);
    assert_eq!(server.state().await, "dismissed");
    let records = server.emulator.received();
    assert_eq!((records[0].status, records[0].fault), (None, Some("reset-after")));
}

#[tokio::test]
async fn a_gateway_answers_html() {
    let server = with(&["html=503,times=1"]).await;
    let reply = server.get("/riskyUsers").await;
    assert_eq!((reply.status, reply.header("content-type")), (503, Some("text/html; charset=utf-8")));
    assert!(reply.body.starts_with(b"<!DOCTYPE html>"));
    assert_eq!(reply.header("request-id"), None);
    assert_eq!(server.get("/riskyUsers").await.status, 200);
}

#[tokio::test]
async fn an_answer_ends_in_its_midst() {
    let server = with(&["truncated,times=1"]).await;
    let bytes = String::from_utf8(server.until_end("/riskyUsers").await).expect("ASCII");
    let (head, body) = bytes.split_once("\r\n\r\n").expect("the head arrives");
    let announced: usize = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned))
        .and_then(|length| length.parse().ok())
        .expect("a length");
    assert!(head.starts_with("HTTP/1.1 200") && body.starts_with('{'));
    assert_eq!(body.len(), announced / 2);
    assert_eq!(server.get("/riskyUsers").await.status, 200);
}

#[tokio::test]
async fn pages_are_empty_once_and_lose_nothing() {
    let server = with(&["empty-page,times=1"]).await;
    let empty = server.get("/riskyUsers?$top=1").await.json();
    assert_eq!(empty["value"], serde_json::json!([]));
    let link = empty["@odata.nextLink"].as_str().expect("a link").to_owned();
    let (_, below) = link.split_once("/beta").expect("our own address");
    let page = server.get(below).await.json();
    assert_eq!(page["value"].as_array().map(Vec::len), Some(1));
    assert_ne!(page["@odata.nextLink"].as_str(), Some(link.as_str()));
}

#[tokio::test]
async fn next_links_lead_astray() {
    let server = with(&["looping-link"]).await;
    let root = format!("http://{}/beta", server.emulator.address());
    let page = server.get("/riskyUsers?$top=1").await.json();
    assert_eq!(page["@odata.nextLink"], format!("{root}/riskyUsers?$top=1"));
    let server = with(&["foreign-link=elsewhere.test:8443"]).await;
    let page = server.get("/riskyUsers?$top=1").await.json();
    let link = page["@odata.nextLink"].as_str().expect("a link");
    assert!(link.starts_with("https://elsewhere.test:8443/beta/riskyUsers?$top=1&$skiptoken="), "{link}");
    assert_eq!(page["value"].as_array().map(Vec::len), Some(1));
    assert_eq!(server.user(DISMISSED).await["id"], DISMISSED, "one entity has no next link to spoil");
}

#[tokio::test]
async fn a_challenge_asks_for_claims_and_ends_with_a_newer_token() {
    let server = with(&["claims-challenge"]).await;
    let reply = server.get("/riskyUsers").await;
    reply.refused(401, "InvalidAuthenticationToken");
    let challenge = reply.header("www-authenticate").expect("a challenge");
    assert!(challenge.contains("error=\"insufficient_claims\""), "{challenge}");
    let (_, claims) = challenge.split_once("claims=\"").expect("claims");
    let claims = base64::engine::general_purpose::STANDARD.decode(claims.trim_end_matches('"')).expect("base64");
    let claims: Value = serde_json::from_slice(&claims).expect("JSON");
    assert_eq!(claims["access_token"]["nbf"]["essential"], true);
    assert_eq!(server.get("/riskyUsers").await.status, 401, "the same token");
    let newer = server.emulator.token(&Identity::all(&[beta()]));
    let head = format!("Authorization: Bearer {newer}\r\n");
    assert_eq!(server.send("GET", "/riskyUsers", &head, "").await.status, 200);
}

#[tokio::test]
async fn success_is_answered_and_nothing_was_done() {
    let server = with(&["no-effect,times=1"]).await;
    let before = server.state().await;
    assert_eq!(server.post(DISMISS, r#"{"userIds":[7]}"#).await.status, 400, "a wrong request is still refused");
    assert_eq!(server.post(DISMISS, &ids(&[DISMISSED])).await.status, 204);
    assert_eq!(server.state().await, before);
    assert_eq!(server.post(DISMISS, &ids(&[DISMISSED])).await.status, 204);
    assert_eq!(server.state().await, "dismissed");
}

#[tokio::test]
async fn an_answer_takes_longer() {
    let server = with(&["latency=120,times=1"]).await;
    assert_eq!(server.get("/riskyUsers").await.status, 200);
    assert_eq!(server.get("/riskyUsers").await.status, 200);
    let records = server.emulator.received();
    assert!(records[0].micros >= 120_000, "{} µs", records[0].micros);
    assert_eq!((records[0].fault, records[1].fault), (Some("latency"), None));
}

#[tokio::test]
async fn faults_change_while_it_runs() {
    let server = Server::start().await;
    assert_eq!(server.get("/riskyUsers").await.status, 200);
    let fault: Fault = "unavailable".parse().expect("a fault");
    server.emulator.set_faults(vec![fault.clone()]);
    assert_eq!(server.get("/riskyUsers").await.status, 503);
    assert_eq!(server.emulator.faults(), [(fault, 1)]);
    server.emulator.set_faults(Vec::new());
    assert_eq!(server.get("/riskyUsers").await.status, 200);
    let waited = tokio::time::timeout(Duration::from_millis(1), server.emulator.received_after(0)).await;
    assert!(waited.is_err(), "nothing is recorded here");
}
