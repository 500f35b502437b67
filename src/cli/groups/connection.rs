//! Whom a command speaks to, and how fast: a cloud, another server, or an emulator of its own.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::builder::PossibleValuesParser;
use clap::{ArgMatches, Args, FromArgMatches as _};

use super::super::conform;
use super::super::exit::Failure;
use super::verbose;
use crate::client::{AnyClient, Cloud, RetryPolicy, Session, SessionBuilder, StaticToken};
use crate::conformance::{is_for_graph, is_graph};
use crate::embedded;
use crate::emulator::{App, Config, Emulator, Fault, FaultKind, Identity};
use crate::remediation::Offer;

/// The variable that holds a token.
const TOKEN: &str = "ENTRA_RISK_TOKEN";
const HEADING: &str = "Connection";

/// The options, to be flattened into a command.
#[derive(Debug, Args)]
#[command(next_help_heading = HEADING)]
pub(super) struct Connection {
    /// The cloud whose Microsoft Graph is called
    #[arg(long, value_name = "CLOUD", default_value = Cloud::ALL[0].name(), value_parser = PossibleValuesParser::new(Cloud::ALL.iter().map(|cloud| cloud.name())))]
    cloud: String,
    /// Another server, such as one of `entra-risk serve`; with or without the version
    #[arg(long, value_name = "URL", conflicts_with = "cloud")]
    server: Option<String>,
    /// File with the token; that of ENTRA_RISK_TOKEN by default
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Try it without a tenant: start an emulator for this command alone. The accounts in it are made up,
    /// and the same each time
    #[arg(long, conflicts_with_all = ["cloud", "server", "token_file"])]
    emulator: bool,
    /// How many accounts the emulator makes up
    #[arg(long, value_name = "N", requires = "emulator", default_value_t = 200, value_parser = clap::value_parser!(u32).range(0..=100_000))]
    emulator_users: u32,
    /// How many requests a second the emulator takes, or 'unlimited'; as documented by default
    #[arg(long, value_name = "RATE", requires = "emulator", default_value = "1")]
    emulator_rate: Rate,
    /// Show each call on standard error, without ids and names
    #[arg(long, short)]
    verbose: bool,
}

/// Requests a second.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Rate {
    Limited(f64),
    Unlimited,
}

/// The documented rate, where nothing else is known: requests a second and tenant.
const DOCUMENTED: f64 = 1.0;
/// A wait is a little longer than it has to be: clocks differ, and a refusal costs more.
const MARGIN: f64 = 1.01;

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
pub(super) struct Connected {
    /// The service, in the identity that was given.
    pub(super) session: Session,
    /// Lives as long as this.
    #[expect(dead_code, reason = "for whoever acts")]
    pub(super) emulator: Option<Emulator>,
    /// The address, for people: `https://graph.microsoft.com`.
    #[expect(dead_code, reason = "for whoever acts")]
    pub(super) root: String,
    /// The cloud; `None` for any other server.
    pub(super) cloud: Option<&'static str>,
    /// The version that the address is of, where it is of one alone.
    pub(super) api: Option<&'static str>,
    /// How long it is at least from one call to the next.
    pub(super) interval: Duration,
}

impl Connection {
    /// The options that were given.
    pub(super) fn of(matches: &ArgMatches) -> Self {
        Self::from_arg_matches(matches).expect("every command is made with these options")
    }

    /// Opens a session. Nothing is sent.
    pub(super) async fn open(&self, retry: RetryPolicy) -> Result<Connected, Failure> {
        if self.verbose {
            verbose::show_calls();
        }
        match (&self.server, self.emulator) {
            (_, true) => self.to_emulator(retry).await,
            (Some(server), false) => self.to_server(server, retry),
            (None, false) => self.to_cloud(retry),
        }
    }

    async fn to_emulator(&self, retry: RetryPolicy) -> Result<Connected, Failure> {
        let contracts = embedded::contracts();
        let mut config = Config::new(contracts);
        config.users = self.emulator_users as usize;
        config.directory.apps.push(App::new_with_everything());
        let interval = match self.emulator_rate {
            Rate::Limited(rate) => {
                config.faults.push(Fault::new(FaultKind::Throttle { rate, retry_after: None }));
                Duration::from_secs_f64(MARGIN / rate)
            }
            Rate::Unlimited => Duration::ZERO,
        };
        let emulator = Emulator::start(config).await.map_err(|error| Failure::input(error.to_string(), ""))?;
        let (token, root) = (emulator.token(&Identity::all(contracts)), emulator.root());
        let session = open(Session::builder().root(&root).retry(retry), &token)?;
        Ok(Connected { session, emulator: Some(emulator), root, cloud: None, api: None, interval })
    }

    fn to_server(&self, server: &str, retry: RetryPolicy) -> Result<Connected, Failure> {
        let token = self.token()?;
        let url = url::Url::parse(server.trim()).ok();
        if is_for_graph(&token) && !url.as_ref().is_some_and(is_graph) {
            let what = "use this token at the server: it is meant for Microsoft Graph, and goes nowhere else";
            return Err(Failure::input(what, "give the token that `entra-risk serve` prints, or leave out --server"));
        }
        let last = server.trim().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let api = embedded::contracts().iter().find(|contract| contract.api == last).map(|contract| &*contract.api);
        let builder = match api {
            Some(_) => Session::builder().base_url(server),
            None => Session::builder().root(server),
        };
        let session = open(builder.retry(retry), &token)?;
        let root = url.map(|url| url.origin().ascii_serialization()).unwrap_or_default();
        Ok(Connected { session, emulator: None, root, cloud: None, api, interval: documented() })
    }

    fn to_cloud(&self, retry: RetryPolicy) -> Result<Connected, Failure> {
        let cloud = Cloud::ALL.iter().find(|cloud| cloud.name() == self.cloud).copied().unwrap_or(Cloud::ALL[0]);
        let session = open(Session::builder().cloud(cloud).retry(retry), &self.token()?)?;
        let (root, cloud) = (cloud.root().to_owned(), Some(cloud.name()));
        Ok(Connected { session, emulator: None, root, cloud, api: None, interval: documented() })
    }

    #[allow(clippy::disallowed_methods)] // the command line is where the environment comes in
    fn token(&self) -> Result<String, Failure> {
        match &self.token_file {
            Some(path) => conform::token(path),
            None => std::env::var(TOKEN).ok().filter(|text| !text.trim().is_empty()).ok_or_else(|| {
                let remedy = format!("set {TOKEN}, give --token-file FILE, or try it with --emulator");
                Failure::input("find a token", remedy)
            }),
        }
    }
}

impl Connected {
    /// The client of an operation's version, if the cloud has it.
    pub(super) fn client(&self, offer: Offer) -> Result<AnyClient, Failure> {
        let api = &offer.contract.api;
        if let (Some(cloud), Some(clouds)) = (self.cloud, &offer.operation.clouds)
            && !clouds.names.iter().any(|name| name == cloud)
        {
            let what = format!("call {} in the cloud {cloud}: it is not offered there", offer.operation.id);
            return Err(Failure::input(what, format!("it is in {}", clouds.names.join(", "))));
        }
        AnyClient::connect(&self.session, api)
            .ok_or_else(|| Failure::input(format!("call {api}: this build has no client of it"), ""))
    }
}

fn open(builder: SessionBuilder, token: &str) -> Result<Session, Failure> {
    let token = StaticToken::new(token).map_err(|error| Failure::input(format!("use the token: {error}"), ""))?;
    builder.token(token).build().map_err(|error| Failure::input(error.to_string(), ""))
}

fn documented() -> Duration {
    Duration::from_secs_f64(MARGIN / DOCUMENTED)
}
