//! A proxy in front of a server that changes requests, answers, or both, on their way: what a
//! defective server looks like from outside, without a line of defect in the server.
//!
//! What nobody tampers with passes as it came, but for its framing; bytes that are no HTTP pass
//! untouched.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use super::codec::{Expect, Head, Message, WireError, read};
use super::connection::Answer;

/// What is done to the messages on their way.
pub trait Tamper: Send + Sync + 'static {
    /// What becomes of a request.
    fn request(&self, request: &Message) -> Passage;

    /// What becomes of the server's answer to it.
    fn answer(&self, request: &Message, answer: Answer) -> Answer;
}

/// What becomes of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Passage {
    /// It goes on as it came.
    On,
    /// These are sent in its place, in order; the answer to the last one is the answer.
    Instead(Vec<Message>),
    /// The server never hears of it; this is the answer.
    Answer(Answer),
}

/// The proxy. Dropping it stops it, and ends its connections.
#[derive(Debug)]
pub struct Tampering {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Tampering {
    /// Starts on a free port of loopback, in front of a server.
    ///
    /// # Errors
    /// No port could be had.
    pub async fn start(server: SocketAddr, tamper: Arc<dyn Tamper>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let task = tokio::spawn(async move {
            // Ends with the task, and every connection with it.
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(serve(stream, server, Arc::clone(&tamper)));
                while connections.try_join_next().is_some() {}
            }
        });
        Ok(Self { address, task })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Tampering {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One connection, with one connection to the server behind it.
async fn serve(mut stream: TcpStream, server: SocketAddr, tamper: Arc<dyn Tamper>) {
    let Ok(upstream) = TcpStream::connect(server).await else { return };
    let _ = (stream.set_nodelay(true), upstream.set_nodelay(true));
    let mut upstream = Upstream { stream: upstream, buffer: Vec::new(), server };
    let mut buffer = Vec::new();
    loop {
        if !ask_for_body(&mut stream, &mut buffer).await {
            return;
        }
        let request = match read(&mut stream, &mut buffer, Expect::Request).await {
            Ok(request) => request,
            Err(WireError::Malformed(_)) => return raw(stream, upstream.stream, &buffer).await,
            Err(_) => return,
        };
        let passed = match tamper.request(&request) {
            Passage::On => upstream.send(&request).await,
            Passage::Answer(answer) => Ok(answer),
            Passage::Instead(requests) => upstream.send_all(&requests).await,
        };
        // A server that breaks off has broken off for the client too.
        let Ok(answer) = passed else { return };
        let answer = tamper.answer(&request, answer);
        let ends = request.closes() || answer.after.is_some();
        if stream.write_all(&encode_answer(&request, &answer, ends)).await.is_err() {
            return;
        }
        if ends {
            let _ = stream.shutdown().await;
            return;
        }
    }
}

/// Reads a head, and tells the client to go on where it waits for leave to send the body.
async fn ask_for_body(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> bool {
    const LONGEST: usize = 64 * 1024;
    let ends = |buffer: &[u8]| memchr::memmem::find(buffer, b"\r\n\r\n");
    while ends(buffer).is_none() && buffer.len() < LONGEST {
        match stream.read_buf(buffer).await {
            // Whether that is a message is for the codec to say.
            Ok(0) | Err(_) => return !buffer.is_empty(),
            Ok(_) => {}
        }
        if buffer.first().is_some_and(|byte| !byte.is_ascii_alphabetic()) {
            return true;
        }
    }
    let Some(end) = ends(buffer) else { return true };
    let head = String::from_utf8_lossy(&buffer[..end]).to_ascii_lowercase();
    let waits = head.contains("\r\nexpect: 100-continue");
    !waits || stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await.is_ok()
}

/// What is no HTTP goes on byte for byte, with all that follows it.
async fn raw(mut stream: TcpStream, mut upstream: TcpStream, begun: &[u8]) {
    if upstream.write_all(begun).await.is_ok() {
        let _ = copy_bidirectional(&mut stream, &mut upstream).await;
    }
}

struct Upstream {
    stream: TcpStream,
    buffer: Vec<u8>,
    server: SocketAddr,
}

impl Upstream {
    async fn send_all(&mut self, requests: &[Message]) -> Result<Answer, WireError> {
        let mut last = Err(WireError::Closed);
        for request in requests {
            last = Ok(self.send(request).await?);
        }
        last
    }

    async fn send(&mut self, request: &Message) -> Result<Answer, WireError> {
        let closes = request.closes();
        self.stream.write_all(&encode_request(request)).await?;
        let expect = if is_head(request) { Expect::ResponseToHead } else { Expect::Response };
        let message = loop {
            let message = read(&mut self.stream, &mut self.buffer, expect).await?;
            if !matches!(message.head, Head::Response { status: 100..200 }) {
                break message;
            }
        };
        let closes = closes || message.closes();
        let Message { head: Head::Response { status }, headers, body } = message else {
            return Err(WireError::Malformed("it is a request".to_owned()));
        };
        if closes {
            self.stream = TcpStream::connect(self.server).await.map_err(WireError::Connect)?;
            self.buffer.clear();
        }
        Ok(Answer { status, headers, body, after: None })
    }
}

fn is_head(request: &Message) -> bool {
    matches!(&request.head, Head::Request { method, .. } if method == "HEAD")
}

/// Headers that belong to the framing, which is made anew.
fn is_framing(name: &str) -> bool {
    ["content-length", "transfer-encoding", "expect"].iter().any(|framing| name.eq_ignore_ascii_case(framing))
}

fn push_headers(text: &mut String, headers: &[(String, String)]) {
    for (name, value) in headers.iter().filter(|(name, _)| !is_framing(name)) {
        *text += &format!("{name}: {value}\r\n");
    }
}

fn encode_request(request: &Message) -> Vec<u8> {
    let Head::Request { method, target } = &request.head else { return Vec::new() };
    let mut text = format!("{method} {target} HTTP/1.1\r\n");
    push_headers(&mut text, &request.headers);
    // One that said that its body is empty still says so.
    let framed = request.headers.iter().any(|(name, _)| is_framing(name));
    if !request.body.is_empty() || framed {
        text += &format!("Content-Length: {}\r\n", request.body.len());
    }
    text += "\r\n";
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(&request.body);
    bytes
}

fn encode_answer(request: &Message, answer: &Answer, ends: bool) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 {} Answered\r\n", answer.status);
    push_headers(&mut text, &answer.headers);
    let bodiless = matches!(answer.status, 100..200 | 204 | 304);
    if !bodiless {
        text += &format!("Content-Length: {}\r\n", answer.body.len());
    }
    if ends && !answer.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("connection")) {
        text += "Connection: close\r\n";
    }
    text += "\r\n";
    let mut bytes = text.into_bytes();
    if !bodiless && !is_head(request) {
        bytes.extend_from_slice(&answer.body);
    }
    bytes.extend_from_slice(answer.after.as_deref().unwrap_or_default());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Connection, Scripted, Step};
    use std::time::Duration;

    /// Does to messages what two functions say.
    struct By<R, A>(R, A);

    impl<R, A> Tamper for By<R, A>
    where
        R: Fn(&Message) -> Passage + Send + Sync + 'static,
        A: Fn(Answer) -> Answer + Send + Sync + 'static,
    {
        fn request(&self, request: &Message) -> Passage {
            self.0(request)
        }

        fn answer(&self, _: &Message, answer: Answer) -> Answer {
            self.1(answer)
        }
    }

    async fn through<R, A>(steps: Vec<Step>, request: R, answer: A, to_the_end: bool) -> (Answer, Vec<Message>)
    where
        R: Fn(&Message) -> Passage + Send + Sync + 'static,
        A: Fn(Answer) -> Answer + Send + Sync + 'static,
    {
        let server = Scripted::start().await.expect("a port");
        server.begin(steps);
        let proxy = Tampering::start(server.address(), Arc::new(By(request, answer))).await.expect("a port");
        let mut connection = Connection::new(proxy.address().to_string(), Duration::from_secs(30));
        let headers = [("X-One".to_owned(), "1".to_owned())];
        let answer = connection.send("POST", "/a?b", &headers, Some(b"body"), to_the_end).await.expect("an answer");
        (answer, server.received())
    }

    fn step(text: &str) -> Step {
        Step::Answer(text.as_bytes().to_vec())
    }

    fn same(answer: Answer) -> Answer {
        answer
    }

    #[tokio::test]
    async fn what_nobody_tampers_with_passes() {
        let steps = vec![step("HTTP/1.1 200 OK\r\nX-Two: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n")];
        let (answer, received) = through(steps, |_| Passage::On, same, false).await;
        assert_eq!((answer.status, answer.body.as_slice()), (200, &b"hi"[..]));
        assert!(answer.headers.contains(&("X-Two".to_owned(), "2".to_owned())));
        let [request] = received.as_slice() else { panic!("{received:?}") };
        assert_eq!(request.head, Head::Request { method: "POST".to_owned(), target: "/a?b".to_owned() });
        assert_eq!((request.header("x-one"), request.body.as_slice()), (Some("1"), &b"body"[..]));
    }

    #[tokio::test]
    async fn a_request_is_answered_in_its_place_or_replaced() {
        let teapot = Answer { status: 418, headers: Vec::new(), body: Vec::new(), after: None };
        let here = teapot.clone();
        let (answer, received) = through(Vec::new(), move |_| Passage::Answer(here.clone()), same, false).await;
        assert_eq!((answer.status, received.len()), (418, 0));
        let twice = |request: &Message| Passage::Instead(vec![request.clone(), request.clone()]);
        let steps = vec![step("HTTP/1.1 204 First\r\n\r\n"), step("HTTP/1.1 202 Second\r\nContent-Length: 0\r\n\r\n")];
        let (answer, received) = through(steps, twice, same, false).await;
        assert_eq!((answer.status, received.len()), (202, 2));
    }

    #[tokio::test]
    async fn bytes_behind_an_answer_are_there() {
        let junk = |mut answer: Answer| {
            answer.after = Some(b"junk".to_vec());
            answer
        };
        let steps = vec![step("HTTP/1.1 204 No Content\r\n\r\n")];
        let (answer, _) = through(steps, |_| Passage::On, junk, true).await;
        assert_eq!((answer.status, answer.after.as_deref()), (204, Some(&b"junk"[..])));
    }

    #[tokio::test]
    async fn what_is_no_http_passes_byte_for_byte() {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let server = listener.local_addr().expect("an address");
        let echo = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            let mut read = [0; 9];
            stream.read_exact(&mut read).await.expect("bytes");
            stream.write_all(&read).await.expect("an echo");
        });
        let proxy = Tampering::start(server, Arc::new(By(|_: &Message| Passage::On, same))).await.expect("a port");
        let mut stream = TcpStream::connect(proxy.address()).await.expect("a connection");
        stream.write_all(b"\x16\x03\x01 no\0\r\n").await.expect("bytes");
        let mut back = Vec::new();
        stream.read_to_end(&mut back).await.expect("an echo");
        assert_eq!(back, b"\x16\x03\x01 no\0\r\n");
        echo.await.expect("the server");
    }
}
