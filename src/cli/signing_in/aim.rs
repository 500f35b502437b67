//! What is called: a Microsoft cloud, or a server that was named. It decides where one signs in for
//! it, and which tokens may go there.

use url::Url;
use uuid::Uuid;

use super::SigningIn;
use crate::cli::exit::Failure;
use crate::cli::specs;
use crate::client::Cloud;
use crate::contract::Contract;
use crate::signin::{Authority, Claims, Environment, Register};

const AUTHORITY: &str = "ENTRA_RISK_AUTHORITY";

/// What is called.
#[derive(Debug)]
pub(super) struct Aim {
    /// The root below which the versions are.
    pub(super) root: String,
    /// Scheme, host and port of it, which tokens are asked for.
    pub(super) resource: String,
    /// The version that --server ended with.
    pub(super) api: Option<String>,
    /// The cloud, where it is one of Microsoft's.
    pub(super) cloud: Option<Cloud>,
}

impl Aim {
    pub(super) fn of(options: &SigningIn, contracts: &[Contract]) -> Result<Self, Failure> {
        let Some(server) = options.server.as_deref().map(str::trim) else {
            let cloud = options.cloud.unwrap_or(Cloud::ALL[0]);
            let root = cloud.root().to_owned();
            return Ok(Self { resource: root.clone(), root, api: None, cloud: Some(cloud) });
        };
        let api = specs::version_of(server, contracts).map(str::to_owned);
        let root = server.trim_end_matches('/');
        let root = api.as_ref().and_then(|api| root.strip_suffix(api.as_str())).unwrap_or(root).trim_end_matches('/');
        // What is no address, the session says in its words.
        let resource = Url::parse(root).map(|url| url.origin().ascii_serialization()).unwrap_or_default();
        let cloud = Cloud::ALL.iter().copied().find(|cloud| cloud.root() == resource);
        Ok(Self { root: root.to_owned(), resource, api, cloud })
    }

    /// Where one signs in for it.
    pub(super) fn authority(
        &self,
        given: Option<&str>,
        environment: &Environment,
        register: &Register,
    ) -> Result<Authority, Failure> {
        let of_cloud = self.cloud.and_then(|cloud| register.clouds.get(cloud.name()));
        let text = match (given, of_cloud, self.cloud) {
            (Some(given), ..) => given,
            (None, Some(place), _) => place.authority.as_str(),
            // What a double exports says nothing of Microsoft's clouds.
            (None, None, None) => environment.get(&[AUTHORITY]).ok_or_else(|| {
                Failure::input(
                    format!("sign in for {}: it is not Microsoft Graph, and nobody says where it signs in", self.root),
                    "give --authority URL, as `entra-risk serve` prints it in ENTRA_RISK_AUTHORITY, or a token of it",
                )
            })?,
            (None, None, Some(cloud)) => {
                let what = format!("sign in to the cloud {}: signin.toml has no authority for it", cloud.name());
                return Err(Failure::input(what, "give --authority URL"));
            }
        };
        let authority = Authority::parse(text)?;
        if self.cloud.is_some() && authority.is_local() {
            let what = format!("sign in for {} at {}: that is this machine", self.root, authority.origin());
            return Err(Failure::input(what, "leave out --authority, or name the server with --server"));
        }
        Ok(authority)
    }

    /// Whether a token may go there.
    pub(super) fn admit(&self, claims: &Claims) -> Result<(), Failure> {
        let is_for_graph = Cloud::ALL.iter().any(|cloud| claims.is_for(cloud.root()));
        let (what, remedy) = match self.cloud {
            Some(_) if claims.is_of_this_machine() => (
                "a double on this machine made it".to_owned(),
                "name the double with --server, or unset what it exported (ENTRA_RISK_TOKEN)",
            ),
            Some(_) if !claims.is_for(&self.resource) => (
                format!("it is for {}", claims.aud.as_deref().unwrap_or("nobody")),
                "give one for Microsoft Graph of this cloud, or name its cloud with --cloud",
            ),
            None if is_for_graph && !claims.is_of_this_machine() => (
                "its audience is Microsoft Graph, and it goes nowhere else".to_owned(),
                "give a token made for that server, or sign in there: --authority",
            ),
            _ => return Ok(()),
        };
        Err(Failure::input(format!("use this token at {}: {what}", self.root), remedy))
    }
}

/// Whether a token is of the tenant that was named.
pub(super) fn is_of_tenant(claims: &Claims, named: Uuid) -> Result<(), Failure> {
    match claims.tid.as_deref().and_then(|tid| Uuid::try_parse(tid).ok()) {
        Some(has) if has != named => Err(Failure::input(
            format!("act in tenant {named}: the token is of tenant {has}"),
            "sign in to that tenant, or give --tenant as it is",
        )),
        _ => Ok(()),
    }
}
