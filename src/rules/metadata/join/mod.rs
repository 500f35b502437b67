//! The join: what a description says, beside what metadata declares.

mod calls;
mod operations;
mod resources;
mod schemas;
pub(super) mod types;
mod walk;

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{Judgement, Rule};
use crate::contract::{self, Contract, Fact, FactId, Origin, Rests};
use crate::finding::{Finding, Severity};
use crate::metadata::{Call, Metadata, Parameter, Property};
use types::Fit;

/// Both sides of one statement.
pub(super) struct Pair<'a> {
    contract: &'a Contract,
    /// The operation or schema: `POST /riskyUsers/dismiss`.
    subject: String,
    /// The fact, or the name that it would have.
    pub(super) fact: FactId,
    /// What the description's side rests on; `None` where it says nothing.
    rests: Option<Rests>,
    /// Where the metadata declares it, or what comes nearest.
    metadata: Origin,
    /// Where the description says it, or would.
    description: Origin,
    pub(super) what: What<'a>,
}

/// What is compared.
pub(super) enum What<'a> {
    /// A path, and the segment at which it leads nowhere.
    Path { path: &'a str, lost: Option<Lost> },
    /// The action or function that an operation calls, and on what.
    Call { name: &'a str, on: String, found: Option<&'a Call> },
    /// An action that no operation calls, by the path that it would have.
    OtherCall { call: &'a Call },
    /// Whether a call is made on a collection.
    Binding { call: &'a Call, on_collection: bool },
    /// The method by which a call is made.
    Method { call: &'a Call, described: &'a str },
    /// A parameter of a call. A described one has a shape where it is not part of the path.
    Parameter {
        name: &'a str,
        described: Option<Option<&'a contract::Property>>,
        declared: Option<&'a Parameter>,
        fit: Fit,
    },
    /// What is answered.
    Returns { declared: String, described: String, fit: Fit },
    /// An entity that has no type.
    Type { name: &'a str },
    /// Whether a schema is an object or an enumeration.
    Kind { declared: &'static str, described: &'static str },
    /// The property that identifies an entity.
    Key { declared: &'a [String], described: &'a str },
    /// A property; `is_open` where values may have more than is declared.
    Property {
        name: &'a str,
        described: Option<&'a contract::Property>,
        declared: Option<&'a Property>,
        fit: Fit,
        is_open: bool,
        is_key: bool,
    },
    /// A member of an enumeration; the declared one may be spelled otherwise.
    Member { name: &'a str, is_described: bool, declared: Option<&'a str> },
    /// Whether a member stands behind the sentinel, on each side.
    Sentinel { name: &'a str, described: bool, declared: bool },
}

/// Where a path leads nowhere.
pub(super) struct Lost {
    /// The segment.
    pub(super) segment: String,
    /// What does not have it: `riskyUser`; or the service.
    pub(super) on: String,
}

impl Pair<'_> {
    pub(super) fn differs(&self, words: &str, declared: &str, described: &str) -> Judgement {
        Judgement::Differs {
            severity: self.softened(),
            message: format!("{words}: the metadata says '{declared}', the description '{described}'"),
            remedy: format!("correct {}, or accept the disagreement with a reason", self.description),
        }
    }

    pub(super) fn not_declared(&self, words: &str, hint: &str) -> Judgement {
        Judgement::Differs {
            severity: self.softened(),
            message: format!("{words}: the description has it, the metadata does not{hint}"),
            remedy: format!(
                "remove it from {}, name the page that says so in x-entra-source and accept the disagreement, or \
                 compare with newer metadata",
                self.description
            ),
        }
    }

    pub(super) fn not_described(&self, words: &str, declared: &str) -> Judgement {
        Judgement::Differs {
            severity: None,
            message: format!("{words}: the metadata says '{declared}', the description has no such thing"),
            remedy: format!("add it at {}, or accept the disagreement with a reason", self.description),
        }
    }

    /// An assumption that proves wrong fails no run without `--strict`.
    pub(super) fn softened(&self) -> Option<Severity> {
        (self.rests == Some(Rests::Assumption)).then_some(Severity::Warning)
    }

    /// A type of the description, for people.
    pub(super) fn described_type(&self, property: &contract::Property) -> String {
        property.shape.describe(self.contract)
    }

    pub(super) fn finding(&self, rule: &Rule, severity: Option<Severity>, message: String, remedy: String) -> Finding {
        Finding {
            rule: rule.id.to_owned(),
            severity: severity.map_or(rule.severity, |softer| softer.min(rule.severity)),
            origin: self.metadata.clone(),
            subject: self.subject.clone(),
            message,
            remedy,
            other: Some(self.description.clone()),
            fact: Some(self.fact.clone()),
        }
    }
}

/// Every pair, and the operations of which nothing was compared.
pub(super) struct Joined<'a> {
    pub(super) pairs: Vec<Pair<'a>>,
    pub(super) operations_unspoken: Vec<String>,
}

struct Join<'a> {
    contract: &'a Contract,
    facts: HashMap<&'a FactId, &'a Fact>,
    metadata: &'a Metadata,
    /// Schemas that the metadata has a type of.
    spoken: BTreeSet<&'a str>,
    /// Actions that some operation calls.
    called: HashSet<*const Call>,
    joined: Joined<'a>,
}

pub(super) fn join<'a>(contract: &'a Contract, facts: &'a [Fact], metadata: &'a Metadata) -> Joined<'a> {
    let mut join = Join {
        contract,
        facts: facts.iter().map(|fact| (&fact.id, fact)).collect(),
        metadata,
        spoken: BTreeSet::new(),
        called: HashSet::new(),
        joined: Joined { pairs: Vec::new(), operations_unspoken: Vec::new() },
    };
    join.schemas();
    join.operations();
    join.other_calls();
    join.joined
}

impl<'a> Join<'a> {
    /// Adds a pair. Where the description has the fact, what it rests on and where it stands are
    /// the fact's; otherwise they are as given.
    fn pair(&mut self, subject: &str, fact: FactId, line: usize, said: Said<'_>, what: What<'a>) {
        let known = self.facts.get(&fact);
        self.joined.pairs.push(Pair {
            contract: self.contract,
            subject: subject.to_owned(),
            rests: known.map_or(said.rests, |known| Some(known.source.rests)),
            metadata: self.metadata.at(line),
            description: known.map_or_else(|| said.origin.clone(), |known| known.origin.clone()),
            fact,
            what,
        });
    }
}

/// What the description's side is, where it is no fact.
#[derive(Clone, Copy)]
struct Said<'b> {
    rests: Option<Rests>,
    origin: &'b Origin,
}

impl<'b> Said<'b> {
    /// The description says it here.
    fn at(source: &contract::Source, origin: &'b Origin) -> Self {
        Self { rests: Some(source.rests), origin }
    }

    /// The description does not say it; it would stand here.
    fn nothing(origin: &'b Origin) -> Self {
        Self { rests: None, origin }
    }
}
