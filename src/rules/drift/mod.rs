//! Where documentation and description disagree, fact by fact.
//!
//! One join brings together what the description says of a fact and what a page says of it
//! (`join`); a rule looks at the pairs of some kinds of fact and decides whether the two sides
//! agree. A page that is silent contradicts nothing, unless the description names it as its
//! source and the page has a closed list of such things.

pub mod alias_differs;
pub mod body_differs;
pub mod content_type_differs;
pub mod example_differs;
pub mod example_renamed;
pub mod example_unrecorded;
pub mod fact_unspoken;
pub mod header_differs;
mod join;
pub mod limit_differs;
pub mod member_differs;
pub mod method_differs;
pub mod operation_new;
pub mod path_differs;
pub mod permission_differs;
pub mod property_differs;
pub mod query_differs;
pub mod success_differs;
pub mod transcript_unfounded;
pub mod type_differs;

use std::collections::BTreeSet;

use crate::contract::{Contract, Fact, FactId, Origin, Rests};
use crate::docs::Page;
use crate::docs::matching;
use crate::finding::{Finding, Severity};
use join::Pair;

/// A rule: its name, how much it matters, and why it exists.
pub struct Rule {
    /// `drift/` and the stem of its file.
    pub id: &'static str,
    /// How much its findings matter.
    pub severity: Severity,
    /// Why it exists, in a sentence.
    pub reason: &'static str,
    /// Decides a pair of the kinds that it looks at.
    judge: fn(&Pair<'_>) -> Judgement,
}

/// Every rule, listed once.
pub const RULES: &[&Rule] = &[
    &method_differs::RULE,
    &path_differs::RULE,
    &alias_differs::RULE,
    &permission_differs::RULE,
    &header_differs::RULE,
    &query_differs::RULE,
    &content_type_differs::RULE,
    &body_differs::RULE,
    &type_differs::RULE,
    &limit_differs::RULE,
    &success_differs::RULE,
    &example_differs::RULE,
    &example_renamed::RULE,
    &example_unrecorded::RULE,
    &transcript_unfounded::RULE,
    &property_differs::RULE,
    &member_differs::RULE,
    &operation_new::RULE,
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
        /// Both sides, quoted.
        message: String,
        /// What to do.
        remedy: String,
    },
}

/// Pages against a description.
#[derive(Debug, Default)]
pub struct Comparison {
    /// API version of the description.
    pub api: String,
    /// Every judged pair, in the order of the description.
    pub compared: Vec<Compared>,
    /// Facts of the description of which no page that was read speaks.
    pub unspoken: Vec<Fact>,
    /// Pages of this API version that speak of an operation, resource or enumeration of the
    /// description.
    pub matched: Vec<String>,
    /// How many other pages there are.
    pub n_other: usize,
    /// How many pages name no API version; they are taken for any.
    pub n_versionless: usize,
}

/// One fact, one page, one rule.
#[derive(Debug, Clone)]
pub struct Compared {
    /// The rule.
    pub rule: &'static str,
    /// How much a disagreement matters.
    pub severity: Severity,
    /// The fact. Where the description lacks it, the name that it would have.
    pub fact: FactId,
    /// Whether the description has the fact, and saying it otherwise there would be seen.
    pub covers: bool,
    /// Id of the operation, or name of the schema.
    pub about: String,
    /// Kind and name: `permission[application]`.
    pub key: String,
    /// What the fact rests on in the description.
    pub rests: Rests,
    /// What the page says, for people.
    pub page_says: String,
    /// What the description says, for people.
    pub description_says: String,
    /// Where the page speaks of it.
    pub page: Origin,
    /// Where the description does, or would.
    pub description: Origin,
    /// The disagreement, if there is one.
    pub finding: Option<Finding>,
}

impl Comparison {
    /// Every disagreement.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.compared.iter().filter_map(|compared| compared.finding.as_ref())
    }

    /// The facts that were compared, and those of which at least one page says otherwise.
    #[must_use]
    pub fn facts(&self) -> (BTreeSet<&FactId>, BTreeSet<&FactId>) {
        let facts = self.compared.iter().filter(|compared| compared.severity > Severity::Note);
        let all = facts.clone().map(|compared| &compared.fact).collect();
        let disagreed = facts.filter(|compared| compared.finding.is_some()).map(|compared| &compared.fact).collect();
        (all, disagreed)
    }

    /// A note for every fact of which no page speaks.
    pub fn unspoken_notes(&self) -> impl Iterator<Item = Finding> {
        self.unspoken.iter().map(fact_unspoken::note)
    }
}

/// Compares pages with a description. Pages of other API versions count as other pages.
#[must_use]
pub fn compare(contract: &Contract, pages: &[Page]) -> Comparison {
    let facts = contract.facts();
    let joined = join::join(contract, &facts, pages);
    let mut comparison = Comparison {
        api: contract.api.clone(),
        n_other: pages.len() - joined.matched.len(),
        n_versionless: pages.iter().filter(|page| page.api.is_none() && page.requests.is_some()).count(),
        matched: joined.matched.iter().map(|page| page.page.clone()).collect(),
        ..Comparison::default()
    };
    for pair in &joined.pairs {
        for rule in RULES {
            let (message, remedy) = match (rule.judge)(pair) {
                Judgement::Silent => continue,
                Judgement::Agrees => (None, String::new()),
                Judgement::Differs { message, remedy } => (Some(message), remedy),
            };
            let finding = message.map(|message| pair.finding(rule, message, remedy));
            comparison.compared.push(pair.compared(rule, finding));
        }
    }
    let spoken: BTreeSet<&FactId> = comparison.compared.iter().map(|compared| &compared.fact).collect();
    comparison.unspoken = facts.iter().filter(|fact| !spoken.contains(&fact.id)).cloned().collect();
    comparison
}

/// Whether a fact is documented by this very page.
fn is_documented_by(fact: &Fact, page: &Page) -> bool {
    fact.source.rests == Rests::Documented && matching::is_source(&fact.source.page, page)
}
