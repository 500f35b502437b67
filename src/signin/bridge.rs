//! The HTTP client of `azure_core`, on ours.
//!
//! It adds what `azure_identity` cannot: claims in requests for tokens, an authority on this machine
//! that speaks plain HTTP, and what an authority says of its reason. (It reads that as borrowed text,
//! and fails for one with an escape in it, which is how Entra writes an apostrophe.)

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::cloud::{CloudConfiguration, CustomConfiguration};
use azure_core::error::ErrorKind;
use azure_core::http::headers::{HeaderName as AzureName, HeaderValue as AzureValue, Headers};
use azure_core::http::{
    AsyncRawResponse, Body, ClientOptions, ExponentialRetryOptions, HttpClient, Method as AzureMethod, Request,
    RetryOptions, Transport, Url,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use serde::Deserialize;

use super::http::{Answer, Http};
use super::place::Authority;
use super::refusal::Refusal;
use super::secret::without_those_of;

/// One client of `azure_core`, for one token.
#[derive(Debug)]
struct Bridge {
    http: Arc<Http>,
    authority: Authority,
    /// What requests for tokens are to ask for.
    claims: String,
}

/// Options of a credential that signs in at this authority, over our client.
pub(super) fn options(http: &Arc<Http>, authority: &Authority, claims: String) -> ClientOptions {
    let bridge = Bridge { http: Arc::clone(http), authority: authority.clone(), claims };
    let mut custom = CustomConfiguration::default();
    custom.authority_host = stand_in(authority.url()).to_string();
    ClientOptions {
        transport: Some(Transport::new(Arc::new(bridge))),
        cloud: Some(Arc::new(CloudConfiguration::from(custom))),
        // Somebody waits for an answer, and a job asks again by itself.
        retry: RetryOptions::exponential(ExponentialRetryOptions { max_retries: 2, ..Default::default() }),
        ..Default::default()
    }
}

/// The address under which `azure_identity` knows an authority: it takes HTTPS alone.
fn stand_in(authority: &Url) -> Url {
    let mut url = authority.clone();
    if url.scheme() == "http" {
        let port = url.port_or_known_default();
        // Neither fails for an address with a host.
        let _ = url.set_scheme("https");
        let _ = url.set_port(port);
    }
    url
}

#[async_trait]
impl HttpClient for Bridge {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let mut url = request.url().clone();
        let mut body = match request.body() {
            Body::Bytes(bytes) => bytes.to_vec(),
            _ => return Err(azure_core::Error::with_message(ErrorKind::Io, "requests for tokens are no streams")),
        };
        let mut is_authority = false;
        if url.origin() == stand_in(self.authority.url()).origin() {
            let mut real = self.authority.url().clone();
            real.set_path(url.path());
            real.set_query(url.query());
            url = real;
            is_authority = true;
            if matches!(request.method(), AzureMethod::Post) && !body.is_empty() {
                body.extend_from_slice(b"&claims=");
                body.extend(url::form_urlencoded::byte_serialize(self.claims.as_bytes()).flat_map(str::bytes));
            }
        }
        let mut headers = HeaderMap::new();
        for (name, value) in request.headers().iter() {
            if let (Ok(name), Ok(mut value)) =
                (HeaderName::try_from(name.as_str()), HeaderValue::try_from(value.as_str()))
            {
                value.set_sensitive(true);
                // The length is ours to say: the body may have grown.
                if name != http::header::CONTENT_LENGTH {
                    headers.insert(name, value);
                }
            }
        }
        if body.is_empty() && matches!(request.method(), AzureMethod::Post) {
            headers.insert(http::header::CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        let sent = self.http.send(method(request.method()), &url, headers, body.clone()).await;
        // Never `Io`, for which `azure_core` sends again: our client has waited long enough.
        let answer = sent.map_err(|error| azure_core::Error::with_error(ErrorKind::Other, error, "no answer"))?;
        if let Some(refusal) = refusal(&answer, &body).filter(|_| is_authority) {
            return Err(azure_core::Error::with_error(ErrorKind::Other, refusal, "refused"));
        }
        let mut headers = Headers::new();
        for (name, value) in &answer.headers {
            if let Ok(value) = value.to_str() {
                headers.insert(AzureName::from(name.as_str().to_owned()), AzureValue::from(value.to_owned()));
            }
        }
        Ok(AsyncRawResponse::from_bytes(answer.status.as_u16().into(), headers, answer.body))
    }
}

/// What an authority says no with; nothing where it may say yes in a moment.
fn refusal(answer: &Answer, form: &[u8]) -> Option<Refusal> {
    /// An error of OAuth 2.0 (RFC 6749, 5.2).
    #[derive(Deserialize)]
    struct Said {
        error: String,
        #[serde(default)]
        error_description: Option<String>,
    }
    let is_final = answer.status.is_client_error()
        && !matches!(answer.status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS);
    let said: Said = serde_json::from_slice(&answer.body).ok().filter(|_| is_final)?;
    Some(Refusal::read(&without_those_of(&said.error_description.unwrap_or(said.error), form)))
}

fn method(method: AzureMethod) -> Method {
    match method {
        AzureMethod::Delete => Method::DELETE,
        AzureMethod::Get => Method::GET,
        AzureMethod::Head => Method::HEAD,
        AzureMethod::Patch => Method::PATCH,
        AzureMethod::Post => Method::POST,
        AzureMethod::Put => Method::PUT,
        // A method that a later version of `azure_core` knows is no method of OAuth 2.0.
        _ => Method::OPTIONS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_on_this_machine_has_a_name_that_azure_identity_takes() {
        for (authority, expected) in [
            ("http://127.0.0.1:8080", "https://127.0.0.1:8080/"),
            ("http://localhost", "https://localhost:80/"),
            ("https://login.microsoftonline.com", "https://login.microsoftonline.com/"),
        ] {
            let url = Url::parse(authority).expect("an address");
            assert_eq!(stand_in(&url).as_str(), expected);
        }
    }
}
