//! A forward proxy on the emulator's own port: requests to hosts that it answers for come to the
//! emulator, with a certificate of its authority where they come by TLS; other hosts are refused
//! or let through. It must not know what is served, nor which hosts are whose.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt as _, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HOST, HeaderValue};
use hyper::http::uri::{Authority, Scheme as UriScheme};
use hyper::upgrade::OnUpgrade;
use hyper::{Method, Request, Response, StatusCode, Uri, Version};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use tokio::io::{AsyncReadExt as _, copy_bidirectional};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_rustls::TlsAcceptor;

use super::connection::{HANDSHAKE, serve_plain, serve_secure, told};
use super::content::Content;
use super::service::Service;

/// Whom a proxy answers for, and whom it lets through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proxying {
    /// Hosts that the emulator answers for, in small letters.
    pub hosts: BTreeSet<String>,
    /// Patterns of other hosts that are let through: `*.example.org`.
    pub allow: Vec<String>,
}

/// A host that a client asked the proxy for, and what became of that.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Asked {
    /// Host and port.
    pub host: String,
    /// What became of it.
    pub passage: Passage,
    /// More about it: method and path of a request in the clear, the error of a handshake.
    pub detail: String,
    /// How often.
    pub times: u64,
}

/// What became of a request to the proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Passage {
    /// It is not a host that is answered for, nor one that is let through.
    Refused,
    /// It was let through.
    Allowed,
    /// It was let through, and could not be reached.
    Unreachable,
    /// It is answered for, and the client did not accept the certificate.
    Untrusted,
    /// It is answered for, and the request came without TLS. It was refused.
    InTheClear,
}

/// The proxy of a running emulator.
pub(super) struct Proxy {
    proxying: Proxying,
    tls: TlsAcceptor,
    places: Arc<Semaphore>,
    stopped: watch::Receiver<bool>,
    asked: Mutex<BTreeMap<(Passage, String, String), u64>>,
}

/// So many hosts are told apart.
const MOST_HOSTS: usize = 1000;
/// How long it may take to reach a host that is let through.
const PATIENCE: Duration = Duration::from_secs(15);
/// The longest answer that is handed on from a host without TLS.
const LONGEST_ANSWER: usize = 64 * 1024 * 1024;
/// What a record of the TLS handshake begins with (RFC 8446, 5.1).
const TLS_HANDSHAKE: u8 = 22;

/// Where a tunnel leads.
enum Tunnel {
    /// To the emulator, under its own address.
    Own,
    /// To the emulator, under the name of another.
    Answered(String),
    /// To another host.
    Through(Box<TcpStream>),
}

impl Proxy {
    pub(super) fn new(
        proxying: Proxying,
        tls: TlsAcceptor,
        places: Arc<Semaphore>,
        stopped: watch::Receiver<bool>,
    ) -> Self {
        Self { proxying, tls, places, stopped, asked: Mutex::default() }
    }

    /// Whether a request is one to a proxy, and not to the emulator itself.
    pub(super) fn is_meant(&self, request: &Request<Incoming>, own: SocketAddr) -> bool {
        let is_elsewhere = |authority| !is_own(authority, own);
        request.version() < Version::HTTP_2
            && (request.method() == Method::CONNECT || request.uri().authority().is_some_and(is_elsewhere))
    }

    /// Every host that was asked for.
    pub(super) fn asked(&self) -> Vec<Asked> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = asked.iter().map(|((passage, host, detail), times)| Asked {
            host: host.clone(),
            passage: *passage,
            detail: detail.clone(),
            times: *times,
        });
        asked.collect()
    }

    fn note(&self, passage: Passage, host: &str, detail: &str) {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (passage, host.to_owned(), detail.to_owned());
        if asked.len() < MOST_HOSTS || asked.contains_key(&key) {
            *asked.entry(key).or_default() += 1;
        }
    }

    fn answers_for(&self, authority: &Authority) -> bool {
        let host = authority.host().trim_end_matches('.').to_ascii_lowercase();
        self.proxying.hosts.contains(&host)
    }

    fn lets_through(&self, host: &str) -> bool {
        let (name, _) = host.rsplit_once(':').unwrap_or((host, ""));
        let fits = |pattern: &String| {
            let pattern = pattern.to_ascii_lowercase();
            fast_glob::glob_match(&pattern, name) || fast_glob::glob_match(&pattern, host)
        };
        self.proxying.allow.iter().any(fits)
    }

    fn refuse(&self, host: &str) -> Response<Content> {
        self.note(Passage::Refused, host, "");
        let known = self.proxying.hosts.iter().cloned().collect::<Vec<_>>().join(", ");
        said(
            StatusCode::FORBIDDEN,
            &format!("{host} is refused: this recorder answers for {known}, and lets other hosts through if told to."),
        )
    }

    fn in_the_clear(&self, host: &str, what: &str) -> Response<Content> {
        self.note(Passage::InTheClear, host, what);
        said(StatusCode::FORBIDDEN, &format!("{host} is spoken to over HTTPS only."))
    }
}

/// Answers a request to the proxy.
pub(super) async fn pass(service: Arc<Service>, request: Request<Incoming>) -> Response<Content> {
    let Some(proxy) = &service.proxy else { return said(StatusCode::NOT_FOUND, "This is no proxy.") };
    let Some(authority) = request.uri().authority().cloned() else {
        return said(StatusCode::BAD_REQUEST, "The request names no host.");
    };
    let is_tunnel = request.method() == Method::CONNECT;
    let port = authority.port_u16().unwrap_or(if is_tunnel { 443 } else { 80 });
    let host = format!("{}:{port}", authority.host().to_ascii_lowercase());
    if !is_tunnel && request.uri().scheme() != Some(&UriScheme::HTTP) {
        return said(StatusCode::BAD_REQUEST, "A proxy is asked for anything but http:// by CONNECT.");
    }
    let is_answered = proxy.answers_for(&authority);
    if is_answered && !is_tunnel {
        let what = format!("{} {}", request.method(), request.uri().path());
        return proxy.in_the_clear(&host, &what);
    }
    let is_own = is_own(&authority, service.address);
    let tunnel = match (is_answered, is_own) {
        (true, _) => Tunnel::Answered(host),
        (_, true) => Tunnel::Own,
        _ if !proxy.lets_through(&host) => return proxy.refuse(&host),
        _ => match reach(&host).await {
            Ok(stream) => {
                proxy.note(Passage::Allowed, &host, "");
                if !is_tunnel {
                    return forward(stream, request).await;
                }
                Tunnel::Through(Box::new(stream))
            }
            Err(why) => {
                proxy.note(Passage::Unreachable, &host, &why);
                return said(StatusCode::BAD_GATEWAY, &format!("{host} cannot be reached: {why}."));
            }
        },
    };
    let Ok(place) = proxy.places.clone().try_acquire_owned() else {
        return said(StatusCode::SERVICE_UNAVAILABLE, "There are too many connections.");
    };
    tokio::spawn(dig(service.clone(), hyper::upgrade::on(request), tunnel, place));
    Response::new(Content::default())
}

/// Carries a tunnel until it ends. The box ends a circle: connections have tunnels, which are
/// connections.
fn dig(
    service: Arc<Service>,
    upgrade: OnUpgrade,
    tunnel: Tunnel,
    place: OwnedSemaphorePermit,
) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        let Some(proxy) = &service.proxy else { return };
        let mut stopped = proxy.stopped.clone();
        let Ok(upgraded) = upgrade.await else { return };
        let mut stream = TokioIo::new(upgraded);
        let host = match tunnel {
            Tunnel::Through(mut other) => {
                tokio::select! {
                    // Who ends it, and why, concerns the two of them.
                    _ = copy_bidirectional(&mut stream, &mut *other) => {}
                    () = told(&mut stopped) => {}
                }
                return;
            }
            Tunnel::Own => None,
            Tunnel::Answered(host) => Some(host),
        };
        let first = tokio::select! {
            first = tokio::time::timeout(HANDSHAKE, stream.read_u8()) => first,
            () = told(&mut stopped) => return,
        };
        let Ok(Ok(first)) = first else { return };
        let (read, write) = tokio::io::split(stream);
        let stream = tokio::io::join(Cursor::new([first]).chain(read), write);
        match (first == TLS_HANDSHAKE, host) {
            (true, host) => {
                let accepted = tokio::time::timeout(HANDSHAKE, proxy.tls.accept(stream)).await;
                match (accepted, host) {
                    (Ok(Ok(stream)), _) => serve_secure(stream, service.clone(), stopped).await,
                    (Ok(Err(error)), Some(host)) => proxy.note(Passage::Untrusted, &host, &error.to_string()),
                    _ => {}
                }
            }
            (false, None) => serve_plain(stream, service.clone(), stopped).await,
            (false, Some(host)) => {
                // The connection is closed: what was sent is not read.
                let _ = proxy.in_the_clear(&host, "");
            }
        }
        drop(place);
    })
}

/// Connects to a host that is let through.
async fn reach(host: &str) -> Result<TcpStream, String> {
    match tokio::time::timeout(PATIENCE, TcpStream::connect(host)).await {
        Ok(connected) => connected.map_err(|error| error.to_string()),
        Err(_) => Err("it does not answer".to_owned()),
    }
}

/// Hands a request on to a host without TLS, and its answer back.
async fn forward(stream: TcpStream, mut request: Request<Incoming>) -> Response<Content> {
    let fail = |why: &dyn std::fmt::Display| said(StatusCode::BAD_GATEWAY, &format!("The host did not answer: {why}."));
    let authority = request.uri().authority().map(|authority| authority.as_str().to_owned()).unwrap_or_default();
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let (Ok(uri), Ok(host)) = (path.parse::<Uri>(), HeaderValue::from_str(&authority)) else {
        return said(StatusCode::BAD_REQUEST, "The address is not one.");
    };
    *request.uri_mut() = uri;
    let headers = request.headers_mut();
    headers.insert(HOST, host);
    for name in ["proxy-connection", "proxy-authorization", "connection", "upgrade"] {
        headers.remove(name);
    }
    let (mut sender, connection) = match hyper::client::conn::http1::handshake(TokioIo::new(stream)).await {
        Ok(parts) => parts,
        Err(error) => return fail(&error),
    };
    let connection = tokio::spawn(connection);
    let answer = match sender.send_request(request).await {
        Ok(answer) => answer,
        Err(error) => return fail(&error),
    };
    let (mut parts, body) = answer.into_parts();
    let body = match Limited::new(body, LONGEST_ANSWER).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) => return fail(&error),
    };
    connection.abort();
    // The body is whole now, and its length is written anew.
    for name in ["connection", "transfer-encoding", "content-length", "keep-alive"] {
        parts.headers.remove(name);
    }
    parts.version = Version::HTTP_11;
    Response::from_parts(parts, Content::whole(body))
}

/// Whether a host and port are those of the emulator itself, as a client on this machine names it.
fn is_own(authority: &Authority, own: SocketAddr) -> bool {
    let host = authority.host().trim_matches(['[', ']']);
    let is_here = host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback() || address == own.ip());
    is_here && authority.port_u16().unwrap_or(80) == own.port()
}

fn said(status: StatusCode, text: &str) -> Response<Content> {
    let mut response = Response::new(Content::whole(Bytes::from(format!("{text}\n"))));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_emulator_knows_its_own_address() {
        let own = "127.0.0.1:8080".parse().expect("an address");
        for (authority, expected) in [
            ("127.0.0.1:8080", true),
            ("localhost:8080", true),
            ("LOCALHOST:8080", true),
            ("[::1]:8080", true),
            ("127.0.0.1", false),
            ("127.0.0.1:8081", false),
            ("example.org:8080", false),
            ("192.0.2.1:8080", false),
        ] {
            assert_eq!(is_own(&authority.parse().expect("an authority"), own), expected, "{authority}");
        }
    }
}
