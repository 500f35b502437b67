//! The HTTP client that signing in goes through: one for `azure_core`, and for `oauth2`.
//!
//! No redirect is followed, so that no secret goes where it was not meant to. Plain HTTP is for
//! this machine, and for the places at which a machine is told who it is. It must not know what
//! it carries.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use http::{HeaderMap, Method, StatusCode};
use oauth2::{AsyncHttpClient, HttpRequest, HttpResponse};
use url::{Host, Url};

use crate::client::{Connections, is_loopback};

/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The longest answer that is read: tokens have a few kilobytes.
const LONGEST: usize = 1 << 20;

/// Where Azure tells a virtual machine who it is (Azure Instance Metadata Service).
const METADATA: Host<&str> = Host::Ipv4(std::net::Ipv4Addr::new(169, 254, 169, 254));

/// An HTTP client for signing in.
pub(super) struct Http {
    /// Those made so far; certificates are loaded where they are needed.
    connections: Connections,
    /// Further places that are spoken to in the clear: those that the environment names.
    named: Vec<Url>,
}

/// Why there is no answer. Shows host and port of the address alone: the rest may be secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {reason}")]
pub(super) struct Unanswered {
    place: String,
    reason: String,
    /// Whether nothing was sent, since it may not be.
    pub(super) forbidden: bool,
}

/// An answer, whole.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Http {
    /// A client that also speaks in the clear to these places.
    pub(super) fn new(connections: Connections, named: Vec<Url>) -> Self {
        Self { connections, named }
    }

    /// Sends a request, once.
    pub(super) async fn send(
        &self,
        method: Method,
        url: &Url,
        headers: HeaderMap,
        body: Vec<u8>,
    ) -> Result<Answer, Unanswered> {
        let fail = |reason: String, forbidden| Unanswered { place: place(url), reason, forbidden };
        if let Some(reason) = self.objection(url) {
            return Err(fail(reason.to_owned(), true));
        }
        let client = self.connections.client(url, TIMEOUT).map_err(|error| fail(error.to_string(), false))?;
        let sent = client.request(method, url.clone()).headers(headers).body(body).send().await;
        let mut response = sent.map_err(|error| fail(crate::client::describe(&error), false))?;
        let (status, headers) = (response.status(), response.headers().clone());
        if status.is_redirection() {
            let reason = "it redirects to another address, which is not followed: secrets are meant for this one";
            return Err(fail(reason.to_owned(), false));
        }
        let mut body = Vec::new();
        loop {
            let chunk = response.chunk().await.map_err(|error| fail(crate::client::describe(&error), false))?;
            match chunk {
                None => return Ok(Answer { status, headers, body }),
                Some(chunk) if body.len() + chunk.len() > LONGEST => {
                    return Err(fail("the answer is longer than any token".to_owned(), false));
                }
                Some(chunk) => body.extend_from_slice(&chunk),
            }
        }
    }

    /// Why nothing may be sent there.
    fn objection(&self, url: &Url) -> Option<&'static str> {
        match (url.scheme(), url.host()) {
            ("https", Some(_)) => None,
            ("http", Some(host)) if is_loopback(&host) || host == METADATA => None,
            ("http", _) if self.named.iter().any(|named| named.origin() == url.origin()) => None,
            ("http", _) => Some("secrets never travel over plain HTTP except to this machine; write https://"),
            _ => Some("it is neither http nor https"),
        }
    }
}

fn place(url: &Url) -> String {
    url.origin().ascii_serialization()
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Http")
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = Unanswered;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Unanswered>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let url = Url::parse(&parts.uri.to_string());
            let url = url.map_err(|error| Unanswered {
                place: "the address".to_owned(),
                reason: error.to_string(),
                forbidden: true,
            })?;
            let answer = self.send(parts.method, &url, parts.headers, body).await?;
            let mut response = HttpResponse::new(answer.body);
            *response.status_mut() = answer.status;
            *response.headers_mut() = answer.headers;
            Ok(response)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine_and_for_what_the_environment_names() {
        let url = |text: &str| Url::parse(text).expect("an address");
        let http = Http::new(Connections::default(), vec![url("http://10.0.0.4:42356/msi/token")]);
        for allowed in [
            "https://login.microsoftonline.com/x",
            "http://127.0.0.1:8080/x",
            "http://[::1]:1/x",
            "http://localhost/x",
            "http://169.254.169.254/metadata",
            "http://10.0.0.4:42356/other",
        ] {
            assert_eq!(http.objection(&url(allowed)), None, "{allowed}");
        }
        for refused in
            ["http://login.microsoftonline.com/x", "http://169.254.169.253/x", "http://10.0.0.4/x", "ftp://localhost/x"]
        {
            assert!(http.objection(&url(refused)).is_some(), "{refused}");
        }
    }
}
