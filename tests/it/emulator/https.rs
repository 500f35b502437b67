//! HTTPS beside HTTP, and HTTP/2 on both: the same answers, with addresses as the client wrote
//! them.

use std::sync::Arc;

use futures_util::future::join_all;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

use super::*;

impl Server {
    async fn with_tls() -> Self {
        let mut config = Config::new(&[beta()]);
        config.tls = Some(config.listen);
        config.users = 120;
        Self::serving(config).await
    }

    fn tls_root(&self) -> String {
        self.emulator.tls_root().expect("listens for HTTPS")
    }
}

/// What trusts the authority of an emulator and nobody else.
fn trusting(emulator: &Emulator) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    let pem = emulator.authority_pem().expect("an authority");
    roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).expect("PEM")).expect("an authority");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions");
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config
}

fn builder(emulator: &Emulator) -> reqwest::ClientBuilder {
    reqwest::Client::builder().no_proxy().tls_backend_preconfigured(trusting(emulator))
}

fn client(emulator: &Emulator) -> reqwest::Client {
    builder(emulator).build().expect("a client")
}

/// The nextLink of the first page, the version it came by, and how many users there were.
async fn first_page(client: &reqwest::Client, root: &str, token: &str) -> (String, http::Version) {
    let url = format!("{root}/beta/riskyUsers?$top=3");
    let answer = client.get(url).bearer_auth(token).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    let version = answer.version();
    let page: Value = answer.json().await.expect("JSON");
    assert_eq!(page["value"].as_array().map(Vec::len), Some(3));
    (page["@odata.nextLink"].as_str().expect("more").to_owned(), version)
}

#[tokio::test]
async fn both_ports_answer_in_both_versions_with_links_back_to_where_the_client_came() {
    let server = Server::with_tls().await;
    let prior = builder(&server.emulator).http2_prior_knowledge().build().expect("a client");
    let mut tls = trusting(&server.emulator);
    tls.alpn_protocols.clear();
    let old = builder(&server.emulator).http1_only().tls_backend_preconfigured(tls).build().expect("a client");
    let new = client(&server.emulator);
    let named = server.tls_root().replace("127.0.0.1", "localhost");
    for (client, root, version) in [
        (&new, server.emulator.root(), http::Version::HTTP_11),
        (&prior, server.emulator.root(), http::Version::HTTP_2),
        (&old, server.tls_root(), http::Version::HTTP_11),
        (&new, server.tls_root(), http::Version::HTTP_2),
        (&new, named, http::Version::HTTP_2),
    ] {
        let (next, spoken) = first_page(client, &root, &server.token).await;
        assert_eq!(spoken, version, "{root}");
        assert!(next.starts_with(&format!("{root}/beta/riskyUsers?")), "{next}");
        let answer = client.get(&next).bearer_auth(&server.token).send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
    }
}

#[tokio::test]
async fn http2_has_what_http1_has_state_refusals_and_calls_side_by_side() {
    let server = Server::with_tls().await;
    let client = client(&server.emulator);
    let url = format!("{}/beta{DISMISS}", server.tls_root());
    let answer = client.post(&url).header("content-type", "application/json").body(ids(&[DISMISSED])).send().await;
    let answer = answer.expect("an answer");
    assert_eq!((answer.status().as_u16(), answer.version()), (401, http::Version::HTTP_2));
    assert!(answer.headers().contains_key("request-id") && answer.headers().contains_key("date"));
    let dismiss = |id: String| {
        let call = client.post(&url).bearer_auth(&server.token).header("content-type", "application/json");
        call.body(ids(&[id])).send()
    };
    let many = (0..150).map(|n| dismiss(format!("00000000-0000-4000-8000-{n:012}")));
    for answer in join_all(many).await {
        assert_eq!(answer.expect("an answer").status(), 204);
    }
    assert_eq!(dismiss(DISMISSED.to_owned()).await.expect("an answer").status(), 204);
    assert_eq!(server.user(DISMISSED).await["riskState"], "dismissed");
}

#[tokio::test]
async fn a_head_that_is_too_long_for_http2_is_refused_and_the_next_one_answered() {
    let server = Server::with_tls().await;
    let client = client(&server.emulator);
    let url = format!("{}/beta/riskyUsers", server.tls_root());
    let long = client.get(&url).bearer_auth(&server.token).header("x-long", "x".repeat(70_000)).send().await;
    assert!(long.is_err() || long.is_ok_and(|answer| answer.status() == 431));
    let next = client.get(&url).bearer_auth(&server.token).send().await.expect("an answer");
    assert_eq!(next.status(), 200);
}

#[tokio::test]
async fn who_does_not_trust_its_authority_gets_nowhere() {
    let (server, other) = (Server::with_tls().await, Server::with_tls().await);
    let stranger = client(&other.emulator);
    let error = stranger.get(server.tls_root()).send().await.expect_err("no trust");
    assert!(error.is_connect(), "{error:?}");
    let clear = server.tls_root().replace("https:", "http:");
    assert!(stranger.get(clear).send().await.is_err(), "no HTTP on the port for HTTPS");
}

#[tokio::test]
async fn without_tls_there_is_no_authority_and_no_second_address() {
    let server = Server::start().await;
    let emulator = &server.emulator;
    assert_eq!((emulator.tls_root(), emulator.tls_address(), emulator.authority_pem()), (None, None, None));
}

#[tokio::test]
async fn a_port_in_use_for_https_is_named() {
    let server = Server::with_tls().await;
    let mut config = Config::new(&[beta()]);
    config.tls = server.emulator.tls_address();
    let error = Emulator::start(config).await.expect_err("taken").to_string();
    let port = server.emulator.tls_address().expect("listens");
    assert!(error.starts_with(&format!("listen on {port}: the port is in use")), "{error}");
}

#[tokio::test]
async fn stopping_frees_both_ports_and_ends_connections_of_every_kind() {
    let server = Server::with_tls().await;
    let (clear, secure) = (server.emulator.address(), server.emulator.tls_address().expect("listens"));
    let prior = builder(&server.emulator).http2_prior_knowledge().build().expect("a client");
    first_page(&prior, &server.emulator.root(), &server.token).await;
    first_page(&client(&server.emulator), &server.tls_root(), &server.token).await;
    let mut handshaking = TcpStream::connect(secure).await.expect("listening");
    server.emulator.shutdown().await;
    assert_eq!(handshaking.read(&mut [0; 1]).await.unwrap_or(0), 0);
    for address in [clear, secure] {
        tokio::net::TcpListener::bind(address).await.expect("free again");
    }
}
