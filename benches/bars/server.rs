//! The emulator in a process of its own, and the plainest client that there is.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use super::cost;
use super::program::PROGRAM;

/// The line with a token for everything.
pub(crate) const TOKEN: &str = "ENTRA_RISK_TOKEN";

/// A server, which ends with this value.
pub(crate) struct Server {
    child: Child,
    /// Where it listens.
    pub(crate) address: String,
    /// A token with every permission.
    pub(crate) token: String,
    /// What it said to export.
    pub(crate) exports: BTreeMap<String, String>,
}

impl Server {
    /// Starts `entra-risk serve`, and waits until it is ready.
    pub(crate) fn start(arguments: &[&str]) -> io::Result<Self> {
        let mut command = Command::new(PROGRAM);
        command.arg("serve").args(arguments);
        Self::ready(command, TOKEN)
    }

    /// Starts a server that prints lines to export as `serve` does, and waits for one of them.
    pub(crate) fn ready(mut command: Command, awaited: &str) -> io::Result<Self> {
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let lines = child.stdout.take().map(BufReader::new);
        let mut server = Self { child, address: String::new(), token: String::new(), exports: BTreeMap::new() };
        for line in lines.into_iter().flat_map(BufRead::lines) {
            let line = line?;
            let Some((name, value)) = line.strip_prefix("export ").and_then(|line| line.split_once('=')) else {
                continue;
            };
            server.exports.insert(name.to_owned(), value.trim_matches('\'').to_owned());
            match name {
                "ENTRA_RISK_GRAPH_ROOT" => server.address = value.trim_start_matches("http://").to_owned(),
                TOKEN => server.token = value.to_owned(),
                _ => {}
            }
            if name == awaited {
                return Ok(server);
            }
        }
        Err(io::Error::other("the server ended before it was ready"))
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Memory that the server has now, in MiB.
    pub(crate) fn memory(&self) -> io::Result<f64> {
        cost::memory(&self.id().to_string(), "VmRSS")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads one answer and gives its status and its body.
pub(crate) fn answer(answers: &mut BufReader<TcpStream>) -> io::Result<(u16, Vec<u8>)> {
    let (mut status, mut length, mut line) = (0, 0, String::new());
    loop {
        line.clear();
        if answers.read_line(&mut line)? == 0 {
            return Err(io::Error::other("the server closed the connection"));
        }
        if status == 0 {
            status = line.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        } else if line == "\r\n" {
            break;
        } else if line.len() > 15 && line[..15].eq_ignore_ascii_case("content-length:") {
            length = line[15..].trim().parse().map_err(io::Error::other)?;
        }
    }
    let mut body = vec![0; length];
    answers.read_exact(&mut body)?;
    Ok((status, body))
}
