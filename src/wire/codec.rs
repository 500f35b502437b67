//! Reading one HTTP/1.1 message from a socket.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt as _};

/// Longest head, and longest body, that is read.
const LONGEST_HEAD: usize = 64 * 1024;
const LONGEST_BODY: usize = 16 * 1024 * 1024;
const MOST_HEADERS: usize = 100;

/// Why a message could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WireError {
    /// No connection could be made.
    #[error("connect: {0}")]
    Connect(#[source] io::Error),
    /// The socket failed.
    #[error("read from the connection: {0}")]
    Io(#[from] io::Error),
    /// The other side closed the connection before a message began.
    #[error("read an answer: the connection was closed without one")]
    Closed,
    /// The other side closed the connection within a message.
    #[error("read an answer: the connection was closed in the middle of it")]
    Truncated,
    /// What came is no HTTP/1.1.
    #[error("read an answer: it is not HTTP/1.1: {0}")]
    Malformed(String),
    /// It did not come in time.
    #[error("read an answer: none came within {0} s")]
    Timeout(u64),
}

/// The first line of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Head {
    /// Method and target.
    Request {
        /// As sent.
        method: String,
        /// As sent.
        target: String,
    },
    /// Status.
    Response {
        /// Three digits.
        status: u16,
    },
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The first line.
    pub head: Head,
    /// Headers in order; values that are no text have replacement characters.
    pub headers: Vec<(String, String)>,
    /// The body without its framing.
    pub body: Vec<u8>,
}

impl Message {
    /// The first header of this name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Whether the sender closes the connection behind the message.
    #[must_use]
    pub fn closes(&self) -> bool {
        self.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"))
    }
}

/// Which kind of message is expected, and whether it can have a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expect {
    Request,
    Response,
    /// The answer to HEAD, which announces a body and has none.
    ResponseToHead,
}

/// Reads one message. `buffer` keeps what was read beyond it.
pub(super) async fn read<R: AsyncRead + Unpin>(
    stream: &mut R,
    buffer: &mut Vec<u8>,
    expect: Expect,
) -> Result<Message, WireError> {
    let (head, headers, length) = loop {
        if let Some(parsed) = parse_head(buffer, expect)? {
            break parsed;
        }
        if buffer.len() > LONGEST_HEAD {
            return Err(WireError::Malformed("its head is too long".to_owned()));
        }
        if fill(stream, buffer).await? == 0 {
            return Err(if buffer.is_empty() { WireError::Closed } else { WireError::Truncated });
        }
    };
    buffer.drain(..length);
    let mut message = Message { head, headers, body: Vec::new() };
    let empty = matches!(message.head, Head::Response { status: 100..200 | 204 | 304 });
    if empty || expect == Expect::ResponseToHead {
        return Ok(message);
    }
    let chunked =
        message.header("transfer-encoding").is_some_and(|value| value.to_ascii_lowercase().ends_with("chunked"));
    let length = message.header("content-length").map(|value| value.trim().parse::<usize>());
    message.body = match (chunked, length) {
        (true, _) => chunks(stream, buffer).await?,
        (false, Some(Ok(length))) if length <= LONGEST_BODY => exactly(stream, buffer, length).await?,
        (false, Some(_)) => return Err(WireError::Malformed("its Content-Length is unusable".to_owned())),
        (false, None) if expect == Expect::Request => Vec::new(),
        (false, None) => {
            while buffer.len() <= LONGEST_BODY && fill(stream, buffer).await? > 0 {}
            std::mem::take(buffer)
        }
    };
    Ok(message)
}

type Parsed = (Head, Vec<(String, String)>, usize);

fn parse_head(buffer: &[u8], expect: Expect) -> Result<Option<Parsed>, WireError> {
    let malformed = |error: httparse::Error| WireError::Malformed(error.to_string());
    let mut storage = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let (head, length, headers) = match expect {
        Expect::Request => {
            let mut request = httparse::Request::new(&mut storage);
            let httparse::Status::Complete(length) = request.parse(buffer).map_err(malformed)? else { return Ok(None) };
            let (method, target) = (request.method.unwrap_or_default(), request.path.unwrap_or_default());
            (Head::Request { method: method.to_owned(), target: target.to_owned() }, length, request.headers)
        }
        Expect::Response | Expect::ResponseToHead => {
            let mut response = httparse::Response::new(&mut storage);
            let httparse::Status::Complete(length) = response.parse(buffer).map_err(malformed)? else {
                return Ok(None);
            };
            // Three digits that begin with 0 are no status (RFC 9110, 15).
            let status = response.code.filter(|code| (100..1000).contains(code));
            let status = status.ok_or_else(|| WireError::Malformed("it has no status".to_owned()))?;
            (Head::Response { status }, length, response.headers)
        }
    };
    let headers =
        headers.iter().map(|header| (header.name.to_owned(), String::from_utf8_lossy(header.value).into_owned()));
    Ok(Some((head, headers.collect(), length)))
}

async fn fill<R: AsyncRead + Unpin>(stream: &mut R, buffer: &mut Vec<u8>) -> Result<usize, WireError> {
    buffer.reserve(4096);
    Ok(stream.read_buf(buffer).await?)
}

async fn exactly<R: AsyncRead + Unpin>(
    stream: &mut R,
    buffer: &mut Vec<u8>,
    length: usize,
) -> Result<Vec<u8>, WireError> {
    while buffer.len() < length {
        if fill(stream, buffer).await? == 0 {
            return Err(WireError::Truncated);
        }
    }
    let rest = buffer.split_off(length);
    Ok(std::mem::replace(buffer, rest))
}

async fn chunks<R: AsyncRead + Unpin>(stream: &mut R, buffer: &mut Vec<u8>) -> Result<Vec<u8>, WireError> {
    let mut body = Vec::new();
    loop {
        let (start, size) = loop {
            match httparse::parse_chunk_size(buffer) {
                Ok(httparse::Status::Complete((start, size))) => break (start, size),
                Ok(httparse::Status::Partial) if buffer.len() < LONGEST_HEAD => {}
                _ => return Err(WireError::Malformed("its chunks are malformed".to_owned())),
            }
            if fill(stream, buffer).await? == 0 {
                return Err(WireError::Truncated);
            }
        };
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        if size > LONGEST_BODY - body.len().min(LONGEST_BODY) {
            return Err(WireError::Malformed("it is too long".to_owned()));
        }
        buffer.drain(..start);
        // The data and the line break behind it; trailers are not used by anybody we meet.
        let mut part = exactly(stream, buffer, size + 2).await?;
        part.truncate(size);
        if size == 0 {
            return Ok(body);
        }
        body.extend_from_slice(&part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn parse(text: &str, expect: Expect) -> (Result<Message, WireError>, Vec<u8>) {
        let mut buffer = Vec::new();
        let message = read(&mut text.as_bytes(), &mut buffer, expect).await;
        (message, buffer)
    }

    #[tokio::test]
    async fn bodies_end_where_their_framing_says() {
        for (text, body, rest) in [
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabcd", "ab", "cd"),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\n\r\nrest",
                "abc",
                "rest",
            ),
            ("HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\njunk", "", "junk"),
            ("HTTP/1.1 200 OK\r\n\r\nuntil the end", "until the end", ""),
        ] {
            let (message, buffer) = parse(text, Expect::Response).await;
            let message = message.expect(text);
            assert_eq!(String::from_utf8_lossy(&message.body), body, "{text}");
            assert_eq!(String::from_utf8_lossy(&buffer), rest, "{text}");
        }
    }

    #[tokio::test]
    async fn what_breaks_off_is_said_to() {
        let error =
            |text: &'static str| async move { parse(text, Expect::Response).await.0.expect_err(text).to_string() };
        assert!(error("").await.contains("without one"));
        assert!(error("HTTP/1.1 20").await.contains("middle"));
        assert!(error("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc").await.contains("middle"));
        assert!(error("SSH-2.0-x\r\n\r\n").await.contains("not HTTP"));
        assert!(error("HTTP/1.1 000 x\r\n\r\n").await.contains("no status"));
        assert!(error("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n").await.contains("Content-Length"));
    }
}
