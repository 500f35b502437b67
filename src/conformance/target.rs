//! A server under examination: over plain HTTP byte for byte, over TLS through the client's own
//! transport.

use std::collections::BTreeMap;
use std::net::ToSocketAddrs as _;
use std::time::Duration;

use url::{Host, Url};

use super::mask::Mask;
use crate::client::{Cloud, Session, SessionError, StaticToken, is_loopback};
use crate::rules::{BASIC, Credential, Form, ProbeToken, Reply, Request, UNKNOWN};
use crate::wire::{Connection, Framing};

/// How long the server may take for an answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often a throttled request is sent.
const MOST_ATTEMPTS: u32 = 6;
/// The longest that a throttled request waits.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Where a server is, which decides what it may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// This machine.
    Loopback,
    /// Anywhere else.
    Away,
}

/// Why a server cannot be examined. Completes "failed to …".
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// No connection, or no HTTP.
    #[error("reach {url}: {reason}")]
    Unreachable {
        /// The address.
        url: String,
        /// Why.
        reason: String,
    },
    /// The token is for Microsoft Graph, and this is not Microsoft Graph.
    #[error("use this token at {url}: its audience is Microsoft Graph, and it goes nowhere else")]
    ForeignAudience {
        /// The address.
        url: String,
    },
    /// The address or token cannot be used.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The token cannot be used.
    #[error("use the token: {0}")]
    Token(#[from] crate::client::TokenError),
}

/// Sees whether anything that speaks HTTP is at an address. No token is sent.
///
/// # Errors
/// An address that cannot be used, or nothing there.
pub async fn greet(base_url: &str) -> Result<(), TargetError> {
    Target::new(base_url, "none", BTreeMap::new())?.greet().await
}

/// A server.
pub(super) struct Target {
    base: Url,
    transport: Transport,
    token: String,
    probes: BTreeMap<ProbeToken, String>,
    mask: Mask,
}

enum Transport {
    Plain(Connection),
    Tls(Session),
}

impl Target {
    /// Prepares for a server. Nothing is sent.
    pub(super) fn new(
        base_url: &str,
        token: &str,
        mut probes: BTreeMap<ProbeToken, String>,
    ) -> Result<Self, TargetError> {
        let session = Session::builder().base_url(base_url).token(StaticToken::new(token)?).build()?;
        let base = session.version_url("");
        let base =
            Url::parse(&base).map_err(|error| TargetError::Unreachable { url: base, reason: error.to_string() })?;
        if std::iter::once(token).chain(probes.values().map(String::as_str)).any(is_for_graph) && !is_graph(&base) {
            return Err(TargetError::ForeignAudience { url: base.to_string() });
        }
        let transport = match base.scheme() {
            "http" if !is_here(&base) => {
                let host = base.host_str().unwrap_or_default().to_owned();
                return Err(SessionError::PlainHttp { host }.into());
            }
            "http" => Transport::Plain(Connection::new(authority(&base), PATIENCE)),
            _ => Transport::Tls(session),
        };
        probes.values_mut().for_each(|token| *token = token.trim().to_owned());
        let mask = Mask::new(std::iter::once(token).chain(probes.values().map(String::as_str)));
        Ok(Self { base, transport, token: token.trim().to_owned(), probes, mask })
    }

    /// Where it is.
    pub(super) fn reach(&self) -> Reach {
        if is_here(&self.base) { Reach::Loopback } else { Reach::Away }
    }

    /// Hides the tokens that are sent.
    pub(super) fn mask(&self) -> &Mask {
        &self.mask
    }

    /// The token that is needed and was not given.
    pub(super) fn lacks(&self, credential: Credential) -> Option<ProbeToken> {
        match credential {
            Credential::Probe(kind) if !self.probes.contains_key(&kind) => Some(kind),
            _ => None,
        }
    }

    /// Whether anything that speaks HTTP is there.
    pub(super) async fn greet(&mut self) -> Result<(), TargetError> {
        let request = Request { method: "GET".to_owned(), path: "/".to_owned(), ..Request::default() };
        let url = self.base.to_string();
        match self.once(&request, Credential::None, Form::Plain, false).await {
            Ok(_) => Ok(()),
            Err(reason) => Err(TargetError::Unreachable {
                url,
                reason: format!("{reason}; is the server up, and the address right?"),
            }),
        }
    }

    /// Sends a request, again where the server throttles.
    pub(super) async fn send(
        &mut self,
        request: &Request,
        credential: Credential,
        form: Form,
        to_the_end: bool,
    ) -> Result<Reply, String> {
        let mut attempt = 1;
        loop {
            let reply = self.once(request, credential, form, to_the_end).await?;
            if !matches!(reply.status, 429 | 503) || attempt == MOST_ATTEMPTS {
                return Ok(reply);
            }
            let asked = reply.header("retry-after").and_then(|text| text.trim().parse().ok()).map(Duration::from_secs);
            let wait = asked.unwrap_or(Duration::from_secs(1 << (attempt - 1)));
            tokio::time::sleep(wait.min(LONGEST_WAIT)).await;
            attempt += 1;
        }
    }

    /// Whether what goes over the connection can be seen, and chosen, byte for byte.
    pub(super) fn is_bare(&self) -> bool {
        matches!(self.transport, Transport::Plain(_))
    }

    /// Path and query of a further page, below the root; `None` where the link leads elsewhere.
    pub(super) fn below(&self, link: &str) -> Option<String> {
        let url = self.base.join(link).ok()?;
        let root = self.base.path().trim_end_matches('/');
        let path = url.path().strip_prefix(root).filter(|path| path.starts_with('/'))?;
        let near = url.origin() == self.base.origin() && url.username().is_empty() && url.password().is_none();
        near.then(|| match url.query() {
            Some(query) => format!("{path}?{query}"),
            None => path.to_owned(),
        })
    }

    /// Sends a request once. No rule, report or recording gets to see a token that comes back.
    async fn once(
        &mut self,
        request: &Request,
        credential: Credential,
        form: Form,
        to_the_end: bool,
    ) -> Result<Reply, String> {
        let sent = self.exchange(request, credential, form, to_the_end).await;
        let mut reply = sent.map_err(|reason| self.mask.text(&reason))?;
        self.mask.reply(&mut reply);
        Ok(reply)
    }

    async fn exchange(
        &mut self,
        request: &Request,
        credential: Credential,
        form: Form,
        to_the_end: bool,
    ) -> Result<Reply, String> {
        let bearer = |token: &String| format!("Bearer {token}");
        let authorization = match credential {
            Credential::Permitted => vec![bearer(&self.token)],
            Credential::SmallScheme => vec![format!("bearer {}", self.token)],
            Credential::Probe(kind) => self.probes.get(&kind).map(bearer).into_iter().collect(),
            Credential::Unknown => vec![UNKNOWN.to_owned()],
            Credential::Twice => vec![bearer(&self.token), BASIC.to_owned()],
            Credential::OtherScheme => vec![BASIC.to_owned()],
            Credential::None => Vec::new(),
        };
        let mut headers = request.headers.clone();
        headers.push(("Accept".to_owned(), "application/json".to_owned()));
        headers.extend(authorization.into_iter().map(|value| ("Authorization".to_owned(), value)));
        let path = format!("{}{}", self.base.path().trim_end_matches('/'), request.target());
        match &mut self.transport {
            Transport::Plain(connection) => {
                let framing = match form {
                    Form::Plain => Framing::Length,
                    Form::Chunked => Framing::Chunked,
                    Form::Expect => Framing::Expect,
                };
                let body = request.body.as_deref().map(|body| (body, framing));
                let sent = connection.send_framed(&request.method, &path, &headers, body, to_the_end).await;
                let answer = sent.map_err(|error| error.to_string())?;
                Ok(Reply { after: answer.after, ..Reply::new(answer.status, answer.headers, answer.body) })
            }
            Transport::Tls(session) => over_tls(session, &self.base, &path, request, headers).await,
        }
    }
}

async fn over_tls(
    session: &Session,
    base: &Url,
    path: &str,
    request: &Request,
    headers: Vec<(String, String)>,
) -> Result<Reply, String> {
    let text = |error: &dyn std::fmt::Display| error.to_string();
    let url = format!("{}{path}", base.origin().ascii_serialization());
    let method = reqwest::Method::from_bytes(request.method.as_bytes()).map_err(|error| text(&error))?;
    let mut call = session.http().request(method, url);
    for (name, value) in headers {
        call = call.header(name, value);
    }
    if let Some(body) = &request.body {
        call = call.body(body.clone());
    }
    let describe = |error: reqwest::Error| crate::client::describe(&error);
    let response = call.send().await.map_err(describe)?;
    let status = response.status().as_u16();
    let headers = response
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
    let headers = headers.collect();
    let body = response.bytes().await.map_err(describe)?.to_vec();
    Ok(Reply::new(status, headers, body))
}

/// Whether a server is on this machine. The client pins `localhost`; here the system resolves it,
/// and all that it gives must be this machine.
fn is_here(url: &Url) -> bool {
    let resolved =
        |name: &str| (name, 0).to_socket_addrs().is_ok_and(|mut all| all.all(|address| address.ip().is_loopback()));
    url.host().is_some_and(|host| match host {
        Host::Domain(name) => is_loopback(&host) && resolved(name),
        _ => is_loopback(&host),
    })
}

fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    format!("{host}:{}", url.port_or_known_default().unwrap_or(80))
}

/// Whether a token says that it is for Microsoft Graph. Opaque tokens say nothing.
fn is_for_graph(token: &str) -> bool {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let claims = token.trim().split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
    let claims = claims.and_then(|claims| serde_json::from_slice::<serde_json::Value>(&claims).ok());
    let Some(claims) = claims else { return false };
    // An emulator's tokens have the same audience, and its own issuer on loopback.
    let issuer = claims.get("iss").and_then(|issuer| issuer.as_str()).unwrap_or_default();
    let ours = Url::parse(issuer).is_ok_and(|url| url.host().is_some_and(|host| is_loopback(&host)));
    let audience = claims.get("aud").and_then(|audience| audience.as_str()).unwrap_or_default();
    let graph = Cloud::ALL.iter().any(|cloud| audience.trim_end_matches('/') == cloud.root());
    !ours && (graph || audience == GRAPH_APP)
}

/// The application id of Microsoft Graph, the same in every cloud.
const GRAPH_APP: &str = "00000003-0000-0000-c000-000000000000";

fn is_graph(url: &Url) -> bool {
    let origin = url.origin().ascii_serialization();
    Cloud::ALL.iter().any(|cloud| cloud.root() == origin)
}
