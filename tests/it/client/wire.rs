//! A server on a plain socket: it keeps every byte it is sent, and counts connections.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What is done with one request.
pub(super) enum Act {
    /// These bytes, and the connection ends. In them `{token}` is the token that came, and
    /// `{here}` and `{port}` are the server's own.
    Close(String),
    /// A reset.
    Reset,
    /// No answer at all.
    Hang,
}

/// The server; it ends with the test's runtime.
pub(super) struct Wire {
    address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    script: VecDeque<Act>,
    connections: usize,
    requests: Vec<String>,
}

/// An answer with its length.
pub(super) fn answer(status: &str, headers: &str, body: &str) -> Act {
    Act::Close(format!("HTTP/1.1 {status}\r\n{headers}Connection: close\r\n\r\n{body}"))
}

/// A page in JSON.
pub(super) fn page(body: &serde_json::Value) -> Act {
    answer("200 OK", "Content-Type: application/json\r\n", &body.to_string())
}

impl Wire {
    pub(super) async fn start(script: impl IntoIterator<Item = Act>) -> Self {
        Self::at("127.0.0.1:0", script).await
    }

    /// On another address of this machine. macOS has no 127.0.0.2 unless told to.
    pub(super) async fn elsewhere(script: impl IntoIterator<Item = Act>) -> Self {
        let has_second = std::net::TcpListener::bind("127.0.0.2:0").is_ok();
        Self::at(if has_second { "127.0.0.2:0" } else { "[::1]:0" }, script).await
    }

    pub(super) async fn at(listen: &str, script: impl IntoIterator<Item = Act>) -> Self {
        let listener = TcpListener::bind(listen).await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Seen { script: script.into_iter().collect(), ..Seen::default() }));
        let shared = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                shared.lock().unwrap().connections += 1;
                tokio::spawn(serve(stream, address, Arc::clone(&shared)));
            }
        });
        Self { address, seen }
    }

    pub(super) fn root(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Requests, byte for byte.
    pub(super) fn requests(&self) -> Vec<String> {
        self.seen.lock().unwrap().requests.clone()
    }

    /// Nobody so much as connected.
    #[track_caller]
    pub(super) fn untouched(&self) {
        let seen = self.seen.lock().unwrap();
        assert_eq!((seen.connections, seen.requests.len()), (0, 0), "{:?}", seen.requests);
    }
}

async fn serve(mut stream: TcpStream, address: SocketAddr, seen: Arc<Mutex<Seen>>) {
    if let Some(request) = read(&mut stream).await {
        let head = request.lines().find_map(|line| line.strip_prefix("authorization: Bearer "));
        let token = head.unwrap_or("no-token").to_owned();
        let act = {
            let mut seen = seen.lock().unwrap();
            seen.requests.push(request);
            seen.script.pop_front()
        };
        let fill = |text: String| {
            text.replace("{token}", &token)
                .replace("{here}", &address.to_string())
                .replace("{port}", &address.port().to_string())
        };
        match act {
            Some(Act::Close(text)) => {
                stream.write_all(fill(text).as_bytes()).await.unwrap();
            }
            Some(Act::Reset) => {
                stream.set_zero_linger().unwrap();
            }
            Some(Act::Hang) => std::future::pending().await,
            None => {}
        }
    }
}

/// One request: head, and as much body as it says.
async fn read(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        bytes.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let start = bytes.len();
    bytes.resize(start + length.map_or(0, |length| length.parse().unwrap()), 0);
    stream.read_exact(&mut bytes[start..]).await.ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
