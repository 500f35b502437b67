//! The emulator as its clients see it: bytes over a connection.

mod actions;
mod batch;
#[cfg(feature = "cli")]
mod command;
mod connections;
mod control;
mod crowd;
mod faults;
mod history;
#[cfg(feature = "tls")]
mod https;
mod lists;
mod records;
mod refusals;
mod signin;
mod slow;
mod start;
mod tolerance;

use entra_risk::contract::Contract;
use entra_risk::emulator::{Config, Emulator, Identity};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Ids that documented exchanges name.
const DISMISSED: &str = "04487ee0-f4f6-4e7f-8999-facc5a30e232";
const SHOWN: &str = "c2b6c2b9-dddc-acd0-2b39-d519d803dbc3";
/// An id that nothing names.
const UNKNOWN: &str = "11111111-2222-4333-8444-555555555555";

const DISMISS: &str = "/riskyUsers/dismiss";
const CONFIRM: &str = "/riskyUsers/confirmCompromised";

/// An emulator and a token with every permission.
struct Server {
    emulator: Emulator,
    token: String,
}

/// One answer, taken apart.
#[derive(Debug)]
struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

fn beta() -> Contract {
    crate::few::few().clone()
}

impl Server {
    async fn start() -> Self {
        Self::serving(Config::new(&[beta()])).await
    }

    async fn serving(config: Config) -> Self {
        let identity = Identity::all(&config.contracts);
        let emulator = Emulator::start(config).await.expect("a free port");
        let token = emulator.token(&identity);
        Self { emulator, token }
    }

    /// Sends bytes on a connection of their own and reads one answer.
    async fn raw(&self, bytes: impl AsRef<[u8]>) -> Reply {
        let mut stream = TcpStream::connect(self.emulator.address()).await.expect("listening");
        stream.write_all(bytes.as_ref()).await.expect("sent");
        Reply::read(&mut stream).await
    }

    /// Sends a request with these header lines (each ends with CR LF) below `/beta`.
    async fn send(&self, method: &str, path: &str, headers: &str, body: &str) -> Reply {
        self.send_to(method, &format!("/beta{path}"), headers, body).await
    }

    /// The same, below no version.
    async fn send_to(&self, method: &str, path: &str, headers: &str, body: &str) -> Reply {
        let host = self.emulator.address();
        let length = if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
        self.raw(format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\n{headers}{length}\r\n{body}")).await
    }

    async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &self.bearer(), "").await
    }

    async fn post(&self, path: &str, body: &str) -> Reply {
        self.send("POST", path, &format!("{}Content-Type: application/json\r\n", self.bearer()), body).await
    }

    fn bearer(&self) -> String {
        format!("Authorization: Bearer {}\r\n", self.token)
    }

    /// The entity with this id.
    async fn user(&self, id: &str) -> Value {
        let reply = self.get(&format!("/riskyUsers/{id}")).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json()
    }
}

impl Reply {
    async fn read(stream: &mut TcpStream) -> Self {
        Self::try_read(stream).await.expect("an answer")
    }

    /// `None` if the connection ended first.
    async fn try_read(stream: &mut TcpStream) -> Option<Self> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.ok()?);
        }
        let head = String::from_utf8(head).expect("ASCII");
        let mut lines = head.trim_end().split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers: Vec<_> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let mut reply = Self { status, headers, body: Vec::new() };
        let length = reply.header("content-length").map_or(0, |length| length.parse().expect("number"));
        reply.body.resize(length, 0);
        stream.read_exact(&mut reply.body).await.ok()?;
        Some(reply)
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Checks that this is a refusal as Graph writes them, and gives its innerError.
    #[track_caller]
    fn refused(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.header("content-type"), Some("application/json;odata.metadata=minimal;charset=utf-8"));
        let error = &self.json()["error"];
        assert_eq!(error["code"], code, "{error}");
        assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{error}");
        let inner = error["innerError"].clone();
        assert_eq!(inner["request-id"].as_str(), self.header("request-id"));
        assert!(inner["date"].as_str().is_some_and(|date| date.len() == 28), "{error}");
        inner
    }
}

/// A body with these ids.
fn ids<S: AsRef<str>>(ids: &[S]) -> String {
    let ids: Vec<_> = ids.iter().map(AsRef::as_ref).collect();
    serde_json::json!({ "userIds": ids }).to_string()
}
