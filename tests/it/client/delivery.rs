//! What became of a request whose answer did not come.

use std::time::Duration;

use entra_risk::client::{Delivery, ErrorKind};
use tokio::net::TcpSocket;

use super::wire::{Act, Wire, answer};
use super::{Watch, client, dismissal, session};

#[tokio::test]
async fn a_refused_connection_sent_nothing() {
    // Bound and not listening: nobody else can have the port, and connections are refused.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let client = client(&format!("http://{}", socket.local_addr().unwrap()));
    let error = dismissal(&client).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Connection, Delivery::NotSent));
    assert_eq!(error.status(), None);
    assert!(error.to_string().starts_with("call riskyUser.dismiss: nothing was sent: no connection"), "{error}");
}

#[tokio::test]
async fn a_reset_leaves_the_outcome_unknown_and_is_not_tried_again() {
    let server = Wire::start([Act::Reset, answer("204 No Content", "", "")]).await;
    let error = dismissal(&client(&server.root())).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::AnswerUnknown, Delivery::Unknown));
    assert_eq!((server.requests().len(), error.attempts()), (1, 1), "it may have been carried out");
    assert!(error.to_string().contains("its outcome is not known"), "{error}");
}

#[tokio::test]
async fn an_end_without_an_answer_leaves_the_outcome_unknown() {
    for bytes in ["", "HTTP/1.1 204 No Con", "HTTP/1.1 204 No Content\r\nrequest-id: 1\r\n", "no HTTP at all\r\n\r\n"] {
        let server = Wire::start([Act::Close(bytes.to_owned()), answer("204 No Content", "", "")]).await;
        let error = dismissal(&client(&server.root())).await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::AnswerUnknown, Delivery::Unknown), "{bytes}");
        assert_eq!(server.requests().len(), 1);
    }
}

// Time passes here only when nothing else can happen, which is when the server is silent.
#[tokio::test(start_paused = true)]
async fn silence_leaves_the_outcome_unknown() {
    let server = Wire::start([Act::Hang]).await;
    let watch = Watch::default();
    let session = session(&server.root(), &watch).attempt_timeout(Duration::from_secs(5)).build().unwrap();
    let error = dismissal(&session.beta()).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::AnswerUnknown, Delivery::Unknown));
    assert_eq!((server.requests().len(), error.attempts(), watch.waits().len()), (1, 1, 0));
    assert!(error.message().contains("no answer within the time limit"), "{error}");
}

#[tokio::test]
async fn a_page_that_breaks_off_is_no_page() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n";
    let server = Wire::start([Act::Close(format!("{head}{{\"value\": ["))]).await;
    let error = client(&server.root()).risky_user_list().await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::AnswerUnknown, Delivery::Unknown));
}

#[tokio::test]
async fn a_refusal_that_breaks_off_is_still_a_refusal() {
    let head = "HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n";
    let server = Wire::start([Act::Close(format!("{head}{{\"error\": {{"))]).await;
    let error = dismissal(&client(&server.root())).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Refused, Delivery::Answered));
    assert_eq!(error.status().map(|status| status.as_u16()), Some(403));
}

#[tokio::test]
async fn a_connection_lost_while_trying_again_is_told_as_it_was() {
    let server = Wire::start([answer("503 Service Unavailable", "", ""), Act::Reset]).await;
    let error = dismissal(&client(&server.root())).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery(), error.attempts()), (ErrorKind::AnswerUnknown, Delivery::Unknown, 2));
}

#[tokio::test]
async fn no_connection_for_a_second_attempt_does_not_unsay_the_first() {
    // The server answers once and is gone.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let root = format!("http://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        use std::io::{Read as _, Write as _};
        let (mut stream, _) = listener.accept().unwrap();
        drop(listener);
        let mut bytes = [0; 4096];
        let mut seen = Vec::new();
        while !seen.ends_with(b"]}") {
            let n = stream.read(&mut bytes).unwrap();
            seen.extend_from_slice(&bytes[..n]);
        }
        let answer = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        stream.write_all(answer).unwrap();
    });
    let error = dismissal(&client(&root)).await.unwrap_err();
    server.join().unwrap();
    assert_eq!((error.kind(), error.delivery(), error.attempts()), (ErrorKind::Connection, Delivery::Answered, 2));
    assert!(!error.to_string().contains("nothing was sent"), "{error}");
}
