//! One connection to a server, on which requests are sent as they are given.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::WireError;
use super::codec::{Expect, Head, Message, read};

/// A connection that is kept alive between requests where the server keeps it.
#[derive(Debug)]
pub struct Connection {
    authority: String,
    patience: Duration,
    open: Option<(TcpStream, Vec<u8>)>,
}

/// An answer with everything that came with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers in order.
    pub headers: Vec<(String, String)>,
    /// The body without its framing.
    pub body: Vec<u8>,
    /// What followed, where the connection was read to its end.
    pub after: Option<Vec<u8>>,
}

/// How the body of a request is put on the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Framing {
    /// With its length.
    #[default]
    Length,
    /// In chunks, without its length.
    Chunked,
    /// With its length, once the server says that it wants it (`Expect: 100-continue`), or does
    /// not say anything.
    Expect,
}

/// How long the server may take to say that it wants the body.
const LEAVE: Duration = Duration::from_millis(500);

/// A request in bytes.
struct Encoded {
    head: Vec<u8>,
    body: Vec<u8>,
    /// Whether the body waits for leave.
    waits: bool,
    expect: Expect,
}

impl Connection {
    /// A connection to `host:port` that waits so long for an answer. Nothing is opened yet.
    #[must_use]
    pub fn new(authority: impl Into<String>, patience: Duration) -> Self {
        Self { authority: authority.into(), patience, open: None }
    }

    /// Sends a request and reads the answer to it. With `to_the_end` the request asks to close
    /// the connection, and all that follows is read.
    ///
    /// A kept connection that turns out to be closed, or to hold bytes that nobody asked for, is
    /// opened anew, once.
    ///
    /// # Errors
    /// No connection, no answer in time, or one that is no HTTP/1.1.
    pub async fn send(
        &mut self,
        method: &str,
        target: &str,
        headers: &[(String, String)],
        body: Option<&[u8]>,
        to_the_end: bool,
    ) -> Result<Answer, WireError> {
        self.send_framed(method, target, headers, body.map(|body| (body, Framing::Length)), to_the_end).await
    }

    /// Like [`Connection::send`], with a body that is framed otherwise.
    ///
    /// # Errors
    /// Those of [`Connection::send`].
    pub async fn send_framed(
        &mut self,
        method: &str,
        target: &str,
        headers: &[(String, String)],
        body: Option<(&[u8], Framing)>,
        to_the_end: bool,
    ) -> Result<Answer, WireError> {
        let encoded = self.encode(method, target, headers, body, to_the_end);
        let kept = self.open.is_some();
        let patience = self.patience;
        let limit = |_| WireError::Timeout(patience.as_secs());
        match timeout(patience, self.exchange(&encoded, to_the_end)).await.map_err(limit)? {
            Err(WireError::Closed | WireError::Io(_) | WireError::Malformed(_)) if kept => {
                self.open = None;
                timeout(patience, self.exchange(&encoded, to_the_end)).await.map_err(limit)?
            }
            result => result,
        }
    }

    fn encode(
        &self,
        method: &str,
        target: &str,
        headers: &[(String, String)],
        body: Option<(&[u8], Framing)>,
        close: bool,
    ) -> Encoded {
        let mut text = format!("{method} {target} HTTP/1.1\r\nHost: {}\r\n", self.authority);
        for (name, value) in headers {
            text += &format!("{name}: {value}\r\n");
        }
        let framing = body.map(|(_, framing)| framing);
        let bytes = body.map_or(&[][..], |(bytes, _)| bytes);
        match framing {
            Some(Framing::Chunked) => text += "Transfer-Encoding: chunked\r\n",
            Some(Framing::Length | Framing::Expect) => text += &format!("Content-Length: {}\r\n", bytes.len()),
            None => {}
        }
        if framing == Some(Framing::Expect) {
            text += "Expect: 100-continue\r\n";
        }
        if close {
            text += "Connection: close\r\n";
        }
        text += "\r\n";
        Encoded {
            head: text.into_bytes(),
            body: if framing == Some(Framing::Chunked) { chunked(bytes) } else { bytes.to_vec() },
            waits: framing == Some(Framing::Expect),
            expect: if method == "HEAD" { Expect::ResponseToHead } else { Expect::Response },
        }
    }

    async fn exchange(&mut self, request: &Encoded, to_the_end: bool) -> Result<Answer, WireError> {
        let (mut stream, mut buffer) = match self.open.take().filter(|(_, rest)| rest.is_empty()) {
            Some(open) => open,
            None => {
                let stream = TcpStream::connect(&self.authority).await.map_err(WireError::Connect)?;
                stream.set_nodelay(true)?;
                (stream, Vec::new())
            }
        };
        let mut early = None;
        if request.waits {
            stream.write_all(&request.head).await?;
            if let Ok(message) = timeout(LEAVE, read(&mut stream, &mut buffer, request.expect)).await {
                early = Some(message?).filter(|message| !is_interim(message));
            }
            if early.is_none() {
                stream.write_all(&request.body).await?;
            }
        } else {
            stream.write_all(&[request.head.as_slice(), &request.body].concat()).await?;
        }
        // Whoever answers before the body leaves a connection that nobody can go on with.
        let spoilt = early.is_some();
        let message = match early {
            Some(message) => message,
            None => loop {
                let message = read(&mut stream, &mut buffer, request.expect).await?;
                // Interim answers (100 Continue) precede the one that counts.
                if !is_interim(&message) {
                    break message;
                }
            },
        };
        let closes = message.closes();
        let Message { head: Head::Response { status }, headers, body } = message else {
            return Err(WireError::Malformed("it is a request".to_owned()));
        };
        let after = match to_the_end {
            true => {
                stream.read_to_end(&mut buffer).await?;
                Some(std::mem::take(&mut buffer))
            }
            false => None,
        };
        if !to_the_end && !closes && !spoilt {
            self.open = Some((stream, buffer));
        }
        Ok(Answer { status, headers, body, after })
    }
}

fn is_interim(message: &Message) -> bool {
    matches!(message.head, Head::Response { status: 100..200 })
}

/// In two chunks, so that whoever reads one alone is noticed.
fn chunked(body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(body.len() + 32);
    for part in body.chunks(body.len().div_ceil(2).max(1)) {
        bytes.extend_from_slice(format!("{:x}\r\n", part.len()).as_bytes());
        bytes.extend_from_slice(part);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"0\r\n\r\n");
    bytes
}
