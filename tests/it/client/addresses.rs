//! Which addresses a session takes.

use std::error::Error as _;

use entra_risk::client::SessionError;
use entra_risk::{Cloud, Session, StaticToken};

use super::wire::{Wire, answer};
use super::{TOKEN, client, dismissal};

fn open(url: &str) -> Result<Session, SessionError> {
    let opened = [Session::builder().root(url), Session::builder().base_url(url)]
        .map(|builder| builder.token(StaticToken::new(TOKEN).unwrap()).build());
    let [root, base] = opened;
    assert_eq!(root.is_ok(), base.is_ok(), "{url}");
    root
}

#[test]
fn plain_http_is_for_this_machine_alone() {
    for url in [
        "http://graph.microsoft.com",
        "http://graph.microsoft.com:443/beta",
        "http://localhost.evil.example",
        "http://evil.example/localhost",
        "http://127.0.0.1.nip.io",
        "http://127.0.0.1.",
        "http://localhost.",
        "http://notlocalhost",
        "http://10.0.0.1",
        "http://128.0.0.1",
        "http://0.0.0.0",
        "http://169.254.169.254",
        "http://0x0a000001",
        "http://167772161",
        "http://[::]",
        "http://[::ffff:1.2.3.4]",
        "http://[::ffff:127.0.0.1]",
        "http://[fe80::1]",
        "http://[::127.0.0.1]",
        "http://\u{217c}ocalhost.example",
    ] {
        match open(url) {
            Err(SessionError::PlainHttp { .. }) => {}
            // A name that ends in a dot behind a number may be no address at all.
            Err(SessionError::Address { .. }) if url == "http://127.0.0.1." => {}
            Ok(_) if url == "http://127.0.0.1." => {}
            other => panic!("{url}: {other:?}"),
        }
    }
}

#[test]
fn every_spelling_of_this_machine_is_taken() {
    for (url, root) in [
        ("http://127.0.0.1", "http://127.0.0.1/beta"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/beta"),
        ("http://127.255.255.254:8080", "http://127.255.255.254:8080/beta"),
        ("http://0x7f000001", "http://127.0.0.1/beta"),
        ("http://2130706433", "http://127.0.0.1/beta"),
        ("http://127.1", "http://127.0.0.1/beta"),
        ("http://[::1]:8080", "http://[::1]:8080/beta"),
        ("http://localhost:8080", "http://localhost:8080/beta"),
        ("http://LocalHost:8080", "http://localhost:8080/beta"),
        (" http://localhost:8080/graph \n", "http://localhost:8080/graph/beta"),
        ("HTTP://127.0.0.1", "http://127.0.0.1/beta"),
    ] {
        let session = open(url).unwrap_or_else(|error| panic!("{url}: {error}"));
        assert_eq!(session.version_url("beta"), root, "{url}");
    }
}

#[tokio::test]
async fn this_machine_is_reached_by_either_protocol() {
    for listen in ["127.0.0.1:0", "[::1]:0"] {
        // Not every machine speaks IPv6; one that does not has nothing to reach there.
        if std::net::TcpListener::bind(listen).is_err() && listen.starts_with('[') {
            continue;
        }
        let server = Wire::at(listen, [answer("204 No Content", "", "")]).await;
        dismissal(&client(&format!("http://localhost:{}", server.port()))).await.unwrap();
        assert!(server.requests()[0].contains(&format!("\r\nhost: localhost:{}\r\n", server.port())));
    }
}

#[test]
fn an_address_that_cannot_be_used_is_refused_with_the_reason() {
    for (url, reason) in [
        ("https://someone@graph.microsoft.com/beta", "user name or password"),
        ("https://someone:secret@graph.microsoft.com/beta", "user name or password"),
        ("http://someone:secret@127.0.0.1/beta", "user name or password"),
        ("http://127.0.0.1/beta?x=1", "no query"),
        ("http://127.0.0.1/beta?", "no query"),
        ("http://127.0.0.1/beta#top", "no fragment"),
        ("graph.microsoft.com/beta", "write https://"),
        ("127.0.0.1:8080/beta", "write https://"),
        ("localhost:8080/beta", "neither http nor https"),
        ("", "write https://"),
        ("ftp://127.0.0.1/", "neither http nor https"),
        ("file:///etc/passwd", "neither http nor https"),
        ("https://", "write https://"),
        ("http://127.0.0.1:99999", "write https://"),
    ] {
        let error = open(url).unwrap_err();
        assert!(matches!(error, SessionError::Address { .. }), "{url}: {error:?}");
        assert!(error.to_string().contains(reason), "{url}: {error}");
    }
}

#[test]
fn a_password_in_an_address_is_not_repeated() {
    for url in [
        "https://someone:hunter2@graph.microsoft.com/beta",
        "http://someone:hunter2@graph.microsoft.com/beta",
        "someone:hunter2@graph.microsoft.com/beta",
        "ftp://someone:hunter2@graph.microsoft.com/beta",
        "https://someone:hunter2@graph.microsoft.com:port/beta",
        "https://someone:hunter2@/beta",
        "https://someone:hun/hunter2@graph.microsoft.com/beta",
        "https://someone:hun?hunter2@graph.microsoft.com/beta",
        "https://someone:hun#hunter2@graph.microsoft.com/beta",
        "https://graph.microsoft.com/beta?key=hunter2",
        "https://graph.microsoft.com/beta#hunter2",
        "someone:hunter2://x@graph.microsoft.com/beta",
        "//someone:hunter2@graph.microsoft.com/beta",
        "https://graph.microsoft.com:port/beta?key=hunter2",
    ] {
        let builder = Session::builder().base_url(url);
        assert!(!format!("{builder:?}").contains("hunter2"), "{builder:?}");
        let error = open(url).unwrap_err();
        let text = format!("{error} {error:?} {:?}", error.source());
        assert!(!text.contains("hunter2"), "{text}");
    }
}

#[cfg(feature = "tls")]
#[test]
fn the_clouds_are_reached_over_https() {
    for cloud in Cloud::ALL {
        let session = Session::builder().cloud(*cloud).token(StaticToken::new(TOKEN).unwrap()).build().unwrap();
        assert_eq!(session.version_url("beta"), format!("{}/beta", cloud.root()));
        assert!(cloud.root().starts_with("https://"));
    }
}

#[cfg(feature = "tls")]
#[test]
fn without_an_address_the_global_cloud_is_called() {
    let session = Session::builder().token(StaticToken::new(TOKEN).unwrap()).build().unwrap();
    assert_eq!(session.version_url("beta"), "https://graph.microsoft.com/beta");
}

#[test]
fn without_a_token_provider_there_is_no_session() {
    let error = Session::builder().cloud(Cloud::Global).build().unwrap_err();
    assert!(matches!(error, SessionError::NoToken), "{error:?}");
}
