//! The least server: it reads a request to its end and writes bytes that were made before. It
//! runs on threads of its own, so that the time of the measuring thread is the client's alone.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

/// Answers every request with what `answer` makes of its first line.
pub(crate) fn start<F, A>(answer: F) -> io::Result<SocketAddr>
where
    F: FnOnce(SocketAddr) -> A,
    A: Fn(&str) -> Arc<[u8]> + Send + Sync + 'static,
{
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    let answer = Arc::new(answer(address));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = Arc::clone(&answer);
            // A connection that breaks shows as a failed request on the other side.
            thread::spawn(move || serve(stream, |line| answer(line)));
        }
    });
    Ok(address)
}

fn serve(mut stream: TcpStream, answer: impl Fn(&str) -> Arc<[u8]>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let (mut filled, mut whole) = (0, None);
        while whole.is_none_or(|whole| filled < whole) {
            match stream.read(&mut buffer[filled..])? {
                0 => return Ok(()),
                read => filled += read,
            }
            whole = whole.or_else(|| length(&buffer[..filled]));
        }
        let line = buffer[..filled].split(|byte| *byte == b'\r').next().unwrap_or_default();
        stream.write_all(&answer(&String::from_utf8_lossy(line)))?;
    }
}

/// How long the request is whose head is at the beginning of the bytes.
fn length(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&bytes[..head]).ok()?.to_ascii_lowercase();
    let body = text.split("\r\n").find_map(|line| line.strip_prefix("content-length:"));
    Some(head + body.and_then(|body| body.trim().parse::<usize>().ok()).unwrap_or(0))
}

/// An answer with a JSON body.
pub(crate) fn json(body: &str) -> Arc<[u8]> {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}")
        .into_bytes()
        .into()
}
