//! Which addresses a session takes, and the HTTP client that it speaks to them with.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
#[cfg(feature = "tls")]
use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect::Policy;
use url::{Host, Position, Url};

/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// What `localhost` is, at the port of the URL.
const LOOPBACK: [SocketAddr; 2] =
    [SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0), SocketAddr::new(IpAddr::V6(Ipv6Addr::LOCALHOST), 0)];

/// What calls are addressed to.
#[derive(Debug, Clone)]
pub(super) enum Target {
    /// A root that holds every version.
    Root(Url),
    /// The root of one version, as it is to be used.
    Version(Url),
}

impl Target {
    pub(super) fn url(&self) -> &Url {
        match self {
            Self::Root(url) | Self::Version(url) => url,
        }
    }
}

/// Why there is no session. Completes "failed to …".
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// The address is no usable URL.
    #[error("use '{url}' as the address of the service: {reason}")]
    Address {
        /// As it was given, without user info, query and fragment.
        url: String,
        /// What is wrong and what to write instead.
        reason: String,
    },
    /// A token would travel in the clear.
    #[error("use 'http://{host}': a token never travels over plain HTTP except to this machine; write https://{host}")]
    PlainHttp {
        /// The host.
        host: String,
    },
    /// This build cannot speak HTTPS.
    #[error("use '{url}': this build has no TLS; enable the feature 'tls'")]
    NoTls {
        /// The address.
        url: String,
    },
    /// No token provider was given.
    #[error("open a session without a token provider; give one with .token(…)")]
    NoToken,
    /// The HTTP client cannot be made.
    #[error("set up the HTTP client")]
    Http(#[source] reqwest::Error),
    /// TLS cannot be set up.
    #[error("set up TLS: {0}")]
    Tls(String),
}

pub(super) fn address(text: &str) -> Result<Url, SessionError> {
    let fail = |reason: &str| Err(SessionError::Address { url: shown(text), reason: reason.to_owned() });
    let url = match Url::parse(text.trim()) {
        Ok(url) => url,
        Err(error) => return fail(&format!("{error}; write https://HOST/VERSION")),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return fail("it carries a user name or password");
    }
    if !matches!(url.scheme(), "http" | "https") {
        return fail("it is neither http nor https; write https://HOST/VERSION");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return fail("an address has no query and no fragment");
    }
    match (url.scheme(), url.host()) {
        (_, None) => fail("it has no host"),
        ("http", Some(host)) if !is_loopback(&host) => Err(SessionError::PlainHttp { host: host.to_string() }),
        ("https", Some(_)) if !cfg!(feature = "tls") => Err(SessionError::NoTls { url: shown(text) }),
        _ => Ok(url),
    }
}

/// An address for people: without what may be a user name, a password or a key. Works on text,
/// since what is no URL may hold a password too, with any character in it.
fn shown(text: &str) -> String {
    let (scheme, rest) = match text.trim().split_once("://") {
        Some((scheme, rest)) if scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
            (format!("{scheme}://"), rest)
        }
        _ => (String::new(), text.trim()),
    };
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    format!("{scheme}{rest}")
}

/// `localhost` is loopback by RFC 6761, 6.3.
pub(crate) fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
        Host::Domain(name) => name.eq_ignore_ascii_case("localhost"),
    }
}

/// A client for addresses like this one: it follows no redirect, and no proxy sees what is plain.
pub(super) fn http_client(url: &Url, attempt_timeout: Duration) -> Result<reqwest::Client, SessionError> {
    let builder = reqwest::Client::builder()
        .redirect(Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(attempt_timeout)
        .user_agent(concat!("entra-risk/", env!("CARGO_PKG_VERSION")));
    let builder = match url.scheme() {
        // A proxy would see the token, and so would whatever a hosts file calls localhost.
        "http" => plain(builder.no_proxy().resolve_to_addrs("localhost", &LOOPBACK)),
        // No proxy leads to this machine.
        _ if url.host().is_some_and(|host| is_loopback(&host)) => encrypted(builder.no_proxy())?,
        _ => encrypted(builder)?,
    };
    builder.build().map_err(SessionError::Http)
}

/// Certificates cost milliseconds to load, and plain HTTP needs none.
#[cfg(feature = "tls")]
fn plain(builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    match rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions() {
        Ok(config) => builder.tls_backend_preconfigured(
            config.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth(),
        ),
        Err(_) => builder,
    }
}

#[cfg(not(feature = "tls"))]
fn plain(builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    builder
}

/// The system's trust, with ring as the explicit provider: reqwest's own choice panics without
/// one.
#[cfg(feature = "tls")]
fn encrypted(builder: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder, SessionError> {
    use rustls_platform_verifier::BuilderVerifierExt as _;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = |error: rustls::Error| SessionError::Tls(error.to_string());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(tls)?
        .with_platform_verifier()
        .map_err(tls)?
        .with_no_client_auth();
    Ok(builder.tls_backend_preconfigured(config).https_only(true))
}

#[cfg(not(feature = "tls"))]
fn encrypted(builder: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder, SessionError> {
    Ok(builder)
}

/// Whether a URL has the scheme, host and port that the token is meant for, and no more.
pub(super) fn is_home(home: &Url, url: &Url) -> bool {
    url.scheme() == home.scheme()
        && url.host() == home.host()
        && url.port_or_known_default() == home.port_or_known_default()
        && url.username().is_empty()
        && url.password().is_none()
}

/// Whether the path below the version fits the operation's template: a parameter that is empty
/// or made of dots gives another number of segments, or other literals.
pub(super) fn fits(url: &Url, base_url: &str, template: &str) -> bool {
    let Some(path) = url[..Position::AfterPath].strip_prefix(base_url) else { return false };
    if path == template {
        return true;
    }
    let (mut ours, mut theirs) = (template.split('/'), path.split('/'));
    loop {
        match (ours.next(), theirs.next()) {
            (None, None) => return true,
            (Some(our), Some(their)) if our.starts_with('{') && !their.is_empty() => {}
            (Some(our), Some(their)) if our == their => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_leads_elsewhere_does_not_fit() {
        let base = "http://127.0.0.1:8080/beta";
        let check =
            |below: &str, template: &str| fits(&Url::parse(&format!("{base}{below}")).expect("a URL"), base, template);
        assert!(check("/things/act", "/things/act"));
        assert!(check("/things/act?$top=1", "/things/act"));
        assert!(check("/things/1%2F2", "/things/{id}"));
        for below in ["/things/", "/things/..", "/things/../act", "/things/1/act", "/things", "x/things/1", ""] {
            assert!(!check(below, "/things/{id}"), "{below}");
        }
        let away = Url::parse("http://127.0.0.1:8080/v1.0/things/1").expect("a URL");
        assert!(!fits(&away, base, "/things/{id}"));
    }

    #[test]
    fn home_is_one_scheme_host_and_port() {
        let url = |text: &str| Url::parse(text).expect("an address");
        let home = url("https://graph.microsoft.com/beta");
        for same in
            ["https://graph.microsoft.com/v1.0/x", "https://GRAPH.microsoft.com:443/", "https:graph.microsoft.com"]
        {
            assert!(is_home(&home, &url(same)), "{same}");
        }
        for other in [
            "http://graph.microsoft.com/beta",
            "http://graph.microsoft.com:443/beta",
            "https://graph.microsoft.com:444/beta",
            "https://graph.microsoft.com.evil.example/",
            "https://graph.microsoft.us/beta",
            "https://graph.microsoft.com@evil.example/",
            "https://someone@graph.microsoft.com/beta",
            "https://:secret@graph.microsoft.com/beta",
            "wss://graph.microsoft.com/beta",
        ] {
            assert!(!is_home(&home, &url(other)), "{other}");
        }
    }

    #[test]
    fn a_path_parameter_cannot_lead_to_another_operation() {
        let base = "http://127.0.0.1:1/graph/beta";
        let fits =
            |path: &str| fits(&Url::parse(&format!("{base}{path}")).expect("a URL"), base, "/riskyUsers/{id}/history");
        assert!(fits("/riskyUsers/1/history"));
        assert!(fits("/riskyUsers/a%2Fb/history"), "encoded, so it stays one segment");
        for path in [
            "/riskyUsers//history",
            "/riskyUsers/./history",
            "/riskyUsers/../history",
            "/riskyUsers/%2e%2E/history",
            "/riskyUsers/a/b/history",
            "/riskyUsers/../../beta/riskyUsers/history",
            "/riskyUsers/1/history/",
            "/riskyUsers/1",
            "/riskyusers/1/history",
            "/../../../riskyUsers/1/history",
        ] {
            assert!(!fits(path), "{path}");
        }
    }
}
