//! One dismissal through the client, beside the same request through bare reqwest.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use entra_risk::beta::types::DismissRequest;
use entra_risk::{Session, StaticToken};
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue};
use tokio::runtime::{Builder, Runtime};
use uuid::Uuid;

use super::bar::{Bar, Most, Result};
use super::{cost, stub};

const TOKEN: &str = "eyJhbGciOiJFUzI1NiJ9.e30.c2ln";
/// Requests a round: some 2 ms, far more than the clock is coarse, and short enough that some
/// rounds pass without another program in between.
const CALLS: u32 = 100;

/// Both on one runtime of this thread, which is the only one counted.
pub(crate) fn call(_quick: bool) -> Result {
    cost::stay()?;
    let answer: Arc<[u8]> =
        (*b"HTTP/1.1 204 No Content\r\nrequest-id: 6f1c6a4e-2f0e-4a57-9f4e-3d8f0f1d7a10\r\n\r\n").into();
    let address = stub::start(|_| move |_: &str| Arc::clone(&answer))?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let user = Uuid::from_u128(0x0448_7ee0_f4f6_4e7f_8999_facc_5a30_e232);
    let session = Session::builder().root(&format!("http://{address}")).token(StaticToken::new(TOKEN)?).build()?;
    let client = session.beta();
    let ours = || {
        counted(&runtime, async || {
            let request = DismissRequest { user_ids: [user].try_into()? };
            client.risky_user_dismiss().body(request).await?;
            Ok(())
        })
    };
    let (bare, url) = bare(address)?;
    let floor = || {
        counted(&runtime, async || {
            let request = DismissRequest { user_ids: [user].try_into()? };
            let call =
                bare.post(&url).header("client-request-id", Uuid::new_v4().hyphenated().to_string()).json(&request);
            match call.send().await?.status().as_u16() {
                204 => Ok(()),
                status => Err(format!("status {status}").into()),
            }
        })
    };
    let (ours, floor) = cost::least(301, ours, floor)?;
    let (value, floor) = (ours / f64::from(CALLS), floor / f64::from(CALLS));
    Ok(vec![Bar { name: "one dismiss call, CPU", value, floor, unit: "us", most: Most::Ratio(1.15) }])
}

/// reqwest with the headers and the time limit that the session sends and keeps.
pub(crate) fn bare(address: SocketAddr) -> std::result::Result<(reqwest::Client, String), Box<dyn std::error::Error>> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(AUTHORIZATION, HeaderValue::try_from(format!("Bearer {TOKEN}"))?);
    let client = reqwest::Client::builder()
        .no_proxy()
        .user_agent(concat!("entra-risk/", env!("CARGO_PKG_VERSION")))
        .default_headers(headers)
        .timeout(Duration::from_secs(60));
    Ok((session_like(client)?, format!("http://{address}/beta/riskyUsers/dismiss")))
}

/// The build of reqwest has no TLS provider of its own: it is given one.
fn session_like(builder: reqwest::ClientBuilder) -> std::result::Result<reqwest::Client, Box<dyn std::error::Error>> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    Ok(builder.tls_backend_preconfigured(config).build()?)
}

type Failure = Box<dyn std::error::Error>;

/// The time of this thread for many calls, one after the other.
fn counted(
    runtime: &Runtime,
    call: impl AsyncFn() -> std::result::Result<(), Failure>,
) -> std::result::Result<Duration, Failure> {
    runtime.block_on(async {
        let begun = cost::of_thread()?;
        for _ in 0..CALLS {
            call().await?;
        }
        Ok(cost::of_thread()?.saturating_sub(begun))
    })
}
