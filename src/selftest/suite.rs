//! The suite, as it is tried on mutants: what it says of the unmutated witnesses, and what it
//! says otherwise of a mutant.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::SocketAddr;
use std::sync::Arc;

use super::mutant::{Killer, Voice};
use super::probes::probe_tokens;
use super::{SelfTestError, Version};
use crate::accepted::Accepted;
use crate::conformance::{self, Selection, ServerOptions};
use crate::contract::{Contract, FactId, Rests, Shape, Source};
use crate::docs::{self, Page, render};
use crate::emulator::{Config, Emulator, Identity};
use crate::finding::{Finding, Severity};
use crate::rules::client::{ClientCase, ClientSeen};
use crate::rules::server::ServerCase;
use crate::rules::{self, Facts, ProbeToken, documents, drift};
use crate::verdict::{Check, Judged, Outcome, Side, Verdict};
use crate::wire::{Tamper, Tampering};

/// The suite, with what it says of the witnesses as they are.
pub(super) struct Suite<'a> {
    /// The contract as it is.
    pub(super) contract: &'a Contract,
    selection: &'a Selection,
    /// Every check that ran on the unmutated witnesses, by id.
    baseline: HashMap<String, Said>,
    /// What the client showed in each case.
    pub(super) client: Vec<(ClientCase, ClientSeen)>,
    /// The pages of the contract.
    pub(super) pages: Vec<render::Rendered>,
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
        let mut suite =
            Self { contract, selection, baseline: HashMap::new(), client: Vec::new(), pages: render::render(contract) };
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
        judged.extend(suite.read(contract, &suite.pages));
        judged.extend(suite.notes(contract, &suite.pages));
        suite.baseline = judged.into_iter().map(said).collect();
        Ok(suite)
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
        self.baseline.get(check).is_some_and(|said| said.facts.iter().any(|fact| facts.contains(fact)))
    }

    /// The server's cases with a check that is wanted.
    pub(super) fn server_cases(&self, contract: &Contract, wanted: impl Fn(&Check) -> bool) -> Vec<ServerCase> {
        let cases = self.selected(rules::server::cases(&Facts::new(contract)), |case| &mut case.checks);
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

    /// The checks of pages.
    pub(super) fn read(&self, contract: &Contract, pages: &[render::Rendered]) -> Vec<Judged> {
        let documents = documents::judge(&homed(contract), &parse(pages));
        let decided = documents.docs.into_iter().chain(documents.drift);
        let judged = decided.map(|decided| judged(decided.check, decided.verdict));
        judged.filter(|judged| self.selection.takes(&judged.check.id)).collect()
    }

    /// What is worth knowing of pages. A note fails no check: each is one of its own here.
    pub(super) fn notes(&self, contract: &Contract, pages: &[render::Rendered]) -> Vec<Judged> {
        let pages = parse(pages);
        let contract = &homed(contract);
        let mut noted: Vec<Finding> = Vec::new();
        let mut mentions = Vec::new();
        for page in &pages {
            let (findings, of_page) = rules::docs::examine(page);
            noted.extend(findings);
            mentions.push(of_page);
        }
        noted.extend(rules::docs::corpus(&mentions));
        let comparison = drift::compare(contract, &pages);
        noted.extend(comparison.findings().cloned().chain(comparison.unspoken_notes()));
        let noted = noted.into_iter().filter(|finding| finding.severity == Severity::Note).map(|finding| {
            let (family, rule) = finding.rule.split_once('/').unwrap_or(("drift", &finding.rule));
            let about = finding.fact.map_or(finding.subject, |fact| fact.to_string());
            let id = format!("{family}/{}/{}/{rule}/note", contract.api, about.replace('/', "."));
            note(id, finding.origin, &finding.message)
        });
        noted.filter(|judged| self.selection.takes(&judged.check.id)).collect()
    }

    /// The checks of the client's side for which nothing is called.
    pub(super) fn state(&self, contract: &Contract) -> Vec<Judged> {
        let cases = self.selected(rules::client::cases(&Facts::new(contract)), |case| &mut case.checks);
        let unseen = ClientSeen::default();
        cases.iter().filter(|case| case.arguments.is_none()).flat_map(|case| judge(case, &unseen)).collect()
    }

    /// What fails here and not on the unmutated witness.
    pub(super) fn meet(&self, judged: &[Judged]) -> Met {
        let mut met = Met::default();
        for judged in judged {
            let rule = rule_of(&judged.check.id);
            let before = self.baseline.get(&judged.check.id).filter(|said| said.outcome == Outcome::Fail);
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

fn parse(pages: &[render::Rendered]) -> Vec<Page> {
    pages.iter().map(|page| docs::read(&page.path, &page.text, &|_| None)).collect()
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

/// The contract as one that was written from the pages of ours: what it calls documented, they
/// say, and what they no longer say is missed there.
fn homed(contract: &Contract) -> Contract {
    let mut homed = contract.clone();
    let api = contract.api.clone();
    for operation in &mut homed.operations {
        let page = render::operation_path(&api, &operation.id);
        for exchange in homed.exchanges.iter_mut().filter(|exchange| exchange.operation == operation.id) {
            exchange.page.clone_from(&page);
        }
        let sources = [&mut operation.source, &mut operation.permissions.source, &mut operation.success.source];
        let aliases = operation.aliases.iter_mut().map(|alias| &mut alias.source);
        let headers = operation.headers.iter_mut().map(|header| &mut header.source);
        let query = operation.query.iter_mut().map(|query| &mut query.source);
        let body = operation.body.iter_mut().map(|body| &mut body.source);
        sources
            .into_iter()
            .chain(aliases)
            .chain(headers)
            .chain(query)
            .chain(body)
            .for_each(|source| home(source, &page));
    }
    let entities: Vec<(String, Shape)> = contract.shapes.clone().into_iter().collect();
    for (name, shape) in &entities {
        let Shape::Object { properties, set: Some(_), .. } = shape else { continue };
        let page = render::resource_path(&api, name);
        let lists = properties.iter().filter_map(|property| match &property.shape {
            Shape::Named { name } => Some(name),
            _ => None,
        });
        for list in lists {
            if let Some(Shape::Enum { source, .. }) = homed.shapes.get_mut(list) {
                home(source, &page);
            }
        }
        if let Some(Shape::Object { properties, .. }) = homed.shapes.get_mut(name) {
            properties.iter_mut().for_each(|property| home(&mut property.source, &page));
        }
    }
    homed
}

fn home(source: &mut Source, page: &str) {
    if source.rests == Rests::Documented {
        page.clone_into(&mut source.page);
    }
}

/// What the checks of a case say.
pub(super) fn judge(case: &ClientCase, seen: &ClientSeen) -> Vec<Judged> {
    case.checks.iter().map(|asserted| judged(asserted.check.clone(), (asserted.judge)(seen))).collect()
}

fn judged(check: Check, verdict: Verdict) -> Judged {
    Judged { check, outcome: verdict.outcome, seen: verdict.seen, accepted: None }
}

fn note(id: String, origin: crate::contract::Origin, message: &str) -> Judged {
    let check = Check {
        id,
        side: Side::Drift,
        operation: String::new(),
        severity: Rests::Documented,
        weight: Severity::Note,
        facts: Vec::new(),
        documented: String::new(),
        page: origin.file.clone(),
        origin,
        asserts: String::new(),
        reproduce: String::new(),
    };
    judged(check, Verdict::fail(message))
}

/// Family and name of the rule that a check is of: `server/effect_missing`.
pub(super) fn rule_of(check: &str) -> String {
    let mut segments = check.split('/');
    let side = segments.next().unwrap_or_default();
    // side/api/operation/exchange/rule, but side/api/page/rule where there is no exchange.
    let at = if matches!(side, "docs" | "drift") { 2 } else { 3 };
    format!("{side}/{}", segments.nth(at).unwrap_or_default())
}
