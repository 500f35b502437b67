//! Which tenant a domain is of: the authority says so to everybody, and nothing secret is sent.

use http::{HeaderMap, Method};
use serde::Deserialize;
use url::Url;
use uuid::Uuid;

use super::error::SignInError;
use super::http::Http;
use super::place::{Authority, Place};
use crate::client::Connections;

/// The part of the document that names the tenant.
#[derive(Deserialize)]
struct Configuration {
    issuer: String,
}

/// The id of the tenant that a domain is of.
///
/// # Errors
/// A domain that is none, or of no tenant there; an authority that cannot be reached.
pub async fn tenant_id(authority: &Authority, domain: &str) -> Result<Uuid, SignInError> {
    const REMEDY: &str = "give the tenant by its id: --tenant";
    let place = Place::new(authority.clone(), domain)?;
    let what = format!("find the tenant of {}", place.tenant);
    let sent = Http::new(Connections::default(), Vec::new())
        .send(Method::GET, &place.configuration(), HeaderMap::new(), Vec::new())
        .await;
    let answer = sent.map_err(|error| SignInError::unreachable(format!("{what}: {error}"), REMEDY))?;
    let configuration =
        serde_json::from_slice::<Configuration>(&answer.body).ok().filter(|_| answer.status.is_success());
    let issuer = configuration.and_then(|configuration| Url::parse(&configuration.issuer).ok());
    let id = issuer.as_ref().and_then(|issuer| Uuid::try_parse(issuer.path_segments()?.next()?).ok());
    id.ok_or_else(|| SignInError::refused(format!("{what}: {} knows none", authority.origin()), REMEDY))
}
