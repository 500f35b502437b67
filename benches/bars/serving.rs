//! `entra-risk serve`: how soon it answers, and that it does not grow.

use std::io::{self, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::bar::{Bar, Most, Result};
use super::cost;
use super::program::PROGRAM;
use super::server::{Server, answer};

/// Connections that are kept open all the time.
const CONNECTIONS: usize = 8;
/// Requests that a connection has under way at once, so that the server is what is waited for.
const AHEAD: usize = 10;

/// First answer, and memory after many.
pub(crate) fn serve(quick: bool) -> Result {
    let (first, bare) = cost::least(41, first_answer, version)?;
    let first = Bar {
        name: "serve, first answer after start",
        value: first / 1000.0,
        floor: bare / 1000.0,
        unit: "ms",
        most: Most::Absolute(15.0),
    };
    let (early, late) = if quick { (20_000, 100_000) } else { (100_000, 1_000_000) };
    let server = Server::start(&[])?;
    let fresh = server.memory()?;
    load(&server, early)?;
    let floor = server.memory()?;
    load(&server, late - early)?;
    let value = server.memory()?;
    let name = if quick { "serve, memory after 100k (20k)" } else { "serve, memory after 1M (100k)" };
    let flat = Bar { name, value, floor, unit: "MiB", most: Most::Ratio(1.05) };
    let name = if quick { "serve, memory after 100k" } else { "serve, memory after 1M" };
    let small = Bar { name, value, floor: fresh, unit: "MiB", most: Most::Absolute(12e6 / 1_048_576.0) };
    Ok(vec![first, flat, small])
}

/// From before the process is made to the first byte of an answer.
#[allow(clippy::disallowed_methods)] // elapsed time is the subject
fn first_answer() -> io::Result<Duration> {
    let begun = Instant::now();
    let server = Server::start(&[])?;
    let mut stream = TcpStream::connect(&server.address)?;
    stream.write_all(request(&server, 0).as_bytes())?;
    stream.read_exact(&mut [0])?;
    Ok(begun.elapsed())
}

/// The floor: the same program saying its version.
#[allow(clippy::disallowed_methods)] // elapsed time is the subject
fn version() -> io::Result<Duration> {
    let begun = Instant::now();
    let child = Command::new(PROGRAM).arg("--version").stdout(Stdio::piped()).spawn()?;
    child.wait_with_output()?;
    Ok(begun.elapsed())
}

/// One of many requests: effects, reads, lists, and what is refused, each with ids and
/// tokens of its own so that whatever is kept of a request would add up.
fn request(server: &Server, nth: usize) -> String {
    const KNOWN: &str = "04487ee0-f4f6-4e7f-8999-facc5a30e232";
    let post = |action: &str, id: &str| {
        let body = format!(r#"{{"userIds":["{id}"]}}"#);
        ("POST", format!("/riskyUsers/{action}"), body)
    };
    let unknown = format!("00000000-0000-4000-8000-{nth:012x}");
    let (method, path, body) = match nth % 8 {
        0 => post("dismiss", KNOWN),
        1 => post("confirmCompromised", KNOWN),
        2 => ("GET", format!("/riskyUsers/{KNOWN}"), String::new()),
        3 => ("GET", format!("/riskyUsers?$filter=userPrincipalName%20eq%20'{nth}'"), String::new()),
        4 => ("GET", format!("/riskyUsers/{unknown}"), String::new()),
        5 => ("GET", format!("/nothing/{nth}"), String::new()),
        6 => post("dismiss", &nth.to_string()),
        _ => ("GET", "/riskyUsers?$top=1".to_owned(), String::new()),
    };
    let other = if nth % 16 == 15 { format!("{nth}") } else { String::new() };
    format!(
        "{method} /beta{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}{other}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        server.token,
        body.len()
    )
}

/// Sends so many requests and reads every answer.
fn load(server: &Server, n_requests: usize) -> io::Result<()> {
    let each = n_requests / CONNECTIONS;
    thread::scope(|scope| {
        let running: Vec<_> = (0..CONNECTIONS).map(|nth| scope.spawn(move || lane(server, nth * each, each))).collect();
        running.into_iter().try_for_each(|lane| {
            lane.join().unwrap_or_else(|_| Err(io::Error::other("a connection's thread panicked")))
        })
    })
}

fn lane(server: &Server, first: usize, count: usize) -> io::Result<()> {
    let mut stream = TcpStream::connect(&server.address)?;
    let mut answers = BufReader::new(stream.try_clone()?);
    let mut sent = 0;
    while sent < count {
        let batch = AHEAD.min(count - sent);
        let text: String = (0..batch).map(|nth| request(server, first + sent + nth)).collect();
        stream.write_all(text.as_bytes())?;
        for nth in 0..batch {
            let (status, _) = answer(&mut answers)?;
            let expected = match (first + sent + nth) % 16 {
                15 => 401,
                nth => [204, 204, 200, 200, 404, 404, 400, 200][nth % 8],
            };
            if status != expected {
                return Err(io::Error::other(format!("status {status} where {expected} is right")));
            }
        }
        sent += batch;
    }
    Ok(())
}
