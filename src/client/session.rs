//! Where the service is and who asks: the safety of every call, whichever version it is of.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, HeaderName, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use reqwest::redirect::Policy;
use reqwest::{Request, Response};
use url::{Host, Position, Url};

use super::call::{Call, Refusal};
use super::challenge;
use super::error::unexpected;
use super::retry::retry_after;
use super::{
    Clock, Cloud, Error, ErrorKind, RetryPolicy, SystemClock, Token, TokenError, TokenProvider, TokenRequest, refusal,
};

/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long one attempt may take, answer included.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(60);

const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");
const PREFER: HeaderName = HeaderName::from_static("prefer");
/// Without it the service hides enum members that are newer than the enum
/// (concepts/best-practices.md).
const UNKNOWN_MEMBERS: HeaderValue = HeaderValue::from_static("include-unknown-enum-members");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A connection to one service in one identity. Cheap to clone; clones share connections.
#[derive(Clone)]
pub struct Session {
    shared: Arc<Shared>,
    call: Option<Arc<Call>>,
}

struct Shared {
    http: reqwest::Client,
    target: Target,
    tokens: Arc<dyn TokenProvider>,
    retry: RetryPolicy,
    clock: Arc<dyn Clock>,
    /// Scheme, host and port, for the token provider.
    resource: String,
}

/// What calls are addressed to.
#[derive(Debug, Clone)]
enum Target {
    /// A root that holds every version.
    Root(Url),
    /// The root of one version, as it is to be used.
    Version(Url),
}

impl Target {
    fn url(&self) -> &Url {
        match self {
            Self::Root(url) | Self::Version(url) => url,
        }
    }
}

/// Collects what a session needs.
#[derive(Default)]
pub struct SessionBuilder {
    target: Option<Result<Target, SessionError>>,
    tokens: Option<Arc<dyn TokenProvider>>,
    retry: RetryPolicy,
    clock: Option<Arc<dyn Clock>>,
    attempt_timeout: Option<Duration>,
}

/// Why there is no session. Completes "failed to …".
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// The address is no usable URL.
    #[error("use '{url}' as the address of the service: {reason}")]
    Address {
        /// As it was given, without user info.
        url: String,
        /// What is wrong and what to write instead.
        reason: String,
    },
    /// A token would travel in the clear.
    #[error("use 'http://{host}': a token never travels over plain HTTP except to this machine; write https://{host}")]
    PlainHttp {
        /// The host.
        host: String,
    },
    /// This build cannot speak HTTPS.
    #[error("use '{url}': this build has no TLS; enable the feature 'tls'")]
    NoTls {
        /// The address.
        url: String,
    },
    /// No token provider was given.
    #[error("open a session without a token provider; give one with .token(…)")]
    NoToken,
    /// The HTTP client cannot be made.
    #[error("set up the HTTP client")]
    Http(#[source] reqwest::Error),
    /// TLS cannot be set up.
    #[error("set up TLS: {0}")]
    Tls(String),
}

impl SessionBuilder {
    /// The cloud whose Graph is called.
    #[must_use]
    pub fn cloud(mut self, cloud: Cloud) -> Self {
        self.target = Some(address(cloud.root()).map(Target::Root));
        self
    }

    /// A root below which there are all versions: `http://127.0.0.1:8080`.
    #[must_use]
    pub fn root(mut self, url: &str) -> Self {
        self.target = Some(address(url).map(Target::Root));
        self
    }

    /// The root of one version, used as it is: `http://127.0.0.1:8080/beta`.
    #[must_use]
    pub fn base_url(mut self, url: &str) -> Self {
        self.target = Some(address(url).map(Target::Version));
        self
    }

    /// Who gives tokens: [`super::StaticToken`], [`super::TokenFn`], or an own provider.
    #[must_use]
    pub fn token(mut self, tokens: impl TokenProvider) -> Self {
        self.tokens = Some(Arc::new(tokens));
        self
    }

    /// When to try again; by default up to five attempts within two minutes.
    #[must_use]
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// Where time comes from; by default the machine's clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// How long one attempt may take, answer included; 60 s by default.
    #[must_use]
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// Opens the session. Nothing is sent.
    ///
    /// # Errors
    /// An address that is no http or https URL, carries user info, or is plain HTTP to another
    /// machine; no token provider; a TLS set-up that fails.
    pub fn build(self) -> Result<Session, SessionError> {
        let target = self.target.unwrap_or_else(|| address(Cloud::ALL[0].root()).map(Target::Root))?;
        let tokens = self.tokens.ok_or(SessionError::NoToken)?;
        let http = http_client(target.url(), self.attempt_timeout.unwrap_or(ATTEMPT_TIMEOUT))?;
        let resource = target.url().origin().ascii_serialization();
        let clock = self.clock.unwrap_or_else(|| Arc::new(SystemClock::new()));
        let shared = Shared { http, target, tokens, retry: self.retry, clock, resource };
        Ok(Session { shared: Arc::new(shared), call: None })
    }
}

fn address(text: &str) -> Result<Url, SessionError> {
    let fail = |url: &str, reason: &str| Err(SessionError::Address { url: url.to_owned(), reason: reason.to_owned() });
    let url = match Url::parse(text.trim()) {
        Ok(url) => url,
        Err(error) => return fail(text, &format!("{error}; write https://HOST/VERSION")),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return fail(&url.origin().ascii_serialization(), "it carries a user name or password");
    }
    if !matches!(url.scheme(), "http" | "https") {
        return fail(text, "it is neither http nor https");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return fail(text, "an address has no query and no fragment");
    }
    match (url.scheme(), url.host()) {
        (_, None) => fail(text, "it has no host"),
        ("http", Some(host)) if !is_loopback(&host) => Err(SessionError::PlainHttp { host: host.to_string() }),
        ("https", Some(_)) if !cfg!(feature = "tls") => Err(SessionError::NoTls { url: text.to_owned() }),
        _ => Ok(url),
    }
}

/// `localhost` is loopback by RFC 6761, 6.3.
fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
        Host::Domain(name) => name.eq_ignore_ascii_case("localhost"),
    }
}

fn http_client(url: &Url, attempt_timeout: Duration) -> Result<reqwest::Client, SessionError> {
    let builder = reqwest::Client::builder()
        .redirect(Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(attempt_timeout)
        .user_agent(concat!("entra-risk/", env!("CARGO_PKG_VERSION")));
    let builder = match url.scheme() {
        // A proxy would see the token.
        "http" => plain(builder.no_proxy()),
        _ => encrypted(builder)?,
    };
    builder.build().map_err(SessionError::Http)
}

/// Certificates cost milliseconds to load, and plain HTTP needs none.
#[cfg(feature = "tls")]
fn plain(builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    match rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions() {
        Ok(config) => builder.tls_backend_preconfigured(
            config.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth(),
        ),
        Err(_) => builder,
    }
}

#[cfg(not(feature = "tls"))]
fn plain(builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    builder
}

/// The system's trust, with ring as the explicit provider: reqwest's own choice panics without
/// one.
#[cfg(feature = "tls")]
fn encrypted(builder: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder, SessionError> {
    use rustls_platform_verifier::BuilderVerifierExt as _;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = |error: rustls::Error| SessionError::Tls(error.to_string());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(tls)?
        .with_platform_verifier()
        .map_err(tls)?
        .with_no_client_auth();
    Ok(builder.tls_backend_preconfigured(config).https_only(true))
}

#[cfg(not(feature = "tls"))]
fn encrypted(builder: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder, SessionError> {
    Ok(builder)
}

impl Session {
    /// Starts to describe a session.
    #[must_use]
    pub fn builder() -> SessionBuilder {
        SessionBuilder::default()
    }

    /// The root of an API version on this session's service.
    #[must_use]
    pub fn version_url(&self, api: &str) -> String {
        let url = self.shared.target.url().as_str().trim_end_matches('/');
        match self.shared.target {
            Target::Root(_) => format!("{url}/{api}"),
            Target::Version(_) => url.to_owned(),
        }
    }

    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.shared.http
    }

    pub(crate) fn for_call(&self, call: &Arc<Call>) -> Self {
        Self { shared: Arc::clone(&self.shared), call: Some(Arc::clone(call)) }
    }

    /// Whether a URL has the scheme, host and port that the token is meant for.
    fn is_home(&self, url: &Url) -> bool {
        let home = self.shared.target.url();
        url.scheme() == home.scheme()
            && url.host() == home.host()
            && url.port_or_known_default() == home.port_or_known_default()
            && url.username().is_empty()
            && url.password().is_none()
    }

    /// Before a request is sent: is it the one that was meant, and who asks. The text is for
    /// the generator's error; the call keeps the reason.
    pub(crate) async fn prepare(&self, request: &mut Request, base_url: &str, template: &str) -> Result<(), String> {
        if !self.is_home(request.url()) || !fits(request.url(), base_url, template) {
            return Err(
                self.refuse(Refusal::Target("a path parameter is empty, or leads to another operation".to_owned()))
            );
        }
        self.identify(request).await
    }

    /// Token, correlation id and preferences.
    async fn identify(&self, request: &mut Request) -> Result<(), String> {
        let wanted = TokenRequest { resource: &self.shared.resource, claims: None, rejected: None };
        let token = match self.shared.tokens.token(wanted).await {
            Ok(token) => token,
            Err(error) => return Err(self.refuse(Refusal::Token(error.to_string()))),
        };
        let is_get = request.method() == Method::GET;
        let headers = request.headers_mut();
        headers.insert(AUTHORIZATION, token.header().clone());
        if let Some(call) = &self.call {
            let mut text = uuid::Uuid::encode_buffer();
            let id = call.client_request_id.hyphenated().encode_lower(&mut text);
            if let Ok(value) = HeaderValue::from_str(id) {
                headers.insert(CLIENT_REQUEST_ID, value);
            }
        }
        if is_get {
            headers.insert(PREFER, UNKNOWN_MEMBERS);
        }
        Ok(())
    }

    fn refuse(&self, refusal: Refusal) -> String {
        let (Refusal::Token(reason) | Refusal::Target(reason)) = &refusal;
        let reason = reason.clone();
        if let Some(call) = &self.call {
            call.trace().refusal = Some(refusal);
        }
        reason
    }

    /// Sends a prepared request, again where the policy says so.
    pub(crate) async fn execute(&self, mut request: Request) -> reqwest::Result<Response> {
        let shared = &*self.shared;
        let begun = shared.clock.elapsed();
        let mut attempt = 1;
        let mut challenged = false;
        loop {
            let next = request.try_clone();
            self.note(|trace| trace.attempts += 1);
            let response = match shared.http.execute(request).await {
                Ok(response) => response,
                Err(error) => return Err(self.failed(error)),
            };
            let (status, headers) = (response.status(), response.headers());
            let after = retry_after(headers, shared.clock.now());
            self.note(|trace| {
                trace.status = Some(status);
                trace.headers.clone_from(headers);
                trace.retry_after = after;
            });
            if status.is_success() {
                return Ok(response);
            }
            let Some(mut again) = next else { return refusal::keep(response, self.call.as_deref()).await };
            if status == StatusCode::UNAUTHORIZED && !challenged {
                challenged = true;
                if let Some(token) = self.answer_challenge(headers, &again).await {
                    again.headers_mut().insert(AUTHORIZATION, token.header().clone());
                    refusal::drain(response).await;
                    request = again;
                    continue;
                }
            }
            let spent = shared.clock.elapsed().saturating_sub(begun);
            let wait = match RetryPolicy::covers(status) {
                true => shared.retry.wait(attempt, spent, after, shared.clock.chance()),
                false => None,
            };
            let Some(wait) = wait else { return refusal::keep(response, self.call.as_deref()).await };
            refusal::drain(response).await;
            shared.clock.sleep(wait).await;
            attempt += 1;
            request = again;
        }
    }

    /// A token with the claims that the service asks for, if it asks and the provider can.
    async fn answer_challenge(&self, headers: &HeaderMap, refused: &Request) -> Option<Token> {
        let claims = headers.get_all(WWW_AUTHENTICATE).iter().find_map(challenge::claims)?;
        let rejected = refused.headers().get(AUTHORIZATION).and_then(Token::from_header);
        let wanted =
            TokenRequest { resource: &self.shared.resource, claims: Some(&claims), rejected: rejected.as_ref() };
        let token: Result<Token, TokenError> = self.shared.tokens.token(wanted).await;
        token.ok()
    }

    fn failed(&self, error: reqwest::Error) -> reqwest::Error {
        self.note(|trace| {
            // Refused by the builder or while connecting: no byte of the request left.
            trace.unknown |= !(error.is_connect() || error.is_builder());
            trace.failure = Some(refusal::describe(&error));
        });
        error.without_url()
    }

    fn note(&self, change: impl FnOnce(&mut super::call::Trace)) {
        if let Some(call) = &self.call {
            change(&mut call.trace());
        }
    }

    /// Reads the page behind a link of the service.
    pub(super) async fn follow<T: serde::de::DeserializeOwned>(&self, url: Url, call: &Call) -> Result<T, Error> {
        if !self.is_home(&url) {
            let from = url.origin().ascii_serialization();
            let message = format!("follow the next link to {from}: it leads away from {}", self.shared.resource);
            return Err(Error::noticed(ErrorKind::NextLink, message, call));
        }
        let mut request = Request::new(Method::GET, url);
        request.headers_mut().insert(ACCEPT, JSON);
        if let Err(reason) = self.identify(&mut request).await {
            return Err(Error::noticed(ErrorKind::Token, reason, call));
        }
        let response = self.execute(request).await.map_err(|error| Error::of_call::<()>(error.into(), call))?;
        let status = response.status();
        if status.is_client_error() || status.is_server_error() {
            let message = call.trace().message.clone().unwrap_or_default();
            return Err(Error::noticed(ErrorKind::Refused, message, call));
        }
        if status != StatusCode::OK {
            return Err(Error::noticed(ErrorKind::Unexpected, unexpected(status), call));
        }
        let body = response.bytes().await;
        let body =
            body.map_err(|error| Error::of_call::<()>(progenitor_client::Error::ResponseBodyError(error), call))?;
        serde_json::from_slice(&body)
            .map_err(|error| Error::of_call::<()>(progenitor_client::Error::InvalidResponsePayload(body, error), call))
    }
}

/// Whether the path below the version fits the operation's template: a parameter that is empty
/// or made of dots gives another number of segments, or other literals.
fn fits(url: &Url, base_url: &str, template: &str) -> bool {
    let Some(path) = url[..Position::AfterPath].strip_prefix(base_url) else { return false };
    if path == template {
        return true;
    }
    let (mut ours, mut theirs) = (template.split('/'), path.split('/'));
    loop {
        match (ours.next(), theirs.next()) {
            (None, None) => return true,
            (Some(our), Some(their)) if our.starts_with('{') && !their.is_empty() => {}
            (Some(our), Some(their)) if our == their => {}
            _ => return false,
        }
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("resource", &self.shared.resource).finish_non_exhaustive()
    }
}

impl fmt::Debug for SessionBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionBuilder").field("target", &self.target).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_leads_elsewhere_does_not_fit() {
        let base = "http://127.0.0.1:8080/beta";
        let check =
            |below: &str, template: &str| fits(&Url::parse(&format!("{base}{below}")).expect("a URL"), base, template);
        assert!(check("/things/act", "/things/act"));
        assert!(check("/things/act?$top=1", "/things/act"));
        assert!(check("/things/1%2F2", "/things/{id}"));
        for below in ["/things/", "/things/..", "/things/../act", "/things/1/act", "/things", "x/things/1", ""] {
            assert!(!check(below, "/things/{id}"), "{below}");
        }
        let away = Url::parse("http://127.0.0.1:8080/v1.0/things/1").expect("a URL");
        assert!(!fits(&away, base, "/things/{id}"));
    }
}
