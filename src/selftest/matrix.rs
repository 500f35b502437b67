//! What came of all mutants: by rule, by fact, and what must not be.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::mutant::{Fate, Outcome, Voice};
use super::{Options, Tried, rule_of};
use crate::contract::FactId;
use crate::finding::Severity;
use crate::rules;
use crate::verdict::Description;

/// Every mutant with its end, and what follows from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Matrix {
    /// Version of this form.
    pub schema_version: &'static str,
    /// Name and version of the program.
    pub tool: String,
    /// What was tried, one an API version.
    pub descriptions: Vec<Description>,
    /// Why the client was not tried, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_client: Option<String>,
    /// Every rule.
    pub rules: Vec<RuleRow>,
    /// Which facts are proven to be covered.
    pub proof: Proof,
    /// Checks that fail on a witness that is as it should be.
    pub false_alarms: Vec<String>,
    /// Entries of the list of known survivors that met none.
    pub stale: Vec<String>,
    /// Every mutant.
    pub mutants: Vec<Fate>,
}

/// What a rule noticed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleRow {
    /// Family and name: `server/effect_missing`.
    pub rule: String,
    /// Mutants that it must notice.
    pub aimed: usize,
    /// How many of these it noticed.
    pub hit: usize,
    /// How many mutants it noticed in all.
    pub kills: usize,
    /// The same by witness and operator: `server/drop`.
    pub by: BTreeMap<String, usize>,
    /// Whether it failed on every mutant that it was tried on, concerned or not.
    pub on_everything: bool,
    /// Why it was not tried, where it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_tried: Option<String>,
}

impl RuleRow {
    /// Whether nothing shows that it can fail.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.kills == 0 && self.not_tried.is_none()
    }
}

/// A check and a fact that it claims to examine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Claim {
    /// The fact.
    pub fact: FactId,
    /// The check.
    pub check: String,
}

/// A fact that is not proven to be covered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unproven {
    /// Which.
    pub fact: FactId,
    /// Why.
    pub reason: String,
}

/// How much of the contract is covered, proven by checks that failed when it was altered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Proof {
    /// How many facts there are.
    pub facts: usize,
    /// How many of them a check claims that failed when they were altered.
    pub proven: usize,
    /// The others.
    pub unproven: Vec<Unproven>,
    /// How many claims there are.
    pub claims: usize,
    /// Those whose check did not fail when their fact was altered.
    pub unproven_claims: Vec<Claim>,
}

impl Matrix {
    /// Mutants that nobody noticed.
    pub fn survivors(&self) -> impl Iterator<Item = &Fate> {
        self.mutants.iter().filter(|fate| fate.outcome == Outcome::Survived)
    }

    /// Whether the suite is found wanting.
    #[must_use]
    pub fn fails(&self) -> bool {
        let wanting = |row: &RuleRow| row.is_idle() || row.on_everything;
        self.survivors().next().is_some()
            || self.rules.iter().any(wanting)
            || !self.false_alarms.is_empty()
            || !self.stale.is_empty()
    }
}

pub(super) fn of(options: &Options<'_>, tried: &[Tried<'_>], fates: Vec<Fate>, known: &[usize]) -> Matrix {
    let foreign = options.versions.iter().find_map(|version| version.foreign.clone());
    let looked_at: BTreeSet<String> = tried.iter().flat_map(|tried| tried.whole.rules()).collect();
    let row = |rule| row(options, foreign.as_deref(), &looked_at, &fates, rule);
    Matrix {
        schema_version: "2",
        tool: concat!("entra-risk ", env!("CARGO_PKG_VERSION")).to_owned(),
        descriptions: tried.iter().map(|tried| Description::of(tried.version.contract)).collect(),
        rules: catalogue().into_iter().map(row).collect(),
        no_client: foreign.clone(),
        proof: proof(tried, &fates),
        false_alarms: tried.iter().flat_map(|tried| tried.whole.false_alarms(options.accepted)).collect(),
        // Of a choice of mutants, what was not chosen met nothing.
        stale: options.known.stale(known).filter(|mutant| options.mutants.takes(mutant)).map(str::to_owned).collect(),
        mutants: fates,
    }
}

/// Every rule, by family and name.
fn catalogue() -> Vec<String> {
    let docs = rules::docs::RULES.iter().map(|rule| rule.id.to_owned());
    let drift = rules::drift::RULES.iter().map(|rule| rule.id.to_owned());
    let sent = rules::RULES.iter().map(|rule| format!("{}/{}", rule.side.as_str(), rule.id));
    docs.chain(drift).chain(sent).collect()
}

/// How loudly a rule speaks at most.
pub(super) fn voice(rule: &str) -> Voice {
    let docs = rules::docs::RULES.iter().map(|rule| (rule.id, rule.severity));
    let drift = rules::drift::RULES.iter().map(|rule| (rule.id, rule.severity));
    match docs.chain(drift).find(|(id, _)| *id == rule) {
        Some((_, Severity::Note)) => Voice::Note,
        Some((_, Severity::Warning)) => Voice::Strict,
        _ => Voice::Plain,
    }
}

/// So many mutants that do not concern a rule make it suspicious, if it fails on all.
const SUSPICIOUS: usize = 5;

/// `looked_at` are the rules of which a check ran on the witnesses as they are.
fn row(
    options: &Options<'_>,
    foreign: Option<&str>,
    looked_at: &BTreeSet<String>,
    fates: &[Fate],
    rule: String,
) -> RuleRow {
    let notices = |fate: &&Fate| fate.killers.iter().any(|killer| killer.rule == rule);
    let aimed: Vec<&Fate> = fates.iter().filter(|fate| fate.mutant.aims.contains(&rule)).collect();
    let mut by: BTreeMap<String, usize> = BTreeMap::new();
    for fate in fates.iter().filter(notices) {
        *by.entry(format!("{}/{}", fate.mutant.witness.as_str(), fate.mutant.operator.as_str())).or_default() += 1;
    }
    let others: Vec<&Fate> = fates
        .iter()
        .filter(|fate| fate.tried.contains(&rule) && !fate.mutant.aims.contains(&rule) && fate.mutant.facts.is_empty())
        .collect();
    let on_everything = others.len() >= SUSPICIOUS && others.iter().all(notices);
    let not_tried = match foreign {
        _ if aimed.is_empty() && !options.mutants.takes_all() => Some("its mutants were not selected".to_owned()),
        Some(reason) if rule.starts_with("client/") && !looked_at.contains(&rule) => Some(reason.to_owned()),
        // A description may have nothing that a rule looks at.
        Some(_) if rule.starts_with("server/") && !looked_at.contains(&rule) => {
            Some("the description has nothing that it looks at".to_owned())
        }
        _ => None,
    };
    RuleRow {
        aimed: aimed.len(),
        hit: aimed.iter().filter(|fate| notices(fate)).count(),
        kills: by.values().sum(),
        by,
        on_everything,
        not_tried,
        rule,
    }
}

fn proof(tried: &[Tried<'_>], fates: &[Fate]) -> Proof {
    // A fact's name begins with its version.
    let claims: BTreeMap<&FactId, BTreeSet<&str>> = tried.iter().flat_map(|tried| tried.whole.claims()).collect();
    let facts = || tried.iter().flat_map(|tried| &tried.facts);
    let mut proven: BTreeSet<(&FactId, &str)> = BTreeSet::new();
    let mut altered: BTreeSet<&FactId> = BTreeSet::new();
    for fate in fates {
        for fact in &fate.mutant.facts {
            altered.insert(fact);
            let Some(claimed) = claims.get(fact) else { continue };
            let killers = fate.killers.iter().filter(|killer| claimed.contains(killer.check.as_str()));
            proven.extend(killers.map(|killer| (fact, killer.check.as_str())));
        }
    }
    let mut proof = Proof { facts: facts().count(), ..Proof::default() };
    for fact in facts() {
        let claimed = claims.get(&fact.id);
        proof.claims += claimed.map_or(0, BTreeSet::len);
        for check in claimed.into_iter().flatten().filter(|check| !proven.contains(&(&fact.id, **check))) {
            proof.unproven_claims.push(Claim { fact: fact.id.clone(), check: (*check).to_owned() });
        }
        if claimed.into_iter().flatten().any(|check| proven.contains(&(&fact.id, *check))) {
            proof.proven += 1;
            continue;
        }
        let reason = match (claimed, altered.contains(&fact.id), &fact.unobservable) {
            (None, _, Some(reason)) | (Some(_), false, Some(reason)) => reason.clone(),
            (None, ..) => "no check claims it".to_owned(),
            (Some(_), false, _) => "no mutant alters it".to_owned(),
            (Some(claimed), true, _) => format!("{} checks claim it, and none fails when it is altered", claimed.len()),
        };
        proof.unproven.push(Unproven { fact: fact.id.clone(), reason });
    }
    debug_assert!(fates.iter().flat_map(|fate| &fate.killers).all(|killer| rule_of(&killer.check) == killer.rule));
    proof
}
