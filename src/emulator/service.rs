//! A request from its head to its answer. The order of the checks is the order in which they
//! are written in [`Service::admit`].

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use http_body_util::BodyExt as _;
use hyper::body::Bytes;
use hyper::body::{Body, Incoming};
use hyper::header::{ALLOW, AUTHORIZATION, CONTENT_TYPE, EXPECT, HOST, HeaderMap, HeaderValue, WWW_AUTHENTICATE};
use hyper::http::request::Parts;
use hyper::http::uri::Authority as HostAndPort;
use hyper::{Request, Response, StatusCode, Uri};
use serde_json::Number;

use super::answer::Trace;
use super::api::{Answer, Api, Plan};
use super::auth::{Authority, Caller};
use super::batch::BATCH;
use super::body::check;
use super::change::Bounds;
use super::clock::{self, Clock};
use super::content::{Answered, Content};
use super::directory::Directory;
use super::identity::Kind;
use super::json::Json;
use super::list::{KNOWN, Place, SKIP_TOKEN};
use super::log::{self, Seen};
use super::perform::read_body;
use super::proxy::Proxy;
use super::refusal::{Outcome, Refusal};
use super::routes::is_qualified;
use super::seed::Given;
use super::signin::{Endpoint, SignIn};
use super::state::Store;
use super::watch::Watch;
use crate::contract::{Contract, Operation, Query, Shape};
use crate::odata::{self, Instant, QueryOption};

/// Everything that answers requests.
pub(super) struct Service {
    pub(super) apis: Vec<Api>,
    pub(super) store: RwLock<Store>,
    pub(super) authority: Authority,
    pub(super) address: SocketAddr,
    pub(super) directory: Directory,
    /// Whether every token is accepted for everything.
    pub(super) any_token: bool,
    pub(super) page_size: usize,
    pub(super) capacity: usize,
    /// How many members of each set were made up at the start.
    pub(super) users: usize,
    /// How much of what is written down of changes is kept.
    pub(super) bounds: Bounds,
    pub(super) clock: Clock,
    /// Members to begin with.
    pub(super) entities: Given,
    /// How long an effect takes to be seen, in ticks.
    pub(super) settle_after: Instant,
    /// When the next accepted change takes effect.
    pub(super) due: AtomicI64,
    /// Records and faults; nothing looks at them while both are off.
    pub(super) watch: Watch,
    pub(super) proxy: Option<Proxy>,
}

/// The operation that a request is for, and the path parameters as they came.
pub(super) struct Located<'a> {
    pub(super) api: &'a Api,
    pub(super) operation: &'a Operation,
    pub(super) plan: &'a Plan,
    /// The path below the version, as requested.
    pub(super) path: &'a str,
    pub(super) parameters: Vec<(&'a str, &'a str)>,
}

/// How a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    Http,
    Https,
}

impl Scheme {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

/// A request whose head is in order.
pub(super) struct Admitted<'a> {
    pub(super) api: &'a Api,
    pub(super) operation: &'a Operation,
    pub(super) plan: &'a Plan,
    /// Who asks, where the token says so.
    pub(super) caller: Option<Arc<Caller>>,
    /// Path parameters, decoded.
    pub(super) parameters: Vec<(&'a str, Cow<'a, str>)>,
    pub(super) options: Vec<QueryOption<'a>>,
    /// The path below the version, as requested.
    pub(super) path: &'a str,
    /// The head as it came, and how.
    head: &'a Parts,
    scheme: Scheme,
    /// Whether the client asked for all members of evolvable enumerations.
    pub(super) all_members: bool,
}

/// The address as a client spelled it that spells in a way of its own.
#[derive(Debug, Clone)]
pub(super) struct Respelled(pub(super) Uri);

/// The longest body that is read.
const LONGEST_BODY: usize = 1024 * 1024;
/// How much of a refused request is taken from the connection, so that its answer is heard.
const DRAINED: usize = 16 * LONGEST_BODY;
/// How long a body may take.
const PATIENCE: Duration = Duration::from_secs(20);

impl Service {
    /// Answers one request.
    pub(super) async fn handle(&self, request: Request<Incoming>, scheme: Scheme) -> Answered {
        let (mut parts, mut body) = request.into_parts();
        self.respell(&mut parts);
        if self.version(&parts).is_none()
            && let Some(endpoint) = Endpoint::at(parts.uri.path())
        {
            // What is rare is kept apart, so that the state of every other request stays small.
            return Ok(Box::pin(self.sign_in(endpoint, &parts, scheme, body)).await);
        }
        let trace = Trace::new(&parts.headers);
        if self.is_batch(&parts) {
            return Box::pin(self.batch(&parts, scheme, body, trace)).await;
        }
        if self.watch.is_on() {
            return Box::pin(self.watched(&parts, scheme, body, trace)).await;
        }
        let started = log::is_on().then(clock::stopwatch);
        let outcome = match self.admit(&parts, scheme) {
            Ok(admitted) if admitted.operation.body.is_none() => self.perform(&admitted, None),
            Ok(admitted) => arrived(&mut body).await.and_then(|bytes| {
                let value = read_body(&admitted.api.contract, admitted.operation, &bytes)?;
                self.perform(&admitted, value.as_ref())
            }),
            Err(refusal) => Err(refusal),
        };
        if is_left(&parts, &body) {
            Box::pin(drain(&parts, body)).await;
        }
        if let Some(started) = started {
            let ((status, violated), (request_id, _)) = (log::shown(&outcome), trace.ids());
            self.log(&parts, &Seen { status, violated, request_id: &request_id, took: started.elapsed() });
        }
        Ok(trace.respond(outcome, &self.clock))
    }

    /// Answers a request that asks for a token, or where to ask for one.
    async fn sign_in(
        &self,
        endpoint: Endpoint<'_>,
        parts: &Parts,
        scheme: Scheme,
        mut body: Incoming,
    ) -> Response<Content> {
        let host = host(parts);
        let is_local = host.as_ref().is_none_or(|host| {
            let host = host.host().trim_matches(['[', ']']);
            host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        });
        let host = host.map_or_else(|| self.address.to_string(), |host| host.to_string());
        let signing_in = SignIn {
            directory: &self.directory,
            authority: &self.authority,
            contracts: self.contracts(),
            anybody: self.any_token,
            root: format!("{}://{host}", scheme.as_str()),
            is_local,
            now: self.clock.readable(),
        };
        // What did not arrive lacks its parameters.
        let bytes = arrived(&mut body).await.unwrap_or_default();
        drain(parts, body).await;
        let answer = signing_in.answer(endpoint, parts, &bytes);
        tracing::info!(endpoint = endpoint.name(), status = answer.status().as_u16(), "sign-in");
        self.note_sign_in(parts, scheme, &answer);
        answer
    }

    /// Gives a path that a client spells in a way of its own the described spelling, where there
    /// is nothing at the path as it came.
    pub(super) fn respell(&self, parts: &mut Parts) {
        let path = parts.uri.path();
        let below = |api: &Api| path.get(1 + api.contract.api.len()..).unwrap_or_default();
        let has = |api: &Api, path: &str| {
            let is_wanted = |place: usize| api.contract.operations[place].method == parts.method.as_str();
            api.routes.has(path, is_wanted)
        };
        // A qualified name would pass for the key of an entity.
        if !is_qualified(path) && self.version(parts).is_some_and(|api| has(api, below(api))) {
            return;
        }
        let trimmed = path.trim_start_matches('/');
        let (first, rest) = trimmed.split_once('/').unwrap_or((trimmed, ""));
        let Some(api) = self.apis.iter().find(|api| api.contract.api.eq_ignore_ascii_case(first)) else { return };
        let plain = match rest.trim_matches('/') {
            BATCH => Some(format!("/{BATCH}")),
            _ => api.routes.plain(rest),
        };
        let Some(plain) = plain else { return };
        let was_there = self.version(parts).is_some_and(|api| api.routes.has(below(api), |_| true));
        if self.version(parts).is_some_and(|api| below(api) == plain) || was_there && !has(api, &plain) {
            return;
        }
        let query = parts.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        let target = format!("/{}{plain}{query}", api.contract.api);
        let mut uri = parts.uri.clone().into_parts();
        uri.path_and_query = target.parse().ok();
        if let Ok(uri) = Uri::from_parts(uri) {
            let asked = std::mem::replace(&mut parts.uri, uri);
            parts.extensions.insert(Respelled(asked));
        }
    }

    /// What is served.
    pub(super) fn contracts(&self) -> Vec<&Contract> {
        self.apis.iter().map(|api| &api.contract).collect()
    }

    /// The version that a path begins with, if it is served.
    pub(super) fn version(&self, parts: &Parts) -> Option<&Api> {
        let path = parts.uri.path().strip_prefix('/')?;
        let is_of = |api: &&Api| {
            path.strip_prefix(api.contract.api.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.apis.iter().find(is_of)
    }

    /// Checks everything about a request but its body.
    pub(super) fn admit<'a>(&'a self, parts: &'a Parts, scheme: Scheme) -> Outcome<Admitted<'a>> {
        self.examine(self.locate(parts)?, parts, scheme)
    }

    /// Finds the operation.
    pub(super) fn locate<'a>(&'a self, parts: &'a Parts) -> Outcome<Located<'a>> {
        let Some(api) = self.version(parts) else {
            let versions: Vec<_> = self.apis.iter().map(|api| api.contract.api.as_str()).collect();
            let message = format!("There is nothing here; paths start with one of /{}.", versions.join(", /"));
            let refusal = Refusal::new(StatusCode::NOT_FOUND, "ResourceNotFound", message);
            return Err(match self.apis.first() {
                Some(api) => refusal.convention(&api.contract, "unknown-path"),
                None => refusal,
            });
        };
        let contract = &api.contract;
        let below = parts.uri.path().get(1 + contract.api.len()..).unwrap_or_default();
        let found = api.routes.at(below);
        if found.is_empty() {
            let message = "Resource not found: no operation has this path.";
            let refusal = Refusal::new(StatusCode::NOT_FOUND, "ResourceNotFound", message);
            return Err(refusal.convention(contract, "unknown-path"));
        }
        let method = |operation: usize| contract.operations[operation].method.as_str();
        let Some(route) = found.iter().find(|route| method(route.operation) == parts.method.as_str()) else {
            let mut methods: Vec<_> = found.iter().map(|route| method(route.operation)).collect();
            methods.dedup();
            return Err(wrong_method(&methods.join(", ")).convention(contract, "wrong-method"));
        };
        let (operation, plan) = (&contract.operations[route.operation], &api.plans[route.operation]);
        Ok(Located { api, operation, plan, path: below, parameters: route.parameters.clone() })
    }

    /// Checks the rest of the head.
    pub(super) fn examine<'a>(
        &'a self,
        located: Located<'a>,
        parts: &'a Parts,
        scheme: Scheme,
    ) -> Outcome<Admitted<'a>> {
        let Located { api, operation, plan, path, .. } = located;
        let caller = self.permit(api, operation, parts)?;
        headers(api, operation, parts)?;
        let mut parameters = Vec::with_capacity(located.parameters.len());
        for (name, raw) in located.parameters {
            parameters.push((name, parameter(api, operation, name, raw)?));
        }
        let options = options(api, operation, plan, parts.uri.query().unwrap_or_default())?;
        content_type(api, operation, parts)?;
        let all_members = prefers(parts, "include-unknown-enum-members");
        Ok(Admitted { api, operation, plan, caller, parameters, options, path, head: parts, scheme, all_members })
    }

    /// Who calls, and whether it may.
    pub(super) fn permit(&self, api: &Api, operation: &Operation, parts: &Parts) -> Outcome<Option<Arc<Caller>>> {
        let caller = self.authority.caller(&parts.headers);
        // Who only tries things out may do everything, with a token of any kind.
        if self.any_token && (caller.is_ok() || bears_token(&parts.headers)) {
            return Ok(caller.ok());
        }
        let caller = caller.map_err(|why| {
            Refusal::new(StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken", why)
                .convention(&api.contract, "unauthenticated")
                .with(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
        })?;
        let (kind, permitted) = caller.kind.permitted(&operation.permissions);
        let higher = operation.permissions.higher(kind);
        if caller.permissions.iter().any(|permission| permitted.contains(permission) || higher.contains(permission)) {
            self.role(api, operation, &caller)?;
            return Ok(Some(caller));
        }
        let message = match permitted {
            [] => "The requested operation is not supported for this kind of caller.".to_owned(),
            _ => format!("The token lacks the permission for this operation: {}.", permitted.join(" or ")),
        };
        let refusal = Refusal::new(StatusCode::FORBIDDEN, "Forbidden", message);
        Err(refusal.of(&api.contract, operation, "permission", Some(kind), &operation.permissions.origin))
    }

    /// Whether a signed-in user has one of the roles that the operation needs.
    fn role(&self, api: &Api, operation: &Operation, caller: &Caller) -> Outcome<()> {
        let Some(least) = operation.roles.first() else { return Ok(()) };
        let has = |id: &String| operation.roles.iter().any(|role| role.id == *id);
        if caller.kind != Kind::DelegatedWork || caller.roles.iter().any(has) {
            return Ok(());
        }
        let names: Vec<_> = operation.roles.iter().map(|role| role.name.as_str()).collect();
        let message = format!("The signed-in user has none of the roles for this operation: {}.", names.join(", "));
        let refusal = Refusal::new(StatusCode::FORBIDDEN, "Authorization_RequestDenied", message);
        Err(refusal.of(&api.contract, operation, "role", Some(&least.name), &least.origin))
    }

    /// The address that the client used, or else the one that is listened on.
    pub(super) fn place<'a>(&self, admitted: &Admitted<'a>) -> Place<'a> {
        let (api, scheme) = (&admitted.api.contract.api, admitted.scheme.as_str());
        let base = match host(admitted.head) {
            Some(host) => format!("{scheme}://{host}/{api}"),
            None => format!("{scheme}://{}/{api}", self.address),
        };
        Place { base, path: admitted.path, owner: None }
    }
}

/// Whether there is a token, whatever it is.
fn bears_token(headers: &HeaderMap) -> bool {
    let value = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let pair = value.and_then(|value| value.split_once(' '));
    pair.is_some_and(|(scheme, token)| scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty())
}

/// Whether there is more of a body to come. Who waits for leave to send it is told to keep it.
fn is_left(parts: &Parts, body: &Incoming) -> bool {
    !body.is_end_stream() && !parts.headers.contains_key(EXPECT)
}

/// Takes what is left of a body from the connection, so that the answer is heard.
pub(super) async fn drain(parts: &Parts, mut body: Incoming) {
    if !is_left(parts, &body) {
        return;
    }
    let taken = async {
        let mut n_bytes = 0;
        // Piece by piece: nobody reads it, so that none of it is kept.
        while n_bytes < DRAINED
            && let Some(Ok(frame)) = body.frame().await
        {
            n_bytes += frame.data_ref().map_or(0, Bytes::len);
        }
    };
    let _ = tokio::time::timeout(PATIENCE, taken).await;
}

/// Takes a whole body from the connection, and does not wait forever.
pub(super) async fn arrived(body: &mut Incoming) -> Outcome<Bytes> {
    tokio::time::timeout(PATIENCE, gather(body)).await.map_err(|_| {
        let message = "The body did not arrive in time.";
        Refusal::new(StatusCode::REQUEST_TIMEOUT, "RequestTimeout", message)
    })?
}

/// The address that the client used: HTTP/2 says it in the target, as HTTP/1 may.
pub(super) fn host(parts: &Parts) -> Option<HostAndPort> {
    let named = || HostAndPort::try_from(parts.headers.get(HOST)?.as_bytes()).ok();
    parts.uri.authority().cloned().or_else(named).filter(|host| !host.as_str().contains('@'))
}

/// Takes a whole body from the connection; the error is why it could not.
async fn gather(body: &mut Incoming) -> Outcome<Bytes> {
    let too_long = || {
        let message = format!("The body is longer than {LONGEST_BODY} bytes.");
        Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", message)
    };
    if body.size_hint().lower() > LONGEST_BODY as u64 {
        return Err(too_long());
    }
    // Nearly every body arrives in one piece, which is then used as it lies.
    let (mut first, mut rest) = (Bytes::new(), Vec::new());
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Refusal::bad_request("The body did not arrive whole."))?;
        let Ok(data) = frame.into_data() else { continue };
        if first.len().max(rest.len()) + data.len() > LONGEST_BODY {
            return Err(too_long());
        }
        if first.is_empty() {
            first = data;
        } else {
            if rest.is_empty() {
                rest.extend_from_slice(&first);
            }
            rest.extend_from_slice(&data);
        }
        if body.is_end_stream() {
            break;
        }
    }
    Ok(if rest.is_empty() { first } else { rest.into() })
}

fn wrong_method(allowed: &str) -> Box<Refusal> {
    let message = format!("This path has only {allowed}.");
    let refusal = Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message);
    match HeaderValue::from_str(allowed) {
        Ok(allowed) => refusal.with(ALLOW, allowed),
        Err(_) => refusal,
    }
}

/// Headers that have to be there; `Authorization` was seen to before.
pub(super) fn headers(api: &Api, operation: &Operation, parts: &Parts) -> Outcome<()> {
    for header in operation.headers.iter().filter(|header| header.required) {
        let is_present = header.name.eq_ignore_ascii_case("authorization")
            || header.name.eq_ignore_ascii_case("content-type")
            || parts.headers.contains_key(header.name.as_str());
        if !is_present {
            let refusal = Refusal::bad_request(format!("The header '{}' is missing.", header.name));
            return Err(refusal.of(&api.contract, operation, "header", Some(&header.name), &header.origin));
        }
    }
    Ok(())
}

pub(super) fn parameter<'a>(api: &Api, operation: &Operation, name: &str, raw: &'a str) -> Outcome<Cow<'a, str>> {
    let refuse = |why: &str| {
        let refusal = Refusal::bad_request(format!("The path parameter '{name}' {why}."));
        refusal.words(format!("the form of the path parameter '{name}'"), &operation.origin)
    };
    let value = match raw.contains('%') {
        true => Cow::Owned(odata::segment(raw).ok_or_else(|| refuse("is not percent-encoded UTF-8"))?),
        false => Cow::Borrowed(raw),
    };
    if let Some((_, shape)) = operation.parameters.iter().find(|(parameter, _)| parameter == name) {
        check(&api.contract, shape, &typed(api.contract.resolve(shape), &value))
            .map_err(|wrong| refuse(&wrong.what))?;
    }
    Ok(value)
}

pub(super) fn options<'a>(
    api: &Api,
    operation: &Operation,
    plan: &Plan,
    query: &'a str,
) -> Outcome<Vec<QueryOption<'a>>> {
    if query.is_empty() {
        return Ok(Vec::new());
    }
    let options = odata::options(query).map_err(|error| Refusal::bad_request(format!("Invalid query: {error}.")))?;
    let is_page = matches!(plan.answer, Answer::Page(_));
    for option in &options {
        let name = option.name.as_str();
        let described = operation.query.iter().find(|query| query.name == name);
        match described {
            Some(query) => value(api, operation, query, option)?,
            None if is_page && (name == "$count" || name == SKIP_TOKEN) => {}
            None => {
                let shown: String = name.chars().take(64).collect();
                let refusal = Refusal::bad_request(format!("The query option '{shown}' is not supported here."));
                let words = format!("the query options of {} {}", operation.method, operation.path);
                return Err(refusal.words(words, &operation.origin));
            }
        }
        if name.starts_with('$') && !KNOWN.contains(&name) {
            let refusal = Refusal::bad_request(format!("The emulator cannot evaluate the query option '{name}'."));
            return Err(refusal.words(format!("what the emulator knows of '{name}'"), &operation.origin));
        }
    }
    Ok(options)
}

/// Whether the value of a documented query option has the documented form.
fn value(api: &Api, operation: &Operation, query: &Query, option: &QueryOption<'_>) -> Outcome<()> {
    let shape = api.contract.resolve(&query.shape);
    check(&api.contract, shape, &typed(shape, &option.value)).map_err(|wrong| {
        let refusal = Refusal::bad_request(format!("The value of the query option '{}' {}.", query.name, wrong.what));
        refusal.of(&api.contract, operation, "query", Some(&query.name), &query.origin)
    })
}

/// Text out of a URL, as the JSON value that a shape speaks of.
fn typed<'a>(shape: &Shape, text: &'a str) -> Json<'a> {
    let parsed = match shape {
        Shape::Integer { .. } => text.parse::<i64>().ok().map(|number| Json::Number(number.into())),
        Shape::Number => text.parse().ok().and_then(Number::from_f64).map(Json::Number),
        Shape::Boolean => text.parse().ok().map(Json::Boolean),
        _ => None,
    };
    parsed.unwrap_or(Json::Text(text.into()))
}

/// A media type without its parameters.
fn media_type(text: &str) -> &str {
    text.split_once(';').map_or(text, |(media_type, _)| media_type).trim()
}

/// Whether the body, if the operation takes one, is announced as the documented media type.
pub(super) fn content_type(api: &Api, operation: &Operation, parts: &Parts) -> Outcome<()> {
    let Some(body) = &operation.body else { return Ok(()) };
    let mut found = parts.headers.get_all(CONTENT_TYPE).iter();
    let fits = match (found.next().map(|found| found.to_str()), found.next()) {
        (Some(Ok(found)), None) => media_type(found).eq_ignore_ascii_case(media_type(&body.content_type)),
        (None, _) => !body.required && parts.headers.get("content-length").is_none_or(|length| length == "0"),
        _ => false,
    };
    if fits {
        return Ok(());
    }
    let message = format!("The body has to be announced by Content-Type: {}.", body.content_type);
    let refusal = Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UnsupportedMediaType", message);
    Err(refusal.of(&api.contract, operation, "contentType", None, &body.origin))
}

fn prefers(parts: &Parts, preference: &str) -> bool {
    let values = parts.headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split([',', ';'])).any(|value| value.trim().eq_ignore_ascii_case(preference))
}
