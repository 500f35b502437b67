//! Clients that are slow, hold on, send too much or send
//! nonsense, and among them honest ones, who must not notice.

use std::fs::File;
use std::io;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

use super::bar::{Bar, Most, Result};
use super::program::PROGRAM;
use super::requests::{Asked, Lane, Mix, act, ids};
use super::server::{Server, TOKEN};

/// Connections of each bad kind; there are four kinds.
const EACH: usize = 50;
/// Connections of honest clients.
const HONEST: usize = 8;
/// What a client sends who sends too much.
const TOO_MUCH: usize = 10 * 1024 * 1024;

type Failure = Box<dyn std::error::Error>;

/// What the clients saw.
#[derive(Default)]
struct Seen {
    answered: AtomicU64,
    unanswered: AtomicU64,
    slowest_micros: AtomicU64,
    slow_answered: AtomicU64,
    refused: AtomicU64,
    nonsense: AtomicU64,
    wrong: AtomicU64,
}

/// A minute, or three seconds.
pub(crate) fn soak(quick: bool) -> Result {
    let length = Duration::from_secs(if quick { 3 } else { 60 });
    let complaints = tempfile::NamedTempFile::new()?;
    let mut command = Command::new(PROGRAM);
    command.args(["serve", "--users", "100"]).stderr(File::create(complaints.path())?);
    let server = Server::ready(command, TOKEN)?;
    let seen = Seen::default();
    let (early, late) = attack(&server, &seen, length)?;
    let said = std::fs::read_to_string(complaints.path())?;
    if !said.is_empty() {
        return Err(format!("the server said: {said}").into());
    }
    let count = |number: &AtomicU64| number.load(Ordering::Relaxed) as f64;
    println!(
        "     soak of {} s: {} honest requests answered; {} slow ones; {} bodies of 10 MiB refused; {} pieces of nonsense",
        length.as_secs(),
        count(&seen.answered),
        count(&seen.slow_answered),
        count(&seen.refused),
        count(&seen.nonsense),
    );
    let none = |name, value| Bar { name, value, floor: 0.0, unit: "requests", most: Most::Absolute(0.0) };
    let slowest = count(&seen.slowest_micros) / 1e3;
    Ok(vec![
        none("soak, honest requests without their answer", count(&seen.unanswered)),
        none("soak, other requests with a wrong answer", count(&seen.wrong)),
        Bar {
            name: "soak, slowest honest answer",
            value: slowest,
            floor: 0.0,
            unit: "ms",
            most: Most::Absolute(1000.0),
        },
        Bar {
            name: "soak, memory at the end (early)",
            value: late,
            floor: early,
            unit: "MiB",
            most: Most::Ratio(1.10),
        },
    ])
}

/// Lets all of them at the server. Its memory after a sixth of the time, and at the end.
#[allow(clippy::disallowed_methods)] // elapsed time is the subject
fn attack(server: &Server, seen: &Seen, length: Duration) -> std::result::Result<(f64, f64), Failure> {
    let requests = Mix::whole(&ids(server)?, "honest").requests;
    let end = Instant::now() + length;
    let is_over = AtomicBool::new(false);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    thread::scope(|scope| {
        // On threads of their own, so that the noise of the others is the server's to bear alone.
        for nth in 0..HONEST {
            let (is_over, requests) = (&is_over, &requests);
            scope.spawn(move || {
                while !is_over.load(Ordering::Relaxed) {
                    if honest(server, seen, requests, nth, is_over).is_err() {
                        seen.unanswered.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
        let memory = runtime.block_on(async {
            let bad = futures_util::future::join_all((0..4 * EACH).map(|nth| bad(server, seen, nth, end)));
            let memory = async {
                sleep_until(end - length * 5 / 6).await;
                let early = server.memory()?;
                sleep_until(end - length / 60).await;
                Ok((early, server.memory()?))
            };
            tokio::join!(bad, memory).1
        });
        is_over.store(true, Ordering::Relaxed);
        memory
    })
}

/// Sends honest requests, one after the other, and wants the right answer to each.
#[allow(clippy::disallowed_methods)] // elapsed time is the subject
fn honest(server: &Server, seen: &Seen, requests: &[Asked], nth: usize, is_over: &AtomicBool) -> io::Result<()> {
    let mut lane = Lane::open(server)?;
    lane.patience(Duration::from_secs(10))?;
    for asked in requests.iter().cycle().skip(nth) {
        if is_over.load(Ordering::Relaxed) {
            break;
        }
        let begun = std::time::Instant::now();
        let (status, _) = lane.call(&asked.text(server))?;
        if status != asked.status {
            return Err(io::Error::other(format!("status {status}")));
        }
        let took = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        seen.slowest_micros.fetch_max(took, Ordering::Relaxed);
        seen.answered.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

/// One of the bad clients. Whatever breaks is tried again until the end.
#[allow(clippy::disallowed_methods)] // elapsed time is the subject
async fn bad(server: &Server, seen: &Seen, nth: usize, end: Instant) {
    while Instant::now() < end {
        let _ = match nth % 4 {
            0 => timeout_at(end, slow(server, seen)).await,
            1 => timeout_at(end, holding_on(server, nth / 4)).await,
            2 => timeout_at(end, too_much(server, seen, nth / 4)).await,
            _ => timeout_at(end, nonsense(server, seen)).await,
        };
    }
}

/// Sends a good request a few bytes at a time.
async fn slow(server: &Server, seen: &Seen) -> io::Result<()> {
    let mut stream = TcpStream::connect(&server.address).await?;
    let mut text = act("dismiss", &["00000000-0000-4000-8000-000000000000".to_owned()]).text(server);
    while !text.is_empty() {
        let piece: Vec<u8> = text.drain(..fastrand::usize(1..=8).min(text.len())).collect();
        stream.write_all(&piece).await?;
        sleep(Duration::from_millis(10)).await;
    }
    expect(&mut stream, 204, &seen.slow_answered, seen).await
}

/// Begins something and leaves it at that, until the server ends the connection.
async fn holding_on(server: &Server, nth: usize) -> io::Result<()> {
    let mut stream = TcpStream::connect(&server.address).await?;
    let whole = act("dismiss", &[]).text(server);
    let begun: &[u8] = match nth % 5 {
        0 => b"",
        1 => b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0",
        2 => &whole[..whole.len() / 2],
        // All but the last byte of the body.
        _ => &whole[..whole.len() - 1],
    };
    stream.write_all(begun).await?;
    if nth % 5 == 4 {
        stream.shutdown().await?;
    }
    stream.read_to_end(&mut Vec::new()).await.map(drop)
}

/// Sends ten megabytes, with their length or in chunks, with or without a token.
async fn too_much(server: &Server, seen: &Seen, nth: usize) -> io::Result<()> {
    let piece = vec![b' '; 64 * 1024];
    let mut stream = TcpStream::connect(&server.address).await?;
    let authorization = match nth % 2 {
        0 => format!("Authorization: Bearer {}\r\n", server.token),
        _ => String::new(),
    };
    let is_chunked = nth % 4 < 2;
    let length = match is_chunked {
        true => "Transfer-Encoding: chunked".to_owned(),
        false => format!("Content-Length: {TOO_MUCH}"),
    };
    let head = format!(
        "POST /beta/riskyUsers/dismiss HTTP/1.1\r\nHost: localhost\r\n{authorization}Content-Type: application/json\r\n{length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    for _ in 0..TOO_MUCH / piece.len() {
        if is_chunked {
            stream.write_all(format!("{:x}\r\n", piece.len()).as_bytes()).await?;
        }
        stream.write_all(&piece).await?;
        if is_chunked {
            stream.write_all(b"\r\n").await?;
        }
    }
    if is_chunked {
        stream.write_all(b"0\r\n\r\n").await?;
    }
    let status = if authorization.is_empty() { 401 } else { 413 };
    expect(&mut stream, status, &seen.refused, seen).await
}

/// Sends random bytes, some of them behind the beginning of a request.
async fn nonsense(server: &Server, seen: &Seen) -> io::Result<()> {
    let mut stream = TcpStream::connect(&server.address).await?;
    let good = act("dismiss", &[]).text(server);
    let mut bytes = good[..fastrand::usize(0..good.len())].to_vec();
    if fastrand::bool() {
        bytes.clear();
    }
    bytes.extend((0..fastrand::usize(1..4096)).map(|_| fastrand::u8(..)));
    stream.write_all(&bytes).await?;
    stream.shutdown().await?;
    seen.nonsense.fetch_add(1, Ordering::Relaxed);
    stream.read_to_end(&mut Vec::new()).await.map(drop)
}

/// Counts an answer: as the right one, or as a wrong one. A connection that was reset is neither.
async fn expect(stream: &mut TcpStream, status: u16, right: &AtomicU64, seen: &Seen) -> io::Result<()> {
    let mut start = [0; 12];
    stream.read_exact(&mut start).await?;
    let is_right = start.ends_with(status.to_string().as_bytes());
    if is_right { right } else { &seen.wrong }.fetch_add(1, Ordering::Relaxed);
    Ok(())
}
