//! Whom a command speaks to, and how fast: a cloud, another server, or an emulator of its own.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use clap::{ArgMatches, Args, FromArgMatches as _};

use super::super::exit::Failure;
use super::super::output;
use super::super::signing_in::{Signed, SigningIn, environment, sign_in};
use super::verbose;
use crate::client::{AnyClient, Connections, RetryPolicy, Session};
use crate::embedded;
use crate::emulator::{App, Config, Emulator, Fault, FaultKind, Identity, Tenant};
use crate::remediation::{DOCUMENTED, Offer};
use crate::signin::Environment;

const HEADING: &str = "Connection";
/// What there is no use for with an emulator, which knows nobody.
const OF_SIGN_IN: [&str; 9] =
    ["auth", "tenant", "client_id", "client_secret_file", "certificate", "token_file", "cloud", "authority", "server"];

/// The options, to be flattened into a command.
#[derive(Debug, Args)]
pub(in crate::cli) struct Connection {
    #[command(flatten)]
    signing_in: SigningIn,
    #[command(flatten)]
    rehearsal: Rehearsal,
    /// Show each call on standard error, without ids and names
    #[arg(long, short, help_heading = HEADING)]
    verbose: bool,
}

/// An emulator of the command's own.
#[derive(Debug, Args)]
#[command(next_help_heading = HEADING)]
struct Rehearsal {
    /// Try it without a tenant: start an emulator for this command alone. The accounts in it are made up,
    /// and the same each time
    #[arg(long, conflicts_with_all = OF_SIGN_IN)]
    emulator: bool,
    /// How many accounts the emulator makes up
    #[arg(long, value_name = "N", requires = "emulator", default_value_t = 200, value_parser = clap::value_parser!(u32).range(0..=100_000))]
    emulator_users: u32,
    /// How many requests a second the emulator takes, or 'unlimited'; as documented by default
    #[arg(long, value_name = "RATE", requires = "emulator", default_value = "1")]
    emulator_rate: Rate,
}

/// Requests a second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::cli) enum Rate {
    Limited(f64),
    Unlimited,
}

/// A wait is a little longer than it has to be: clocks differ, and a refusal costs more.
const MARGIN: f64 = 1.01;

impl Rate {
    /// As a number; none for as many as can be.
    pub(in crate::cli) fn number(self) -> Option<f64> {
        match self {
            Self::Limited(rate) => Some(rate),
            Self::Unlimited => None,
        }
    }
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let rate = text.parse::<f64>().ok().filter(|rate| (0.01..=1e6).contains(rate));
        match (text, rate) {
            ("unlimited", _) => Ok(Self::Unlimited),
            (_, Some(rate)) => Ok(Self::Limited(rate)),
            _ => Err("it is a number of requests a second, 0.01 to 1000000, or 'unlimited'".to_owned()),
        }
    }
}

/// What came about.
pub(in crate::cli) struct Connected {
    /// The service, in the identity that was given.
    pub(in crate::cli) session: Session,
    /// Who that is.
    pub(in crate::cli) signed: Signed,
    /// Lives as long as this, and as its other tenants.
    pub(in crate::cli) emulator: Option<Arc<Emulator>>,
    /// What it is called among many tenants.
    pub(in crate::cli) name: Option<String>,
    /// The version that the address is of, where it is of one alone.
    pub(in crate::cli) api: Option<&'static str>,
    /// How long it is at least from one call to the next.
    pub(in crate::cli) interval: Duration,
    /// The same as requests a second.
    pub(in crate::cli) rate: Rate,
}

impl Connection {
    /// The options that were given.
    pub(in crate::cli) fn of(matches: &ArgMatches) -> Self {
        Self::from_arg_matches(matches).expect("every command is made with these options")
    }

    /// Whether it is an emulator of the command's own.
    pub(in crate::cli) fn is_emulator(&self) -> bool {
        self.rehearsal.emulator
    }

    /// Whether tenant and way of signing in were said.
    pub(in crate::cli) fn is_explicit(&self) -> bool {
        self.signing_in.tenant.is_some() && self.signing_in.auth.is_some()
    }

    /// The same failure; whoever has nothing to sign in with is told how to try it all the same.
    fn without_tenant(&self, mut failure: Failure) -> Failure {
        if self.signing_in.way(&environment()).is_err() {
            failure.remedy += "; to try it without a tenant: --emulator";
        }
        failure
    }

    /// How to sign in, as the options say.
    pub(in crate::cli) fn signing_in(&self) -> &SigningIn {
        &self.signing_in
    }

    /// Begins to show calls, if that was asked for.
    pub(in crate::cli) fn show_calls(&self) {
        if self.verbose {
            verbose::show_calls();
        }
    }

    /// Opens a session whose calls are sent again as this says. Only signing in sends anything.
    pub(in crate::cli) async fn open(&self, retry: RetryPolicy) -> Result<Connected, Failure> {
        self.show_calls();
        let connections = Connections::default();
        match self.rehearsal.emulator {
            true => {
                let emulator = self.emulator(Vec::new()).await?;
                self.on_emulator(&emulator, &Identity::all(embedded::contracts()), retry, &connections)
            }
            false => {
                let connected = self.open_beside(&self.signing_in, &environment(), retry, &connections).await;
                connected.map_err(|failure| self.without_tenant(failure))
            }
        }
    }

    /// Signs in as these options say, beside others with whom HTTP clients are shared.
    pub(in crate::cli) async fn open_beside(
        &self,
        signing_in: &SigningIn,
        environment: &Environment,
        retry: RetryPolicy,
        connections: &Connections,
    ) -> Result<Connected, Failure> {
        let signed = sign_in(signing_in, environment, embedded::contracts(), connections).await?;
        Connected::new(signed, None, Rate::Limited(DOCUMENTED), retry, connections)
    }

    /// Starts an emulator with these tenants; with one of its own where there are none.
    pub(in crate::cli) async fn emulator(&self, tenants: Vec<Tenant>) -> Result<Arc<Emulator>, Failure> {
        self.rehearsal.start(tenants).await.map(Arc::new)
    }

    /// Whoever this is, on an emulator.
    pub(in crate::cli) fn on_emulator(
        &self,
        emulator: &Arc<Emulator>,
        identity: &Identity,
        retry: RetryPolicy,
        connections: &Connections,
    ) -> Result<Connected, Failure> {
        let signed = Signed::on_emulator(&emulator.root(), &emulator.token(identity))?;
        Connected::new(signed, Some(Arc::clone(emulator)), self.rehearsal.emulator_rate, retry, connections)
    }
}

impl Rehearsal {
    async fn start(&self, tenants: Vec<Tenant>) -> Result<Emulator, Failure> {
        let mut config = Config::new(embedded::contracts());
        config.users = self.emulator_users as usize;
        if !tenants.is_empty() {
            config.directory.tenants = tenants;
        }
        config.directory.apps.push(App::new_with_everything());
        if let Rate::Limited(rate) = self.emulator_rate {
            config.faults.push(Fault::new(FaultKind::Throttle { rate, retry_after: None }));
        }
        Emulator::start(config).await.map_err(|error| Failure::input(error.to_string(), ""))
    }
}

impl Connected {
    fn new(
        signed: Signed,
        emulator: Option<Arc<Emulator>>,
        rate: Rate,
        retry: RetryPolicy,
        connections: &Connections,
    ) -> Result<Self, Failure> {
        let of_address = signed.api.as_deref();
        let api = embedded::contracts().iter().find(|contract| Some(&*contract.api) == of_address);
        let session = Session::builder().root(&signed.root).token(signed.tokens.clone()).retry(retry);
        let session = session.connections(connections.clone()).build();
        Ok(Self {
            session: session.map_err(|error| Failure::input(error.to_string(), ""))?,
            signed,
            emulator,
            name: None,
            api: api.map(|contract| &*contract.api),
            interval: rate.number().map_or(Duration::ZERO, |rate| Duration::from_secs_f64(MARGIN / rate)),
            rate,
        })
    }

    /// Says what may go wrong, and where.
    pub(in crate::cli) fn warn(&self, warning: &str) {
        let name = self.name.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
        output::note(&format!("warning: {name}{warning}"));
    }

    /// The client of an operation's version, if the cloud has it and the caller may call it, as far as
    /// its token says.
    pub(in crate::cli) fn client(&self, offer: Offer) -> Result<AnyClient, Failure> {
        let api = &offer.contract.api;
        if let (Some(cloud), Some(clouds)) = (self.signed.cloud, &offer.operation.clouds)
            && !clouds.names.iter().any(|name| name == cloud)
        {
            let what = format!("call {} in the cloud {cloud}: it is not offered there", offer.operation.id);
            return Err(Failure::input(what, format!("it is in {}", clouds.names.join(", "))));
        }
        if let Some(warning) = self.signed.require(offer.operation)? {
            self.warn(&warning);
        }
        AnyClient::connect(&self.session, api)
            .ok_or_else(|| Failure::input(format!("call {api}: this build has no client of it"), ""))
    }
}
