//! Signing in, against the emulator and scripted authorities: nothing leaves this machine.

mod machines;
mod operations;
mod people;
mod places;
mod secrets;
#[cfg(all(feature = "cli", unix))]
mod whoami;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entra_risk::client::{BoxFuture, Clock, SystemClock, Token, TokenRequest};
use entra_risk::signin::{
    Ask, Authority, Credential, Found, Held, Means, Secret, SignInError, Tokens, new_executor, tokens,
};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

const TENANT: &str = "11111111-aaaa-4bbb-8ccc-222222222222";
const CLIENT: &str = "33333333-aaaa-4bbb-8ccc-444444444444";
/// Long enough that it cannot be found anywhere by chance.
const SECRET: &str = "s3cret-of-the-app+&=~Q8Q";
const GRAPH: &str = "https://graph.microsoft.com";
const PLAIN: TokenRequest<'_> = TokenRequest { resource: GRAPH, claims: None, rejected: None };

/// A clock that goes on when it is told to. Its waits take no time, or do not end.
#[derive(Default)]
struct Watch {
    ahead: Mutex<Duration>,
    patient: bool,
    waits: Mutex<Vec<Duration>>,
}

impl Watch {
    /// Nobody's patience ends.
    fn patient() -> Arc<Self> {
        Arc::new(Self { patient: true, ..Self::default() })
    }

    fn advance(&self, seconds: u64) {
        *self.ahead.lock().unwrap() += Duration::from_secs(seconds);
    }
}

impl Clock for Watch {
    fn now(&self) -> SystemTime {
        // `azure_identity` reads the machine's clock to say when a token expires.
        SystemClock::new().now() + *self.ahead.lock().unwrap()
    }

    fn elapsed(&self) -> Duration {
        *self.ahead.lock().unwrap()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        self.waits.lock().unwrap().push(duration);
        match self.patient {
            true => Box::pin(std::future::pending()),
            false => Box::pin(std::future::ready(())),
        }
    }

    fn chance(&self) -> f64 {
        0.0
    }
}

/// Nobody is there to be asked.
struct Nobody;

impl Ask for Nobody {
    fn open(&self, url: &str) {
        panic!("nobody opens {url}");
    }

    fn enter(&self, url: &str, _: &str) {
        panic!("nobody enters anything at {url}");
    }
}

fn means(clock: Arc<Watch>) -> Means {
    Means {
        connections: entra_risk::client::Connections::default(),
        clock,
        ask: Arc::new(Nobody),
        shell: new_executor(),
        identity_endpoint: None,
        token_exchange: Some("api://exchange".to_owned()),
    }
}

fn found(credential: Credential) -> Found {
    Found { credential, tenant: Some(TENANT.to_owned()) }
}

fn app_with(secret: &str) -> Credential {
    let secret = Held::Variable("AZURE_CLIENT_SECRET".into(), Secret::new(secret));
    Credential::ClientSecret { client_id: CLIENT.to_owned(), secret }
}

fn app_certificate(path: impl Into<PathBuf>) -> Credential {
    Credential::Certificate { client_id: CLIENT.to_owned(), path: path.into() }
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixtures/signin").join(name)
}

/// The tokens of a credential at an authority.
fn at(authority: &str, credential: Credential, means: Means) -> Result<Tokens, SignInError> {
    tokens(found(credential), Some(Authority::parse(authority)?), means)
}

/// A token to compare one with, since it shows its text to nobody.
fn is(text: impl AsRef<str>) -> Token {
    Token::new(text).unwrap()
}

/// An authority whose tokens are numbered and last an hour, and which remembers what it was asked.
async fn numbering() -> MockServer {
    let server = MockServer::start().await;
    let count = AtomicUsize::new(0);
    let answer = move |_: &Request| {
        let number = count.fetch_add(1, Ordering::Relaxed) + 1;
        ResponseTemplate::new(200).set_body_json(json!({
            "token_type": "Bearer", "expires_in": 3599, "access_token": format!("token-{number}"),
        }))
    };
    Mock::given(method("POST")).and(path(token_path())).respond_with(answer).mount(&server).await;
    server
}

fn token_path() -> String {
    format!("/{TENANT}/oauth2/v2.0/token")
}

/// What a server was sent, as forms.
async fn forms(server: &MockServer) -> Vec<BTreeMap<String, String>> {
    let received = server.received_requests().await.unwrap_or_default();
    received.iter().map(|request| url::form_urlencoded::parse(&request.body).into_owned().collect()).collect()
}

fn decoded(part: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}
