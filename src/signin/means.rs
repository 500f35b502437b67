//! From what was found to tokens: the one place that knows every way to sign in.

use std::sync::Arc;

use azure_identity::Executor;
use url::Url;

use super::certificate::Certificate;
use super::detect::{Credential, Found, Held};
use super::error::SignInError;
use super::federated::GithubActions;
use super::given::{Given, read};
use super::http::Http;
use super::machine::{Machine, Proof};
use super::person::{Ask, Person, Way};
use super::place::{Authority, Place};
use super::tokens::Tokens;
use crate::client::{Clock, Connections};

/// What signing in needs of the world.
#[derive(Clone)]
pub struct Means {
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// HTTP clients, shared with whoever signs in at the same time.
    pub connections: Connections,
    /// Who asks a person.
    pub ask: Arc<dyn Ask>,
    /// Who runs the Azure CLI.
    pub shell: Arc<dyn Executor>,
    /// The address that the environment names for the identity of this machine.
    pub identity_endpoint: Option<String>,
    /// Whom tokens of other identity providers are to be for, to be exchanged in this cloud.
    pub token_exchange: Option<String>,
}

/// The tokens of what was found. Nothing is sent and nobody is asked before one is wanted; a
/// certificate and a secret are read now. A token needs no authority.
///
/// # Errors
/// A file that cannot be read or used; no authority; a tenant that is none.
pub fn tokens(found: Found, authority: Option<Authority>, means: Means) -> Result<Tokens, SignInError> {
    let Found { credential, tenant } = found;
    let clock = Arc::clone(&means.clock);
    let given = match credential {
        Credential::Token(Held::File(path)) => Given::file(path, Arc::clone(&clock)),
        Credential::Token(Held::Variable(name, text)) => Given::variable(name, text, Arc::clone(&clock)),
        other => return sign_in(other, tenant, authority, means),
    };
    Ok(Tokens::new(given, clock))
}

fn sign_in(
    credential: Credential,
    tenant: Option<String>,
    authority: Option<Authority>,
    means: Means,
) -> Result<Tokens, SignInError> {
    let authority = authority
        .ok_or_else(|| SignInError::given("sign in: nobody says where this cloud does it", "give --authority URL"))?;
    let place = Place::new(authority, tenant.as_deref().unwrap_or(Place::ORGANIZATIONS))?;
    let Means { clock, connections, ask, shell, identity_endpoint, token_exchange } = means;
    let named = match (&credential, &identity_endpoint) {
        (Credential::ManagedIdentity(_), Some(endpoint)) => vec![address(endpoint, "IDENTITY_ENDPOINT")?],
        _ => Vec::new(),
    };
    let http = Arc::new(Http::new(connections, named));
    let person = |client_id: String, way: Way| {
        let person = Person::new(Arc::clone(&http), Arc::clone(&clock), place.clone(), client_id, way, ask);
        Tokens::new(person, Arc::clone(&clock))
    };
    let proof = match credential {
        Credential::DeviceCode(client_id) => return Ok(person(client_id, Way::DeviceCode)),
        Credential::Interactive(client_id) => return Ok(person(client_id, Way::Browser)),
        // Who was given one needs no place to sign in at: `tokens` took it.
        Credential::Token(_) => return Err(SignInError::given("sign in with a token", "")),
        Credential::ClientSecret { client_id, secret } => {
            let secret = match secret {
                Held::File(path) => read(&path, "the file of the client secret")?,
                Held::Variable(_, text) => text,
            };
            Proof::Secret { client_id, secret }
        }
        Credential::Certificate { client_id, path } => {
            Proof::Certificate { client_id, certificate: Arc::new(Certificate::read(&path)?) }
        }
        Credential::TokenFile { client_id, path } => Proof::TokenFile { client_id, path },
        Credential::GithubActions { client_id, url, token } => {
            let url = address(&url, "ACTIONS_ID_TOKEN_REQUEST_URL")?;
            let audience = token_exchange.ok_or_else(|| {
                SignInError::given("sign in: nobody says whom GitHub's token is to be for", "give --cloud")
            })?;
            Proof::GithubActions {
                client_id,
                exchange: GithubActions { http: Arc::clone(&http), url, token, audience },
            }
        }
        Credential::Pipelines { client_id, connection, token } => Proof::Pipelines { client_id, connection, token },
        Credential::ManagedIdentity(client_id) => Proof::Managed { client_id },
        Credential::AzureCli => Proof::Cli { tenant, shell },
    };
    let machine = Machine { http: Arc::clone(&http), clock: Arc::clone(&clock), place, proof };
    Ok(Tokens::new(machine, clock))
}

/// An address of the environment; it may hold a secret, so that it is not shown.
fn address(text: &str, name: &str) -> Result<Url, SignInError> {
    let url = Url::parse(text).ok().filter(|url| url.host().is_some());
    url.ok_or_else(|| SignInError::given(format!("use {name}: it is no address"), ""))
}
