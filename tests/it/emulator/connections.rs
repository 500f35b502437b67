//! Connections: what every answer carries, what outlives a refusal, and bytes that are no HTTP.

use proptest::prelude::*;

use super::*;

#[tokio::test]
async fn every_answer_has_an_id_of_its_own_and_the_clients_id_if_it_is_sane() {
    let server = Server::start().await;
    let mut seen = std::collections::HashSet::new();
    for (sent, back) in
        [("0a1b-visible~", true), ("", false), ("two words", false), (&"x".repeat(129), false), ("é", false)]
    {
        for headers in [server.bearer(), String::new()] {
            let headers = format!("{headers}client-request-id: {sent}\r\n");
            let reply = server.send("GET", "/riskyUsers", &headers, "").await;
            assert_eq!(reply.header("client-request-id"), back.then_some(sent), "{sent}");
            let id = reply.header("request-id").expect("always");
            assert!(id.len() == 36 && seen.insert(id.to_owned()), "{id}");
            assert!(reply.header("date").is_some());
            if reply.status == 401 && back {
                assert_eq!(reply.json()["error"]["innerError"]["client-request-id"], sent);
            }
        }
    }
}

#[tokio::test]
async fn a_connection_survives_refusals_and_answers_without_a_body() {
    let server = Server::start().await;
    let mut stream = TcpStream::connect(server.emulator.address()).await.expect("listening");
    let body = ids(&[DISMISSED]);
    let request = |headers: &str| {
        let length = body.len();
        format!("POST /beta{DISMISS} HTTP/1.1\r\nHost: a\r\n{headers}Content-Length: {length}\r\n\r\n")
    };
    let good = format!("{}Content-Type: application/json\r\n", server.bearer());
    for (headers, status) in [("", 401), (good.as_str(), 204), (server.bearer().as_str(), 415), (good.as_str(), 204)] {
        stream.write_all(request(headers).as_bytes()).await.expect("sent");
        // The body arrives after the server could already have answered.
        tokio::task::yield_now().await;
        stream.write_all(body.as_bytes()).await.expect("sent");
        assert_eq!(Reply::read(&mut stream).await.status, status);
    }
}

#[tokio::test]
async fn a_client_that_waits_for_leave_to_send_gets_it_or_a_refusal() {
    let server = Server::start().await;
    let body = ids(&[DISMISSED]);
    let head = |authorization: &str| {
        format!(
            "POST /beta{DISMISS} HTTP/1.1\r\nHost: a\r\n{authorization}Content-Type: application/json\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\r\n",
            body.len(),
        )
    };
    let mut stream = TcpStream::connect(server.emulator.address()).await.expect("listening");
    stream.write_all(head(&server.bearer()).as_bytes()).await.expect("sent");
    assert_eq!(Reply::read(&mut stream).await.status, 100);
    stream.write_all(body.as_bytes()).await.expect("sent");
    assert_eq!(Reply::read(&mut stream).await.status, 204);
    server.raw(head("")).await.refused(401, "InvalidAuthenticationToken");
}

#[tokio::test]
async fn stopping_frees_the_port_and_ends_idle_connections() {
    let server = Server::start().await;
    let address = server.emulator.address();
    let mut idle = TcpStream::connect(address).await.expect("listening");
    idle.write_all(format!("GET /beta/riskyUsers HTTP/1.1\r\nHost: a\r\n{}\r\n", server.bearer()).as_bytes())
        .await
        .expect("sent");
    assert_eq!(Reply::read(&mut idle).await.status, 200);
    server.emulator.shutdown().await;
    assert_eq!(idle.read(&mut [0; 1]).await.ok(), Some(0));
    assert!(TcpStream::connect(address).await.is_err());
    tokio::net::TcpListener::bind(address).await.expect("free again");
}

#[tokio::test]
async fn dropping_it_ends_idle_connections() {
    let server = Server::start().await;
    let mut idle = TcpStream::connect(server.emulator.address()).await.expect("listening");
    idle.write_all(b"GET /beta/x HTTP/1.1\r\nHost: a\r\n\r\n").await.expect("sent");
    assert_eq!(Reply::read(&mut idle).await.status, 404);
    drop(server);
    assert_eq!(idle.read(&mut [0; 1]).await.ok(), Some(0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_bytes_stop_it_from_answering_an_honest_request(
        start in prop_oneof![
            Just(String::new()),
            Just("GET /beta/riskyUsers?$filter=".to_owned()),
            Just("POST /beta/riskyUsers/dismiss HTTP/1.1\r\nContent-Length: 9\r\n\r\n".to_owned()),
            Just("POST /beta/riskyUsers/dismiss HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n".to_owned()),
            Just("GET /beta/riskyUsers HTTP/1.1\r\nAuthorization: Bearer ".to_owned()),
            Just("GET /beta/riskyUsers HTTP/1.1\r\nHost: ".to_owned()),
        ],
        authorized in any::<bool>(),
        noise in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime");
        runtime.block_on(async {
            let server = Server::start().await;
            let start = match authorized {
                true => start.replacen("HTTP/1.1\r\n", &format!("HTTP/1.1\r\n{}Content-Type: application/json\r\n", server.bearer()), 1),
                false => start,
            };
            let mut stream = TcpStream::connect(server.emulator.address()).await.expect("listening");
            let _ = stream.write_all(&[start.as_bytes(), &noise, b"\r\n\r\n"].concat()).await;
            let _ = stream.shutdown().await;
            let mut answer = Vec::new();
            let _ = stream.read_to_end(&mut answer).await;
            assert_eq!(server.get("/riskyUsers").await.status, 200);
        });
    }
}
