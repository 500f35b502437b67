//! The run: cases from the rules, carried out against the client and a server, judged, counted.
//!
//! Knows how to send and capture; must not know how a report looks, where the embedded server
//! comes from, or anything of a single operation.

mod accounts;
mod client;
mod coverage;
mod mask;
mod record;
mod run;
mod selection;
mod server;
mod target;

pub use record::{Head, Recorder, Recording, RecordingError};
pub use selection::Selection;
pub use server::ServerOptions;
pub use target::{TargetError, greet};

use crate::accepted::Accepted;
use crate::client::{AnyClient, Connect, SessionError};
use crate::contract::Contract;
use crate::docs::Page;
use crate::rules::client::{ClientCase, ClientSeen};
use crate::rules::documents::{self, Documents};
use crate::rules::server::ServerCase;
use crate::rules::{self, Facts};
use crate::verdict::{Check, Judged, Report, Side};
use run::{Judging, Source};

/// What a run is told as it goes.
pub trait Listener {
    /// So many checks are going to be judged.
    fn begin(&mut self, n_checks: usize);
    /// A check is judged.
    fn judged(&mut self, judged: &Judged);
}

impl Listener for () {
    fn begin(&mut self, _: usize) {}
    fn judged(&mut self, _: &Judged) {}
}

/// What to run.
pub struct Options<'a> {
    /// What to hold client and servers to, one an API version, in the order of the report.
    pub versions: Vec<Version<'a>>,
    /// Which sides.
    pub sides: &'a [Side],
    /// Which checks.
    pub selection: &'a Selection,
    /// Known disagreements.
    pub accepted: &'a Accepted,
    /// Pages of the documentation; needed where one of their sides runs.
    pub docs: Option<DocsOptions<'a>>,
}

/// An API version to check.
pub struct Version<'a> {
    /// The contract to hold client and server to.
    pub contract: &'a Contract,
    /// The server; needed where its side runs.
    pub server: Option<ServerOptions>,
    /// Why the generated client cannot be held to the contract, if so: it is of another
    /// description. What only compares the description with the documentation is still checked.
    pub foreign: Option<String>,
    /// Opens the client that is held to it.
    pub connect: Connect,
}

impl<'a> Version<'a> {
    /// This build's client and no server.
    #[must_use]
    pub fn new(contract: &'a Contract) -> Self {
        Self { contract, server: None, foreign: None, connect: AnyClient::connect }
    }
}

/// Pages of the documentation.
#[derive(Debug, Clone, Copy)]
pub struct DocsOptions<'a> {
    /// The pages, of whatever API version.
    pub pages: &'a [Page],
    /// The paths at which they were looked for, for reports.
    pub paths: &'a [String],
}

/// Why there is no run. Completes "failed to …".
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// No check has a name that was asked for.
    #[error("find a check: {0}")]
    Selection(String),
    /// The server cannot be reached, or does not speak HTTP. Nothing was sent but a greeting.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The client cannot be set up.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The recording is of something else.
    #[error("replay the recording: it is of '{recorded}' alone, and '{wanted}' was to be checked")]
    Replay {
        /// The API version of the recording.
        recorded: String,
        /// What was asked for.
        wanted: String,
    },
    /// A run of several API versions is not recorded as one.
    #[error("record a run of {0} API versions: a recording is of one")]
    Record(usize),
    /// The scripted server of the client side cannot be started.
    #[error("listen on loopback: {0}")]
    Listen(#[from] std::io::Error),
}

/// The checks that a run with these sides has, in order, with nothing sent. The sides of the
/// documentation have checks where there are pages: [`plan_with`].
#[must_use]
pub fn plan(contract: &Contract, sides: &[Side]) -> Vec<Check> {
    plan_with(contract, sides, &[])
}

/// The checks that a run with these sides and pages has, in order.
#[must_use]
pub fn plan_with(contract: &Contract, sides: &[Side], pages: &[Page]) -> Vec<Check> {
    let of_pages = sides.iter().any(|side| matches!(side, Side::Docs | Side::Drift)) && !pages.is_empty();
    let documents = if of_pages { documents::judge(contract, pages) } else { Documents::default() };
    let decided = documents.docs.into_iter().chain(documents.drift).map(|decided| decided.check);
    let mut checks: Vec<Check> = decided.filter(|check| sides.contains(&check.side)).collect();
    checks.extend(plan_sent(contract, sides));
    checks
}

/// The checks for which something is sent.
fn plan_sent(contract: &Contract, sides: &[Side]) -> Vec<Check> {
    let facts = Facts::new(contract);
    let mut checks = Vec::new();
    if sides.contains(&Side::Client) {
        let cases = rules::client::cases(&facts).into_iter();
        checks.extend(cases.flat_map(|case| case.checks).map(|asserted| asserted.check));
    }
    if sides.contains(&Side::Server) {
        let cases = rules::server::cases(&facts).into_iter();
        checks.extend(cases.flat_map(|case| case.checks).map(|asserted| asserted.check));
    }
    checks
}

/// Carries out a run.
///
/// # Errors
/// A selection that selects nothing, a server that cannot be reached, a client that cannot be
/// set up. What a server answers is never an error: it is a verdict.
pub async fn run(options: Options<'_>, listener: &mut dyn Listener) -> Result<Report, RunError> {
    run::carry_out(options, Source::Live, listener).await
}

/// Carries out a run of one API version, and keeps what the server shows.
///
/// # Errors
/// As [`run`].
pub async fn record(
    options: Options<'_>,
    recorder: &mut Recorder,
    listener: &mut dyn Listener,
) -> Result<Report, RunError> {
    match options.versions.len() {
        1 => run::carry_out(options, Source::Recorded(recorder), listener).await,
        several => Err(RunError::Record(several)),
    }
}

/// Judges a recording in the stead of a server: nothing is sent to one.
///
/// # Errors
/// As [`run`], but for those of a server; a recording of another API version.
pub async fn replay(
    options: Options<'_>,
    recording: &Recording,
    listener: &mut dyn Listener,
) -> Result<Report, RunError> {
    let apis: Vec<&str> = options.versions.iter().map(|version| version.contract.api.as_str()).collect();
    if apis != [recording.head.api.as_str()] {
        return Err(RunError::Replay { recorded: recording.head.api.clone(), wanted: apis.join(", ") });
    }
    run::carry_out(options, Source::Replayed(recording), listener).await
}

/// Carries out cases against a server and judges them, without a report.
///
/// # Errors
/// As [`run`].
pub async fn try_server(
    cases: Vec<ServerCase>,
    server: ServerOptions,
    contract: &Contract,
) -> Result<Vec<Judged>, RunError> {
    let (mut nobody, nothing) = ((), Accepted::default());
    let mut judging = Judging::new(&mut nobody, &nothing, None);
    server::run(cases, server, contract, &mut judging).await?;
    Ok(judging.checks)
}

/// What the generated client shows in each case, not judged.
///
/// # Errors
/// As [`run`].
pub async fn see_client(cases: &[ClientCase], api: &str, connect: Connect) -> Result<Vec<ClientSeen>, RunError> {
    client::see(&client::Benches::start().await?, cases, client::Whose { api, connect }).await
}
