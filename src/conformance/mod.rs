//! The run: cases from the rules, carried out against the client and a server, judged, counted.
//!
//! Knows how to send and capture; must not know how a report looks, where the embedded server
//! comes from, or anything of a single operation.

mod accounts;
mod client;
mod coverage;
mod mask;
mod record;
mod selection;
mod server;
mod target;

pub use record::{Head, Recorder, Recording, RecordingError};
pub use selection::Selection;
pub use server::ServerOptions;
pub use target::{TargetError, greet};

use std::collections::{BTreeMap, HashMap};

use crate::accepted::{Accepted, Scope};
use crate::client::SessionError;
use crate::contract::Contract;
use crate::docs::Page;
use crate::finding::Finding;
use crate::rules::client::{ClientCase, ClientSeen};
use crate::rules::documents::{self, Decided, Documents};
use crate::rules::server::ServerCase;
use crate::rules::{self, Facts};
use crate::verdict::{Check, Documentation, Judged, Outcome, Replay, Report, Side, Stale, Summary, Verdict};

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
    /// The contract to hold client and server to.
    pub contract: &'a Contract,
    /// Which sides.
    pub sides: &'a [Side],
    /// Which checks.
    pub selection: &'a Selection,
    /// The server; needed where its side runs.
    pub server: Option<ServerOptions>,
    /// Known disagreements.
    pub accepted: &'a Accepted,
    /// Why the generated client cannot be held to the contract, if so: it is of another
    /// description. What only compares the description with the documentation is still checked.
    pub foreign: Option<&'a str>,
    /// Pages of the documentation; needed where one of their sides runs.
    pub docs: Option<DocsOptions<'a>>,
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
    #[error("replay the recording: it is of '{recorded}', and '{wanted}' was to be checked")]
    Replay {
        /// The API version of the recording.
        recorded: String,
        /// The one that was asked for.
        wanted: String,
    },
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

/// Where the server's side takes what it judges from.
enum Source<'a> {
    /// The server.
    Live,
    /// The server, and what it shows is kept.
    Recorded(&'a mut Recorder),
    /// What was kept.
    Replayed(&'a Recording),
}

/// Carries out a run.
///
/// # Errors
/// A selection that selects nothing, a server that cannot be reached, a client that cannot be
/// set up. What a server answers is never an error: it is a verdict.
pub async fn run(options: Options<'_>, listener: &mut dyn Listener) -> Result<Report, RunError> {
    run_from(options, Source::Live, listener).await
}

/// Carries out a run, and keeps what the server shows.
///
/// # Errors
/// As [`run`].
pub async fn record(
    options: Options<'_>,
    recorder: &mut Recorder,
    listener: &mut dyn Listener,
) -> Result<Report, RunError> {
    run_from(options, Source::Recorded(recorder), listener).await
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
    if recording.head.api != options.contract.api {
        return Err(RunError::Replay { recorded: recording.head.api.clone(), wanted: options.contract.api.clone() });
    }
    run_from(options, Source::Replayed(recording), listener).await
}

async fn run_from(options: Options<'_>, source: Source<'_>, listener: &mut dyn Listener) -> Result<Report, RunError> {
    let facts = Facts::new(options.contract);
    let selection = options.selection;
    let documents = options.docs.map(|docs| documents::judge(options.contract, docs.pages));
    let decided = || documents.iter().flat_map(|documents| documents.docs.iter().chain(&documents.drift));
    let (client_cases, server_cases) = (rules::client::cases(&facts), rules::server::cases(&facts));
    let mut all: Vec<Check> = decided().map(|decided| decided.check.clone()).collect();
    all.extend(client_cases.iter().flat_map(|case| &case.checks).map(|asserted| asserted.check.clone()));
    all.extend(server_cases.iter().flat_map(|case| &case.checks).map(|asserted| asserted.check.clone()));
    let planned = || all.iter().filter(|check| options.sides.contains(&check.side));
    let n_checks = planned().filter(|check| selection.takes(&check.id)).count();
    if n_checks == 0 {
        return Err(RunError::Selection(selection.explain(&planned().cloned().collect::<Vec<_>>())));
    }
    let (recorder, recording) = match source {
        Source::Live => (None, None),
        Source::Recorded(recorder) => (Some(recorder), None),
        Source::Replayed(recording) => (None, Some(recording)),
    };
    let mut run = Run { judged: Vec::with_capacity(n_checks), listener, accepted: options.accepted, recorder };
    run.listener.begin(n_checks);
    let mut target = "none".to_owned();
    // The server first: whether it can be reached decides whether there is a run.
    if options.sides.contains(&Side::Server) {
        let cases = selected(server_cases, selection, |case| &mut case.checks);
        if let Some(recording) = recording {
            let head = &recording.head;
            target = format!("replay of {}, recorded {} by {}", head.target, head.recorded, head.tool);
        }
        match (recording, options.server, cases.is_empty()) {
            (Some(recording), _, false) => record::replay(cases, recording, &mut run),
            (None, Some(server), false) => {
                target.clone_from(&server.label);
                server::run(cases, server, options.contract, &mut run).await?;
            }
            (None, None, false) => {
                let why = "no server was given";
                for check in cases.into_iter().flat_map(|case| case.checks).map(|asserted| asserted.check) {
                    run.record(check, Verdict::not_run(why));
                }
            }
            (_, _, true) => {}
        }
    }
    if options.sides.contains(&Side::Client) {
        let cases = selected(client_cases, selection, |case| &mut case.checks);
        client::run(cases, options.contract, options.foreign, &mut run).await?;
    }
    for decided in decided().filter(|decided| options.sides.contains(&decided.check.side)) {
        if selection.takes(&decided.check.id) {
            run.record_decided(decided);
        }
    }
    let mut checks = run.judged;
    let position: HashMap<&str, usize> =
        all.iter().enumerate().map(|(index, check)| (check.id.as_str(), index)).collect();
    checks.sort_by_key(|judged| position.get(judged.check.id.as_str()).copied());
    let planned_sides = if documents.is_some() { &Side::ALL[..] } else { &[Side::Client, Side::Server] };
    let mut stale = options.accepted.stale_checks(&checks, &all, planned_sides);
    let contract = options.contract;
    if let Some(documents) = &documents {
        stale.extend(stale_entries(options.accepted, documents, contract, options.sides));
    }
    Ok(Report {
        schema_version: "1",
        tool: concat!("entra-risk ", env!("CARGO_PKG_VERSION")).to_owned(),
        api: contract.api.clone(),
        spec: BTreeMap::from([("file", contract.file.clone()), ("sha256", contract.sha256.clone())]),
        documentation: options.docs.zip(documents.as_ref()).map(|(docs, documents)| Documentation {
            paths: docs.paths.to_vec(),
            pages: documents.files.len(),
            matched: documents.n_matched,
        }),
        target,
        replay: recording.filter(|_| options.sides.contains(&Side::Server)).map(|recording| Replay {
            target: recording.head.target.clone(),
            recorded: recording.head.recorded.clone(),
            tool: recording.head.tool.clone(),
            spec_sha256: recording.head.spec_sha256.clone(),
        }),
        summary: Summary::of(&checks),
        coverage: coverage::of(&facts, &all, &checks),
        checks,
        stale,
    })
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
    let mut run = Run { judged: Vec::new(), listener: &mut (), accepted: &Accepted::default(), recorder: None };
    server::run(cases, server, contract, &mut run).await?;
    Ok(run.judged)
}

/// What the generated client shows in each case, not judged.
///
/// # Errors
/// As [`run`].
pub async fn see_client(cases: &[ClientCase], contract: &Contract) -> Result<Vec<ClientSeen>, RunError> {
    client::see(cases, contract).await
}

/// Entries of the accepted list about pages or facts that met nothing, on the sides that ran.
fn stale_entries(accepted: &Accepted, documents: &Documents, contract: &Contract, sides: &[Side]) -> Vec<Stale> {
    let mut scope = Scope { files: documents.files.clone(), ..Scope::default() };
    scope.files.push(contract.file.clone());
    let mut findings = Vec::new();
    let of = |decided: &[Decided]| decided.iter().flat_map(|decided| decided.findings.clone()).collect::<Vec<_>>();
    if sides.contains(&Side::Docs) {
        scope.undecided = rules::docs::undecided(documents.files.len());
        scope.rules.extend(rules::docs::RULES.iter().map(|rule| rule.id.to_owned()));
        findings.extend(of(&documents.docs));
    }
    if sides.contains(&Side::Drift) {
        scope.rules.extend(rules::drift::RULES.iter().map(|rule| rule.id.to_owned()));
        scope.facts.extend(documents.facts.iter().cloned());
        findings.extend(of(&documents.drift));
    }
    let stale = accepted.apply_findings(findings, &scope).stale;
    let of = |entry: Finding| Stale {
        text: format!("{}: {}; {}", entry.subject, entry.message, entry.remedy),
        origin: entry.origin,
    };
    stale.into_iter().map(of).collect()
}

/// Keeps the checks that were asked for, and the cases that still have one.
fn selected<C, S>(cases: Vec<C>, selection: &Selection, checks: fn(&mut C) -> &mut Vec<rules::Asserted<S>>) -> Vec<C> {
    let keep = |mut case: C| {
        checks(&mut case).retain(|asserted| selection.takes(&asserted.check.id));
        (!checks(&mut case).is_empty()).then_some(case)
    };
    cases.into_iter().filter_map(keep).collect()
}

/// A run in progress.
struct Run<'a> {
    judged: Vec<Judged>,
    listener: &'a mut dyn Listener,
    accepted: &'a Accepted,
    recorder: Option<&'a mut Recorder>,
}

impl Run<'_> {
    /// Keeps what a case showed, if somebody wants it.
    fn keep(&mut self, case: &rules::server::ServerCase, seen: &Result<rules::server::ServerSeen, Verdict>) {
        if let Some(recorder) = &mut self.recorder {
            recorder.keep(case, seen);
        }
    }

    fn record(&mut self, check: Check, verdict: Verdict) {
        let accepted = match verdict.outcome {
            Outcome::Fail => self.accepted.reason(&check.id),
            _ => None,
        };
        self.push(Judged { check, outcome: verdict.outcome, seen: verdict.seen, accepted });
    }

    /// A check that needed nothing to be sent. It is accepted by its own id, or if each of its
    /// findings is.
    fn record_decided(&mut self, decided: &Decided) {
        let Decided { check, verdict, findings } = decided.clone();
        let by_findings = || {
            let applied = self.accepted.apply_findings(findings, &Scope::default());
            let reasons: Vec<String> = applied.accepted.into_iter().map(|(_, reason)| reason).collect();
            (applied.remaining.is_empty() && !reasons.is_empty()).then(|| reasons.join("; "))
        };
        let accepted = match verdict.outcome {
            Outcome::Fail => self.accepted.reason(&check.id).or_else(by_findings),
            _ => None,
        };
        self.push(Judged { check, outcome: verdict.outcome, seen: verdict.seen, accepted });
    }

    fn push(&mut self, judged: Judged) {
        self.listener.judged(&judged);
        self.judged.push(judged);
    }
}
