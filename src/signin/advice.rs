//! What a check of claims says to people: what is missing, by name and id, and how it is granted.

use super::check::Checked;
use super::claims::{Account, Claims, utc};
use super::detect::Auth;
use super::register::Register;

/// Who is advised, and what is known of the place.
#[derive(Debug, Clone, Copy)]
pub struct Advised<'a> {
    /// The ids of permissions.
    pub register: &'a Register,
    /// The name of the cloud.
    pub cloud: Option<&'a str>,
    /// The address at which the tenant signs in, for a link: scheme and host.
    pub authority: Option<&'a str>,
    /// How one signed in.
    pub auth: Auth,
    /// Whose token it is.
    pub claims: Option<&'a Claims>,
}

/// What is wrong, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// Completes "…: ", as in "failed to call riskyUser.dismiss: ".
    pub what: String,
    /// What to do.
    pub remedy: String,
}

impl Advised<'_> {
    /// What to say of a check; nothing of one that found nothing.
    #[must_use]
    pub fn advice(&self, checked: &Checked<'_>) -> Option<Advice> {
        let (what, remedy) = match checked {
            Checked::Allowed => return None,
            Checked::Opaque => (
                "the token cannot be read, so its permissions were not checked".to_owned(),
                "the service will say whether they suffice".to_owned(),
            ),
            Checked::Expired { at } => (
                format!("the token expired at {}", utc(*at)),
                "get a new one, or sign in another way: --auth".to_owned(),
            ),
            Checked::WrongAudience { audience } => (
                format!("the token is for {}", audience.unwrap_or("nobody who is named in it")),
                "get one for Microsoft Graph of this cloud".to_owned(),
            ),
            Checked::NotInCloud { clouds } => {
                (format!("it is not offered in this cloud, but in {}", clouds.join(", ")), String::new())
            }
            Checked::NotSupported { account } => (
                format!("it is not supported for {}", plural(*account)),
                match account {
                    Account::Application => "sign in as a person: --auth interactive".to_owned(),
                    Account::Work => "sign in as an application: --auth client-secret or certificate".to_owned(),
                    Account::Personal => "sign in with a work or school account, to its tenant: --tenant".to_owned(),
                },
            ),
            Checked::MissingPermission { account, suffices, higher } => {
                (self.missing(*account, suffices, higher), self.grant(*account, suffices))
            }
            Checked::NoRole { roles } => {
                let names: Vec<&str> = roles.iter().map(|role| role.name.as_str()).collect();
                (
                    format!("the account has none of the directory roles that the pages name: {}", names.join(", ")),
                    "activate the role, then sign in again".to_owned(),
                )
            }
        };
        Some(Advice { what, remedy })
    }

    fn missing(&self, account: Account, suffices: &[String], higher: &[String]) -> String {
        let named = |names: &[String]| -> String {
            let named = names.iter().map(|name| match self.register.permission_id(name, account) {
                Some(id) => format!("{name} ({id})"),
                None => name.clone(),
            });
            named.collect::<Vec<_>>().join(" or ")
        };
        let kind = if account == Account::Application { "application" } else { "delegated" };
        match (suffices, higher) {
            ([], higher) => format!("the {kind} permission {} is missing", named(higher)),
            (suffices, []) => format!("the {kind} permission {} is missing", named(suffices)),
            (suffices, higher) => format!(
                "the {kind} permission {} is missing ({} would do as well, and allows more)",
                named(suffices),
                higher.join(" or ")
            ),
        }
    }

    /// One text for applications, one for people, and one for what has no registration.
    fn grant(&self, account: Account, suffices: &[String]) -> String {
        let place = self.cloud.and_then(|cloud| self.register.clouds.get(cloud));
        let portal = place.map_or("the Entra admin center", |place| &place.portal);
        let link = match self.consent() {
            Some(link) => format!(", or at {link}"),
            None => String::new(),
        };
        if self.auth == Auth::AzureCli && account != Account::Application {
            return "the Azure CLI's own app cannot be granted this in most tenants: sign in to an app of yours: \
                    --auth interactive --client-id ID"
                .to_owned();
        }
        if self.auth == Auth::ManagedIdentity {
            let id = suffices.first().and_then(|name| self.register.permission_id(name, account));
            let principal = self.claims.and_then(|claims| claims.oid.as_deref()).unwrap_or("OBJECT-ID");
            return format!(
                "an administrator assigns it to the identity, with PowerShell: New-MgServicePrincipalAppRoleAssignment \
                 -ServicePrincipalId {principal} -PrincipalId {principal} -AppRoleId {} -ResourceId (object id of \
                 Microsoft Graph in the tenant); it may take hours until tokens have it",
                id.unwrap_or("PERMISSION-ID"),
            );
        }
        match account {
            Account::Application => format!(
                "an administrator adds it in {portal} > App registrations > API permissions > Microsoft Graph > \
                 Application permissions and grants admin consent there{link}; then run this again"
            ),
            Account::Work | Account::Personal => format!(
                "add it in {portal} > App registrations > API permissions > Microsoft Graph > Delegated permissions; \
                 an administrator consents there{link}; then sign in again"
            ),
        }
    }

    /// Where an administrator consents to what the app asks for.
    #[must_use]
    pub fn consent(&self) -> Option<String> {
        let (claims, authority) = (self.claims?, self.authority?);
        let (tenant, app) = (claims.tid.as_deref()?, claims.application()?);
        // They come from a token that nobody verified, and become a link.
        let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        (plain(tenant) && plain(app)).then(|| format!("{authority}/{tenant}/adminconsent?client_id={app}"))
    }
}

fn plural(account: Account) -> &'static str {
    match account {
        Account::Application => "applications without a user",
        Account::Work => "signed-in users",
        Account::Personal => "personal Microsoft accounts",
    }
}
