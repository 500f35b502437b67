//! Who may call: programs of this machine, and pages that the control address itself gave out.
//! A page of somebody else in a browser of this machine may not, whether it finds the address by
//! name (DNS rebinding) or sends forms to it (CSRF).

use std::net::{IpAddr, SocketAddr};

use hyper::header::{HOST, ORIGIN};
use hyper::http::request::Parts;
use hyper::http::uri::Authority;
use hyper::{Method, StatusCode};

use super::reply::Trouble;

/// Refuses a call that a foreign page may be behind.
pub(super) fn check(parts: &Parts, address: SocketAddr) -> Result<(), Trouble> {
    let refuse = |message: &str| Err(Trouble::new(StatusCode::FORBIDDEN, "forbidden", message));
    let mut hosts = parts.headers.get_all(HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        (Some(host), None) => Authority::try_from(host.as_bytes()).ok(),
        _ => None,
    };
    let Some(host) = host.filter(|host| is_ours(host, address)) else {
        return refuse("the Host header has to be localhost or the address itself, with its port");
    };
    if matches!(parts.method, Method::GET | Method::HEAD) {
        return Ok(());
    }
    let site = parts.headers.get("sec-fetch-site").map(|site| site.as_bytes());
    if !matches!(site, None | Some(b"same-origin" | b"none")) {
        return refuse("a page of another site may not change anything here");
    }
    let own = format!("http://{host}");
    if parts.headers.get_all(ORIGIN).iter().any(|origin| !origin.as_bytes().eq_ignore_ascii_case(own.as_bytes())) {
        return refuse("a page of another origin may not change anything here");
    }
    Ok(())
}

/// Whether a host cannot be but this one: a name that nobody else can own, or an address.
fn is_ours(host: &Authority, address: SocketAddr) -> bool {
    if host.as_str().contains('@') || host.port_u16().unwrap_or(80) != address.port() {
        return false;
    }
    let name = host.host().trim_start_matches('[').trim_end_matches(']');
    match name.parse::<IpAddr>() {
        Ok(ip) => ip.is_loopback() || ip == address.ip() || address.ip().is_unspecified(),
        Err(_) => name.eq_ignore_ascii_case("localhost"),
    }
}

#[cfg(test)]
mod tests {
    use hyper::Request;

    use super::*;

    fn passes(address: &str, method: &str, headers: &[(&str, &str)]) -> bool {
        let mut request = Request::builder().method(method).uri("/reset");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).expect("a request").into_parts();
        check(&parts, address.parse().expect("an address")).is_ok()
    }

    #[test]
    fn only_names_that_nobody_else_can_own_are_hosts() {
        let loopback = "127.0.0.1:4000";
        for host in ["127.0.0.1:4000", "localhost:4000", "LOCALHOST:4000", "[::1]:4000"] {
            assert!(passes(loopback, "GET", &[("host", host)]), "{host}");
        }
        for host in [
            "rebound.example:4000",
            "127.0.0.1:4001",
            "127.0.0.1",
            "10.0.0.1:4000",
            "localhost.evil.example:4000",
            "",
            "a@127.0.0.1:4000",
        ] {
            assert!(!passes(loopback, "GET", &[("host", host)]), "{host}");
        }
        assert!(!passes(loopback, "GET", &[]), "no host");
        assert!(!passes(loopback, "GET", &[("host", "localhost:4000"), ("host", "localhost:4000")]), "two");
        assert!(passes("0.0.0.0:4000", "GET", &[("host", "10.0.0.1:4000")]), "asked to listen everywhere");
        assert!(!passes("0.0.0.0:4000", "GET", &[("host", "rebound.example:4000")]));
        assert!(passes("10.0.0.1:80", "GET", &[("host", "10.0.0.1")]), "the port of HTTP");
    }

    #[test]
    fn a_page_of_somebody_else_changes_nothing() {
        let host = ("host", "127.0.0.1:4000");
        let changes = |headers: &[(&str, &str)]| {
            let headers: Vec<_> = [host].iter().chain(headers).copied().collect();
            passes("127.0.0.1:4000", "POST", &headers)
        };
        assert!(changes(&[]), "a program");
        assert!(changes(&[("origin", "http://127.0.0.1:4000"), ("sec-fetch-site", "same-origin")]), "our page");
        assert!(!changes(&[("origin", "http://localhost:4000")]), "the same machine, another origin");
        assert!(!changes(&[("origin", "https://evil.example")]));
        assert!(!changes(&[("origin", "null")]));
        assert!(!changes(&[("sec-fetch-site", "cross-site")]));
        assert!(!changes(&[("sec-fetch-site", "same-site")]));
        let reads = [host, ("sec-fetch-site", "cross-site")];
        assert!(passes("127.0.0.1:4000", "GET", &reads), "its answer cannot be read across origins");
    }
}
