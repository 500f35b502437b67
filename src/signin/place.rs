//! Where one signs in: the authority and the tenant.

use url::{Host, Url};

use super::error::SignInError;
use crate::client::is_loopback;

/// An authority that gives tokens, such as `https://login.microsoftonline.com`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority(Url);

impl Authority {
    /// Reads an address: HTTPS, or plain HTTP to this machine, without a path.
    ///
    /// # Errors
    /// Any other address.
    pub fn parse(text: &str) -> Result<Self, SignInError> {
        const WRITE: &str = "write it as https://login.microsoftonline.com; the tenant goes to --tenant";
        let fail = |reason: &str| Err(SignInError::given(format!("use the authority: {reason}"), WRITE));
        let Ok(url) = Url::parse(text.trim()) else { return fail("it is no URL") };
        if !url.username().is_empty() || url.password().is_some() {
            return fail("it carries a user name or password");
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return fail("it has more than scheme and host");
        }
        match (url.scheme(), url.host()) {
            ("https", Some(_)) => Ok(Self(url)),
            ("http", Some(host)) if is_loopback(&host) => Ok(Self(url)),
            ("http", Some(_)) => fail("secrets never travel over plain HTTP except to this machine"),
            _ => fail("it is neither http nor https"),
        }
    }

    /// Scheme, host and port.
    #[must_use]
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// Whether it is on this machine.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.0.host().is_some_and(|host: Host<&str>| is_loopback(&host))
    }

    pub(super) fn url(&self) -> &Url {
        &self.0
    }
}

/// An authority and a tenant there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The authority.
    pub(super) authority: Authority,
    /// Id or domain of the tenant, or a name of all of them.
    pub(super) tenant: String,
}

impl Place {
    /// Where people of any organization sign in.
    pub(super) const ORGANIZATIONS: &'static str = "organizations";

    /// A place.
    ///
    /// # Errors
    /// A tenant that is neither an id nor a domain.
    pub(super) fn new(authority: Authority, tenant: &str) -> Result<Self, SignInError> {
        let tenant = tenant.trim();
        // It becomes a part of addresses.
        let usable = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
        if tenant.is_empty() || !tenant.chars().all(usable) || !tenant.contains(|c: char| c.is_ascii_alphanumeric()) {
            return Err(SignInError::given(
                "use the tenant: it is neither an id nor a domain",
                "give a GUID or a name such as contoso.onmicrosoft.com: --tenant",
            ));
        }
        Ok(Self { authority, tenant: tenant.to_owned() })
    }

    /// Where the tenant says who it is (OpenID Connect Discovery 1.0, 4).
    pub(super) fn configuration(&self) -> Url {
        let mut url = self.authority.0.clone();
        url.set_path(&format!("/{}/v2.0/.well-known/openid-configuration", self.tenant));
        url
    }

    /// An endpoint of this tenant: `token`, `authorize`, `devicecode`.
    pub(super) fn endpoint(&self, name: &str) -> Url {
        let mut url = self.authority.0.clone();
        url.set_path(&format!("/{}/oauth2/v2.0/{name}", self.tenant));
        url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_is_encrypted_or_on_this_machine() {
        for text in
            ["https://login.microsoftonline.com", " https://login.microsoftonline.us/ ", "http://127.0.0.1:8080"]
        {
            let authority = Authority::parse(text).expect("an authority");
            assert_eq!(authority.origin(), text.trim().trim_end_matches('/'));
        }
        for text in [
            "http://login.microsoftonline.com",
            "https://login.microsoftonline.com/contoso.com",
            "https://me:secret@login.microsoftonline.com",
            "https://login.microsoftonline.com/?x",
            "login.microsoftonline.com",
            "ftp://localhost",
            "",
        ] {
            let error = Authority::parse(text).expect_err(text).to_string();
            assert!(!error.contains("secret@"), "{error}");
        }
        assert!(Authority::parse("http://localhost:1").is_ok_and(|authority| authority.is_local()));
    }

    #[test]
    fn a_tenant_stays_one_segment_of_a_path() {
        let authority = Authority::parse("https://login.example").expect("an authority");
        let place = Place::new(authority.clone(), " contoso.onmicrosoft.com ").expect("a tenant");
        assert_eq!(place.endpoint("token").as_str(), "https://login.example/contoso.onmicrosoft.com/oauth2/v2.0/token");
        for tenant in ["", "..", ".", "a/b", "a b", "a?b", "a%2fb", "alex@contoso.com"] {
            assert!(Place::new(authority.clone(), tenant).is_err(), "{tenant}");
        }
    }
}
