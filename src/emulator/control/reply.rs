//! Answers of the control address. It knows nothing of what is controlled.

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION};
use hyper::{Response, StatusCode};
use serde::Serialize;
use serde_json::json;

/// An answer.
pub(super) struct Reply {
    status: StatusCode,
    content_type: &'static str,
    body: Bytes,
    header: Option<(HeaderName, HeaderValue)>,
}

/// Why a call is not done.
pub(super) struct Trouble {
    status: StatusCode,
    code: &'static str,
    message: String,
    header: Option<(HeaderName, HeaderValue)>,
}

/// What comes of a call.
pub(super) type Answer = Result<Reply, Trouble>;

/// A page loads its own files and nothing else, runs no script of others, sends its forms
/// nowhere else and is shown in no frame.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
    img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

impl Reply {
    fn new(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self { status, content_type, body: body.into(), header: None }
    }

    /// 200 with JSON.
    pub(super) fn json(value: &impl Serialize) -> Self {
        let text = serde_json::to_string(value).expect("what is answered has string keys");
        Self::new(StatusCode::OK, "application/json", text)
    }

    /// 201 with JSON.
    pub(super) fn created(value: &impl Serialize) -> Self {
        Self { status: StatusCode::CREATED, ..Self::json(value) }
    }

    /// 204.
    pub(super) fn done() -> Self {
        Self::new(StatusCode::NO_CONTENT, "", Bytes::new())
    }

    /// A page, or a file of it.
    pub(super) fn file(content_type: &'static str, text: impl Into<Bytes>) -> Self {
        Self::new(StatusCode::OK, content_type, text)
    }

    /// The same with another status.
    pub(super) fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Back to the page after a form was sent.
    pub(super) fn see(place: &str) -> Self {
        let location = HeaderValue::from_str(place).unwrap_or(HeaderValue::from_static("/"));
        Self { header: Some((LOCATION, location)), ..Self::new(StatusCode::SEE_OTHER, "", Bytes::new()) }
    }

    pub(super) fn into_response(self) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::new(self.body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        if !self.content_type.is_empty() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        }
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert("content-security-policy", HeaderValue::from_static(POLICY));
        headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
        // With `no-referrer` browsers send our own forms with the origin null.
        headers.insert("referrer-policy", HeaderValue::from_static("same-origin"));
        headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
        headers.extend(self.header);
        response
    }
}

impl Trouble {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), header: None }
    }

    pub(super) fn bad(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "badRequest", message)
    }

    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "notFound", message)
    }

    /// 405, with the methods that there are.
    pub(super) fn method(allowed: &'static str) -> Self {
        let message = format!("there is only {allowed} here");
        let header = Some((ALLOW, HeaderValue::from_static(allowed)));
        Self { header, ..Self::new(StatusCode::METHOD_NOT_ALLOWED, "methodNotAllowed", message) }
    }
}

impl From<Trouble> for Reply {
    fn from(trouble: Trouble) -> Self {
        let body = json!({ "error": { "code": trouble.code, "message": trouble.message } });
        Self { header: trouble.header, ..Self::json(&body).with_status(trouble.status) }
    }
}
