//! The suite itself: that it passes what is right, names what is wrong, and says so well.

mod binary;
mod curl;
mod evidence;
mod foreign;
mod garbage;
mod lint;
mod own_spec;
mod pages;
mod replay;
mod run;
mod spec;
mod versions;

use entra_risk::accepted::Accepted;
use entra_risk::conformance::{self, Options, RunError, Selection, ServerOptions, Version};
use entra_risk::contract::Contract;
use entra_risk::emulator::{Config, Emulator, Identity, Kind};
use entra_risk::rules::ProbeToken;
use entra_risk::verdict::{Outcome, Report, Side};

/// The embedded contract.
pub(crate) fn contract() -> &'static Contract {
    crate::few::few()
}

/// A run of the given sides against a server.
pub(crate) async fn run(
    contract: &Contract,
    sides: &[Side],
    globs: &[&str],
    server: Option<ServerOptions>,
) -> Result<Report, RunError> {
    let selection = Selection::new(globs.iter().map(|glob| (*glob).to_owned()).collect(), Vec::new());
    let versions = vec![Version { server, ..Version::new(contract) }];
    let options = Options { versions, sides, selection: &selection, accepted: &Accepted::default(), docs: None };
    conformance::run(options, &mut ()).await
}

/// An emulator of a contract, and how to reach it.
pub(crate) async fn emulator(contract: &Contract) -> (Emulator, ServerOptions) {
    let contracts = std::slice::from_ref(contract);
    let emulator = Emulator::start(Config::new(contracts)).await.expect("loopback");
    let options = options(&emulator, contract);
    (emulator, options)
}

/// How to reach an emulator, with every probe token.
pub(crate) fn options(emulator: &Emulator, contract: &Contract) -> ServerOptions {
    let all = Identity::all(std::slice::from_ref(contract));
    let user = |kind| Identity::new(kind, all.permissions.clone());
    let probes = ProbeToken::ALL.into_iter().map(|kind| {
        let identity = match kind {
            ProbeToken::NoPermission => Identity::none(),
            ProbeToken::Expired => all.clone().expiring_in(-60),
            ProbeToken::WrongAudience => all.clone().for_audience("https://example.org"),
            ProbeToken::Personal => user(Kind::DelegatedPersonal),
            ProbeToken::Delegated => Identity::delegated_work(Vec::<String>::new()),
            ProbeToken::NoRole => {
                Identity::all_delegated(std::slice::from_ref(contract)).with_roles(Vec::<String>::new())
            }
        };
        (kind, emulator.token(&identity))
    });
    let mut options = ServerOptions::new(emulator.base_url(&contract.api), emulator.token(&all));
    options.probes = probes.collect();
    options
}

/// Ids and what was seen, of checks with this outcome.
pub(crate) fn with(report: &Report, outcome: Outcome) -> Vec<String> {
    let found = report.checks.iter().filter(|judged| judged.outcome == outcome);
    found.map(|judged| format!("{} ({}): {}", judged.check.id, judged.check.severity, judged.seen)).collect()
}
