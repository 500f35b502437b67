//! Clients that are slow, or only hold on: each loses its connection in time, and no other does.
//! The clock stands still and goes on when nobody has anything to do.

use super::*;

/// Whether the server ends a connection by itself after these bytes.
async fn ends(address: std::net::SocketAddr, bytes: &[u8]) {
    let mut stream = TcpStream::connect(address).await.expect("listening");
    stream.write_all(bytes).await.expect("sent");
    let mut rest = Vec::new();
    // Whatever it still says; then the end, or a reset.
    let _ = stream.read_to_end(&mut rest).await;
}

/// The opening of HTTP/2, and a first frame of settings.
const HTTP2: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

#[tokio::test(start_paused = true)]
async fn a_client_that_stops_in_the_middle_loses_its_connection() {
    let mut config = Config::new(&[beta()]);
    config.tls = Some(config.listen);
    let server = Server::serving(config).await;
    let clear = server.emulator.address();
    for bytes in [
        &b""[..],
        b"P",
        b"PRI * HTTP/2.0\r\n",
        b"GET /beta/riskyUsers HTTP/1.1\r\nHost: a\r\nX-Slow",
        b"POST /beta/riskyUsers/dismiss HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{",
        HTTP2,
        // A head that goes on in a frame which never comes.
        &[HTTP2, b"\0\0\x01\x01\0\0\0\0\x01\x82"].concat(),
    ] {
        ends(clear, bytes).await;
    }
    ends(server.emulator.tls_address().expect("listens"), b"\x16\x03\x01").await;
    assert_eq!(server.get("/riskyUsers").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_take_its_answers_loses_its_connection() {
    let mut config = Config::new(&[beta()]);
    config.users = 500;
    let server = Server::serving(config).await;
    let page = server.get("/riskyUsers?$top=500").await.body.len();
    let request = format!("GET /beta/riskyUsers?$top=500 HTTP/1.1\r\nHost: a\r\n{}\r\n", server.bearer());
    let mut stream = TcpStream::connect(server.emulator.address()).await.expect("listening");
    // More answers than the system holds for a client.
    let n_requests = 200;
    let all = request.repeat(n_requests);
    let an_hour = std::time::Duration::from_secs(3600);
    let _ = tokio::time::timeout(an_hour, stream.write_all(all.as_bytes())).await;
    let _ = tokio::time::timeout(an_hour, std::future::pending::<()>()).await;
    let mut taken = Vec::new();
    let _ = stream.read_to_end(&mut taken).await;
    assert!(taken.len() < n_requests * page, "{} of {}", taken.len(), n_requests * page);
    assert_eq!(server.get("/riskyUsers").await.status, 200);
}
