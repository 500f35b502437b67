//! The run: cases from the rules, carried out against the client and a server, judged, counted.
//!
//! Knows how to send and capture; must not know how a report looks, where the embedded server
//! comes from, or anything of a single operation.

mod client;
mod coverage;
mod selection;
mod server;
mod target;

pub use selection::Selection;
pub use server::ServerOptions;
pub use target::{TargetError, greet};

use std::collections::BTreeMap;

use crate::accepted::Accepted;
use crate::client::SessionError;
use crate::contract::Contract;
use crate::rules::{self, Facts};
use crate::verdict::{Check, Judged, Outcome, Report, Side, Summary, Verdict};

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
    /// The scripted server of the client side cannot be started.
    #[error("listen on loopback: {0}")]
    Listen(#[from] std::io::Error),
}

/// The checks that a run with these sides has, in order, with nothing sent.
#[must_use]
pub fn plan(contract: &Contract, sides: &[Side]) -> Vec<Check> {
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
    let facts = Facts::new(options.contract);
    let selection = options.selection;
    let all = plan(options.contract, &[Side::Client, Side::Server]);
    let planned: Vec<Check> = all.iter().filter(|check| options.sides.contains(&check.side)).cloned().collect();
    let n_checks = planned.iter().filter(|check| selection.takes(&check.id)).count();
    if n_checks == 0 {
        return Err(RunError::Selection(selection.explain(&planned)));
    }
    let mut run = Run { judged: Vec::with_capacity(n_checks), listener, accepted: options.accepted };
    run.listener.begin(n_checks);
    let mut target = "none".to_owned();
    // The server first: whether it can be reached decides whether there is a run.
    if options.sides.contains(&Side::Server) {
        let cases = selected(rules::server::cases(&facts), selection, |case| &mut case.checks);
        match (options.server, cases.is_empty()) {
            (Some(server), false) => {
                target.clone_from(&server.label);
                server::run(cases, server, options.contract, &mut run).await?;
            }
            (None, false) => {
                let why = "no server was given";
                for check in cases.into_iter().flat_map(|case| case.checks).map(|asserted| asserted.check) {
                    run.record(check, Verdict::not_run(why));
                }
            }
            (_, true) => {}
        }
    }
    if options.sides.contains(&Side::Client) {
        let cases = selected(rules::client::cases(&facts), selection, |case| &mut case.checks);
        client::run(cases, options.contract, options.foreign, &mut run).await?;
    }
    let mut checks = run.judged;
    checks.sort_by_cached_key(|judged| planned.iter().position(|check| check.id == judged.check.id));
    let stale = options.accepted.stale_checks(&checks, &all);
    let contract = options.contract;
    Ok(Report {
        schema_version: "1",
        tool: concat!("entra-risk ", env!("CARGO_PKG_VERSION")).to_owned(),
        api: contract.api.clone(),
        spec: BTreeMap::from([("file", contract.file.clone()), ("sha256", contract.sha256.clone())]),
        target,
        summary: Summary::of(&checks),
        coverage: coverage::of(&facts, &all, &checks),
        checks,
        stale,
    })
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
}

impl Run<'_> {
    fn record(&mut self, check: Check, verdict: Verdict) {
        let accepted = match verdict.outcome {
            Outcome::Fail => self.accepted.reason(&check.id),
            _ => None,
        };
        let judged = Judged { check, outcome: verdict.outcome, seen: verdict.seen, accepted };
        self.listener.judged(&judged);
        self.judged.push(judged);
    }
}
