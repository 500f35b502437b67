//! Who calls: the claims that a token of the emulator is made from. It knows no cryptography.

use serde::Serialize;

use crate::contract::{Contract, Permissions};

/// The audience of every token for Microsoft Graph.
pub(super) const AUDIENCE: &str = "https://graph.microsoft.com";

/// The tenant of every personal Microsoft account (Entra's access token claims reference).
pub(super) const PERSONAL_TENANT: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// The tenant that the emulator takes itself for.
pub(super) const TENANT: &str = "7d5f1a6c-9d3e-4b1c-8f5e-2a0c6e4b9d11";

/// How a caller signed in; what the permission tables of the documentation tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// An application without a user.
    Application,
    /// A user with a work or school account.
    DelegatedWork,
    /// A user with a personal Microsoft account.
    DelegatedPersonal,
}

impl Kind {
    /// Its name in facts, and the permissions that suffice for it.
    pub(super) fn permitted(self, permissions: &Permissions) -> (&'static str, &[String]) {
        match self {
            Self::Application => ("application", &permissions.application),
            Self::DelegatedWork => ("delegatedWork", &permissions.delegated_work),
            Self::DelegatedPersonal => ("delegatedPersonal", &permissions.delegated_personal),
        }
    }
}

/// A caller to make a token for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// How it signed in.
    pub kind: Kind,
    /// The permissions that it was granted.
    pub permissions: Vec<String>,
    /// Seconds from now until its token expires; a negative number makes an expired token.
    pub lifetime: i64,
    /// Whom its token is for; anything but Microsoft Graph makes a token that is refused.
    pub audience: String,
}

impl Identity {
    /// A caller of this kind, with a token for one hour.
    #[must_use]
    pub fn new<P: Into<String>>(kind: Kind, permissions: impl IntoIterator<Item = P>) -> Self {
        let permissions = permissions.into_iter().map(Into::into).collect();
        Self { kind, permissions, lifetime: 3600, audience: AUDIENCE.to_owned() }
    }

    /// An application with these permissions.
    #[must_use]
    pub fn application<P: Into<String>>(permissions: impl IntoIterator<Item = P>) -> Self {
        Self::new(Kind::Application, permissions)
    }

    /// A user with a work or school account and these permissions.
    #[must_use]
    pub fn delegated_work<P: Into<String>>(permissions: impl IntoIterator<Item = P>) -> Self {
        Self::new(Kind::DelegatedWork, permissions)
    }

    /// A user with a personal account and these permissions.
    #[must_use]
    pub fn delegated_personal<P: Into<String>>(permissions: impl IntoIterator<Item = P>) -> Self {
        Self::new(Kind::DelegatedPersonal, permissions)
    }

    /// An application with every permission that the contracts document for applications.
    #[must_use]
    pub fn all(contracts: &[Contract]) -> Self {
        let operations = contracts.iter().flat_map(|contract| &contract.operations);
        let mut permissions: Vec<_> =
            operations.flat_map(|operation| operation.permissions.application.iter().cloned()).collect();
        permissions.sort();
        permissions.dedup();
        Self::application(permissions)
    }

    /// An application without any permission.
    #[must_use]
    pub fn none() -> Self {
        Self::application(Vec::<String>::new())
    }

    /// The same caller with a token that expires in so many seconds.
    #[must_use]
    pub fn expiring_in(mut self, seconds: i64) -> Self {
        self.lifetime = seconds;
        self
    }

    /// The same caller with a token for somebody else.
    #[must_use]
    pub fn for_audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = audience.into();
        self
    }
}
