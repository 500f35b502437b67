//! Tokens of other identity providers, which Microsoft Entra takes for an app's own proof where it
//! was told to: from a file, as Kubernetes has it, and from GitHub Actions.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use azure_core::error::ErrorKind;
use azure_core::http::ClientMethodOptions;
use azure_identity::ClientAssertion;
use http::header::{ACCEPT, AUTHORIZATION};
use http::{HeaderMap, HeaderValue, Method};
use serde::Deserialize;
use url::Url;

use super::error::SignInError;
use super::given::read;
use super::http::Http;
use super::secret::Secret;

/// A file with a token, read each time, since its owner renews it.
#[derive(Debug)]
pub(super) struct TokenFile(pub(super) PathBuf);

#[async_trait]
impl ClientAssertion for TokenFile {
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        read(&self.0, "the federated token file").map(|token| token.reveal().to_owned()).map_err(wrapped)
    }
}

/// The identity of a job of GitHub Actions (GitHub docs, "OpenID Connect reference").
#[derive(Debug, Clone)]
pub(super) struct GithubActions {
    pub(super) http: Arc<Http>,
    /// `ACTIONS_ID_TOKEN_REQUEST_URL`
    pub(super) url: Url,
    /// `ACTIONS_ID_TOKEN_REQUEST_TOKEN`
    pub(super) token: Secret,
    /// Whom the token is to be for: Entra's exchange, by the name that it has in this cloud.
    pub(super) audience: String,
}

#[derive(Deserialize)]
struct Given {
    value: String,
}

impl GithubActions {
    async fn ask(&self) -> Result<String, SignInError> {
        const WHAT: &str = "get a token from GitHub Actions";
        const REMEDY: &str = "the job needs the permission `id-token: write`";
        let mut url = self.url.clone();
        url.query_pairs_mut().append_pair("audience", &self.audience);
        let bearer = HeaderValue::try_from(format!("Bearer {}", self.token.reveal()));
        let mut bearer = bearer.map_err(|_| {
            SignInError::given(format!("{WHAT}: ACTIONS_ID_TOKEN_REQUEST_TOKEN does not fit into a header"), "")
        })?;
        bearer.set_sensitive(true);
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, bearer);
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let sent = self.http.send(Method::GET, &url, headers, Vec::new()).await;
        let answer = sent.map_err(|error| SignInError::unreachable(format!("{WHAT}: {error}"), ""))?;
        if !answer.status.is_success() {
            return Err(SignInError::refused(format!("{WHAT}: it answered {}", answer.status), REMEDY));
        }
        match serde_json::from_slice::<Given>(&answer.body) {
            Ok(given) => Ok(given.value),
            Err(_) => Err(SignInError::refused(format!("{WHAT}: its answer has no token"), REMEDY)),
        }
    }
}

#[async_trait]
impl ClientAssertion for GithubActions {
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        self.ask().await.map_err(wrapped)
    }
}

/// An error of ours that goes through `azure_identity`, to be found again behind it.
pub(super) fn wrapped(error: SignInError) -> azure_core::Error {
    azure_core::Error::with_error(ErrorKind::Credential, error, "no assertion")
}
