//! Sign-in as Microsoft Entra does it: the token endpoint, and the documents by which libraries
//! find it. Its errors have Entra's form and codes (AADSTS…), in our words. It knows nothing of
//! the API.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hyper::body::Bytes;
use hyper::header::{ALLOW, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};
use serde_json::{Value, json};

use super::auth::{Authority, issuer};
use super::content::Content;
use super::directory::{Directory, Secret, Tenant, documented};
use super::identity::{Identity, Kind, LIFETIME, PERSONAL_TENANT};
use crate::contract::Contract;

/// A place at which one signs in, and the tenant that its path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Endpoint<'a> {
    /// `/{tenant}/oauth2/v2.0/token`
    Token(&'a str),
    /// `/{tenant}/v2.0/.well-known/openid-configuration`
    Configuration(&'a str),
    /// `/{tenant}/discovery/v2.0/keys`
    Keys(&'a str),
    /// `/common/discovery/instance`
    Instance,
}

/// What signing in needs.
pub(super) struct SignIn<'a> {
    pub(super) directory: &'a Directory,
    pub(super) authority: &'a Authority,
    pub(super) contracts: Vec<&'a Contract>,
    /// Whether everybody may sign in as anything.
    pub(super) anybody: bool,
    /// How the client reached this place: `https://127.0.0.1:8443`.
    pub(super) root: String,
    /// Whether that is on this machine.
    pub(super) is_local: bool,
    /// Now, as text.
    pub(super) now: String,
}

/// Why nobody is signed in.
struct Denied {
    status: StatusCode,
    error: &'static str,
    code: u32,
    message: String,
}

type Result<T> = std::result::Result<T, Denied>;

/// Names of all tenants together.
const ANY_TENANT: &[&str] = &["common", "organizations", "consumers"];
/// Microsoft Graph, by its application id.
const GRAPH_APP: &str = "00000003-0000-0000-c000-000000000000";
/// Scopes about signing in itself (OpenID Connect).
const OPENID: &[&str] = &["openid", "profile", "email", "offline_access"];
const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

impl<'a> Endpoint<'a> {
    /// The endpoint at a path.
    pub(super) fn at(path: &'a str) -> Option<Self> {
        let (tenant, rest) = path.strip_prefix('/')?.split_once('/')?;
        match rest {
            _ if tenant.is_empty() => None,
            "oauth2/v2.0/token" => Some(Self::Token(tenant)),
            "v2.0/.well-known/openid-configuration" => Some(Self::Configuration(tenant)),
            "discovery/v2.0/keys" => Some(Self::Keys(tenant)),
            "discovery/instance" => Some(Self::Instance),
            _ => None,
        }
    }

    /// Its name in logs.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Token(_) => "token",
            Self::Configuration(_) => "openid-configuration",
            Self::Keys(_) => "keys",
            Self::Instance => "instance",
        }
    }

    fn method(self) -> Method {
        match self {
            Self::Token(_) => Method::POST,
            _ => Method::GET,
        }
    }
}

impl Denied {
    fn new(status: StatusCode, error: &'static str, code: u32, message: impl Into<String>) -> Self {
        Self { status, error, code, message: message.into() }
    }

    fn bad(error: &'static str, code: u32, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error, code, message)
    }

    fn missing(parameter: &str) -> Self {
        Self::bad("invalid_request", 900_144, format!("The request body must contain the parameter '{parameter}'."))
    }

    fn client(code: u32, message: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "invalid_client", code, message)
    }
}

impl SignIn<'_> {
    /// Answers a request.
    pub(super) fn answer(&self, endpoint: Endpoint<'_>, parts: &Parts, body: &[u8]) -> Response<Content> {
        let is_right = endpoint.method() == parts.method;
        let done = match endpoint {
            _ if !is_right => {
                let message = format!("This endpoint takes {} alone.", endpoint.method());
                Err(Denied::new(StatusCode::METHOD_NOT_ALLOWED, "invalid_request", 900_561, message))
            }
            Endpoint::Token(tenant) => self.token(tenant, parts, body),
            Endpoint::Configuration(tenant) => self.configuration(tenant),
            Endpoint::Keys(_) => Ok(self.keys()),
            Endpoint::Instance => self.instance(parts.uri.query().unwrap_or_default()),
        };
        let trace = uuid::Uuid::from_u128(fastrand::u128(..)).to_string();
        let (status, answer) = match done {
            Ok(answer) => (StatusCode::OK, answer),
            Err(denied) => (denied.status, self.error(&denied, parts, &trace)),
        };
        let mut response = Response::new(Content::whole(Bytes::from(answer.to_string())));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, JSON);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store, no-cache"));
        if let Ok(trace) = HeaderValue::from_str(&trace) {
            headers.insert(HeaderName::from_static("x-ms-request-id"), trace);
        }
        if !is_right && let Ok(method) = HeaderValue::from_str(endpoint.method().as_str()) {
            headers.insert(ALLOW, method);
        }
        response
    }

    fn error(&self, denied: &Denied, parts: &Parts, trace: &str) -> Value {
        let sent = parts.headers.get("client-request-id").and_then(|id| id.to_str().ok());
        let correlation = match sent.and_then(|id| uuid::Uuid::parse_str(id).ok()) {
            Some(id) => id.to_string(),
            None => trace.to_owned(),
        };
        let Denied { code, message, error, .. } = denied;
        json!({
            "error": error,
            "error_description": format!(
                "AADSTS{code}: {message} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {}", self.now,
            ),
            "error_codes": [code],
            "timestamp": self.now,
            "trace_id": trace,
            "correlation_id": correlation,
        })
    }

    /// The tenant of this name; none for a name of all of them.
    fn tenant(&self, name: &str, error: &'static str) -> Result<Option<&Tenant>> {
        let known = self.directory.tenant(name);
        if known.is_some() || ANY_TENANT.contains(&name) {
            return Ok(known);
        }
        // A personal account's, or anything where everything is accepted.
        if self.anybody || name == PERSONAL_TENANT {
            return Ok(self.directory.tenants.first());
        }
        let shown: String = name.chars().take(64).collect();
        Err(Denied::bad(error, 90_002, format!("There is no tenant '{shown}'.")))
    }

    fn token(&self, tenant: &str, parts: &Parts, body: &[u8]) -> Result<Value> {
        let tenant = self.tenant(tenant, "invalid_request")?;
        let form = Form::read(parts, body)?;
        let identity = match form.required("grant_type")? {
            "client_credentials" => self.application(tenant, &form)?,
            "password" => self.user(&form)?,
            _ => {
                let message = "The emulator has the grant types client_credentials and password.";
                return Err(Denied::bad("unsupported_grant_type", 70_003, message));
            }
        };
        let scope = identity.permissions.join(" ");
        // On loopback, so that nobody can take the token for one of a real tenant.
        let root = if self.is_local { &self.root } else { "http://127.0.0.1" };
        let mut answer = json!({
            "token_type": "Bearer",
            "expires_in": LIFETIME - 1,
            "ext_expires_in": LIFETIME - 1,
            "access_token": self.authority.issue(&identity, root),
        });
        if identity.kind != Kind::Application {
            answer["scope"] = scope.into();
        }
        Ok(answer)
    }

    fn application(&self, tenant: Option<&Tenant>, form: &Form<'_>) -> Result<Identity> {
        let client = form.client()?;
        let Some(tenant) = tenant else {
            let message = "An application signs in to a tenant; the path names none.";
            return Err(Denied::bad("invalid_request", 50_059, message));
        };
        let scope = form.required("scope")?;
        let Some(app) = self.directory.app(&client, tenant) else {
            if self.anybody {
                let mut identity = Identity::application(documented(&self.contracts, Kind::Application));
                identity.tenant.clone_from(&tenant.id);
                identity.client_id = client.into_owned();
                return Ok(identity);
            }
            let shown: String = client.chars().take(64).collect();
            let message = format!("There is no application '{shown}' in this tenant.");
            return Err(Denied::bad("unauthorized_client", 700_016, message));
        };
        if !self.anybody {
            form.prove(&app.client_secret)?;
        }
        self.resource(scope)?;
        Ok(self.directory.application(app, &self.contracts))
    }

    fn user(&self, form: &Form<'_>) -> Result<Identity> {
        let client = form.client()?;
        let (name, password) = (form.required("username")?, form.required("password")?);
        let wanted = form.required("scope")?;
        let user = self.directory.user(name);
        let fits = |secret: &Secret| secret.reveal() == password;
        let Some(user) = user.filter(|user| user.password.as_ref().is_some_and(fits)) else {
            let message = "The name or the password is wrong, or the user has no password.";
            return Err(Denied::bad("invalid_grant", 50_126, message));
        };
        let mut identity = self.directory.delegated(user, &self.contracts);
        identity.client_id = client.into_owned();
        let wanted: Vec<_> = wanted.split_ascii_whitespace().filter(|scope| !OPENID.contains(scope)).collect();
        match wanted.as_slice() {
            [all] if all.ends_with("/.default") => self.resource(all)?,
            some => {
                let names: Vec<_> = some.iter().map(|scope| scope.rsplit('/').next().unwrap_or(scope)).collect();
                if let Some(strange) = names.iter().find(|name| !identity.permissions.iter().any(|has| has == *name)) {
                    let message = format!("The user has not consented to '{strange}'.");
                    return Err(Denied::bad("invalid_grant", 65_001, message));
                }
                identity.permissions.retain(|has| names.contains(&has.as_str()));
            }
        }
        Ok(identity)
    }

    /// Whether a scope asks for all of Microsoft Graph.
    fn resource(&self, scope: &str) -> Result<()> {
        let mut scopes = scope.split_ascii_whitespace().filter(|scope| !OPENID.contains(scope));
        let resource = match (scopes.next().and_then(|scope| scope.strip_suffix("/.default")), scopes.next()) {
            (Some(resource), None) => resource.trim_end_matches('/'),
            _ => {
                let message = "The scope has to be that of a whole resource: https://…/.default.";
                return Err(Denied::bad("invalid_scope", 70_011, message));
            }
        };
        let servers = || self.contracts.iter().flat_map(|contract| &contract.servers);
        let is_cloud = || servers().any(|server| origin(&server.url).eq_ignore_ascii_case(resource));
        // Some clients make the scope from the host that they call.
        let is_here = || origin(&self.root).rsplit('/').next() == resource.rsplit('/').next();
        if resource == GRAPH_APP || is_cloud() || is_here() {
            return Ok(());
        }
        let shown: String = resource.chars().take(64).collect();
        Err(Denied::bad("invalid_resource", 500_011, format!("This tenant has no resource '{shown}'.")))
    }

    fn configuration(&self, name: &str) -> Result<Value> {
        let tenant = self.tenant(name, "invalid_tenant")?;
        let id = tenant.map_or("{tenantid}", |tenant| &tenant.id);
        let place = |rest: &str| format!("{}/{name}/{rest}", self.root);
        Ok(json!({
            "issuer": issuer(&self.root, id),
            "authorization_endpoint": place("oauth2/v2.0/authorize"),
            "token_endpoint": place("oauth2/v2.0/token"),
            "device_authorization_endpoint": place("oauth2/v2.0/devicecode"),
            "jwks_uri": place("discovery/v2.0/keys"),
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "grant_types_supported": ["client_credentials", "password"],
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "scopes_supported": OPENID,
        }))
    }

    fn keys(&self) -> Value {
        let (key, id) = self.authority.public_key();
        let mut key = serde_json::to_value(key).unwrap_or_default();
        key["use"] = "sig".into();
        key["alg"] = "ES256".into();
        key["kid"] = id.into();
        json!({ "keys": [key] })
    }

    /// What a library asks a place that it knows, before it signs in at a place that it does not.
    fn instance(&self, query: &str) -> Result<Value> {
        let asked = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "authorization_endpoint");
        let asked = asked.and_then(|(_, endpoint)| url::Url::parse(&endpoint).ok());
        let named = asked.as_ref().and_then(|url| {
            let host = url.host_str()?;
            let place = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
            Some((place, url.path_segments()?.next().filter(|tenant| !tenant.is_empty())?))
        });
        let Some((place, tenant)) = named else {
            let message = "The parameter authorization_endpoint is not the address of an endpoint.";
            return Err(Denied::bad("invalid_instance", 50_049, message));
        };
        let scheme = asked.as_ref().map_or("https", |url| url.scheme());
        Ok(json!({
            "tenant_discovery_endpoint": format!("{scheme}://{place}/{tenant}/v2.0/.well-known/openid-configuration"),
            "api-version": "1.1",
            "metadata": [{ "preferred_network": place, "preferred_cache": place, "aliases": [place] }],
        }))
    }
}

/// The parameters of a request for a token.
struct Form<'a> {
    parameters: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// Name and secret of the client, from the header.
    basic: Option<(String, String)>,
}

impl<'a> Form<'a> {
    fn read(parts: &Parts, body: &'a [u8]) -> Result<Self> {
        let media = parts.headers.get(CONTENT_TYPE).and_then(|media| media.to_str().ok()).unwrap_or_default();
        let is_form = media
            .split(';')
            .next()
            .is_some_and(|media| media.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"));
        // What is no form has no parameters.
        let body = if is_form { body } else { &[] };
        let mut parameters: Vec<(Cow<'_, str>, Cow<'_, str>)> = Vec::new();
        for (name, value) in url::form_urlencoded::parse(body) {
            if parameters.iter().any(|(other, _)| *other == name) {
                let shown: String = name.chars().take(64).collect();
                let message = format!("The parameter '{shown}' is there twice.");
                return Err(Denied::bad("invalid_request", 9_000_411, message));
            }
            parameters.push((name, value));
        }
        Ok(Self { parameters, basic: basic(parts)? })
    }

    fn get(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(parameter, _)| parameter == name);
        found.map(|(_, value)| value.as_ref()).filter(|value| !value.is_empty())
    }

    fn required(&self, name: &str) -> Result<&str> {
        self.get(name).ok_or_else(|| Denied::missing(name))
    }

    /// The application that asks.
    fn client(&self) -> Result<Cow<'_, str>> {
        match (&self.basic, self.get("client_id")) {
            (Some((basic, _)), None) => Ok(Cow::Borrowed(basic)),
            (Some((basic, _)), Some(id)) if basic == id => Ok(Cow::Borrowed(id)),
            (Some(_), Some(_)) => {
                Err(Denied::bad("invalid_request", 90_023, "The header and the body name different applications."))
            }
            (None, _) => self.required("client_id").map(Cow::Borrowed),
        }
    }

    /// Whether it is the application that it says it is.
    fn prove(&self, secret: &Secret) -> Result<()> {
        let given = self.get("client_secret").or(self.basic.as_ref().map(|(_, secret)| secret.as_str()));
        match given {
            Some(given) if given == secret.reveal() => Ok(()),
            Some(_) => Err(Denied::client(7_000_215, "The client secret is wrong.")),
            None if self.get("client_assertion").is_some() => {
                Err(Denied::client(700_027, "No certificate is registered for this application; use its secret."))
            }
            None => Err(Denied::client(7_000_216, "The request needs a client_secret.")),
        }
    }
}

/// Name and secret as RFC 6749, 2.3.1 has them.
fn basic(parts: &Parts) -> Result<Option<(String, String)>> {
    let Some(value) = parts.headers.get(AUTHORIZATION) else { return Ok(None) };
    let decoded = || {
        let (scheme, encoded) = value.to_str().ok()?.split_once(' ')?;
        let bytes = BASE64.decode(encoded.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
        let text = String::from_utf8(bytes).ok()?;
        let (name, secret) = text.split_once(':')?;
        let plain = |text: &str| url::form_urlencoded::parse(text.as_bytes()).next().map(|(text, _)| text.into_owned());
        Some((plain(name)?, plain(secret).unwrap_or_default()))
    };
    match decoded() {
        Some(pair) => Ok(Some(pair)),
        None => Err(Denied::client(7_000_216, "The Authorization header is not that of a client.")),
    }
}

/// Scheme, host and port of a URL.
fn origin(url: &str) -> &str {
    let path = url.find("://").and_then(|scheme| url[scheme + 3..].find('/').map(|at| scheme + 3 + at));
    &url[..path.unwrap_or(url.len())]
}
