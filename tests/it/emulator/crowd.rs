//! Many bad clients at once, and an honest one that must not notice. `cargo bench --bench bars --
//! soak` does the same for a minute and looks at memory.

use std::sync::Arc;

use super::*;

/// What a client sends who sends too much.
const TOO_MUCH: usize = 10 * 1024 * 1024;

/// Sends a body of ten megabytes and reads what comes of it.
async fn too_much(server: &Server, authorization: &str, is_chunked: bool) -> u16 {
    let piece = vec![b' '; TOO_MUCH / 10];
    let mut stream = TcpStream::connect(server.emulator.address()).await.expect("listening");
    let length = match is_chunked {
        true => "Transfer-Encoding: chunked".to_owned(),
        false => format!("Content-Length: {TOO_MUCH}"),
    };
    let head = format!(
        "POST /beta{DISMISS} HTTP/1.1\r\nHost: a\r\n{authorization}Content-Type: application/json\r\n{length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.expect("sent");
    for _ in 0..TOO_MUCH / piece.len() {
        if is_chunked {
            stream.write_all(format!("{:x}\r\n", piece.len()).as_bytes()).await.expect("sent");
        }
        stream.write_all(&piece).await.expect("sent");
        if is_chunked {
            stream.write_all(b"\r\n").await.expect("sent");
        }
    }
    if is_chunked {
        stream.write_all(b"0\r\n\r\n").await.expect("sent");
    }
    Reply::read(&mut stream).await.status
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_honest_client_is_answered_among_two_hundred_that_are_not() {
    let server = Arc::new(Server::start().await);
    let good = format!("POST /beta{DISMISS} HTTP/1.1\r\nHost: a\r\n{}Content-Length: 100\r\n\r\n{{", server.bearer());
    let mut held = Vec::new();
    for nth in 0..200 {
        let mut stream = TcpStream::connect(server.emulator.address()).await.expect("listening");
        // Cut off at another place each, and some of it noise; then nothing more.
        let mut bytes = good.as_bytes()[..good.len() * nth / 200].to_vec();
        if nth % 2 == 1 {
            bytes.extend((0..100).map(|at| (at * at * 31 + nth) as u8));
        }
        // One that sends noise may be refused already.
        let _ = stream.write_all(&bytes).await;
        held.push(stream);
        if nth % 20 == 0 {
            assert_eq!(server.get("/riskyUsers").await.status, 200, "beside {nth}");
        }
    }
    let bodies: Vec<_> = [(true, true), (true, false), (false, true), (false, false)]
        .map(|(has_token, is_chunked)| {
            let server = server.clone();
            let authorization = if has_token { server.bearer() } else { String::new() };
            let expected = if has_token { 413 } else { 401 };
            let sent = tokio::spawn(async move { too_much(&server, &authorization, is_chunked).await });
            (expected, sent)
        })
        .into();
    for _ in 0..50 {
        assert_eq!(server.get("/riskyUsers").await.status, 200);
        assert_eq!(server.post(DISMISS, &ids(&[DISMISSED])).await.status, 204);
    }
    for (expected, sent) in bodies {
        // Who does not stop sending may find the connection gone, but nothing else.
        assert_eq!(sent.await.expect("no panic"), expected);
    }
    assert_eq!(server.user(DISMISSED).await["riskState"], "dismissed");
}
