//! The facts of a contract by name, and the beginning of every check.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::Rule;
use crate::contract::{Contract, Exchange, Fact, FactId, Operation, Origin, Rests};
use crate::finding::Severity;
use crate::verdict::Check;

/// The facts of a contract, by id.
pub struct Facts<'a> {
    /// The contract.
    pub contract: &'a Contract,
    by_id: BTreeMap<FactId, Fact>,
    shared: OnceLock<Arc<Contract>>,
}

/// What a check is about: an exchange of an operation.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// All facts.
    pub facts: &'a Facts<'a>,
    /// The operation.
    pub operation: &'a Operation,
    /// The exchange that shows it.
    pub exchange: &'a Exchange,
}

impl<'a> Facts<'a> {
    /// Indexes the facts of a contract.
    #[must_use]
    pub fn new(contract: &'a Contract) -> Self {
        let by_id = contract.facts().into_iter().map(|fact| (fact.id.clone(), fact)).collect();
        Self { contract, by_id, shared: OnceLock::new() }
    }

    /// The contract, for judgements that outlive these facts.
    #[must_use]
    pub fn shared(&self) -> Arc<Contract> {
        Arc::clone(self.shared.get_or_init(|| Arc::new(self.contract.clone())))
    }

    /// Every fact, by id.
    pub fn all(&self) -> impl Iterator<Item = &Fact> {
        self.by_id.values()
    }

    /// Every exchange with the operation that it shows, in order.
    pub fn subjects(&'a self) -> impl Iterator<Item = Subject<'a>> {
        self.contract.exchanges.iter().filter_map(|exchange| {
            let operation = self.contract.operation(&exchange.operation)?;
            Some(Subject { facts: self, operation, exchange })
        })
    }

    /// The fact of a convention.
    #[must_use]
    pub fn convention(&self, name: &str) -> Option<&Fact> {
        self.by_id.get(&FactId::about(&self.contract.api, "*", "convention", Some(name)))
    }
}

impl<'a> Subject<'a> {
    /// A fact of the operation.
    #[must_use]
    pub fn fact(&self, kind: &str, name: Option<&str>) -> Option<&'a Fact> {
        self.facts.by_id.get(&self.id(kind, name))
    }

    /// The id that a fact of the operation has, or would have.
    #[must_use]
    pub fn id(&self, kind: &str, name: Option<&str>) -> FactId {
        // Where the API is offered is said once for all operations.
        if kind == "cloud" {
            return FactId::about(&self.facts.contract.api, "*", kind, name);
        }
        FactId::of(&self.facts.contract.api, self.operation, kind, name)
    }

    /// The convention of this name.
    #[must_use]
    pub fn convention(&self, name: &str) -> Option<&'a Fact> {
        self.facts.convention(name)
    }

    /// Whether this is the first exchange of its operation: what does not depend on the example
    /// is tried once.
    #[must_use]
    pub fn is_first(&self) -> bool {
        let first = self.facts.contract.exchanges.iter().find(|exchange| exchange.operation == self.operation.id);
        first.is_some_and(|first| first.name == self.exchange.name)
    }

    /// A check of a rule on this subject. It takes severity, page and origin from `fact`; where
    /// the description lacks the fact, the transcript stands for it.
    pub(super) fn check(
        &self,
        rule: &Rule,
        case: &str,
        fact: Option<&Fact>,
        documented: impl Into<String>,
        asserts: impl Into<String>,
    ) -> Check {
        let api = &self.facts.contract.api;
        let mut id = format!("{}/{api}/{}/{}/{}", rule.side.as_str(), self.operation.id, self.exchange.name, rule.id);
        if !case.is_empty() {
            id = format!("{id}/{case}");
        }
        let (severity, page, origin): (Rests, String, Origin) = match fact {
            Some(fact) => (fact.source.rests, fact.source.page.clone(), fact.origin.clone()),
            None => (Rests::Documented, self.exchange.page.clone(), self.exchange.origin.clone()),
        };
        Check {
            reproduce: format!("entra-risk conform --api {api} --side {} --check '{id}'", rule.side.as_str()),
            id,
            side: rule.side,
            operation: self.operation.id.clone(),
            severity,
            weight: Severity::Error,
            facts: fact.map(|fact| fact.id.clone()).into_iter().collect(),
            documented: documented.into(),
            page,
            origin,
            asserts: asserts.into(),
        }
    }
}
