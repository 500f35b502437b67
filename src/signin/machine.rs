//! Signing in without a person: by secret, certificate, federation, managed identity, or with what
//! the Azure CLI has. `azure_identity` knows how; a credential lives for one token, since its cache
//! cannot be passed by (`Tokens` keeps what it gives).

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use azure_core::credentials::{AccessToken, Secret as AzureSecret, TokenCredential};
use azure_identity::{
    AzureCliCredential, AzureCliCredentialOptions, AzurePipelinesCredential, AzurePipelinesCredentialOptions,
    ClientAssertion, ClientAssertionCredential, ClientAssertionCredentialOptions, ClientSecretCredential,
    ClientSecretCredentialOptions, Executor, ManagedIdentityCredential, ManagedIdentityCredentialOptions,
    UserAssignedId,
};

use super::bridge;
use super::certificate::{Assertions, Certificate};
use super::error::SignInError;
use super::federated::{GithubActions, TokenFile};
use super::http::{Http, Unanswered};
use super::place::Place;
use super::refusal::Refusal;
use super::secret::{Secret, without};
use super::source::{Fresh, Source, Wanted};
use crate::client::{BoxFuture, Clock, Token};

/// How long the Azure CLI may take: it may have to sign in behind the scenes.
const CLI_PATIENCE: Duration = Duration::from_secs(60);

/// A machine that signs in.
pub(super) struct Machine {
    pub(super) http: Arc<Http>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) place: Place,
    pub(super) proof: Proof,
}

/// By what it shows who it is.
pub(super) enum Proof {
    Secret { client_id: String, secret: Secret },
    Certificate { client_id: String, certificate: Arc<Certificate> },
    TokenFile { client_id: String, path: PathBuf },
    GithubActions { client_id: String, exchange: GithubActions },
    Pipelines { client_id: String, connection: String, token: Secret },
    Managed { client_id: Option<String> },
    Cli { tenant: Option<String>, shell: Arc<dyn Executor> },
}

impl Machine {
    async fn sign_in(&self, wanted: Wanted<'_>) -> Result<Fresh, SignInError> {
        let options = bridge::options(&self.http, &self.place.authority, wanted.claims());
        let credential = self.credential(options).map_err(|error| self.failed(&error))?;
        let scope = wanted.scope();
        let scopes = [scope.as_str()];
        let asked = credential.get_token(&scopes, None);
        let token = match &self.proof {
            // The one that is a program, and may wait for somebody.
            Proof::Cli { .. } => tokio::time::timeout(CLI_PATIENCE, asked).await.map_err(|_| {
                SignInError::unreachable("sign in with the Azure CLI: it does not answer", "try `az account show`")
            })?,
            _ => asked.await,
        };
        fresh(&token.map_err(|error| self.failed(&error))?)
    }

    fn credential(
        &self,
        client_options: azure_core::http::ClientOptions,
    ) -> azure_core::Result<Arc<dyn TokenCredential>> {
        let tenant = self.place.tenant.clone();
        Ok(match &self.proof {
            Proof::Secret { client_id, secret } => {
                let secret = AzureSecret::new(secret.reveal().to_owned());
                let options = ClientSecretCredentialOptions { client_options };
                ClientSecretCredential::new(&tenant, client_id.clone(), secret, Some(options))?
            }
            Proof::Certificate { client_id, certificate } => {
                let audience = self.place.endpoint("token").to_string();
                let (certificate, clock) = (Arc::clone(certificate), Arc::clone(&self.clock));
                let assertions = Assertions { certificate, clock, audience, client_id: client_id.clone() };
                asserted(tenant, client_id, assertions, client_options)?
            }
            Proof::TokenFile { client_id, path } => {
                asserted(tenant, client_id, TokenFile(path.clone()), client_options)?
            }
            Proof::GithubActions { client_id, exchange } => {
                asserted(tenant, client_id, exchange.clone(), client_options)?
            }
            Proof::Pipelines { client_id, connection, token } => {
                let token = AzureSecret::new(token.reveal().to_owned());
                let credential_options = ClientAssertionCredentialOptions { client_options };
                let options = AzurePipelinesCredentialOptions { credential_options };
                AzurePipelinesCredential::new(tenant, client_id.clone(), connection, token, Some(options))?
            }
            Proof::Managed { client_id } => {
                let user_assigned_id = client_id.clone().map(UserAssignedId::ClientId);
                let options = ManagedIdentityCredentialOptions { user_assigned_id, client_options };
                ManagedIdentityCredential::new(Some(options))?
            }
            Proof::Cli { tenant, shell } => {
                let (tenant_id, executor) = (tenant.clone(), Some(Arc::clone(shell)));
                let options = AzureCliCredentialOptions { tenant_id, executor, ..Default::default() };
                AzureCliCredential::new(Some(options))?
            }
        })
    }

    fn failed(&self, error: &azure_core::Error) -> SignInError {
        let what = format!("sign in with {}", self.proof.described());
        let mut at: Option<&(dyn std::error::Error + 'static)> = Some(error);
        while let Some(cause) = at {
            if let Some(ours) = cause.downcast_ref::<SignInError>() {
                return ours.clone();
            }
            if let Some(unanswered) = cause.downcast_ref::<Unanswered>() {
                return match unanswered.forbidden {
                    true => SignInError::given(format!("{what}: {unanswered}"), ""),
                    false => SignInError::unreachable(format!("{what}: {unanswered}"), self.proof.where_it_works()),
                };
            }
            if let Some(refusal) = cause.downcast_ref::<Refusal>() {
                return refusal.error(&what).or_else(self.proof.where_it_works());
            }
            at = cause.source();
        }
        let text = error.to_string();
        // "ClientSecretCredential authentication failed. …": which one it was, we say in our words.
        let said = text.split_once("authentication failed.").map_or(text.as_str(), |(_, said)| said);
        let said = without(said, self.proof.secret().map(Secret::reveal));
        Refusal::read(&said).error(&what).or_else(self.proof.where_it_works())
    }
}

impl Source for Machine {
    fn fetch<'a>(&'a self, wanted: Wanted<'a>) -> BoxFuture<'a, Result<Fresh, SignInError>> {
        Box::pin(self.sign_in(wanted))
    }
}

impl Proof {
    fn described(&self) -> &'static str {
        match self {
            Self::Secret { .. } => "the client secret",
            Self::Certificate { .. } => "the certificate",
            Self::TokenFile { .. } => "the federated token",
            Self::GithubActions { .. } => "the identity of this GitHub Actions job",
            Self::Pipelines { .. } => "the service connection of this pipeline",
            Self::Managed { .. } => "the managed identity",
            Self::Cli { .. } => "the Azure CLI",
        }
    }

    /// The secret that somebody could repeat.
    fn secret(&self) -> Option<&Secret> {
        match self {
            Self::Secret { secret, .. } | Self::Pipelines { token: secret, .. } => Some(secret),
            _ => None,
        }
    }

    fn where_it_works(&self) -> &'static str {
        match self {
            Self::Managed { .. } => {
                "it works in Azure alone, on a machine or app that has an identity; --client-id names one of several"
            }
            Self::Cli { .. } => "sign in there first: az login",
            _ => "",
        }
    }
}

fn asserted<C: ClientAssertion + 'static>(
    tenant: String,
    client_id: &str,
    assertion: C,
    client_options: azure_core::http::ClientOptions,
) -> azure_core::Result<Arc<dyn TokenCredential>> {
    let options = ClientAssertionCredentialOptions { client_options };
    Ok(ClientAssertionCredential::new(tenant, client_id.to_owned(), assertion, Some(options))?)
}

fn fresh(token: &AccessToken) -> Result<Fresh, SignInError> {
    let seconds = u64::try_from(token.expires_on.unix_timestamp()).unwrap_or_default();
    let expires = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds));
    let token = Token::new(token.token.secret())
        .map_err(|error| SignInError::refused(format!("use the token that was given: {error}"), ""))?;
    Ok(Fresh { token, expires })
}
