//! Where a service's `$metadata` and a description disagree.
//!
//! One join brings together what the description says and what the metadata declares (`join`); a
//! rule looks at pairs of one kind and decides whether the two sides agree. The description need
//! not have everything that is declared, but what it says of the service is held to the
//! declarations. What a fragment lacks it does not speak of; what a whole document lacks, the
//! service does not have.

pub mod action_missing;
pub mod action_unknown;
pub mod binding_differs;
pub mod fact_unconfirmed;
pub mod fact_unspoken;
mod join;
pub mod key_differs;
pub mod kind_differs;
pub mod member_missing;
pub mod member_unknown;
pub mod method_differs;
pub mod nullability_differs;
pub mod parameter_missing;
pub mod parameter_type_differs;
pub mod parameter_unknown;
pub mod path_unknown;
pub mod property_missing;
pub mod property_type_differs;
pub mod property_unknown;
pub mod return_differs;
pub mod sentinel_differs;
pub mod type_unknown;

use std::collections::BTreeSet;

use crate::contract::{Contract, Fact, FactId, Rests};
use crate::finding::{Finding, Severity};
use crate::metadata::Metadata;
use join::Pair;

/// A rule: its name, how much it matters, and why it exists.
pub struct Rule {
    /// `metadata/` and the stem of its file.
    pub id: &'static str,
    /// How much its findings matter, unless the statement that is wrong is a mere assumption.
    pub severity: Severity,
    /// Why it exists, in a sentence.
    pub reason: &'static str,
    /// Decides a pair of the kinds that it looks at.
    judge: fn(&Pair<'_>) -> Judgement,
}

/// Every rule, listed once.
pub const RULES: &[&Rule] = &[
    &path_unknown::RULE,
    &action_unknown::RULE,
    &action_missing::RULE,
    &binding_differs::RULE,
    &method_differs::RULE,
    &parameter_unknown::RULE,
    &parameter_missing::RULE,
    &parameter_type_differs::RULE,
    &return_differs::RULE,
    &type_unknown::RULE,
    &kind_differs::RULE,
    &key_differs::RULE,
    &property_unknown::RULE,
    &property_missing::RULE,
    &property_type_differs::RULE,
    &nullability_differs::RULE,
    &member_unknown::RULE,
    &member_missing::RULE,
    &sentinel_differs::RULE,
    &fact_unconfirmed::RULE,
    &fact_unspoken::RULE,
];

/// What a rule says of a pair.
enum Judgement {
    /// Nothing: the pair is not its business, or one side says nothing that can be compared.
    Silent,
    /// Both sides say the same.
    Agrees,
    /// They do not.
    Differs {
        /// How much it matters, where that is not as the rule has it.
        severity: Option<Severity>,
        /// Both sides, quoted.
        message: String,
        /// What to do.
        remedy: String,
    },
}

/// Metadata against a description.
#[derive(Debug, Default)]
pub struct Comparison {
    /// Every judged pair, in the order of the description.
    pub compared: Vec<Compared>,
    /// Facts of the description of which the metadata does not speak.
    pub unspoken: Vec<Fact>,
    /// Facts of the description that the metadata confirms.
    pub confirmed: BTreeSet<FactId>,
    /// Facts of the description that the metadata contradicts.
    pub contradicted: BTreeSet<FactId>,
    /// How many facts the description says to rest on metadata, of the kinds that it speaks of.
    pub n_resting: usize,
    /// How many of these are confirmed.
    pub n_resting_confirmed: usize,
    /// Operations of whose resource the metadata does not speak, by id.
    pub operations_unspoken: Vec<String>,
    /// Whether the metadata is whole.
    is_whole: bool,
}

/// One fact, one rule.
#[derive(Debug, Clone)]
pub struct Compared {
    /// The rule.
    pub rule: &'static str,
    /// The fact. Where the description lacks it, the name that it would have.
    pub fact: FactId,
    /// The disagreement, if there is one.
    pub finding: Option<Finding>,
}

impl Comparison {
    /// Every disagreement; of a whole document also what it should speak of and does not.
    pub fn findings(&self) -> impl Iterator<Item = Finding> {
        let compared = self.compared.iter().filter_map(|compared| compared.finding.clone());
        let resting = self.unspoken.iter().filter(|fact| self.is_whole && rests(fact));
        compared.chain(resting.map(fact_unconfirmed::finding))
    }

    /// Every fact that was compared, those that the description lacks included.
    pub fn facts(&self) -> impl Iterator<Item = &FactId> {
        self.compared.iter().map(|compared| &compared.fact)
    }

    /// A note for every fact of which the metadata does not speak.
    pub fn unspoken_notes(&self) -> impl Iterator<Item = Finding> {
        let noted = self.unspoken.iter().filter(|fact| !self.is_whole || !rests(fact));
        noted.map(fact_unspoken::note)
    }
}

/// Compares metadata with a description.
#[must_use]
pub fn compare(contract: &Contract, metadata: &Metadata) -> Comparison {
    let facts = contract.facts();
    let joined = join::join(contract, &facts, metadata);
    let mut comparison = Comparison {
        is_whole: metadata.is_whole,
        operations_unspoken: joined.operations_unspoken,
        ..Comparison::default()
    };
    let (mut confirmed, mut contradicted) = (BTreeSet::new(), BTreeSet::new());
    for pair in &joined.pairs {
        for rule in RULES {
            let finding = match (rule.judge)(pair) {
                Judgement::Silent => continue,
                Judgement::Agrees => None,
                Judgement::Differs { severity, message, remedy } => Some(pair.finding(rule, severity, message, remedy)),
            };
            match &finding {
                None if rule.severity == Severity::Error => confirmed.insert(&pair.fact),
                Some(finding) if finding.severity > Severity::Note => contradicted.insert(&pair.fact),
                _ => false,
            };
            comparison.compared.push(Compared { rule: rule.id, fact: pair.fact.clone(), finding });
        }
    }
    for fact in &facts {
        let rests = rests(fact);
        comparison.n_resting += usize::from(rests);
        if contradicted.contains(&fact.id) {
            comparison.contradicted.insert(fact.id.clone());
        } else if confirmed.contains(&fact.id) {
            comparison.n_resting_confirmed += usize::from(rests);
            comparison.confirmed.insert(fact.id.clone());
        } else {
            comparison.unspoken.push(fact.clone());
        }
    }
    comparison
}

/// Whether a fact rests on metadata and is of a kind that metadata can confirm. Others take what
/// they rest on from their operation, and metadata has no place for them.
fn rests(fact: &Fact) -> bool {
    let kind = fact.id.as_str().split_once('#').map_or("", |(_, key)| key.split('[').next().unwrap_or(key));
    let is_declarable = matches!(kind, "path" | "alias" | "success" | "body" | "property" | "member");
    is_declarable && fact.source.rests == Rests::Metadata
}
