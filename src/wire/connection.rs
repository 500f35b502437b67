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
        let bytes = self.encode(method, target, headers, body, to_the_end);
        let kept = self.open.is_some();
        let patience = self.patience;
        let limit = |_| WireError::Timeout(patience.as_secs());
        match timeout(patience, self.exchange(&bytes, to_the_end)).await.map_err(limit)? {
            Err(WireError::Closed | WireError::Io(_) | WireError::Malformed(_)) if kept => {
                self.open = None;
                timeout(patience, self.exchange(&bytes, to_the_end)).await.map_err(limit)?
            }
            result => result,
        }
    }

    fn encode(
        &self,
        method: &str,
        target: &str,
        headers: &[(String, String)],
        body: Option<&[u8]>,
        close: bool,
    ) -> Vec<u8> {
        let mut text = format!("{method} {target} HTTP/1.1\r\nHost: {}\r\n", self.authority);
        for (name, value) in headers {
            text += &format!("{name}: {value}\r\n");
        }
        if let Some(body) = body {
            text += &format!("Content-Length: {}\r\n", body.len());
        }
        if close {
            text += "Connection: close\r\n";
        }
        text += "\r\n";
        let mut bytes = text.into_bytes();
        bytes.extend_from_slice(body.unwrap_or_default());
        bytes
    }

    async fn exchange(&mut self, bytes: &[u8], to_the_end: bool) -> Result<Answer, WireError> {
        let (mut stream, mut buffer) = match self.open.take().filter(|(_, rest)| rest.is_empty()) {
            Some(open) => open,
            None => {
                let stream = TcpStream::connect(&self.authority).await.map_err(WireError::Connect)?;
                stream.set_nodelay(true)?;
                (stream, Vec::new())
            }
        };
        stream.write_all(bytes).await?;
        let message = loop {
            let message = read(&mut stream, &mut buffer, Expect::Response).await?;
            // Interim answers (100 Continue) precede the one that counts.
            if !matches!(message.head, Head::Response { status: 100..200 }) {
                break message;
            }
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
        if !to_the_end && !closes {
            self.open = Some((stream, buffer));
        }
        Ok(Answer { status, headers, body, after })
    }
}
