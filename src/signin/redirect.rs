//! Where the browser comes back to after a sign-in: a page on this machine, for one visit.
//!
//! It reads one request line and answers with a text of its own. Nothing that was sent to it is
//! repeated, and it knows nothing of what signing in is about.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// The longest request that is read: codes have about a thousand bytes.
const LONGEST: usize = 32 * 1024;
/// How long a browser may take to say what it wants.
const PATIENCE: Duration = Duration::from_secs(10);

const DONE: &str = "You are signed in. You may close this window and go back to the terminal.";
const FAILED: &str = "This did not work. You may close this window: the terminal says why.";

/// A place on this machine to come back to.
pub(super) struct Redirect {
    listener: TcpListener,
    /// `localhost` is both to browsers, and some try this one first.
    second: Option<TcpListener>,
    port: u16,
}

impl Redirect {
    /// Listens on a free port.
    pub(super) async fn listen() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let second = TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await.ok();
        Ok(Self { listener, second, port })
    }

    /// Its address. Entra takes any port of `http://localhost` (RFC 8252, 7.3).
    pub(super) fn url(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// Waits for the visit that brings an answer, and judges it: what it brings is handed over,
    /// and the page says whether it was good.
    pub(super) async fn visited<T, E>(
        &self,
        judge: impl Fn(BTreeMap<String, String>) -> Result<T, E>,
    ) -> io::Result<Result<T, E>> {
        loop {
            let mut stream = self.accept().await?;
            // Browsers open connections that they do not use, and ask for icons.
            let Ok(Some(query)) = tokio::time::timeout(PATIENCE, request(&mut stream)).await else { continue };
            if !(query.contains_key("code") || query.contains_key("error")) {
                answer(&mut stream, "404 Not Found", "There is nothing here.").await;
                continue;
            }
            let judged = judge(query);
            match &judged {
                Ok(_) => answer(&mut stream, "200 OK", DONE).await,
                Err(_) => answer(&mut stream, "400 Bad Request", FAILED).await,
            }
            return Ok(judged);
        }
    }

    async fn accept(&self) -> io::Result<TcpStream> {
        match &self.second {
            None => self.listener.accept().await.map(|(stream, _)| stream),
            Some(second) => tokio::select! {
                accepted = self.listener.accept() => accepted.map(|(stream, _)| stream),
                accepted = second.accept() => accepted.map(|(stream, _)| stream),
            },
        }
    }
}

/// The parameters of a GET of the page itself; `None` for any other request.
async fn request(stream: &mut TcpStream) -> Option<BTreeMap<String, String>> {
    let mut head = Vec::new();
    let mut part = [0; 4096];
    while !head.windows(4).any(|window| window == b"\r\n\r\n") {
        let n = stream.read(&mut part).await.ok().filter(|n| *n > 0)?;
        head.extend_from_slice(&part[..n]);
        if head.len() > LONGEST {
            return None;
        }
    }
    let line = std::str::from_utf8(head.split(|byte| *byte == b'\r').next()?).ok()?;
    let target = line.strip_prefix("GET ")?.strip_suffix(" HTTP/1.1")?;
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    match path {
        "/" => Some(url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()),
        _ => Some(BTreeMap::new()),
    }
}

/// A small page. The browser may have gone, and then nobody misses it.
async fn answer(stream: &mut TcpStream, status: &str, text: &str) {
    let body = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>entra-risk</title>\
         <body style=\"font-family: sans-serif; margin: 4em\"><p>{text}</p></body></html>"
    );
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
         Referrer-Policy: no-referrer\r\nContent-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n\
         Connection: close\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
    let _ = stream.shutdown().await;
}
