//! Whether a token does for an operation, as far as its claims and the documented permissions say.
//! The service decides; this says beforehand, and in words of use, what it would refuse.

use std::time::SystemTime;

use super::claims::{Account, Claims};
use crate::contract::{Operation, Role};

/// What calls are made to.
#[derive(Debug, Clone, Copy)]
pub struct Service<'a> {
    /// The root: `https://graph.microsoft.com`.
    pub root: &'a str,
    /// The name of the cloud, where it is one of Microsoft's: its tokens name it as their audience,
    /// and an operation may not be there.
    pub cloud: Option<&'a str>,
}

/// What claims say about calling an operation.
#[derive(Debug, Clone, PartialEq)]
pub enum Checked<'a> {
    /// Nothing documented speaks against it.
    Allowed,
    /// The token cannot be read: the service will say.
    Opaque,
    /// The token is not yet, or no longer, valid.
    Expired {
        /// When it ended.
        at: SystemTime,
    },
    /// The token is for somebody else.
    WrongAudience {
        /// For whom.
        audience: Option<&'a str>,
    },
    /// The operation is not offered in this cloud.
    NotInCloud {
        /// Where it is.
        clouds: &'a [String],
    },
    /// No account of this kind may call it, whatever was granted.
    NotSupported {
        /// The kind.
        account: Account,
    },
    /// Nothing that would do was granted.
    MissingPermission {
        /// To whom it would have to be.
        account: Account,
        /// Each of these suffices.
        suffices: &'a [String],
        /// Each of these does too, and allows more.
        higher: &'a [String],
    },
    /// The user has none of the directory roles that the pages name. A role of one's own may do as
    /// well, so that this is no refusal.
    NoRole {
        /// Each of these suffices.
        roles: &'a [Role],
    },
}

impl Checked<'_> {
    /// Whether the service would refuse the call. Otherwise it may still.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        !matches!(self, Self::Allowed | Self::Opaque | Self::NoRole { .. })
    }
}

/// Checks claims against an operation.
#[must_use]
pub fn check<'a>(
    claims: Option<&'a Claims>,
    operation: &'a Operation,
    service: Service<'_>,
    now: SystemTime,
) -> Checked<'a> {
    if let Some(clouds) = operation.clouds.as_ref()
        && service.cloud.is_some_and(|cloud| !clouds.names.iter().any(|name| name == cloud))
    {
        return Checked::NotInCloud { clouds: &clouds.names };
    }
    let Some(claims) = claims else { return Checked::Opaque };
    if let Some(at) = claims.expires().filter(|end| *end <= now) {
        return Checked::Expired { at };
    }
    // A double may have tokens for whomever it likes.
    if service.cloud.is_some() && !claims.is_for(service.root) {
        return Checked::WrongAudience { audience: claims.aud.as_deref() };
    }
    let account = claims.account();
    let suffices = match account {
        Account::Application => &operation.permissions.application,
        Account::Work => &operation.permissions.delegated_work,
        Account::Personal => &operation.permissions.delegated_personal,
    };
    let higher = operation.permissions.higher(account.as_str());
    if suffices.is_empty() && higher.is_empty() {
        return Checked::NotSupported { account };
    }
    let granted = claims.permissions();
    let has = |permission: &String| granted.iter().any(|granted| granted.eq_ignore_ascii_case(permission));
    if !suffices.iter().chain(higher).any(has) {
        return Checked::MissingPermission { account, suffices, higher };
    }
    let roles = &operation.roles;
    if account == Account::Work && !roles.is_empty() && !roles.iter().any(|role| claims.wids.contains(&role.id)) {
        return Checked::NoRole { roles };
    }
    Checked::Allowed
}
