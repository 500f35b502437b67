//! HTTPS: certificates are held against the system's trust, and no redirect leads from there
//! into the clear.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use entra_risk::client::{Delivery, ErrorKind};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::wire::Wire;
use super::{client, dismissal};

/// Set in the child: the root to call.
const ROOT: &str = "ENTRA_RISK_TEST_TLS_ROOT";
/// Set in the child: whether it trusts the server.
const TRUSTED: &str = "ENTRA_RISK_TEST_TLS_TRUSTED";

/// A certificate authority in PEM, and a server whose certificate it signed.
fn authority() -> (String, ServerConfig) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let pem = params.self_signed(&key).unwrap().pem();
    let issuer = Issuer::new(params, key);
    let leaf_key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&leaf_key, &issuer).unwrap();
    let leaf_key = PrivateKeyDer::try_from(leaf_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    (pem, config.with_no_client_auth().with_single_cert(vec![leaf.der().clone()], leaf_key).unwrap())
}

/// A server over TLS that redirects to `to`; gives its root and how many requests it had.
async fn redirecting(config: ServerConfig, to: String) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let root = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let n_requests = Arc::new(AtomicUsize::new(0));
    let (acceptor, count) = (TlsAcceptor::from(Arc::new(config)), Arc::clone(&n_requests));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut head = [0; 4096];
            if stream.read(&mut head).await.is_ok_and(|n_bytes| n_bytes > 0) {
                count.fetch_add(1, Ordering::SeqCst);
                let answer = format!("HTTP/1.1 307 Elsewhere\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n");
                let _ = stream.write_all(answer.as_bytes()).await;
                let _ = stream.shutdown().await;
            }
        }
    });
    (root, n_requests)
}

/// The system's trust is read from the environment on Linux, which belongs to the whole process:
/// the call is made by this test again, told by variables which part to play.
#[tokio::test]
async fn a_trusted_server_is_called_a_strange_one_is_not_and_neither_leads_into_the_clear() {
    #[allow(clippy::disallowed_methods)] // its parent tells this process its part
    if let (Ok(root), Ok(trusted)) = (std::env::var(ROOT), std::env::var(TRUSTED)) {
        let error = dismissal(&client(&root)).await.unwrap_err();
        let expected = match trusted.as_str() {
            "yes" => (ErrorKind::Unexpected, Delivery::Answered),
            _ => (ErrorKind::Connection, Delivery::NotSent),
        };
        assert_eq!((error.kind(), error.delivery()), expected, "{error}");
        return;
    }
    let clear = Wire::start([]).await;
    let (pem, config) = authority();
    let (stranger, _) = authority();
    let (root, n_requests) = redirecting(config, format!("{}/beta/riskyUsers", clear.root())).await;
    for (trusted, pem) in [("yes", pem), ("no", stranger)] {
        let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("trust-{trusted}.pem"));
        std::fs::write(&file, pem).unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap());
        child
            .args([
                "--exact",
                "client::tls::a_trusted_server_is_called_a_strange_one_is_not_and_neither_leads_into_the_clear",
            ])
            .env(ROOT, &root)
            .env(TRUSTED, trusted)
            .env("SSL_CERT_FILE", &file)
            .env_remove("SSL_CERT_DIR");
        let output = tokio::task::spawn_blocking(move || child.output()).await.unwrap().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "trusted: {trusted}: {text}");
        assert!(text.contains("1 passed"), "the child ran no test: {text}");
    }
    assert_eq!(n_requests.load(Ordering::SeqCst), 1, "only who trusts the server sends a request");
    clear.untouched();
}
