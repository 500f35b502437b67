//! Somebody who is signed in, and what that is good for.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use crate::cli::exit::{Exit, Failure};
use crate::client::{Clock, StaticToken, SystemClock, TokenProvider};
use crate::contract::Operation;
use crate::embedded;
use crate::signin::{Advice, Advised, Auth, Checked, Claims, Register, Service, check};

/// Somebody who is signed in.
pub(in crate::cli) struct Signed {
    /// Who gives the tokens of its sessions.
    pub(in crate::cli) tokens: Arc<dyn TokenProvider>,
    /// What the token says; `None` for one that cannot be read.
    pub(in crate::cli) claims: Option<Claims>,
    /// The id of the tenant, where the token says it.
    pub(in crate::cli) tenant: Option<String>,
    /// The object id of the caller, or else the id of the app, where the token says it.
    pub(in crate::cli) identity: Option<String>,
    /// How one signed in.
    pub(in crate::cli) auth: Auth,
    /// Where one signed in, or would.
    pub(in crate::cli) authority: Option<String>,
    /// The root below which the versions are.
    pub(in crate::cli) root: String,
    /// The version that --server ended with.
    pub(in crate::cli) api: Option<String>,
    /// The name of the cloud, where it is one of Microsoft's.
    pub(in crate::cli) cloud: Option<&'static str>,
    /// Whether the root is one of Microsoft's.
    pub(in crate::cli) is_microsoft: bool,
    pub(super) register: Register,
    pub(super) clock: Arc<dyn Clock>,
}

impl Signed {
    /// Somebody who calls an emulator of this process: nothing of the environment is looked at.
    ///
    /// Fails for a token that is none.
    pub(in crate::cli) fn on_emulator(root: &str, token: &str) -> Result<Self, Failure> {
        let tokens = StaticToken::new(token).map_err(|error| Failure::input(format!("use the token: {error}"), ""))?;
        let tokens: Arc<dyn TokenProvider> = Arc::new(tokens);
        let claims = Claims::read(token);
        Ok(Self {
            tokens,
            tenant: claims.as_ref().and_then(|claims| claims.tid.clone()),
            identity: claims.as_ref().and_then(|claims| claims.identity().map(str::to_owned)),
            claims,
            auth: Auth::Token,
            authority: None,
            root: root.to_owned(),
            api: None,
            cloud: None,
            is_microsoft: false,
            register: Register::parse(embedded::SIGNIN)?,
            clock: Arc::new(SystemClock::new()),
        })
    }

    /// What its token says about calling an operation.
    pub(in crate::cli) fn check<'a>(&'a self, operation: &'a Operation) -> Checked<'a> {
        let service = Service { root: &self.root, cloud: self.cloud };
        check(self.claims.as_ref(), operation, service, self.now())
    }

    /// What to say of such a check.
    pub(in crate::cli) fn advice(&self, checked: &Checked<'_>) -> Option<Advice> {
        self.advised().advice(checked)
    }

    /// Whether it may call an operation, as far as the token says: an error that names what is missing
    /// and how it is granted, or a warning to be shown, or nothing.
    pub(in crate::cli) fn require(&self, operation: &Operation) -> Result<Option<String>, Failure> {
        let checked = self.check(operation);
        let Some(Advice { what, remedy }) = self.advice(&checked) else { return Ok(None) };
        match checked.is_refusal() {
            // The service was not asked, and would refuse.
            true => Err(Failure { exit: Exit::Unreachable, what: format!("call {}: {what}", operation.id), remedy }),
            false => Ok(Some(format!("{}: {what}; {remedy}", operation.id))),
        }
    }

    /// What time it is.
    pub(in crate::cli) fn now(&self) -> SystemTime {
        self.clock.now()
    }

    /// Where an administrator consents to what the app asks for.
    pub(in crate::cli) fn consent(&self) -> Option<String> {
        self.advised().consent()
    }

    /// The id by which a permission is granted to such an account, where it is known.
    pub(in crate::cli) fn permission_id(&self, name: &str) -> Option<String> {
        let account = self.claims.as_ref()?.account();
        self.register.permission_id(name, account).map(str::to_owned)
    }

    fn advised(&self) -> Advised<'_> {
        Advised {
            register: &self.register,
            cloud: self.cloud,
            authority: self.authority.as_deref(),
            auth: self.auth,
            claims: self.claims.as_ref(),
        }
    }
}

impl fmt::Debug for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signed").field("root", &self.root).field("claims", &self.claims).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::{AnyClient, Session};
    use crate::emulator::{Config, Emulator, Identity};

    #[tokio::test]
    async fn on_an_emulator_one_is_who_its_token_says() {
        let emulator = Emulator::start(Config::new(embedded::contracts())).await.expect("an emulator");
        let operation = &embedded::contracts()[0].operations[0];
        let on =
            |identity: &Identity| Signed::on_emulator(&emulator.root(), &emulator.token(identity)).expect("signed in");
        let everything = on(&Identity::all(embedded::contracts()));
        assert!(everything.tenant.is_some() && everything.identity.is_some() && !everything.is_microsoft);
        assert!(matches!(everything.require(operation), Ok(None)));
        // It really calls it.
        let session = Session::builder().root(&everything.root).token(everything.tokens.clone()).build();
        let client = AnyClient::connect(&session.expect("a session"), &embedded::contracts()[0].api).expect("a client");
        assert!(client.dispatch(&operation.id, &serde_json::Map::new()).await.is_ok());
        let failure = on(&Identity::none()).require(operation).expect_err("nothing was granted");
        assert_eq!(failure.exit, Exit::Unreachable);
        assert!(failure.what.starts_with(&format!("call {}: the application permission", operation.id)), "{failure:?}");
        let permissions = operation.permissions.delegated_work.clone();
        let warning = on(&Identity::delegated_work(permissions)).require(operation).expect("a warning, and no more");
        assert!(warning.is_some_and(|warning| warning.contains("activate the role, then sign in again")));
        let opaque = Signed::on_emulator(&emulator.root(), "opaque").expect("signed in");
        assert!(opaque.require(operation).expect("no refusal").is_some_and(|said| said.contains("not checked")));
    }
}
