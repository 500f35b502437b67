//! The typed client as the server sees it, and its errors as the caller sees them.

mod addresses;
mod arguments;
mod challenges;
mod delivery;
mod leniency;
mod next_links;
mod properties;
mod proxies;
mod redirects;
mod refusals;
mod requests;
mod retries;
mod secrets;
#[cfg(all(feature = "tls", target_os = "linux"))]
mod tls;
mod transcripts;
mod wire;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use entra_risk::beta::types::DismissRequest;
use entra_risk::beta::{Client, builder};
use entra_risk::client::{BoxFuture, Clock, SessionBuilder};
use entra_risk::{Session, StaticToken};
use uuid::Uuid;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

/// Long enough that it cannot be found anywhere by chance.
const TOKEN: &str = "eyJ0eXAiOiJKV1QifQ.c2VjcmV0LXBheWxvYWQ.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg";

/// Ids that documented exchanges name.
const DISMISSED: [Uuid; 2] =
    [Uuid::from_u128(0x04487ee0_f4f6_4e7f_8999_facc5a30e232), Uuid::from_u128(0x13387ee0_f4f6_4e7f_8999_facc5120e345)];
const CONFIRMED: [Uuid; 2] =
    [Uuid::from_u128(0x29f270bb_4d23_4f68_8a57_dc73dc0d4caf), Uuid::from_u128(0x20f91ec9_d140_4d90_9cd9_f618587a1471)];
const SHOWN: Uuid = Uuid::from_u128(0xc2b6c2b9_dddc_acd0_2b39_d519d803dbc3);

/// A clock on which waits take no time and are remembered.
#[derive(Clone, Default)]
struct Watch {
    waits: Arc<Mutex<Vec<Duration>>>,
    chance: f64,
}

impl Watch {
    /// 1994-11-06 08:49:37, the date in RFC 9110's examples.
    const NOW: Duration = Duration::from_secs(784_111_777);

    fn waits(&self) -> Vec<Duration> {
        self.waits.lock().unwrap().clone()
    }
}

impl Clock for Watch {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Self::NOW
    }

    fn elapsed(&self) -> Duration {
        self.waits().iter().sum()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        self.waits.lock().unwrap().push(duration);
        Box::pin(std::future::ready(()))
    }

    fn chance(&self) -> f64 {
        self.chance
    }
}

/// A session builder for the server at this root, with our token and no real waiting.
fn session(root: &str, watch: &Watch) -> SessionBuilder {
    Session::builder().root(root).token(StaticToken::new(TOKEN).unwrap()).clock(watch.clone())
}

/// A client of the server at this root.
fn client(root: &str) -> Client {
    session(root, &Watch::default()).build().unwrap().beta()
}

/// The documented dismissal.
fn dismissal(client: &Client) -> builder::RiskyUserDismiss<'_> {
    client.risky_user_dismiss().body(DismissRequest { user_ids: DISMISSED.try_into().unwrap() })
}

/// Answers in turn; beyond the last one an answer that nothing expects.
struct InTurn(Mutex<VecDeque<ResponseTemplate>>);

impl Respond for InTurn {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        self.0.lock().unwrap().pop_front().unwrap_or_else(|| ResponseTemplate::new(418))
    }
}

/// A server that gives these answers in turn, whatever it is asked.
async fn answering(answers: impl IntoIterator<Item = ResponseTemplate>) -> MockServer {
    let server = MockServer::start().await;
    let answers = InTurn(Mutex::new(answers.into_iter().collect()));
    Mock::given(any()).respond_with(answers).mount(&server).await;
    server
}

fn status(status: u16) -> ResponseTemplate {
    ResponseTemplate::new(status)
}

async fn received(server: &MockServer) -> Vec<Request> {
    server.received_requests().await.unwrap()
}

/// A header's text; none where it is absent.
fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.headers.get(name).map(|value| value.to_str().unwrap())
}
