//! The suite on trial: mutants of every witness, each with one defect, and what the suite says of
//! them. A check that no defect can make fail proves nothing.
//!
//! Facts of the contract are dropped, altered, widened and narrowed, one at a time, in the
//! description, on pages rendered from it and in the emulator; what no fact says is put into a
//! server by a proxy that tampers, into the client by changing what it showed, and into pages by
//! damaging their text. Knows the suite; must not know a single operation, how a matrix looks, or
//! files.

mod client;
mod facts;
mod known;
mod matrix;
mod mutant;
mod page;
mod part;
mod probes;
mod server;
mod shelf;
mod suite;

use std::collections::HashSet;

pub use known::Known;
pub use matrix::{Claim, Matrix, Proof, RuleRow, Unproven};
pub use mutant::{Fate, Killer, Mutant, Operator, Outcome, Voice, Witness};
pub use probes::probe_tokens;

use crate::accepted::Accepted;
use crate::client::{AnyClient, Connect};
use crate::conformance::{RunError, Selection};
use crate::contract::{Contract, Fact, FactId, Rests};
use crate::docs::render::render;
use crate::emulator::StartError;
use crate::verdict::Check;
use facts::Altered;
use page::Edit;
use suite::{Met, Served, Suite, rule_of};

/// What is told as it goes.
pub trait Listener {
    /// So many mutants are going to be tried.
    fn begin(&mut self, n_mutants: usize);
    /// A mutant is judged.
    fn judged(&mut self, fate: &Fate);
}

impl Listener for () {
    fn begin(&mut self, _: usize) {}
    fn judged(&mut self, _: &Fate) {}
}

/// What to try.
pub struct Options<'a> {
    /// What all witnesses are of, one an API version.
    pub versions: &'a [Version<'a>],
    /// The checks of the suite that are tried.
    pub selection: &'a Selection,
    /// The mutants that are tried, by globs over their ids.
    pub mutants: &'a Selection,
    /// Disagreements of the unmutated witnesses that are accepted.
    pub accepted: &'a Accepted,
    /// Mutants that are known to survive.
    pub known: &'a Known,
}

/// An API version to try the suite on.
pub struct Version<'a> {
    /// The contract that all witnesses are of.
    pub contract: &'a Contract,
    /// Why the generated client cannot be held to the contract, if so.
    pub foreign: Option<String>,
    /// Opens the client that is tried.
    pub connect: Connect,
}

impl<'a> Version<'a> {
    /// This build's client.
    #[must_use]
    pub fn new(contract: &'a Contract) -> Self {
        Self { contract, foreign: None, connect: AnyClient::connect }
    }
}

/// Why there is no trial. Completes "failed to …".
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SelfTestError {
    /// The suite could not run.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The emulator did not start.
    #[error(transparent)]
    Emulator(#[from] StartError),
    /// A proxy did not start.
    #[error("listen on loopback: {0}")]
    Listen(#[from] std::io::Error),
}

/// A mutant, and how it is tried.
enum Trial {
    /// A description with another fact.
    Spec(Mutant, Altered),
    /// An emulator of a contract with another fact.
    Emulator(Mutant, Altered),
    /// Pages, some of them otherwise.
    Pages(Mutant, Vec<Edit>),
    /// A server behind a proxy.
    Server(Mutant, &'static server::Defect),
    /// The same, of which one property of answers is concerned.
    Property(Mutant, &'static server::Defect, String),
    /// A client whose word is changed.
    Client(Mutant, &'static client::Defect),
}

impl Trial {
    fn mutant(&self) -> &Mutant {
        let (Self::Spec(mutant, _)
        | Self::Emulator(mutant, _)
        | Self::Pages(mutant, _)
        | Self::Server(mutant, _)
        | Self::Property(mutant, ..)
        | Self::Client(mutant, _)) = self;
        mutant
    }
}

/// One version on trial.
struct Tried<'a> {
    version: &'a Version<'a>,
    facts: Vec<Fact>,
    /// The facts that are our assumptions.
    assumed: HashSet<FactId>,
    /// The suite on the whole contract.
    whole: Suite<'a>,
    /// The same on its parts, if it has any.
    parts: Vec<Suite<'a>>,
}

impl<'a> Tried<'a> {
    async fn new(
        version: &'a Version<'a>,
        parts: &'a [Contract],
        selection: &'a Selection,
    ) -> Result<Self, SelfTestError> {
        let whole = Suite::new(version, selection).await?;
        let parts = parts.iter().map(|part| whole.on(part)).collect();
        let facts = version.contract.facts();
        let assumed = facts.iter().filter(|fact| fact.source.rests == Rests::Assumption);
        let assumed = assumed.map(|fact| fact.id.clone()).collect();
        Ok(Self { version, facts, assumed, whole, parts })
    }

    /// Every mutant, in the order of witnesses and facts, with the suite that it is tried by first.
    fn trials(&self) -> Vec<(&Suite<'a>, Trial)> {
        let mut trials = Vec::new();
        let mut altered: HashSet<FactId> = HashSet::new();
        // What no part has is left to the whole.
        let parts = self.parts.iter().chain([&self.whole]);
        for suite in parts {
            let facts = suite.contract.facts();
            for fact in facts.iter().filter(|fact| altered.insert(fact.id.clone())) {
                for (altered, contract) in facts::alter(suite.contract, &facts, fact) {
                    trials.extend(of_fact(suite, fact, altered, &contract).into_iter().map(|trial| (suite, trial)));
                }
            }
        }
        let readers = if self.parts.is_empty() { std::slice::from_ref(&self.whole) } else { &self.parts };
        for suite in readers {
            let damaged = page::mutants(suite).into_iter();
            trials.extend(damaged.map(|(mutant, edits)| (suite, Trial::Pages(mutant, edits))));
        }
        let (api, facts, whole) = (&self.version.contract.api, &self.facts, &self.whole);
        let defects = server::defects().filter_map(|defect| Some((defect.mutant(api, facts)?, defect)));
        trials.extend(defects.map(|(mutant, defect)| (whole, Trial::Server(mutant, defect))));
        if self.version.foreign.is_none() {
            let defects = client::DEFECTS.iter();
            trials.extend(defects.map(|defect| (whole, Trial::Client(defect.mutant(api, facts), defect))));
        }
        let place =
            |(_, trial): &(_, Trial)| Witness::ALL.iter().position(|witness| *witness == trial.mutant().witness);
        trials.sort_by_key(place);
        trials
    }

    /// What becomes of a mutant; `None` where nothing of the witness is concerned.
    async fn attempt(
        &self,
        suite: &Suite<'a>,
        trial: &Trial,
        known: Option<(usize, &str)>,
    ) -> Result<Option<Fate>, SelfTestError> {
        // What is known to live is tried with the checks that claim it, and not with all others.
        let depth = if known.is_some() { Depth::Concerned } else { Depth::All };
        let Some(met) = attempt(suite, trial, depth).await? else { return Ok(None) };
        let fate = judge(trial.mutant().clone(), met, &self.assumed, known);
        if fate.outcome != Outcome::Survived || std::ptr::eq(suite, &raw const self.whole) {
            return Ok(Some(fate));
        }
        // What lives in its part need not live in the whole.
        let met = attempt(&self.whole, trial, depth).await?;
        Ok(met.map(|met| judge(trial.mutant().clone(), met, &self.assumed, known)))
    }
}

/// Tries the suite on every mutant.
///
/// # Errors
/// Where the suite cannot run at all. A mutant that lives is no error, but a line of the matrix.
pub async fn run(options: Options<'_>, listener: &mut dyn Listener) -> Result<Matrix, SelfTestError> {
    let parts: Vec<Vec<Contract>> = options.versions.iter().map(|version| part::parts(version.contract)).collect();
    let mut all = Vec::with_capacity(parts.len());
    for (version, parts) in options.versions.iter().zip(&parts) {
        all.push(Tried::new(version, parts, options.selection).await?);
    }
    let chosen = |trials: Vec<(_, Trial)>| -> Vec<_> {
        trials.into_iter().filter(|(_, trial)| options.mutants.takes(&trial.mutant().id)).collect()
    };
    let trials: Vec<_> = all.iter().map(|tried| (tried, chosen(tried.trials()))).collect();
    listener.begin(trials.iter().map(|(_, trials)| trials.len()).sum());
    let (mut fates, mut met) = (Vec::new(), Vec::new());
    for (tried, (suite, trial)) in trials.iter().flat_map(|(tried, trials)| trials.iter().map(move |of| (tried, of))) {
        let known = options.known.reason(&trial.mutant().id);
        let Some(fate) = tried.attempt(suite, trial, known).await? else { continue };
        if fate.outcome == Outcome::Known {
            met.extend(known.map(|(index, _)| index));
        }
        listener.judged(&fate);
        fates.push(fate);
    }
    Ok(matrix::of(&options, &all, fates, &met))
}

/// The mutants that one altered fact makes: of the description, of its pages, of a server.
fn of_fact(suite: &Suite<'_>, fact: &Fact, altered: Altered, contract: &Contract) -> Vec<Trial> {
    let (api, id) = fact.id.as_str().split_once(' ').unwrap_or(("", fact.id.as_str()));
    debug_assert_eq!(api, suite.contract.api);
    let name = match altered.variant {
        "" => id.to_owned(),
        variant => format!("{id}/{variant}"),
    };
    let key = id.split_once('#').map_or(id, |(_, key)| key);
    let mutant = |witness: Witness, who: &str| {
        let breaks = format!("{who} {} for {key}, which is '{}'", altered.says, fact.value);
        let mut mutant = Mutant::new(api, witness, altered.operator, &name, breaks);
        mutant.facts.clone_from(&altered.facts);
        mutant
    };
    let (mut spec, page, server) = (
        mutant(Witness::Spec, "the description says"),
        mutant(Witness::Page, "the page says"),
        mutant(Witness::Server, "the server keeps to"),
    );
    spec.aims.extend(altered.aims.iter().map(|rule| (*rule).to_owned()));
    let mut trials = Vec::new();
    let edits = page::edits(&suite.shelf.pages, render(contract));
    // Of what the metadata says, and no page, a page may say what it likes.
    if !edits.is_empty() && fact.source.rests != Rests::Metadata {
        trials.push(Trial::Pages(page, edits));
    }
    if facts::is_served(fact) {
        trials.push(Trial::Emulator(server, altered.clone()));
    } else if let Some((property, defect)) = server::of_property(fact, altered.operator) {
        trials.push(Trial::Property(server, defect, property));
    }
    trials.push(Trial::Spec(spec, altered));
    trials
}

/// How much of the suite is tried on a server, as long as nothing notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depth {
    /// The checks that claim what is wrong.
    Concerned,
    /// These first, then all others.
    All,
}

impl Depth {
    /// Whether the checks of each round are those that claim what is wrong.
    fn rounds(self) -> &'static [bool] {
        match self {
            Self::Concerned => &[true],
            Self::All => &[true, false],
        }
    }
}

/// What the suite says of a mutant; `None` where nothing of the witness is concerned.
async fn attempt(suite: &Suite<'_>, trial: &Trial, depth: Depth) -> Result<Option<Met>, SelfTestError> {
    Ok(match trial {
        Trial::Pages(mutant, edits) => Some(page::attempt(suite, mutant, edits)),
        Trial::Client(_, defect) => client::attempt(suite, defect),
        Trial::Server(mutant, defect) => Some(server::attempt(suite, defect, mutant, "", depth).await?),
        Trial::Property(mutant, defect, property) => {
            Some(server::attempt(suite, defect, mutant, property, depth).await?)
        }
        Trial::Spec(mutant, altered) => Some(describe(suite, mutant, &altered.of(suite.contract), depth).await?),
        Trial::Emulator(mutant, altered) => Some(serve(suite, mutant, &altered.of(suite.contract), depth).await?),
    })
}

/// A description with another fact: against transcripts and pages first, and where these are
/// silent against a server that is as it was.
async fn describe(suite: &Suite<'_>, mutant: &Mutant, altered: &Contract, depth: Depth) -> Result<Met, SelfTestError> {
    let mut judged = suite.state(altered);
    judged.extend(suite.read(Some(altered), &[]));
    let mut met = suite.meet(&judged);
    for concerned in depth.rounds() {
        if met.killers.iter().any(|killer| killer.voice == Voice::Plain) {
            break;
        }
        let wanted = |check: &Check| suite.claims_any(&check.id, &mutant.facts) == *concerned;
        let cases = suite.server_cases(altered, wanted);
        if !cases.is_empty() {
            let served = Served::start(suite.contract, suite.contract).await?;
            met.add(suite.meet(&suite.serve(cases, altered, &served, None).await?));
        }
    }
    Ok(met)
}

/// A server of a contract with another fact: first with the checks that claim it, and where
/// these are silent with all others.
async fn serve(suite: &Suite<'_>, mutant: &Mutant, altered: &Contract, depth: Depth) -> Result<Met, SelfTestError> {
    let mut met = Met::default();
    for concerned in depth.rounds() {
        let wanted = |check: &Check| suite.claims_any(&check.id, &mutant.facts) == *concerned;
        let cases = suite.server_cases(suite.contract, wanted);
        if cases.is_empty() {
            continue;
        }
        let served = Served::start(altered, suite.contract).await?;
        met.add(suite.meet(&suite.serve(cases, suite.contract, &served, None).await?));
        if met.killers.iter().any(|killer| killer.voice == Voice::Plain) {
            break;
        }
    }
    Ok(met)
}

/// The rules that should have noticed and did not.
fn missed(mutant: &Mutant, killers: &[Killer]) -> Vec<String> {
    let noticed = |rule: &&String| killers.iter().any(|killer| killer.rule == **rule);
    mutant.aims.iter().filter(|rule| !noticed(rule)).cloned().collect()
}

fn judge(mutant: Mutant, met: Met, assumed: &HashSet<FactId>, known: Option<(usize, &str)>) -> Fate {
    let missed = missed(&mutant, &met.killers);
    // What is said aloud only with --strict is enough for what is itself assumed, and for rules
    // that never say more.
    let aims = mutant.aims.iter().map(|rule| matrix::voice(rule)).max().unwrap_or(Voice::Plain);
    let least = match !mutant.facts.is_empty() && mutant.facts.iter().all(|fact| assumed.contains(fact)) {
        true => aims.min(Voice::Strict),
        false => aims,
    };
    let noticed = met.killers.iter().any(|killer| killer.voice >= least) && missed.is_empty();
    let reason = known.filter(|_| !noticed).map(|(_, reason)| reason.to_owned());
    let outcome = match (noticed, reason.is_some()) {
        (true, _) => Outcome::Killed,
        (false, true) => Outcome::Known,
        (false, false) => Outcome::Survived,
    };
    let tried = met.tried.into_iter().collect();
    Fate { mutant, outcome, killers: met.killers, missed, reason, tried }
}
