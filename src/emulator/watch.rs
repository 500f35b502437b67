//! A request under observation: faults strike, and a record is kept. Nothing here runs while
//! nothing is recorded and no fault is set. It must not know any operation.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use hyper::body::{Bytes, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, EXPECT, HeaderValue, RETRY_AFTER};
use hyper::http::request::Parts;
use hyper::{Response, StatusCode};
use serde_json::{Value, json};

use super::answer::{Done, Trace};
use super::api::Answer;
use super::auth::Caller;
use super::clock::{self, Clock};
use super::content::{Answered, Broken, Content};
use super::faults::{Active, Fault, Spoil, Strike, Subject};
use super::identity::Kind;
use super::json::Json;
use super::judge::Judge;
use super::list::{Place, SKIP_TOKEN};
use super::log::{self, Seen};
use super::perform::read_body;
use super::record::{CallerSeen, Received, Recorder, Recording, Verdict, masked};
use super::refusal::{Outcome, Refusal};
use super::seed;
use super::service::{Admitted, Located, Respelled, Scheme, Service, arrived, drain, host};
use crate::odata::{self, Instant, format_instant};

/// Records and faults of one emulator.
pub(super) struct Watch {
    is_on: AtomicBool,
    pub(super) recorder: Option<Recorder>,
    pub(super) judge: Judge,
    outside_is_501: bool,
    /// The faults of the start, to come back to.
    first: Vec<Fault>,
    active: Mutex<Active>,
    /// Tokens are known again by a hash that only this emulator can make.
    hasher: RandomState,
}

impl Watch {
    pub(super) fn new(record: Option<Recording>, faults: Vec<Fault>) -> Self {
        Self {
            is_on: AtomicBool::new(record.is_some() || !faults.is_empty()),
            recorder: record.map(Recorder::new),
            judge: Judge::default(),
            outside_is_501: false,
            first: faults.clone(),
            active: Mutex::new(Active::new(faults)),
            hasher: RandomState::new(),
        }
    }

    /// With dice of faults that fall in another way.
    pub(super) fn with_dice(self, seed: u64) -> Self {
        self.change(|active| {
            let faults = std::mem::replace(active, Active::new(Vec::new()));
            *active = faults.with_dice(seed);
        });
        self
    }

    /// Answers 501 where no contract speaks of a path, if so wished.
    pub(super) fn answering_outside(self, outside_is_501: bool) -> Self {
        Self { outside_is_501, ..self }
    }

    /// Whether requests have to be looked at.
    pub(super) fn is_on(&self) -> bool {
        self.is_on.load(Ordering::Relaxed)
    }

    fn active(&self) -> MutexGuard<'_, Active> {
        self.active.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Each fault, and how often it struck.
    pub(super) fn faults(&self) -> Vec<(Fault, u64)> {
        self.active().list().map(|(fault, n_struck)| (fault.clone(), n_struck)).collect()
    }

    /// Changes which faults are set.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Active) -> T) -> T {
        let mut active = self.active();
        let changed = change(&mut active);
        self.is_on.store(self.recorder.is_some() || !active.is_empty(), Ordering::Relaxed);
        changed
    }

    /// Back to the start: the first faults, no records.
    pub(super) fn reset(&self) {
        self.change(|active| *active = Active::new(self.first.clone()));
        if let Some(recorder) = &self.recorder {
            recorder.clear();
        }
    }
}

impl Service {
    /// Everything as it was at the start.
    pub(super) fn reset(&self) {
        let contracts: Vec<_> = self.apis.iter().map(|api| api.contract.clone()).collect();
        // What fitted at the start still does.
        if let Ok(first) = seed::store(&contracts, &self.entities, self.users) {
            *self.store.write().unwrap_or_else(PoisonError::into_inner) = first;
        }
        self.due.store(Instant::MAX, Ordering::Relaxed);
        self.clock.reset();
        self.watch.reset();
    }

    /// Answers one request, with faults and a record.
    pub(super) async fn watched(&self, parts: &Parts, scheme: Scheme, mut body: Incoming, trace: Trace) -> Answered {
        let started = clock::stopwatch();
        let number = self.watch.recorder.as_ref().map(Recorder::number);
        let (bytes, failed) = match parts.headers.contains_key(EXPECT) && self.admit(parts, scheme).is_err() {
            true => (None, None),
            false => match arrived(&mut body).await {
                Ok(bytes) => (Some(bytes), None),
                Err(refusal) => (None, Some(refusal)),
            },
        };
        drain(parts, body).await;
        let came = Came { started, number, within: None, bytes, failed };
        self.observed(parts, scheme, came, trace).await
    }

    /// Answers a request whose body is there, with faults and a record.
    pub(super) async fn observed(&self, parts: &Parts, scheme: Scheme, came: Came, trace: Trace) -> Answered {
        let Came { started, number, within, bytes, failed } = came;
        let time = self.clock.now();
        let admitted = self.admit(parts, scheme).map_err(|refusal| self.outside(parts, refusal));
        let ready = admitted.and_then(|admitted| {
            let value = match (admitted.operation.body.is_some(), failed, &bytes) {
                (true, Some(refusal), _) => return Err(refusal),
                (true, None, Some(bytes)) => read_body(&admitted.api.contract, admitted.operation, bytes)?,
                _ => None,
            };
            Ok((admitted, value))
        });

        let located = self.locate(parts).ok();
        let caller = self.authority.caller(&parts.headers).ok();
        let subject = located.as_ref().map(|located| self.subject(located, caller.as_deref(), parts, ready.is_ok()));
        let delay = subject.as_ref().and_then(|subject| self.watch.active().delay(subject));
        if let Some(delay) = delay {
            tokio::time::sleep(delay).await;
        }
        let (end, fault) = self.carry_out(ready, subject.as_ref());
        let fault = fault.or(delay.map(|_| "latency"));

        if let (Some(recorder), Some(number)) = (&self.watch.recorder, number) {
            let mut received = self.received(number, parts, located.as_ref(), caller.as_deref());
            received.scheme = scheme.as_str();
            received.within = within;
            received.time = format_instant(time);
            received.body_length = bytes.as_ref().map_or(0, Bytes::len);
            received.body = bytes.as_ref().and_then(|bytes| recorder.body(bytes));
            (received.status, received.code) = end.shown();
            received.retry_after = end.retry_after();
            if fault.is_some() || received.status.is_none_or(|status| status >= 400) {
                (received.verdict, received.violations) = self.judge(parts, bytes.as_ref());
            }
            received.fault = fault;
            (received.request_id, received.client_request_id) = trace.ids();
            received.micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
            recorder.keep(received);
        }
        if log::is_on() {
            let ((status, code), (request_id, _)) = (end.shown(), trace.ids());
            let violated = fault.or(code.as_deref());
            self.log(parts, &Seen { status, violated, request_id: &request_id, took: started.elapsed() });
        }
        end.respond(trace, &self.clock)
    }

    /// Records a request to sign in, without what was sent: that is secrets.
    pub(super) fn note_sign_in(&self, parts: &Parts, scheme: Scheme, answer: &Response<Content>) {
        let Some(recorder) = &self.watch.recorder else { return };
        let mut received = self.received(recorder.number(), parts, None, None);
        received.verdict = Verdict::SignIn;
        received.scheme = scheme.as_str();
        received.time = format_instant(self.clock.now());
        received.target = parts.uri.path().to_owned();
        received.status = Some(answer.status().as_u16());
        if !answer.status().is_success() {
            let error: Value = serde_json::from_slice(answer.body().rest()).unwrap_or_default();
            let number = error["error_codes"][0].as_u64().map(|number| format!(" (AADSTS{number})"));
            let code = error["error"].as_str().map(|code| format!("{code}{}", number.unwrap_or_default()));
            received.code = code;
        }
        recorder.keep(received);
    }

    /// What is answered to a request of which no contract speaks.
    fn outside(&self, parts: &Parts, refusal: Box<Refusal>) -> Box<Refusal> {
        let is_unknown = refusal.status == StatusCode::NOT_FOUND && self.locate(parts).is_err();
        if !self.watch.outside_is_501 || !is_unknown || self.watch.judge.is_near(&self.apis, parts.uri.path()) {
            return refusal;
        }
        let message = "The descriptions that are served here do not speak of this path.";
        Refusal::new(StatusCode::NOT_IMPLEMENTED, "NotImplemented", message)
    }

    fn subject<'a>(
        &self,
        located: &Located<'a>,
        caller: Option<&'a Caller>,
        parts: &'a Parts,
        is_in_order: bool,
    ) -> Subject<'a> {
        let token = parts.headers.get(AUTHORIZATION).map(|token| self.watch.hasher.hash_one(token.as_bytes()));
        Subject {
            operation: &located.operation.id,
            method: parts.method.as_str(),
            tenant: caller.map(|caller| caller.tenant.as_str()),
            token: caller.zip(token).map(|(caller, token)| (token, caller.not_before)),
            would_act: is_in_order && located.operation.acts() && matches!(located.plan.answer, Answer::Fixed { .. }),
        }
    }

    /// Does what was asked for, unless a fault says otherwise.
    fn carry_out(
        &self,
        ready: Outcome<(Admitted<'_>, Option<Json<'_>>)>,
        subject: Option<&Subject<'_>>,
    ) -> (End, Option<&'static str>) {
        let strike = subject.and_then(|subject| self.watch.active().before(subject, self.clock.now()));
        let Some((strike, fault)) = strike else {
            let (outcome, page) = match ready {
                Err(refusal) => (Err(refusal), None),
                Ok((admitted, value)) => {
                    let is_page = matches!(admitted.plan.answer, Answer::Page(_));
                    let outcome = self.perform(&admitted, value.as_ref());
                    let page = (is_page && outcome.is_ok()).then_some(admitted);
                    (outcome, page)
                }
            };
            return self.spoil(outcome, page.as_ref(), subject);
        };
        let end = match strike {
            Strike::Refuse(refusal) => End::Answer(Err(refusal)),
            Strike::Html(status) => End::Html(status),
            Strike::Reset => End::Broken,
            Strike::NoEffect => End::Answer(ready.map(|(admitted, _)| nothing(&admitted))),
        };
        (end, Some(fault))
    }

    /// What a fault makes of an answer.
    fn spoil(
        &self,
        outcome: Outcome<Done>,
        page: Option<&Admitted<'_>>,
        subject: Option<&Subject<'_>>,
    ) -> (End, Option<&'static str>) {
        let has_body = outcome.as_ref().map_or(true, |done| done.body.is_some());
        let spoil = subject.and_then(|subject| self.watch.active().after(subject, has_body, page.is_some()));
        let Some((spoil, fault)) = spoil else { return (End::Answer(outcome), None) };
        let relink = |outcome: Outcome<Done>, host: Option<&str>, empty| {
            let place = page.map(|admitted| self.place(admitted));
            let again = page.zip(place).map(|(admitted, place)| again(&place, admitted, host));
            outcome.map(|done| Done { body: done.body.map(|body| relinked(&body, again, empty)), ..done })
        };
        let end = match spoil {
            Spoil::Reset => End::Broken,
            Spoil::Truncated => End::Cut(outcome),
            Spoil::EmptyPage => End::Answer(relink(outcome, None, true)),
            Spoil::Looping => End::Answer(relink(outcome, None, false)),
            Spoil::Foreign(host) => End::Answer(relink(outcome, Some(&host), false)),
        };
        (end, Some(fault))
    }

    /// The record of a request, without what came of it.
    pub(super) fn received(
        &self,
        number: u64,
        parts: &Parts,
        located: Option<&Located<'_>>,
        caller: Option<&Caller>,
    ) -> Received {
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let header = |name| parts.headers.get(name).map(text);
        let path = parts.uri.path();
        let target = parts.extensions.get::<Respelled>().map_or(&parts.uri, |Respelled(asked)| asked);
        let version = path.trim_start_matches('/').split('/').next().unwrap_or_default();
        let api = self.apis.iter().map(|api| &api.contract.api).find(|api| *api == version);
        let below = api.and_then(|api| path.trim_start_matches('/').get(api.len()..)).unwrap_or(path);
        let kind = caller.map_or(Kind::Application, |caller| caller.kind);
        Received {
            number,
            within: None,
            time: String::new(),
            scheme: "http",
            host: host(parts).map(|host| host.to_string()),
            method: parts.method.to_string(),
            target: masked(target.path_and_query().map_or(path, |target| target.as_str())),
            respelled: parts.extensions.get::<Respelled>().is_some(),
            api: api.cloned(),
            path: below
                .split('/')
                .map(|raw| odata::segment(raw).unwrap_or_else(|| raw.to_owned()))
                .collect::<Vec<_>>()
                .join("/"),
            operation: located.map(|located| located.operation.id.clone()),
            caller: caller.map(|caller| CallerSeen {
                kind: caller.kind,
                tenant: caller.tenant.clone(),
                permissions: caller.permissions.clone(),
            }),
            sufficient: located
                .map(|located| kind.permitted(&located.operation.permissions).1.to_vec())
                .unwrap_or_default(),
            content_type: header(CONTENT_TYPE),
            body_length: 0,
            body: None,
            status: None,
            code: None,
            retry_after: None,
            verdict: Verdict::Documented,
            violations: Vec::new(),
            fault: None,
            request_id: String::new(),
            client_request_id: None,
            micros: 0,
        }
    }
}

/// A request as it came.
pub(super) struct Came {
    pub(super) started: std::time::Instant,
    pub(super) number: Option<u64>,
    /// The number of the batch that it came in.
    pub(super) within: Option<u64>,
    /// Its body, if it was taken.
    pub(super) bytes: Option<Bytes>,
    /// Why it did not arrive.
    pub(super) failed: Option<Box<Refusal>>,
}

/// What came of a request.
enum End {
    Answer(Outcome<Done>),
    /// The answer ends in its midst.
    Cut(Outcome<Done>),
    Html(StatusCode),
    Broken,
}

/// A page of HTML, as a gateway answers that cannot reach what is behind it.
const GATEWAY: &[u8] = b"<!DOCTYPE html>\r\n<html><head><title>Gateway error</title></head>\
    <body><h1>Gateway error</h1><p>The service could not be reached.</p></body></html>\r\n";

impl End {
    /// The status and the code of the error, as far as the client hears of them.
    fn shown(&self) -> (Option<u16>, Option<String>) {
        match self {
            Self::Answer(Ok(done)) | Self::Cut(Ok(done)) => (Some(done.status.as_u16()), None),
            Self::Answer(Err(refusal)) | Self::Cut(Err(refusal)) => {
                (Some(refusal.status.as_u16()), Some(refusal.code.to_owned()))
            }
            Self::Html(status) => (Some(status.as_u16()), None),
            Self::Broken => (None, None),
        }
    }

    fn retry_after(&self) -> Option<u32> {
        let Self::Answer(Err(refusal)) = self else { return None };
        let (name, value) = refusal.header.as_ref()?;
        (name == RETRY_AFTER).then(|| value.to_str().ok()?.parse().ok()).flatten()
    }

    fn respond(self, trace: Trace, clock: &Clock) -> Answered {
        match self {
            Self::Answer(outcome) => Ok(trace.respond(outcome, clock)),
            Self::Cut(outcome) => Ok(trace.respond(outcome, clock).map(Content::into_cut)),
            Self::Html(status) => {
                let mut response = Response::new(Content::whole(Bytes::from_static(GATEWAY)));
                *response.status_mut() = status;
                response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
                Ok(response)
            }
            Self::Broken => Err(Broken),
        }
    }
}

/// The documented success of an operation of which nothing was done.
fn nothing(admitted: &Admitted<'_>) -> Done {
    let (headers, body) = match &admitted.plan.answer {
        Answer::Fixed { headers, body } => (headers.clone(), body.clone()),
        Answer::Page(_) | Answer::Entity(_) => (Vec::new(), None),
    };
    Done { status: admitted.plan.status, headers, body }
}

/// The address of the page that was asked for, at another host if so wished.
fn again(place: &Place<'_>, admitted: &Admitted<'_>, host: Option<&str>) -> String {
    let base = match host {
        Some(host) => format!("https://{host}/{}", admitted.api.contract.api),
        None => place.base.clone(),
    };
    let mut address = format!("{base}{}", place.path);
    let mut separator = '?';
    for option in &admitted.options {
        address.push(separator);
        address.push_str(option.raw);
        separator = '&';
    }
    if host.is_some() {
        address.push_str(&format!("{separator}{SKIP_TOKEN}=Zm9yZWlnbg"));
    }
    address
}

/// A page with another next link, and without members if so wished.
fn relinked(page: &Bytes, link: Option<String>, is_empty: bool) -> Bytes {
    let (Ok(Value::Object(mut page)), Some(link)) = (serde_json::from_slice(page), link) else { return page.clone() };
    if is_empty {
        page.insert("value".to_owned(), json!([]));
    }
    page.insert("@odata.nextLink".to_owned(), link.into());
    Value::Object(page).to_string().into()
}
