//! What was received: one record for each request, kept in a bounded ring and shown to whoever
//! observes. It must not know how a request is answered or judged; it keeps no token.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper::body::Bytes;
use serde::Serialize;
use tokio::sync::watch;

use super::identity::Kind;
use crate::contract::{Origin, Rests};

/// One request, as it arrived, how it was judged and what was answered. The target and the body
/// may hold personal data, so `Debug` shows neither.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Received {
    /// Counts from 1, in the order of arrival.
    pub number: u64,
    /// For a request inside a batch, the number of the batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<u64>,
    /// When it arrived, by the emulator's clock: `2026-01-01T00:00:00Z`.
    pub time: String,
    /// `http` or `https`.
    pub scheme: &'static str,
    /// The host that the client asked for, if it said so.
    pub host: Option<String>,
    /// The method as sent.
    pub method: String,
    /// Path and query as sent, without the values of options that are secrets.
    pub target: String,
    /// Whether the path was spelled in a way of the client's own, and served all the same.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub respelled: bool,
    /// The version of the API, if it is one that is served.
    pub api: Option<String>,
    /// The path below the version, decoded.
    pub path: String,
    /// The id of the operation, if there is one at this path with this method.
    pub operation: Option<String>,
    /// Who called, if the token was one of this emulator.
    pub caller: Option<CallerSeen>,
    /// The least permissions of which any one would have sufficed, for this kind of caller; for
    /// an application where the caller is unknown.
    pub sufficient: Vec<String>,
    /// The media type as sent.
    pub content_type: Option<String>,
    /// How many bytes of body were taken.
    pub body_length: usize,
    /// The body, where the recording asks for bodies and this one is not too long. Personal data.
    #[serde(serialize_with = "as_text", skip_serializing_if = "Option::is_none")]
    pub body: Option<Bytes>,
    /// The status of the answer; none if the connection was broken instead.
    pub status: Option<u16>,
    /// The code of the error that was answered.
    pub code: Option<String>,
    /// After how many seconds the answer asks to come again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
    /// Whether the request was as documented.
    pub verdict: Verdict,
    /// What was not as documented, each thing that could be found.
    pub violations: Vec<Violation>,
    /// The fault that was applied.
    pub fault: Option<&'static str>,
    /// The id that the emulator gave to the request.
    pub request_id: String,
    /// The id that the client gave to it.
    pub client_request_id: Option<String>,
    /// How long the answer took, in microseconds.
    pub micros: u64,
}

impl Received {
    /// Whether the request was one that the documentation describes, in every respect.
    #[must_use]
    pub fn is_documented(&self) -> bool {
        self.verdict == Verdict::Documented
    }
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Received")
            .field("number", &self.number)
            .field("method", &self.method)
            .field("operation", &self.operation)
            .field("status", &self.status)
            .field("verdict", &self.verdict)
            .field("violations", &self.violations)
            .finish_non_exhaustive()
    }
}

/// Whether a request was as documented; the state of the server and its faults do not matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// A documented operation, called as documented.
    Documented,
    /// A path that the contracts know, with something about the request that is not documented.
    Wrong,
    /// A path that no contract knows.
    Outside,
    /// A request to sign in, of which contracts do not speak.
    SignIn,
}

impl Verdict {
    /// The word used in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Wrong => "wrong",
            Self::Outside => "outside",
            Self::SignIn => "signIn",
        }
    }
}

/// What a verified token said of its caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CallerSeen {
    /// How the caller signed in.
    pub kind: Kind,
    /// The id of the tenant that it signed in to.
    pub tenant: String,
    /// The permissions that it was granted.
    pub permissions: Vec<String>,
}

/// One respect in which a request was not as documented.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Violation {
    /// The id of the fact, or what it is about in words; none where only the message says.
    pub fact: Option<String>,
    /// What the fact says.
    pub says: Option<String>,
    /// The page, or what else says so.
    pub page: Option<String>,
    /// How firmly that stands.
    pub rests: Option<Rests>,
    /// The place in the description.
    pub origin: Option<Origin>,
    /// The status that such a request is answered with, unless something else is wrong first.
    pub status: u16,
    /// What is wrong, as the answer says it.
    pub message: String,
}

/// Whoever wants to see each request as soon as it is answered. Called on the connection's
/// task: it should not wait.
pub type Observer = Arc<dyn Fn(&Received) + Send + Sync>;

/// What to keep of the requests.
#[derive(Clone)]
pub struct Recording {
    /// How many requests are kept; the oldest gives way.
    pub keep: usize,
    /// How many bytes all kept bodies may have together; 0 keeps none.
    pub bodies: usize,
    /// Told of each request.
    pub observer: Option<Observer>,
}

impl Recording {
    /// The longest body that is kept; a longer one is left out whole.
    const LONGEST_BODY: usize = 64 * 1024;
}

impl Default for Recording {
    fn default() -> Self {
        Self { keep: 1000, bodies: 4 * 1024 * 1024, observer: None }
    }
}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recording").field("keep", &self.keep).field("bodies", &self.bodies).finish_non_exhaustive()
    }
}

/// The ring and its observers.
pub(super) struct Recorder {
    recording: Recording,
    ring: Mutex<Ring>,
    changed: watch::Sender<u64>,
}

#[derive(Default)]
struct Ring {
    records: VecDeque<Arc<Received>>,
    n_body_bytes: usize,
    last: u64,
}

impl Recorder {
    pub(super) fn new(recording: Recording) -> Self {
        Self { recording, ring: Mutex::default(), changed: watch::Sender::new(0) }
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of a request that has just arrived.
    pub(super) fn number(&self) -> u64 {
        let mut ring = self.ring();
        ring.last += 1;
        ring.last
    }

    /// A copy of a body, if such a one is kept.
    pub(super) fn body(&self, bytes: &Bytes) -> Option<Bytes> {
        let fits = bytes.len() <= Recording::LONGEST_BODY.min(self.recording.bodies);
        // A copy, so that no read buffer of a connection is kept alive by a short body.
        (fits && !bytes.is_empty()).then(|| Bytes::copy_from_slice(bytes))
    }

    /// Keeps a record, and tells of it.
    pub(super) fn keep(&self, received: Received) {
        let received = Arc::new(received);
        if let Some(observer) = &self.recording.observer {
            observer(&received);
        }
        let mut ring = self.ring();
        ring.n_body_bytes += length(&received);
        ring.records.push_back(received);
        while ring.records.len() > self.recording.keep || ring.n_body_bytes > self.recording.bodies {
            let Some(oldest) = ring.records.pop_front() else { break };
            ring.n_body_bytes -= length(&oldest);
        }
        drop(ring);
        self.changed.send_modify(|version| *version += 1);
    }

    /// Every kept record, the oldest first.
    pub(super) fn all(&self) -> Vec<Arc<Received>> {
        self.ring().records.iter().cloned().collect()
    }

    /// The records with a higher number, as soon as there is one.
    pub(super) async fn after(&self, number: u64) -> Vec<Arc<Received>> {
        let mut changed = self.changed.subscribe();
        loop {
            let newer: Vec<_> = self.ring().records.iter().filter(|record| record.number > number).cloned().collect();
            if !newer.is_empty() || changed.changed().await.is_err() {
                return newer;
            }
        }
    }

    /// Forgets every record; numbers go on, so that none is ever given twice.
    pub(super) fn clear(&self) {
        let mut ring = self.ring();
        ring.records.clear();
        ring.n_body_bytes = 0;
        drop(ring);
        self.changed.send_modify(|version| *version += 1);
    }

    /// Says that something else changed that is shown beside the records.
    pub(super) fn touch(&self) {
        self.changed.send_modify(|version| *version += 1);
    }

    /// Changes whenever a record comes or goes.
    pub(super) fn version(&self) -> u64 {
        *self.changed.borrow()
    }

    /// The version, as soon as it is another one than this.
    pub(super) async fn version_after(&self, seen: u64) -> u64 {
        let mut changed = self.changed.subscribe();
        let version = changed.wait_for(|version| *version != seen).await;
        version.map_or(seen, |version| *version)
    }
}

fn length(received: &Received) -> usize {
    received.body.as_ref().map_or(0, Bytes::len)
}

#[allow(clippy::ref_option)] // as serde calls it
fn as_text<S: serde::Serializer>(body: &Option<Bytes>, serializer: S) -> Result<S::Ok, S::Error> {
    body.as_ref().map(|body| String::from_utf8_lossy(body)).serialize(serializer)
}

/// Options of a query that hold secrets; none of Graph's do.
const SECRETS: [&str; 6] = ["access_token", "token", "client_secret", "client_assertion", "code", "password"];

/// A target without the values of secrets in its query.
pub(super) fn masked(target: &str) -> String {
    let Some((path, query)) = target.split_once('?') else { return target.to_owned() };
    let options = query.split('&').map(|option| match option.split_once('=') {
        Some((name, _)) if SECRETS.iter().any(|secret| name.eq_ignore_ascii_case(secret)) => format!("{name}=***"),
        _ => option.to_owned(),
    });
    format!("{path}?{}", options.collect::<Vec<_>>().join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(recorder: &Recorder, body: &'static [u8]) -> Received {
        Received {
            number: recorder.number(),
            within: None,
            time: String::new(),
            scheme: "http",
            host: None,
            method: "POST".to_owned(),
            target: "/beta/secret-name".to_owned(),
            respelled: false,
            api: None,
            path: String::new(),
            operation: None,
            caller: None,
            sufficient: Vec::new(),
            content_type: None,
            body_length: body.len(),
            body: recorder.body(&Bytes::from_static(body)),
            status: Some(204),
            code: None,
            retry_after: None,
            verdict: Verdict::Outside,
            violations: Vec::new(),
            fault: None,
            request_id: String::new(),
            client_request_id: None,
            micros: 0,
        }
    }

    fn numbers(recorder: &Recorder) -> Vec<u64> {
        recorder.all().iter().map(|received| received.number).collect()
    }

    #[test]
    fn the_oldest_gives_way_by_number_and_by_bytes() {
        let recorder = Recorder::new(Recording { keep: 3, bodies: 10, observer: None });
        for _ in 0..5 {
            recorder.keep(received(&recorder, b"1234"));
        }
        assert_eq!(numbers(&recorder), [4, 5], "eight bytes fit, twelve do not");
        for _ in 0..5 {
            recorder.keep(received(&recorder, b""));
        }
        assert_eq!(numbers(&recorder), [8, 9, 10]);
        recorder.keep(received(&recorder, b"12345678901"));
        assert_eq!(recorder.all()[2].body, None, "too long to keep, yet counted");
        assert_eq!(recorder.all()[2].body_length, 11);
        recorder.clear();
        recorder.keep(received(&recorder, b""));
        assert_eq!(numbers(&recorder), [12], "numbers go on");
    }

    #[test]
    fn neither_target_nor_body_are_in_debug() {
        let recorder = Recorder::new(Recording::default());
        let shown = format!("{:?}", received(&recorder, b"secret body"));
        assert!(!shown.contains("secret"), "{shown}");
    }

    #[test]
    fn secrets_in_a_query_are_masked_and_nothing_else() {
        assert_eq!(masked("/a?Access_Token=x&$top=1&code=y"), "/a?Access_Token=***&$top=1&code=***");
        for plain in ["/a", "/a?", "/a?$filter=x%20eq%20'y'&$skiptoken=z", "/a?token"] {
            assert_eq!(masked(plain), plain);
        }
    }
}
