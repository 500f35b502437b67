//! Signing in as a person: in the browser of this machine, or elsewhere with a code. The crate
//! `oauth2` speaks the protocol. What renews the sign-in is kept in memory and nowhere else.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use oauth2::basic::{BasicClient, BasicErrorResponse, BasicTokenResponse};
use oauth2::{
    AuthUrl, AuthorizationCode, ClientId, CsrfToken, DeviceAuthorizationUrl, DeviceCodeErrorResponse,
    ErrorResponseType, PkceCodeChallenge, RedirectUrl, RefreshToken, RequestTokenError, Scope,
    StandardDeviceAuthorizationResponse, StandardErrorResponse, TokenResponse as _, TokenUrl,
};
use tokio::sync::Mutex;

use super::error::{Cause, SignInError};
use super::http::{Http, Unanswered};
use super::place::Place;
use super::redirect::Redirect;
use super::refusal::Refusal;
use super::secret::without;
use super::source::{Fresh, Source, Wanted};
use crate::client::{BoxFuture, Clock, Token};

/// How long a person may take.
const PATIENCE: Duration = Duration::from_secs(300);
/// What to ask for beside the service: what renews a sign-in, and who it is.
const OPENID: [&str; 3] = ["openid", "profile", "offline_access"];

/// Asks a person to do something. It gets to see no secret: an address is of use to whoever signs
/// in there, and a code is for entering.
pub trait Ask: Send + Sync {
    /// Opens an address in a browser, and shows it, should there be none.
    fn open(&self, url: &str);

    /// Shows a code, and the address at which to enter it.
    fn enter(&self, url: &str, code: &str);
}

/// How a person signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Browser,
    DeviceCode,
}

/// A person who signs in to an app.
pub(super) struct Person {
    http: Arc<Http>,
    clock: Arc<dyn Clock>,
    place: Place,
    client_id: String,
    way: Way,
    ask: Arc<dyn Ask>,
    renews: Mutex<Option<RefreshToken>>,
}

type Failure<T> = RequestTokenError<Unanswered, T>;

impl Person {
    pub(super) fn new(
        http: Arc<Http>,
        clock: Arc<dyn Clock>,
        place: Place,
        client_id: String,
        way: Way,
        ask: Arc<dyn Ask>,
    ) -> Self {
        Self { http, clock, place, client_id, way, ask, renews: Mutex::new(None) }
    }

    async fn sign_in(&self, wanted: Wanted<'_>) -> Result<Fresh, SignInError> {
        let mut renews = self.renews.lock().await;
        if let Some(token) = renews.clone() {
            match self.renewed(&token, wanted).await {
                Ok(answer) => return self.fresh(answer, &mut renews),
                // Only who said no will say something else to the person.
                Err(error) if error.cause != Cause::Refused => return Err(error),
                Err(_) => *renews = None,
            }
        }
        let answer = match self.way {
            Way::Browser => self.in_browser(wanted).await?,
            Way::DeviceCode => self.with_code(wanted).await?,
        };
        self.fresh(answer, &mut renews)
    }

    async fn renewed(&self, token: &RefreshToken, wanted: Wanted<'_>) -> Result<BasicTokenResponse, SignInError> {
        let client = BasicClient::new(self.client()).set_token_uri(TokenUrl::from_url(self.place.endpoint("token")));
        let request =
            client.exchange_refresh_token(token).add_scopes(scopes(wanted)).add_extra_param("claims", wanted.claims());
        let answer = request.request_async(&*self.http).await;
        answer.map_err(|error| self.failed(error, &[token.secret()]))
    }

    async fn in_browser(&self, wanted: Wanted<'_>) -> Result<BasicTokenResponse, SignInError> {
        let redirect = Redirect::listen().await.map_err(|error| {
            SignInError::given(format!("listen for the browser on this machine: {error}"), "try --auth device-code")
        })?;
        let back = RedirectUrl::new(redirect.url())
            .map_err(|error| SignInError::given(format!("listen for the browser: {error}"), ""))?;
        let client = BasicClient::new(self.client())
            .set_auth_uri(AuthUrl::from_url(self.place.endpoint("authorize")))
            .set_token_uri(TokenUrl::from_url(self.place.endpoint("token")))
            .set_redirect_uri(back);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state) = client
            .authorize_url(CsrfToken::new_random)
            .add_scopes(scopes(wanted))
            .add_extra_param("claims", wanted.claims())
            // Whoever looks after a tenant has several accounts.
            .add_extra_param("prompt", "select_account")
            .set_pkce_challenge(challenge)
            .url();
        self.ask.open(url.as_str());
        let visit = redirect.visited(|query| code(query, &state));
        let code = tokio::select! {
            visited = visit => visited.map_err(|error| {
                SignInError::unreachable(format!("listen for the browser: {error}"), "try --auth device-code")
            })??,
            () = self.clock.sleep(PATIENCE) => return Err(SignInError::unreachable(
                format!("sign in: nobody came back from the browser within {} minutes", PATIENCE.as_secs() / 60),
                "start again; where there is no browser, try --auth device-code",
            )),
        };
        let secrets = [code.secret().clone(), verifier.secret().clone()];
        let secrets = secrets.each_ref().map(String::as_str);
        let request = client.exchange_code(code).set_pkce_verifier(verifier).add_extra_param("claims", wanted.claims());
        request.request_async(&*self.http).await.map_err(|error| self.failed(error, &secrets))
    }

    async fn with_code(&self, wanted: Wanted<'_>) -> Result<BasicTokenResponse, SignInError> {
        let client = BasicClient::new(self.client())
            .set_device_authorization_url(DeviceAuthorizationUrl::from_url(self.place.endpoint("devicecode")))
            .set_token_uri(TokenUrl::from_url(self.place.endpoint("token")));
        let request =
            client.exchange_device_code().add_scopes(scopes(wanted)).add_extra_param("claims", wanted.claims());
        let details: Result<StandardDeviceAuthorizationResponse, _> = request.request_async(&*self.http).await;
        let details = details.map_err(|error: Failure<BasicErrorResponse>| self.failed(error, &[]))?;
        self.ask.enter(details.verification_uri().as_str(), details.user_code().secret());
        let answer = client
            .exchange_device_access_token(&details)
            .set_time_fn(|| DateTime::<Utc>::from(self.clock.now()))
            .request_async(&*self.http, |wait| self.clock.sleep(wait), None)
            .await;
        answer.map_err(|error: Failure<DeviceCodeErrorResponse>| self.failed(error, &[details.device_code().secret()]))
    }

    fn client(&self) -> ClientId {
        ClientId::new(self.client_id.clone())
    }

    fn fresh(&self, answer: BasicTokenResponse, renews: &mut Option<RefreshToken>) -> Result<Fresh, SignInError> {
        // An answer without another one leaves the old one as it is (RFC 6749, 6).
        if let Some(next) = answer.refresh_token() {
            *renews = Some(next.clone());
        }
        let token = Token::new(answer.access_token().secret())
            .map_err(|error| SignInError::refused(format!("use the token that was given: {error}"), ""))?;
        let expires = answer.expires_in().and_then(|lifetime| self.clock.now().checked_add(lifetime));
        Ok(Fresh { token, expires })
    }

    /// Whose answers have secrets in them: only what Entra says of its reason is shown.
    fn failed<T>(&self, error: Failure<StandardErrorResponse<T>>, secrets: &[&str]) -> SignInError
    where
        T: ErrorResponseType + Display + 'static,
    {
        const WHAT: &str = "sign in";
        match error {
            RequestTokenError::ServerResponse(said) => {
                let code = said.error().to_string();
                let said = said.error_description().map_or(code.as_str(), String::as_str);
                Refusal::read(&without(said, secrets.iter().copied())).error(WHAT)
            }
            RequestTokenError::Request(unanswered) if unanswered.forbidden => {
                SignInError::given(format!("{WHAT}: {unanswered}"), "")
            }
            RequestTokenError::Request(unanswered) => SignInError::unreachable(format!("{WHAT}: {unanswered}"), ""),
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => SignInError::unreachable(
                format!("{WHAT}: {} gave an answer that is none of OAuth 2.0", self.place.authority.origin()),
                "look at --authority and --cloud",
            ),
        }
    }
}

impl Source for Person {
    fn fetch<'a>(&'a self, wanted: Wanted<'a>) -> BoxFuture<'a, Result<Fresh, SignInError>> {
        Box::pin(self.sign_in(wanted))
    }
}

/// The code that the browser brought, if it is the answer to what was asked.
fn code(mut query: BTreeMap<String, String>, state: &CsrfToken) -> Result<AuthorizationCode, SignInError> {
    if query.get("state") != Some(state.secret()) {
        return Err(SignInError::refused(
            "sign in: what came back from the browser was not asked for by this program",
            "close older windows of a sign-in, and start again",
        ));
    }
    match (query.remove("error"), query.remove("code")) {
        (Some(error), _) => {
            let said = query.remove("error_description").unwrap_or(error);
            Err(Refusal::read(&said).error("sign in"))
        }
        (None, Some(code)) => Ok(AuthorizationCode::new(code)),
        (None, None) => Err(SignInError::refused("sign in: the browser brought no code", "start again")),
    }
}

fn scopes(wanted: Wanted<'_>) -> impl Iterator<Item = Scope> {
    std::iter::once(wanted.scope()).chain(OPENID.map(str::to_owned)).map(Scope::new)
}
