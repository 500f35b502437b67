//! `signin.toml`: where each cloud signs people in, and by which ids permissions are granted. These
//! are facts of the service, so they stand beside its description, each with its source.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::claims::Account;
use super::error::SignInError;

/// What the file says. Empty where there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// Clouds by the names that the description's servers have.
    #[serde(default)]
    pub clouds: BTreeMap<String, CloudPlaces>,
    /// Permissions by name.
    #[serde(default)]
    pub permissions: BTreeMap<String, PermissionIds>,
}

/// Where a cloud has what signing in needs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloudPlaces {
    /// Who gives tokens: `https://login.microsoftonline.com`.
    pub authority: String,
    /// Where administrators grant permissions: `https://entra.microsoft.com`.
    pub portal: String,
    /// Whom a token of another identity provider is to be for, to be exchanged here.
    pub token_exchange: String,
    /// Who says so.
    pub source: String,
}

/// The ids of one permission, as an app registration has them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PermissionIds {
    /// Granted to an app for signed-in users.
    #[serde(default)]
    pub delegated: Option<String>,
    /// Granted to an app by itself.
    #[serde(default)]
    pub application: Option<String>,
    /// Who says so.
    pub source: String,
}

impl Register {
    /// Reads the file.
    ///
    /// # Errors
    /// A text that is no such file.
    pub fn parse(text: &str) -> Result<Self, SignInError> {
        toml::from_str(text).map_err(|error: toml::de::Error| {
            SignInError::given(format!("read signin.toml: {}", error.message()), "correct it and build again")
        })
    }

    /// The id of a permission for this kind of account, where it is known.
    #[must_use]
    pub fn permission_id(&self, name: &str, account: Account) -> Option<&str> {
        let ids = self.permissions.get(name)?;
        match account {
            Account::Application => ids.application.as_deref(),
            Account::Work | Account::Personal => ids.delegated.as_deref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absent_file_is_empty_and_a_wrong_one_is_an_error() {
        assert_eq!(Register::parse(""), Ok(Register::default()));
        for text in ["[clouds.global]\nauthority = \"x\"\n", "[permissions]\nx = 1\n", "[other]\n", "["] {
            assert!(Register::parse(text).is_err(), "{text}");
        }
    }
}
