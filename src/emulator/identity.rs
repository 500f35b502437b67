//! Who calls: the claims that a token of the emulator is made from. It knows no cryptography.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::contract::{Contract, Permissions};

/// The audience of every token for Microsoft Graph.
pub(super) const AUDIENCE: &str = "https://graph.microsoft.com";

/// The tenant of every personal Microsoft account (Entra's access token claims reference).
pub(super) const PERSONAL_TENANT: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// The tenant that the emulator takes itself for.
pub(super) const TENANT: &str = "7d5f1a6c-9d3e-4b1c-8f5e-2a0c6e4b9d11";

/// The application that callers are, or use, unless a directory says otherwise.
pub(super) const APPLICATION: &str = "5c1b2f0e-3a57-4f0a-9c8d-0b7d6f2e1a43";

/// The object id of callers of whom nothing else is said.
const CALLER: &str = "b8f5d0a2-6c1e-4e7b-a3d9-4f1c2b6a8e05";

/// Seconds that a token is valid.
pub(super) const LIFETIME: i64 = 3600;

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
    /// Its name in facts.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::DelegatedWork => "delegatedWork",
            Self::DelegatedPersonal => "delegatedPersonal",
        }
    }

    /// Its name in facts, and the permissions that suffice for it.
    pub(crate) fn permitted(self, permissions: &Permissions) -> (&'static str, &[String]) {
        let permitted = match self {
            Self::Application => &permissions.application,
            Self::DelegatedWork => &permissions.delegated_work,
            Self::DelegatedPersonal => &permissions.delegated_personal,
        };
        (self.as_str(), permitted)
    }
}

/// A caller to make a token for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// How it signed in.
    pub kind: Kind,
    /// The permissions that it was granted.
    pub permissions: Vec<String>,
    /// The directory roles that a user has, each by its name.
    pub roles: Vec<String>,
    /// The tenant that it signed in to.
    pub tenant: String,
    /// The application that it is, or that it uses.
    pub client_id: String,
    /// The object id of the user, or of the application's service principal.
    pub object_id: String,
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
        let tenant = match kind {
            Kind::DelegatedPersonal => PERSONAL_TENANT,
            Kind::Application | Kind::DelegatedWork => TENANT,
        };
        Self {
            kind,
            permissions,
            roles: Vec::new(),
            tenant: tenant.to_owned(),
            client_id: APPLICATION.to_owned(),
            object_id: CALLER.to_owned(),
            lifetime: LIFETIME,
            audience: AUDIENCE.to_owned(),
        }
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
        Self::application(documented(contracts, Kind::Application))
    }

    /// A user with every permission that the contracts document for work or school accounts, and
    /// with every role: also for operations that no application may call.
    #[must_use]
    pub fn all_delegated(contracts: &[Contract]) -> Self {
        let operations = contracts.iter().flat_map(|contract| &contract.operations);
        let roles = operations.flat_map(|operation| operation.roles.iter().map(|role| role.name.clone()));
        Self::delegated_work(documented(contracts, Kind::DelegatedWork)).with_roles(roles.collect::<BTreeSet<_>>())
    }

    /// An application without any permission.
    #[must_use]
    pub fn none() -> Self {
        Self::application(Vec::<String>::new())
    }

    /// The same caller with these directory roles.
    #[must_use]
    pub fn with_roles<R: Into<String>>(mut self, roles: impl IntoIterator<Item = R>) -> Self {
        self.roles = roles.into_iter().map(Into::into).collect();
        self
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

/// Every permission of a kind of caller, in order.
fn documented(contracts: &[Contract], kind: Kind) -> BTreeSet<String> {
    let operations = contracts.iter().flat_map(|contract| &contract.operations);
    operations.flat_map(|operation| kind.permitted(&operation.permissions).1).cloned().collect()
}
