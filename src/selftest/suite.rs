//! The suite, as it is tried on mutants: what it says of the unmutated witnesses, and what it
//! says otherwise of a mutant.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;

use super::mutant::{Killer, Voice};
use super::page::Edit;
use super::probes::probe_tokens;
use super::shelf::Shelf;
use super::{SelfTestError, Version};
use crate::accepted::Accepted;
use crate::conformance::{self, Selection, ServerOptions};
use crate::contract::{Contract, FactId, Rests};
use crate::emulator::{Config, Emulator, Identity};
use crate::finding::Severity;
use crate::rules::client::{ClientCase, ClientSeen};
use crate::rules::server::ServerCase;
use crate::rules::{self, Facts, ProbeToken};
use crate::verdict::{Check, Judged, Outcome, Side, Verdict};
use crate::wire::{Tamper, Tampering};

/// The suite, with what it says of the witnesses as they are.
pub(super) struct Suite<'a> {
    /// The contract as it is.
    pub(super) contract: &'a Contract,
    selection: &'a Selection,
    /// Every check that ran on the unmutated witnesses, by id. Parts of a contract share it.
    baseline: Rc<HashMap<String, Said>>,
    /// The same of the pages of a part, which are fewer.
    own: HashMap<String, Said>,
    /// What the client showed in each case.
    pub(super) client: Vec<(ClientCase, ClientSeen)>,
    /// The pages of the contract.
    pub(super) shelf: Shelf,
}

/// What a check said of the unmutated witness.
struct Said {
    outcome: Outcome,
    voice: Voice,
    /// How many things it said: a page that was wrong before can be wrong once more.
    n_lines: usize,
    facts: Vec<FactId>,
}

/// What a mutant was met with.
#[derive(Default)]
pub(super) struct Met {
    /// Checks that fail on it alone.
    pub(super) killers: Vec<Killer>,
    /// The rules of which a check was tried.
    pub(super) tried: BTreeSet<String>,
}

impl Met {
    pub(super) fn add(&mut self, other: Self) {
        self.killers.extend(other.killers);
        self.tried.extend(other.tried);
    }
}

/// A server to try: an address behind which the contract, or another one, is served.
pub(super) struct Served {
    pub(super) emulator: Emulator,
    pub(super) token: String,
    pub(super) probes: BTreeMap<ProbeToken, String>,
}

impl Served {
    /// Serves a contract; the tokens are good for another one.
    pub(super) async fn start(contract: &Contract, tokens_of: &Contract) -> Result<Self, SelfTestError> {
        let emulator = Emulator::start(Config::new(std::slice::from_ref(contract))).await?;
        let token = emulator.token(&Identity::all(std::slice::from_ref(tokens_of)));
        let probes = probe_tokens(&emulator, std::slice::from_ref(tokens_of));
        Ok(Self { emulator, token, probes })
    }

    fn options(&self, address: SocketAddr, api: &str) -> ServerOptions {
        let probes = self.probes.clone();
        ServerOptions { probes, ..ServerOptions::new(format!("http://{address}/{api}"), self.token.clone()) }
    }
}

impl<'a> Suite<'a> {
    /// Tries the suite on the witnesses as they are.
    pub(super) async fn new(version: &Version<'a>, selection: &'a Selection) -> Result<Self, SelfTestError> {
        let contract = version.contract;
        let mut suite = Self::bare(contract, selection);
        let facts = Facts::new(contract);
        let mut judged = Vec::new();
        // The server.
        let served = Served::start(contract, contract).await?;
        judged.extend(suite.serve(suite.server_cases(contract, |_| true), contract, &served, None).await?);
        // The client.
        let cases = suite.selected(rules::client::cases(&facts), |case| &mut case.checks);
        let (called, decided): (Vec<_>, Vec<_>) = cases.into_iter().partition(|case| case.arguments.is_some());
        let unseen = ClientSeen::default();
        judged.extend(decided.iter().flat_map(|case| judge(case, &unseen)));
        if version.foreign.is_none() {
            let seen = conformance::see_client(&called, &contract.api, version.connect).await?;
            suite.client = called.into_iter().zip(seen).collect();
            judged.extend(suite.client.iter().flat_map(|(case, seen)| judge(case, seen)));
        }
        // The pages.
        judged.extend(suite.read(None, &[]));
        judged.extend(suite.notes(&[]));
        suite.baseline = Rc::new(judged.into_iter().map(said).collect());
        Ok(suite)
    }

    /// The same suite on a part of its contract. Server and client need not be tried again: the part
    /// has the checks of the whole. Pages are compared with each other, and have to be.
    pub(super) fn on(&self, part: &'a Contract) -> Self {
        let mut suite = Self { baseline: Rc::clone(&self.baseline), ..Self::bare(part, self.selection) };
        let judged = suite.read(None, &[]).into_iter().chain(suite.notes(&[]));
        let louder = |(id, said): (String, Said)| match self.baseline.get(&id) {
            // What is not new among all pages is not new among these.
            Some(whole) if whole.outcome == Outcome::Fail && whole.n_lines > said.n_lines => {
                let said = Said { outcome: Outcome::Fail, n_lines: whole.n_lines, ..said };
                (id, said)
            }
            _ => (id, said),
        };
        suite.own = judged.map(said).map(louder).collect();
        suite
    }

    /// Nothing was tried yet.
    fn bare(contract: &'a Contract, selection: &'a Selection) -> Self {
        Self {
            contract,
            selection,
            baseline: Rc::default(),
            own: HashMap::new(),
            client: Vec::new(),
            shelf: Shelf::new(contract),
        }
    }

    /// What a check said of the witnesses as they are.
    fn said(&self, id: &str) -> Option<&Said> {
        self.own.get(id).or_else(|| self.baseline.get(id))
    }

    /// Checks that fail on the unmutated witnesses, and are not accepted.
    pub(super) fn false_alarms(&self, accepted: &Accepted) -> Vec<String> {
        let fails = |(id, said): &(&String, &Said)| {
            said.outcome == Outcome::Fail && said.voice == Voice::Plain && accepted.reason(id).is_none()
        };
        let ids: BTreeSet<&String> = self.baseline.iter().filter(fails).map(|(id, _)| id).collect();
        ids.into_iter().cloned().collect()
    }

    /// The rules of which a check ran.
    pub(super) fn rules(&self) -> BTreeSet<String> {
        let ran = |said: &&Said| matches!(said.outcome, Outcome::Pass | Outcome::Fail);
        self.baseline.iter().filter(|(_, said)| ran(said)).map(|(id, _)| rule_of(id)).collect()
    }

    /// Every claim to examine a fact: check and fact, where the check ran and passed.
    pub(super) fn claims(&self) -> BTreeMap<&FactId, BTreeSet<&str>> {
        let mut claims: BTreeMap<&FactId, BTreeSet<&str>> = BTreeMap::new();
        for (id, said) in self.baseline.iter().filter(|(_, said)| said.outcome == Outcome::Pass) {
            for fact in &said.facts {
                claims.entry(fact).or_default().insert(id);
            }
        }
        claims
    }

    /// Whether a check claims any of these facts.
    pub(super) fn claims_any(&self, check: &str, facts: &[FactId]) -> bool {
        self.said(check).is_some_and(|said| said.facts.iter().any(|fact| facts.contains(fact)))
    }

    /// The server's cases with a check that is wanted.
    pub(super) fn server_cases(&self, contract: &Contract, wanted: impl Fn(&Check) -> bool) -> Vec<ServerCase> {
        let cases = self.selected(rules::server::unwritten(&Facts::new(contract)), |case| &mut case.checks);
        cases.into_iter().filter(|case| case.checks.iter().any(|asserted| wanted(&asserted.check))).collect()
    }

    /// Tries cases on a server, through a proxy where somebody tampers.
    pub(super) async fn serve(
        &self,
        cases: Vec<ServerCase>,
        contract: &Contract,
        served: &Served,
        tamper: Option<Arc<dyn Tamper>>,
    ) -> Result<Vec<Judged>, SelfTestError> {
        let address = served.emulator.address();
        let proxy = match tamper {
            Some(tamper) => Some(Tampering::start(address, tamper).await?),
            None => None,
        };
        let address = proxy.as_ref().map_or(address, Tampering::address);
        Ok(conformance::try_server(cases, served.options(address, &contract.api), contract).await?)
    }

    /// The checks of pages, with some otherwise; against another contract where there is one.
    pub(super) fn read(&self, altered: Option<&Contract>, edits: &[Edit]) -> Vec<Judged> {
        let judged = self.shelf.judge(altered, edits).into_iter();
        judged.filter(|judged| self.selection.takes(&judged.check.id)).collect()
    }

    /// What is worth knowing of pages. A note fails no check: each is one of its own here.
    pub(super) fn notes(&self, edits: &[Edit]) -> Vec<Judged> {
        let noted = self.shelf.notes(&self.contract.api, edits).into_iter();
        noted.filter(|judged| self.selection.takes(&judged.check.id)).collect()
    }

    /// The checks of the client's side for which nothing is called.
    pub(super) fn state(&self, contract: &Contract) -> Vec<Judged> {
        let cases = self.selected(rules::client::stated(&Facts::new(contract)), |case| &mut case.checks);
        let unseen = ClientSeen::default();
        cases.iter().filter(|case| case.arguments.is_none()).flat_map(|case| judge(case, &unseen)).collect()
    }

    /// What fails here and not on the unmutated witness.
    pub(super) fn meet(&self, judged: &[Judged]) -> Met {
        let mut met = Met::default();
        for judged in judged {
            let rule = rule_of(&judged.check.id);
            let before = self.said(&judged.check.id).filter(|said| said.outcome == Outcome::Fail);
            let is_page = matches!(judged.check.side, Side::Docs | Side::Drift);
            let anew = before.is_none_or(|said| is_page && n_lines(judged) > said.n_lines);
            if judged.outcome == Outcome::Fail && anew {
                let voice = voice_of(&judged.check);
                met.killers.push(Killer { check: judged.check.id.clone(), rule: rule.clone(), voice });
            }
            met.tried.insert(rule);
        }
        met
    }

    fn selected<C, S>(&self, cases: Vec<C>, checks: fn(&mut C) -> &mut Vec<rules::Asserted<S>>) -> Vec<C> {
        let keep = |mut case: C| {
            checks(&mut case).retain(|asserted| self.selection.takes(&asserted.check.id));
            (!checks(&mut case).is_empty()).then_some(case)
        };
        cases.into_iter().filter_map(keep).collect()
    }
}

fn said(judged: Judged) -> (String, Said) {
    let (voice, n_lines) = (voice_of(&judged.check), n_lines(&judged));
    (judged.check.id, Said { outcome: judged.outcome, voice, n_lines, facts: judged.check.facts })
}

fn n_lines(judged: &Judged) -> usize {
    judged.seen.lines().count()
}

/// How loudly a check fails.
fn voice_of(check: &Check) -> Voice {
    match (check.severity, check.weight) {
        (_, Severity::Note) => Voice::Note,
        (Rests::Assumption, _) | (_, Severity::Warning) => Voice::Strict,
        _ => Voice::Plain,
    }
}

/// What the checks of a case say.
pub(super) fn judge(case: &ClientCase, seen: &ClientSeen) -> Vec<Judged> {
    case.checks.iter().map(|asserted| judged(asserted.check.clone(), (asserted.judge)(seen))).collect()
}

pub(super) fn judged(check: Check, verdict: Verdict) -> Judged {
    Judged { check, outcome: verdict.outcome, seen: verdict.seen, accepted: None }
}

/// Family and name of the rule that a check is of: `server/effect_missing`.
pub(super) fn rule_of(check: &str) -> String {
    let mut segments = check.split('/');
    let side = segments.next().unwrap_or_default();
    // side/api/operation/exchange/rule, but side/api/page/rule where there is no exchange.
    let at = if matches!(side, "docs" | "drift") { 2 } else { 3 };
    format!("{side}/{}", segments.nth(at).unwrap_or_default())
}
