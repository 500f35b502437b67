//! Signing in: the options of every command that calls Graph, and what comes of them.
//!
//! A token is had before anything else is done, and looked at: one that is for somebody else, or of
//! another tenant, goes nowhere.

mod aim;
mod signed;
mod terminal;

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use uuid::Uuid;

use self::aim::Aim;
pub(super) use self::signed::Signed;
use self::terminal::Terminal;
use super::exit::{Exit, Failure};
use crate::client::{Clock, Cloud, Connections, Session, SystemClock, TokenProvider, TokenRequest};
use crate::contract::Contract;
use crate::embedded;
use crate::signin::{
    Asked, Auth, Authority, Cause, Claims, Credential, Environment, Means, Register, SignInError, detect, new_executor,
    tenant_id, tokens,
};

/// How to sign in, and where; to be flattened into a command.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Sign-in")]
pub(super) struct SigningIn {
    /// How to sign in; by default what the environment has, and on a terminal, with --client-id, interactive
    #[arg(long, value_name = "HOW", value_parser = auth())]
    pub(super) auth: Option<Auth>,
    /// Tenant to sign in to, by id or domain; ENTRA_RISK_TENANT_ID or AZURE_TENANT_ID otherwise
    #[arg(long, value_name = "ID")]
    pub(super) tenant: Option<String>,
    /// App to sign in to or as, or managed identity; ENTRA_RISK_CLIENT_ID or AZURE_CLIENT_ID otherwise
    #[arg(long, value_name = "ID")]
    pub(super) client_id: Option<String>,
    /// File with the secret of the app; ENTRA_RISK_CLIENT_SECRET or AZURE_CLIENT_SECRET otherwise
    #[arg(long, value_name = "FILE")]
    pub(super) client_secret_file: Option<PathBuf>,
    /// Variable with the secret of the app, as a file of tenants names it.
    #[arg(skip)]
    pub(super) client_secret_env: Option<String>,
    /// PEM file with the certificate of the app and its key; AZURE_CLIENT_CERTIFICATE_PATH otherwise
    #[arg(long, value_name = "FILE")]
    pub(super) certificate: Option<PathBuf>,
    /// File with a token, read again when it changes; ENTRA_RISK_TOKEN otherwise
    #[arg(long, value_name = "FILE")]
    pub(super) token_file: Option<PathBuf>,
    /// Variable with a token, as a file of tenants names it.
    #[arg(skip)]
    pub(super) token_env: Option<String>,
    /// Cloud whose Graph is called, and where to sign in; global by default
    #[arg(long, value_name = "CLOUD", value_parser = cloud(), conflicts_with = "server")]
    pub(super) cloud: Option<Cloud>,
    /// Where to sign in, if not where the cloud does; ENTRA_RISK_AUTHORITY otherwise, with --server
    #[arg(long, value_name = "URL")]
    pub(super) authority: Option<String>,
    /// Root of another server to call, such as one of `entra-risk serve`, with or without a version
    #[arg(long, value_name = "URL")]
    pub(super) server: Option<String>,
}

fn auth() -> impl TypedValueParser<Value = Auth> {
    PossibleValuesParser::new(Auth::ALL.map(Auth::as_str))
        .map(|name| Auth::parse(&name).expect("clap takes these names alone"))
}

fn cloud() -> impl TypedValueParser<Value = Cloud> {
    let named = |name: &str| Cloud::ALL.iter().copied().find(|cloud| cloud.name() == name);
    PossibleValuesParser::new(Cloud::ALL.iter().map(|cloud| cloud.name()))
        .map(move |name| named(&name).expect("clap takes these names alone"))
}

/// The environment of this process. Names and values that are no text are nothing to sign in with.
#[allow(clippy::disallowed_methods)] // the command line is where the environment comes in
pub(super) fn environment() -> Environment {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// Signs in, with HTTP clients that others may share.
///
/// Exit codes: 2 for what was given and cannot be used, with nothing sent to the service; 3 where
/// sign-in is refused or cannot be reached.
pub(super) async fn sign_in(
    options: &SigningIn,
    environment: &Environment,
    contracts: &[Contract],
    connections: &Connections,
) -> Result<Signed, Failure> {
    let register = Register::parse(embedded::SIGNIN)?;
    let aim = Aim::of(options, contracts)?;
    let found = detect(&options.asked(), environment)?;
    let auth = found.credential.auth();
    let needs_authority = !matches!(found.credential, Credential::Token(_));
    let authority = match needs_authority {
        true => Some(aim.authority(options.authority.as_deref(), environment, &register)?),
        false => None,
    };
    let place = aim.cloud.and_then(|cloud| register.clouds.get(cloud.name()));
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let means = Means {
        clock: Arc::clone(&clock),
        connections: connections.clone(),
        ask: Arc::new(Terminal),
        shell: new_executor(),
        identity_endpoint: environment.get(&["IDENTITY_ENDPOINT"]).map(str::to_owned),
        // A double takes the name that the first cloud has.
        token_exchange: place
            .or_else(|| register.clouds.get(Cloud::ALL[0].name()))
            .map(|place| place.token_exchange.clone()),
    };
    let tokens = Arc::new(tokens(found, authority.clone(), means)?);
    // An address that cannot be called is told before anybody signs in for it.
    Session::builder()
        .root(&aim.root)
        .token(Arc::clone(&tokens))
        .connections(connections.clone())
        .build()
        .map_err(|error| Failure::input(error.to_string(), "--server is a root such as http://127.0.0.1:8080"))?;
    let wanted = TokenRequest { resource: &aim.resource, claims: None, rejected: None };
    let token = tokens.obtain(wanted).await?;
    let claims = Claims::of(&token);
    if let Some(claims) = &claims {
        aim.admit(claims)?;
        if let Some(named) = options.tenant.as_deref().map(str::trim) {
            let named = match Uuid::try_parse(named) {
                Ok(id) => Some(id),
                Err(_) if matches!(auth, Auth::Token | Auth::ManagedIdentity) => {
                    let authority = aim.authority(options.authority.as_deref(), environment, &register)?;
                    Some(tenant_id(&authority, named).await?)
                }
                // Whoever signed in was asked for this tenant.
                Err(_) => None,
            };
            named.map_or(Ok(()), |named| aim::is_of_tenant(claims, named))?;
        }
    }
    Ok(Signed {
        tokens: tokens as Arc<dyn TokenProvider>,
        tenant: claims.as_ref().and_then(|claims| claims.tid.clone()),
        identity: claims.as_ref().and_then(|claims| claims.identity().map(str::to_owned)),
        claims,
        auth,
        authority: authority.as_ref().map(Authority::origin).or_else(|| place.map(|place| place.authority.clone())),
        root: aim.root,
        api: aim.api,
        cloud: aim.cloud.map(Cloud::name),
        is_microsoft: aim.cloud.is_some(),
        register,
        clock,
    })
}

impl SigningIn {
    /// How one would sign in: what is missing is said, and nothing is sent.
    pub(super) fn way(&self, environment: &Environment) -> Result<Auth, Failure> {
        Ok(detect(&self.asked(), environment)?.credential.auth())
    }

    fn asked(&self) -> Asked {
        Asked {
            auth: self.auth,
            tenant: self.tenant.clone(),
            client_id: self.client_id.clone(),
            token_file: self.token_file.clone(),
            token_variable: self.token_env.clone(),
            client_secret_file: self.client_secret_file.clone(),
            client_secret_variable: self.client_secret_env.clone(),
            certificate: self.certificate.clone(),
            on_terminal: std::io::stdin().is_terminal() && std::io::stderr().is_terminal(),
        }
    }
}

impl From<SignInError> for Failure {
    fn from(error: SignInError) -> Self {
        let exit = match error.cause {
            Cause::Given => Exit::Unusable,
            Cause::Unreachable | Cause::Refused => Exit::Unreachable,
        };
        Self { exit, what: error.to_string(), remedy: error.remedy }
    }
}
