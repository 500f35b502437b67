//! Carries out the client's cases: calls through the dispatcher, against a scripted server.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use futures_util::future::join_all;

use super::RunError;
use super::run::Judging;
use crate::client::{Answer as Answered, AnyClient, BoxFuture, Clock, Connect, Error, Session, Token, TokenFn};
use crate::rules::Request;
use crate::rules::client::{Answer, CallResult, ClientCase, ClientSeen};
use crate::verdict::Verdict;
use crate::wire::{Head, Message, Scripted, Step};

/// How long the client waits for a silent server.
const IMPATIENCE: Duration = Duration::from_millis(100);
/// How long it waits again where nothing had arrived by then.
const MORE_PATIENCE: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(5)];
/// How long it waits for one that answers: longer than any machine is busy.
const PATIENCE: Duration = Duration::from_secs(30);

/// Judges cases without any call: what would call is not run, for this reason.
pub(super) fn decline(cases: Vec<ClientCase>, reason: &str, judging: &mut Judging<'_>) {
    for case in cases {
        match case.arguments {
            Some(_) => {
                case.checks.into_iter().for_each(|asserted| judging.record(asserted.check, Verdict::not_run(reason)));
            }
            None => judge(case, &ClientSeen::default(), judging),
        }
    }
}

/// Which client is called.
#[derive(Clone, Copy)]
pub(super) struct Whose<'a> {
    pub(super) api: &'a str,
    pub(super) connect: Connect,
}

pub(super) async fn run(
    benches: &Benches,
    cases: Vec<ClientCase>,
    whose: Whose<'_>,
    judging: &mut Judging<'_>,
) -> Result<(), RunError> {
    let seen = see(benches, &cases, whose).await?;
    for (case, seen) in cases.into_iter().zip(seen) {
        judge(case, &seen, judging);
    }
    Ok(())
}

/// What each case shows, in their order.
pub(super) async fn see(
    benches: &Benches,
    cases: &[ClientCase],
    whose: Whose<'_>,
) -> Result<Vec<ClientSeen>, RunError> {
    let is_silent = |case: &&ClientCase| case.script.contains(&Answer::Silence);
    let (silent, talking): (Vec<&ClientCase>, Vec<&ClientCase>) = cases.iter().partition(is_silent);
    let quick = benches.quick.caller(whose)?;
    // Silence takes time and no work: side by side, and beside the others.
    let one_by_one = async {
        let mut seen = Vec::with_capacity(talking.len());
        for case in &talking {
            seen.push(quick.call(case).await);
        }
        seen
    };
    let (seen, waited) = futures_util::future::join(one_by_one, bear_with(benches, &silent, whose)).await;
    let (mut seen, mut waited) = (seen.into_iter(), waited?.into_iter());
    let in_order = cases.iter().map(|case| if is_silent(&case) { waited.next() } else { seen.next() });
    Ok(in_order.map(Option::unwrap_or_default).collect())
}

/// What the client shows where the server is silent. Where a request did not even arrive, it was
/// this machine that was busy for so long: that call is made again, and given more time.
async fn bear_with(benches: &Benches, silent: &[&ClientCase], whose: Whose<'_>) -> Result<Vec<ClientSeen>, RunError> {
    let mut seen = benches.slow.caller(whose)?.side_by_side(silent).await;
    for patience in MORE_PATIENCE {
        let unheard: Vec<usize> = (0..silent.len()).filter(|nth| seen[*nth].requests.is_empty()).collect();
        if unheard.is_empty() {
            break;
        }
        let again: Vec<&ClientCase> = unheard.iter().map(|nth| silent[*nth]).collect();
        let bench = Bench::start(patience).await?;
        for (nth, other) in unheard.into_iter().zip(bench.caller(whose)?.side_by_side(&again).await) {
            seen[nth] = other;
        }
    }
    Ok(seen)
}

fn judge(case: ClientCase, seen: &ClientSeen, judging: &mut Judging<'_>) {
    for asserted in case.checks {
        let verdict: Verdict = (asserted.judge)(seen);
        judging.record(asserted.check, verdict);
    }
}

/// Where clients are tried, whatever API version they are of.
pub(super) struct Benches {
    quick: Bench,
    slow: Bench,
}

impl Benches {
    pub(super) async fn start() -> Result<Self, RunError> {
        Ok(Self { quick: Bench::start(PATIENCE).await?, slow: Bench::start(IMPATIENCE).await? })
    }
}

/// A scripted server and a session with it.
struct Bench {
    server: Scripted,
    session: Session,
    waits: Arc<Mutex<Vec<Duration>>>,
}

impl Bench {
    async fn start(attempt: Duration) -> Result<Self, RunError> {
        let server = Scripted::start().await?;
        let waits = Arc::new(Mutex::new(Vec::new()));
        let session = Session::builder()
            .root(&format!("http://{}", server.address()))
            .token(TokenFn(|_: String, claims: Option<String>| {
                std::future::ready(Token::new(if claims.is_some() { "token-with-claims" } else { "token" }))
            }))
            .clock(Recorder { waits: Arc::clone(&waits) })
            .attempt_timeout(attempt)
            .build()?;
        Ok(Self { server, session, waits })
    }

    /// The client of one API version.
    fn caller(&self, whose: Whose<'_>) -> Result<Caller<'_>, RunError> {
        let client = (whose.connect)(&self.session, whose.api);
        let no_client = || RunError::Selection(format!("this build has no client for '{}'", whose.api));
        Ok(Caller { bench: self, client: client.ok_or_else(no_client)? })
    }
}

/// The client of one API version on a bench.
struct Caller<'a> {
    bench: &'a Bench,
    client: AnyClient,
}

impl Caller<'_> {
    /// Calls that wait, all at once.
    async fn side_by_side(&self, cases: &[&ClientCase]) -> Vec<ClientSeen> {
        self.bench.server.begin(cases.iter().flat_map(|case| case.script.iter().map(step)));
        let results = join_all(cases.iter().map(|case| self.dispatch(case))).await;
        let received = self.bench.server.received();
        let seen = results.into_iter().map(|(result, id)| (of_call(&received, id.as_deref()), result));
        seen.map(|(requests, result)| ClientSeen { requests, result, waits: Vec::new() }).collect()
    }

    async fn call(&self, case: &ClientCase) -> ClientSeen {
        if case.arguments.is_none() {
            return ClientSeen::default();
        }
        let Bench { server, waits, .. } = self.bench;
        server.begin(case.script.iter().map(step));
        waits.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let (result, _) = self.dispatch(case).await;
        let waits = std::mem::take(&mut *waits.lock().unwrap_or_else(PoisonError::into_inner));
        let requests = server.received().iter().map(request).collect();
        ClientSeen { requests, result, waits }
    }

    /// The result of a call, and the id under which it was sent.
    async fn dispatch(&self, case: &ClientCase) -> (CallResult, Option<String>) {
        let empty = serde_json::Map::new();
        let arguments = case.arguments.as_ref().unwrap_or(&empty);
        match self.client.dispatch(&case.operation, arguments).await {
            Ok(answer) => (success(answer), None),
            Err(error) => (failure(&error), error.client_request_id().map(|id| id.to_string())),
        }
    }
}

fn step(answer: &Answer) -> Step {
    match answer {
        Answer::Bytes(bytes) => Step::Answer(bytes.clone()),
        Answer::Truncated(bytes) => Step::Truncated(bytes.clone()),
        Answer::Reset => Step::Reset,
        Answer::Silence => Step::Silence,
    }
}

fn success(answer: Answered) -> CallResult {
    CallResult { ok: true, status: Some(answer.status), body: answer.body, ..CallResult::default() }
}

fn failure(error: &Error) -> CallResult {
    CallResult {
        ok: false,
        status: error.status().map(|status| status.as_u16()),
        body: None,
        kind: format!("{:?}", error.kind()),
        delivery: format!("{:?}", error.delivery()),
        code: error.code().map(str::to_owned),
        request_id: error.request_id().map(str::to_owned),
        message: error.message().to_owned(),
    }
}

/// The requests of one call among those of several.
fn of_call(received: &[Message], id: Option<&str>) -> Vec<Request> {
    received.iter().filter(|message| message.header("client-request-id") == id).map(request).collect()
}

/// A captured request, decoded; the path without the version.
fn request(message: &Message) -> Request {
    let Head::Request { method, target } = &message.head else { return Request::default() };
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    // The version is the first segment of the base URL that the client was given.
    let path = path.get(1..).and_then(|rest| rest.find('/').map(|at| &rest[at..])).unwrap_or(path);
    Request {
        method: method.clone(),
        path: path.to_owned(),
        query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        headers: message.headers.clone(),
        body: (!message.body.is_empty()).then(|| message.body.clone()),
    }
}

/// A clock on which waits take no time and are remembered.
struct Recorder {
    waits: Arc<Mutex<Vec<Duration>>>,
}

impl Clock for Recorder {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
    }

    fn elapsed(&self) -> Duration {
        self.waits.lock().unwrap_or_else(PoisonError::into_inner).iter().sum()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        self.waits.lock().unwrap_or_else(PoisonError::into_inner).push(duration);
        Box::pin(std::future::ready(()))
    }

    fn chance(&self) -> f64 {
        0.5
    }
}
