//! What a request costs the emulator: beside a bare axum handler, and with many more paths.

use std::io::{self, BufReader, Write as _};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use super::bar::{Bar, Most, Result};
use super::floor::{self, Held, User};
use super::server::{Server, TOKEN, answer};
use super::{cost, invented};

/// Connections, each of which has one request under way.
const CONNECTIONS: usize = 16;
/// Requests on each connection in a round: some 10 ms of the server's time.
const TURNS: usize = 50;
/// Users that the emulator has: more than a page, and than an action names.
const USERS: &str = "100";

type Failure = Box<dyn std::error::Error>;

/// Emulator and floor, with one client on one CPU: all sixteen requests are there when the server
/// has its turn, so that what both pay to the system alike is as small as it gets.
pub(crate) fn requests(quick: bool) -> Result {
    on_one_cpu(move || {
        let ours = Server::start(&["--users", USERS])?;
        let (folder, floor) = floor(&ours)?;
        let mixes = Mix::all(&ids(&ours)?);
        let mut bars = Vec::new();
        for mix in &mixes {
            let (value, floor) = beside(quick, mix, &ours, &floor)?;
            bars.push(Bar { name: mix.name, value, floor, unit: "us", most: Most::Ratio(mix.most) });
        }
        drop(folder);
        Ok(bars)
    })
}

/// The same emulator with 8,000 more paths.
pub(crate) fn paths(quick: bool) -> Result {
    on_one_cpu(move || {
        let folder = invented::beside_ours()?;
        let path = folder.path().join("beta.yaml");
        let path = path.to_str().ok_or("the temporary folder has no name in UTF-8")?;
        let few = Server::start(&["--users", USERS])?;
        let many = Server::start(&["--users", USERS, "--spec", path])?;
        let started = cost::of_process(many.id())?.as_secs_f64() * 1e3;
        let floor = cost::of_process(few.id())?.as_secs_f64() * 1e3;
        let name = "serve, start with 8,000 more paths, CPU";
        let mut bars = vec![Bar { name, value: started, floor, unit: "ms", most: Most::Absolute(3000.0) }];
        let whole = Mix::whole(&ids(&few)?, "serve, a request with 8,000 more paths, CPU");
        let (value, floor) = beside(quick, &whole, &many, &few)?;
        bars.push(Bar { name: whole.name, value, floor, unit: "us", most: Most::Ratio(1.10) });
        Ok(bars)
    })
}

/// Runs something on a thread that stays on one CPU, as do the processes that it starts: the
/// rest of this program is free to use all.
fn on_one_cpu(run: impl FnOnce() -> Result + Send) -> Result {
    let run = || {
        cost::stay().map_err(|error| error.to_string())?;
        run().map_err(|error| error.to_string())
    };
    let run = std::thread::scope(|scope| scope.spawn(run).join());
    Ok(run.map_err(|_| "the thread panicked")??)
}

/// Starts the floor, with the users that the emulator has.
fn floor(ours: &Server) -> std::result::Result<(tempfile::TempDir, Server), Failure> {
    let users: Vec<User> = users(ours)?;
    let folder = tempfile::tempdir()?;
    let held = serde_json::to_vec(&Held { token: ours.token.clone(), users })?;
    std::fs::write(folder.path().join(floor::FILE), held)?;
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(floor::ARGUMENT).arg(folder.path());
    Ok((folder, Server::ready(command, TOKEN)?))
}

fn users<T: serde::de::DeserializeOwned>(server: &Server) -> std::result::Result<Vec<T>, Failure> {
    let mut lane = Lane::open(server)?;
    let (status, body) = lane.call(&get(server, "/beta/riskyUsers?$top=100"))?;
    if status != 200 {
        return Err(format!("status {status} for a list").into());
    }
    let mut page: Value = serde_json::from_slice(&body)?;
    Ok(serde_json::from_value(page["value"].take())?)
}

pub(crate) fn ids(server: &Server) -> std::result::Result<Vec<String>, Failure> {
    // What was deleted cannot be acted on.
    let kept = users::<User>(server)?.into_iter().filter(|user| user.is_deleted != Some(true));
    Ok(kept.map(|user| user.id).collect())
}

/// Requests that are sent in turn, and the status that answers each.
pub(crate) struct Mix {
    name: &'static str,
    /// How many times the floor's CPU a request may take.
    most: f64,
    pub(crate) requests: Vec<Asked>,
}

#[derive(Clone)]
pub(crate) struct Asked {
    method: &'static str,
    path: String,
    body: String,
    pub(crate) status: u16,
}

impl Mix {
    fn all(ids: &[String]) -> Vec<Self> {
        let mix = |name, requests: &[Asked]| Self { name, most: 1.25, requests: requests.to_vec() };
        // By themselves these two are above what a request may take on average: for each id the
        // floor makes a string and no more, and of what changes it writes no history.
        let dear = |name, most, requests: &[Asked]| Self { name, most, requests: requests.to_vec() };
        let dismiss = |n| act("dismiss", &ids[..n]);
        // An action that the one before undid: each changes its users and writes history.
        let changing = [act("confirmCompromised", &ids[..2]), dismiss(2)];
        let one = read(format!("/beta/riskyUsers/{}", ids[0]));
        vec![
            Self::whole(ids, "a request of the mix, CPU"),
            mix("dismiss of 1, CPU", &[dismiss(1)]),
            mix("dismiss of 2, CPU", &[dismiss(2)]),
            dear("dismiss of 60, CPU", 1.45, &[dismiss(60)]),
            dear("confirm and dismiss of 2 in turn, CPU", 1.75, &changing),
            mix("get, CPU", &[one]),
            mix("list of 10, CPU", &[read("/beta/riskyUsers?$top=10".to_owned())]),
        ]
    }

    /// What a program does that settles risk: reads a page and a user, and acts on one, a few, and
    /// as many as are allowed; some of it again, as retries do.
    pub(crate) fn whole(ids: &[String], name: &'static str) -> Self {
        let requests = vec![
            act("confirmCompromised", &ids[..2]),
            act("dismiss", &ids[..1]),
            act("dismiss", &ids[..2]),
            act("dismiss", &ids[..60]),
            read(format!("/beta/riskyUsers/{}", ids[0])),
            read("/beta/riskyUsers?$top=10".to_owned()),
        ];
        Self { name, most: 1.25, requests }
    }
}

pub(crate) fn act(action: &str, ids: &[String]) -> Asked {
    let path = format!("/beta/riskyUsers/{action}");
    Asked { method: "POST", path, body: json!({ "userIds": ids }).to_string(), status: 204 }
}

fn read(path: String) -> Asked {
    Asked { method: "GET", path, body: String::new(), status: 200 }
}

fn get(server: &Server, path: &str) -> Vec<u8> {
    read(path.to_owned()).text(server)
}

impl Asked {
    pub(crate) fn text(&self, server: &Server) -> Vec<u8> {
        let Self { method, path, body, .. } = self;
        let content = match body.len() {
            0 => String::new(),
            length => format!("Content-Type: application/json\r\nContent-Length: {length}\r\n"),
        };
        let Server { address, token, .. } = server;
        format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nAccept: application/json\r\nUser-Agent: bars\r\nAuthorization: Bearer {token}\r\n{content}\r\n{body}"
        )
        .into_bytes()
    }
}

/// Microseconds of CPU a request, of one server and of another.
fn beside(quick: bool, mix: &Mix, ours: &Server, floor: &Server) -> std::result::Result<(f64, f64), Failure> {
    let (mut ours, mut floor) = (Load::open(mix, ours)?, Load::open(mix, floor)?);
    let rounds = if quick { 9 } else { 41 };
    let (ours, floor) = cost::least(rounds, || ours.round(), || floor.round())?;
    let n_requests = (CONNECTIONS * TURNS) as f64;
    Ok((ours / n_requests, floor / n_requests))
}

/// Connections to one server, and what to send on them.
struct Load {
    process: u32,
    lanes: Vec<Lane>,
    requests: Vec<(Vec<u8>, u16)>,
}

impl Load {
    fn open(mix: &Mix, server: &Server) -> io::Result<Self> {
        let lanes = (0..CONNECTIONS).map(|_| Lane::open(server)).collect::<io::Result<_>>()?;
        let requests = mix.requests.iter().map(|asked| (asked.text(server), asked.status)).collect();
        Ok(Self { process: server.id(), lanes, requests })
    }

    /// The server's CPU time for a number of requests on each connection.
    fn round(&mut self) -> std::result::Result<Duration, Failure> {
        let begun = cost::of_process(self.process)?;
        for turn in 0..TURNS {
            let of = |lane: usize| (turn + lane) % self.requests.len();
            for (nth, lane) in self.lanes.iter_mut().enumerate() {
                lane.stream.write_all(&self.requests[of(nth)].0)?;
            }
            for (nth, lane) in self.lanes.iter_mut().enumerate() {
                let (status, _) = answer(&mut lane.answers)?;
                let expected = self.requests[of(nth)].1;
                if status != expected {
                    return Err(format!("status {status} where {expected} is right").into());
                }
            }
        }
        Ok(cost::of_process(self.process)?.saturating_sub(begun))
    }
}

/// One connection, on which one request is answered after the other.
pub(crate) struct Lane {
    stream: TcpStream,
    answers: BufReader<TcpStream>,
}

impl Lane {
    pub(crate) fn open(server: &Server) -> io::Result<Self> {
        let stream = TcpStream::connect(&server.address)?;
        stream.set_nodelay(true)?;
        Ok(Self { answers: BufReader::new(stream.try_clone()?), stream })
    }

    /// How long an answer may take.
    pub(crate) fn patience(&self, limit: Duration) -> io::Result<()> {
        self.stream.set_read_timeout(Some(limit))
    }

    pub(crate) fn call(&mut self, request: &[u8]) -> io::Result<(u16, Vec<u8>)> {
        self.stream.write_all(request)?;
        answer(&mut self.answers)
    }
}
