//! Where the service is and who asks: the safety of every call, whichever version it is of.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, HeaderName, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use reqwest::{Request, Response};
use url::Url;

use super::call::{Call, Refusal};
use super::challenge;
use super::error::unexpected;
use super::retry::retry_after;
#[cfg(feature = "remediation")]
use super::trace::Attempt;
use super::transport::{SessionError, Target, address, fits, is_home};
use super::{
    Answer, Clock, Cloud, Connections, Error, ErrorKind, RetryPolicy, SystemClock, Token, TokenError, TokenProvider,
    TokenRequest, refusal,
};

/// How long one attempt may take, answer included.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(60);

const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");
const PREFER: HeaderName = HeaderName::from_static("prefer");
/// The generator sends the description's version with every call; Graph knows no such header.
const API_VERSION: HeaderName = HeaderName::from_static("api-version");
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

/// Collects what a session needs.
#[derive(Default)]
pub struct SessionBuilder {
    target: Option<Result<Target, SessionError>>,
    tokens: Option<Arc<dyn TokenProvider>>,
    retry: RetryPolicy,
    clock: Option<Arc<dyn Clock>>,
    attempt_timeout: Option<Duration>,
    connections: Connections,
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

    /// Shares HTTP clients with other sessions: for programs that open many.
    #[must_use]
    pub fn connections(mut self, connections: Connections) -> Self {
        self.connections = connections;
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
        let http = self.connections.client(target.url(), self.attempt_timeout.unwrap_or(ATTEMPT_TIMEOUT))?;
        let resource = target.url().origin().ascii_serialization();
        let clock = self.clock.unwrap_or_else(|| Arc::new(SystemClock::new()));
        let shared = Shared { http, target, tokens, retry: self.retry, clock, resource };
        Ok(Session { shared: Arc::new(shared), call: None })
    }
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

    /// Before a request is sent: is it the one that was meant, and who asks. The text is for
    /// the generator's error; the call keeps the reason.
    pub(crate) async fn prepare(&self, request: &mut Request, base_url: &str, template: &str) -> Result<(), String> {
        request.headers_mut().remove(API_VERSION);
        if !is_home(self.shared.target.url(), request.url()) || !fits(request.url(), base_url, template) {
            return Err(
                self.refuse(Refusal::Target("a path parameter is empty, or leads to another operation".to_owned()))
            );
        }
        if let Some(name) = padded(request.headers()) {
            let reason = format!("the value of {name} begins or ends with a space, which would not arrive");
            return Err(self.refuse(Refusal::Target(reason)));
        }
        // The generator writes a space as a plus, which is a space to forms and not to OData's
        // own grammar (OData 4.01 ABNF, RWS); a plus of the caller's is %2B by now.
        if let Some(query) = request.url().query().filter(|query| query.contains('+')) {
            let query = query.replace('+', "%20");
            request.url_mut().set_query(Some(&query));
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
        self.send_as(request, &token);
        let is_get = request.method() == Method::GET;
        let headers = request.headers_mut();
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
            #[cfg(feature = "remediation")]
            let sent = Attempt::begin(self.call.as_deref(), &request, &*shared.clock);
            let response = match shared.http.execute(request).await {
                Ok(response) => response,
                Err(error) => {
                    #[cfg(feature = "remediation")]
                    sent.failed(&error);
                    return Err(self.failed(error));
                }
            };
            let (status, headers) = (response.status(), response.headers());
            let after = retry_after(headers, shared.clock.now());
            if let Some(call) = &self.call {
                call.answered(status, headers, after);
            }
            #[cfg(feature = "remediation")]
            sent.answered(status);
            if status.is_success() {
                return Ok(response);
            }
            let Some(mut again) = next else { return refusal::keep(response, self.call.as_deref()).await };
            if status == StatusCode::UNAUTHORIZED && !challenged {
                challenged = true;
                if let Some(token) = self.answer_challenge(headers, &again).await {
                    self.send_as(&mut again, &token);
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
            // A wait may outlast a token; one that answered a challenge is kept.
            let wanted = TokenRequest { resource: &shared.resource, claims: None, rejected: None };
            if !challenged && let Ok(token) = shared.tokens.token(wanted).await {
                self.send_as(&mut again, &token);
            }
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

    /// Puts a token on a request, and remembers it, so that no error shows it.
    fn send_as(&self, request: &mut Request, token: &Token) {
        request.headers_mut().insert(AUTHORIZATION, token.header().clone());
        if let Some(call) = &self.call {
            call.sent_with(token);
        }
    }

    fn failed(&self, error: reqwest::Error) -> reqwest::Error {
        self.note(|trace| {
            // Refused by the builder or while connecting: no byte of the request left.
            trace.unknown |= !(error.is_connect() || error.is_builder());
            trace.failure = Some(refusal::describe(&error));
        });
        error
    }

    fn note(&self, change: impl FnOnce(&mut super::call::Trace)) {
        if let Some(call) = &self.call {
            change(&mut call.trace());
        }
    }

    /// Reads the page behind a link of the service.
    pub(super) async fn follow<T: serde::de::DeserializeOwned>(&self, url: Url, call: &Call) -> Result<T, Error> {
        self.read(url, call).await.map(|(_, page)| page)
    }

    /// Reads the page behind a next link of a listing, as JSON: for who calls operations by their ids.
    ///
    /// # Errors
    /// As a call of the operation, and where the link leads away from the service.
    pub async fn page_behind(&self, operation: &'static str, link: &str) -> Result<Answer, Error> {
        let call = Call::new(operation);
        let no_address = |error| format!("follow the next link: it is no address: {error}");
        let url = Url::parse(link).map_err(|error| Error::noticed(ErrorKind::NextLink, no_address(error), &call))?;
        let (headers, body) = self.for_call(&call).read(url, &call).await?;
        Ok(Answer { status: StatusCode::OK.as_u16(), headers, body: Some(body) })
    }

    async fn read<T: serde::de::DeserializeOwned>(&self, url: Url, call: &Call) -> Result<(HeaderMap, T), Error> {
        if !is_home(self.shared.target.url(), &url) {
            let (to, home) = (url.origin().ascii_serialization(), &self.shared.resource);
            let message = match to == *home {
                true => "follow the next link: it carries a user name or password".to_owned(),
                false => format!("follow the next link to {to}: it leads away from {home}"),
            };
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
        let headers = response.headers().clone();
        let body = response.bytes().await;
        let body =
            body.map_err(|error| Error::of_call::<()>(progenitor_client::Error::ResponseBodyError(error), call))?;
        match serde_json::from_slice(&body) {
            Ok(page) => Ok((headers, page)),
            Err(error) => {
                Err(Error::of_call::<()>(progenitor_client::Error::InvalidResponsePayload(body, error), call))
            }
        }
    }
}

/// A header whose value would arrive as another one: space around it is not part of it
/// (RFC 9110, 5.5).
fn padded(headers: &HeaderMap) -> Option<&HeaderName> {
    let is_space = |byte: Option<&u8>| matches!(byte, Some(b' ' | b'\t'));
    let padded = |value: &HeaderValue| is_space(value.as_bytes().first()) || is_space(value.as_bytes().last());
    headers.iter().find(|(_, value)| padded(value)).map(|(name, _)| name)
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
    use super::super::StaticToken;
    use super::*;

    const BASE: &str = "http://127.0.0.1:9/beta";
    const TEMPLATE: &str = "/riskyUsers/{id}/history";

    async fn prepared(url: &str) -> (Result<(), String>, Request) {
        let session = Session::builder().base_url(BASE).token(StaticToken::new("a-token").expect("a token"));
        let session = session.build().expect("a session");
        let mut request = Request::new(Method::GET, Url::parse(url).expect("a URL"));
        (session.prepare(&mut request, BASE, TEMPLATE).await, request)
    }

    #[tokio::test]
    async fn only_the_request_that_was_meant_gets_the_token() {
        let (result, request) = prepared(&format!("{BASE}/riskyUsers/1/history")).await;
        assert!(result.is_ok() && request.headers().contains_key(AUTHORIZATION));
        for other in [
            format!("{BASE}/riskyUsers//history"),
            format!("{BASE}/riskyUsers/../history"),
            "http://127.0.0.1:9/v1.0/riskyUsers/1/history".to_owned(),
            "http://127.0.0.1:8/beta/riskyUsers/1/history".to_owned(),
            "http://127.0.0.2:9/beta/riskyUsers/1/history".to_owned(),
            "http://someone@127.0.0.1:9/beta/riskyUsers/1/history".to_owned(),
        ] {
            let (result, request) = prepared(&other).await;
            assert!(result.is_err() && !request.headers().contains_key(AUTHORIZATION), "{other}");
        }
    }
}
