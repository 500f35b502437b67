//! Who may sign in: tenants, applications and users, as a seed file gives them. It knows neither
//! tokens nor HTTP.

use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;

use super::body::is_guid;
use super::identity::{APPLICATION, Identity, Kind, PERSONAL_TENANT, TENANT};
use crate::contract::Contract;

/// Tenants, and who may sign in to them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directory {
    /// The tenants; the first is that of everybody of whom nothing else is said.
    pub tenants: Vec<Tenant>,
    /// Applications that sign in by themselves.
    pub apps: Vec<App>,
    /// Users.
    pub users: Vec<User>,
}

/// A tenant.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tenant {
    /// Its id, a GUID.
    pub id: String,
    /// Names that mean it too: `contoso.onmicrosoft.com`.
    #[serde(default)]
    pub domains: Vec<String>,
}

/// An application that signs in by itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct App {
    /// Its id, a GUID.
    pub client_id: String,
    /// What it signs in with.
    pub client_secret: Secret,
    /// The application permissions that it was granted; every documented one if left out.
    #[serde(default)]
    pub permissions: Option<Vec<String>>,
    /// What people call it.
    #[serde(default)]
    pub name: Option<String>,
    /// The tenant that it is registered in, by id or domain; the first one by default.
    #[serde(default)]
    pub tenant: Option<String>,
}

/// A user.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// The name to sign in with: `alex@contoso.com`. Personal data.
    pub upn: String,
    /// The password, for sign-in by name and password.
    #[serde(default)]
    pub password: Option<Secret>,
    /// The object id, a GUID; one is made up if it is left out.
    #[serde(default)]
    pub id: Option<String>,
    /// The delegated permissions; every documented one if left out.
    #[serde(default)]
    pub scopes: Option<Vec<String>>,
    /// The directory roles.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Whether it is a personal account.
    #[serde(default)]
    pub personal: bool,
    /// Its tenant, by id or domain; the first one by default.
    #[serde(default)]
    pub tenant: Option<String>,
}

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Hides a text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, to be given to whom it belongs to.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User").field("roles", &self.roles).field("personal", &self.personal).finish_non_exhaustive()
    }
}

impl Default for Directory {
    /// One tenant and nobody in it.
    fn default() -> Self {
        let tenant = Tenant { id: TENANT.to_owned(), domains: vec!["contoso.onmicrosoft.com".to_owned()] };
        Self { tenants: vec![tenant], apps: Vec::new(), users: Vec::new() }
    }
}

impl App {
    /// An application with every documented permission, and a secret made now.
    #[must_use]
    pub fn new_with_everything() -> Self {
        Self {
            client_id: APPLICATION.to_owned(),
            client_secret: Secret(uuid::Uuid::new_v4().simple().to_string()),
            permissions: None,
            name: None,
            tenant: None,
        }
    }
}

impl Directory {
    /// The tenant of this id or domain.
    pub(super) fn tenant(&self, name: &str) -> Option<&Tenant> {
        let is = |known: &str| known.eq_ignore_ascii_case(name);
        self.tenants.iter().find(|tenant| is(&tenant.id) || tenant.domains.iter().any(|domain| is(domain)))
    }

    /// The application of this id in a tenant.
    pub(super) fn app(&self, client_id: &str, tenant: &Tenant) -> Option<&App> {
        let in_tenant = |app: &&App| self.home(app.tenant.as_deref()).is_some_and(|home| home.id == tenant.id);
        self.apps.iter().filter(in_tenant).find(|app| app.client_id.eq_ignore_ascii_case(client_id))
    }

    /// The user of this name.
    pub(super) fn user(&self, upn: &str) -> Option<&User> {
        self.users.iter().find(|user| user.upn.eq_ignore_ascii_case(upn))
    }

    fn home(&self, named: Option<&str>) -> Option<&Tenant> {
        match named {
            Some(name) => self.tenant(name),
            None => self.tenants.first(),
        }
    }

    /// What the token of an application says.
    pub(super) fn application(&self, app: &App, contracts: &[&Contract]) -> Identity {
        let permissions = app.permissions.clone().unwrap_or_else(|| documented(contracts, Kind::Application));
        let mut identity = Identity::application(permissions);
        identity.client_id.clone_from(&app.client_id);
        if let Some(home) = self.home(app.tenant.as_deref()) {
            identity.tenant.clone_from(&home.id);
        }
        identity
    }

    /// What the token of a user says.
    pub(super) fn delegated(&self, user: &User, contracts: &[&Contract]) -> Identity {
        let kind = if user.personal { Kind::DelegatedPersonal } else { Kind::DelegatedWork };
        let scopes = user.scopes.clone().unwrap_or_else(|| documented(contracts, kind));
        let mut identity = Identity::new(kind, scopes).with_roles(user.roles.iter().cloned());
        let nth = self.users.iter().position(|other| other == user).unwrap_or_default();
        identity.object_id = user.id.clone().unwrap_or_else(|| format!("5e5e0000-0000-4000-8000-{nth:012x}"));
        identity.tenant = match user.personal {
            true => PERSONAL_TENANT.to_owned(),
            false => self.home(user.tenant.as_deref()).map_or(TENANT, |home| &home.id).to_owned(),
        };
        identity
    }

    /// The first thing in it that makes no sense.
    pub(super) fn check(&self, contracts: &[Contract]) -> Result<(), String> {
        if self.tenants.is_empty() {
            return Err("there is no tenant".to_owned());
        }
        let mut seen = BTreeSet::new();
        let guid = |what: &str, id: &str| match is_guid(id) {
            true => Ok(()),
            false => Err(format!("{what} '{id}' is not a GUID")),
        };
        for tenant in &self.tenants {
            guid("the id of a tenant", &tenant.id)?;
        }
        let homes = self.apps.iter().map(|app| &app.tenant).chain(self.users.iter().map(|user| &user.tenant));
        if let Some(home) = homes.flatten().find(|home| self.tenant(home).is_none()) {
            return Err(format!("there is no tenant '{home}'"));
        }
        for app in &self.apps {
            guid("the client_id", &app.client_id)?;
            if app.client_secret.0.is_empty() {
                return Err(format!("the client_secret of {} is empty", app.client_id));
            }
            if !seen.insert(app.client_id.to_ascii_lowercase()) {
                return Err(format!("the client_id {} is there twice", app.client_id));
            }
        }
        let operations = || contracts.iter().flat_map(|contract| &contract.operations);
        let known: BTreeSet<_> = operations().flat_map(|operation| &operation.roles).map(|role| &*role.name).collect();
        for (nth, user) in self.users.iter().enumerate() {
            let nth = nth + 1;
            if let Some(id) = &user.id {
                guid(&format!("the id of user {nth}"), id)?;
            }
            if user.upn.trim().is_empty() || !seen.insert(user.upn.to_ascii_lowercase()) {
                return Err(format!("the upn of user {nth} is empty, or there twice"));
            }
            if let Some(role) = user.roles.iter().find(|role| !known.contains(role.as_str())) {
                let known: Vec<_> = known.into_iter().collect();
                return Err(format!(
                    "the description has no role '{role}'; it has {}",
                    if known.is_empty() { "none".to_owned() } else { known.join(", ") }
                ));
            }
        }
        Ok(())
    }
}

/// Every permission of a kind of caller.
pub(super) fn documented(contracts: &[&Contract], kind: Kind) -> Vec<String> {
    let operations = contracts.iter().flat_map(|contract| &contract.operations);
    let all: BTreeSet<_> = operations.flat_map(|operation| kind.permitted(&operation.permissions).1).collect();
    all.into_iter().cloned().collect()
}
