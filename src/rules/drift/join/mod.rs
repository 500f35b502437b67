//! The join: what a description says of a fact, beside what a page says of it.

pub(super) mod examples;
mod operations;
mod schemas;
pub(super) mod types;

use std::collections::HashMap;

use super::{Compared, Judgement, Rule, is_documented_by};
use crate::contract::{Contract, Exchange, Fact, FactId, Operation, Origin, Rests};
use crate::docs::Page;
use crate::docs::claims::Claim;
use crate::docs::matching::Index;
use crate::docs::page::Example;
use crate::docs::path;
use crate::finding::{Finding, Severity};

/// The value of a permission that is documented as not to be had.
pub(super) const NOT_SUPPORTED: &str = "not supported";

/// What two sides say of one fact; at least one says something.
pub(super) struct Pair<'a> {
    pub(super) contract: &'a Contract,
    /// The operation that it is about, if it is about one.
    pub(super) operation: Option<&'a Operation>,
    /// Id of the operation, or name of the schema.
    pub(super) about: String,
    /// The operation or schema in fact ids: `POST /riskyUsers/dismiss`.
    pub(super) subject: String,
    /// The kind of fact; `bodyRequired` is a part of `body`.
    pub(super) kind: &'static str,
    /// The name within the kind.
    pub(super) name: Option<String>,
    /// The page.
    pub(super) page: &'a Page,
    /// What the page says.
    pub(super) claim: Option<Claim>,
    /// What the description says.
    pub(super) fact: Option<&'a Fact>,
    /// Another fact of the same schema, for the place where the description would say it.
    pub(super) near: Option<&'a Fact>,
    /// Whether the page lists all there is of this kind.
    pub(super) closed: bool,
    /// The page's example, of a pair of the kind `exchange`.
    pub(super) example: Option<&'a Example>,
    /// The transcript, likewise.
    pub(super) exchange: Option<&'a Exchange>,
}

/// Who says something that counts.
pub(super) enum Sides<'p> {
    Both(&'p Claim, &'p Fact),
    PageOnly(&'p Claim),
    /// The page has a closed list without it, and is what the description names as its source.
    DescriptionOnly(&'p Fact),
    /// The page is silent, and may be.
    Silent,
}

impl<'a> Pair<'a> {
    pub(super) fn sides(&self) -> Sides<'_> {
        match (&self.claim, self.fact) {
            (Some(claim), Some(fact)) => Sides::Both(claim, fact),
            (Some(claim), None) => Sides::PageOnly(claim),
            (None, Some(fact)) if self.closed && is_documented_by(fact, self.page) => Sides::DescriptionOnly(fact),
            (None, _) => Sides::Silent,
        }
    }

    /// Agreement of equal texts; silence where the page says nothing.
    pub(super) fn same_text(&self) -> Judgement {
        match self.sides() {
            Sides::Both(claim, fact) => match claim.value.as_deref() {
                Some(value) if value != fact.value => self.differs(value, &fact.value),
                Some(_) => Judgement::Agrees,
                None => Judgement::Silent,
            },
            _ => Judgement::Silent,
        }
    }

    /// Agreement of equal paths, whatever their placeholders are called.
    pub(super) fn same_path(&self) -> Judgement {
        match self.sides() {
            Sides::Both(claim, fact) => {
                let page = claim.value.as_deref().unwrap_or_default();
                match path::canonical(page) == path::canonical(&fact.value) {
                    true => Judgement::Agrees,
                    false => self.differs(page, &fact.value),
                }
            }
            Sides::PageOnly(claim) => self.not_described(claim.value.as_deref().unwrap_or_default()),
            Sides::DescriptionOnly(fact) => self.not_documented(&fact.value),
            Sides::Silent => Judgement::Silent,
        }
    }

    pub(super) fn differs(&self, page: &str, description: &str) -> Judgement {
        Judgement::Differs {
            message: format!("{}: the page says '{page}', the description '{description}'", self.words()),
            remedy: format!("correct {}, or accept the disagreement with a reason", self.description()),
        }
    }

    pub(super) fn not_described(&self, page: &str) -> Judgement {
        Judgement::Differs {
            message: format!("{}: the page says '{page}', the description has no such thing", self.words()),
            remedy: format!("add it at {}, or accept the disagreement with a reason", self.description()),
        }
    }

    pub(super) fn not_documented(&self, description: &str) -> Judgement {
        Judgement::Differs {
            message: format!("{}: the description says '{description}', the page does not list it", self.words()),
            remedy: format!(
                "remove it from {}, name the page that says so in x-entra-source, or accept it with a reason",
                self.description()
            ),
        }
    }

    /// Whether the page says enough that any other value of the fact would contradict it.
    fn is_whole(&self, rule: &Rule) -> bool {
        let value = self.claim.as_ref().and_then(|claim| claim.value.as_deref());
        match self.kind {
            "header" => value.is_some(),
            // That they are there is not what they are.
            "bodyRequired" => false,
            "body" | "property" => rule.id == super::type_differs::RULE.id,
            "success" => value.is_some_and(|value| !value.contains(" or ")),
            _ => true,
        }
    }

    /// Kind and name, for people.
    fn words(&self) -> String {
        let kind = match self.kind {
            "contentType" => "content type",
            "bodyRequired" => "body",
            "exchange" => "example",
            kind => kind,
        };
        self.name.as_ref().map_or_else(|| kind.to_owned(), |name| format!("{kind} {name}"))
    }

    /// `permission[application]`.
    fn key(&self) -> String {
        let kind = if self.kind == "bodyRequired" { "body" } else { self.kind };
        self.name.as_ref().map_or_else(|| kind.to_owned(), |name| format!("{kind}[{name}]"))
    }

    fn id(&self) -> FactId {
        match self.fact {
            Some(fact) => fact.id.clone(),
            None => FactId(format!("{} {}#{}", self.contract.api, self.subject, self.key())),
        }
    }

    /// Where the description says it, or would.
    fn description(&self) -> Origin {
        match (self.exchange, self.fact, self.operation, self.near) {
            (Some(exchange), ..) => exchange.origin.clone(),
            (_, Some(fact), ..) | (_, _, None, Some(fact)) => fact.origin.clone(),
            (_, _, Some(operation), _) => operation.origin.clone(),
            _ => Origin { file: self.contract.file.clone(), line: 1 },
        }
    }

    /// Where the page says it, or what comes nearest.
    fn place(&self) -> Origin {
        if let Some(claim) = &self.claim {
            return claim.origin.clone();
        }
        let page = self.page;
        let line = match self.kind {
            "method" | "path" | "alias" => page.requests.iter().flatten().map(|line| line.line).next(),
            "header" => page.headers.iter().flatten().map(|header| header.line).next(),
            "query" => page.query.iter().flatten().map(|query| query.line).next(),
            "body" => page.body.iter().flatten().map(|property| property.line).next(),
            "property" => {
                let properties = page.resource.iter().filter_map(|resource| resource.properties.as_ref());
                properties.flatten().map(|property| property.line).next()
            }
            "member" => page.resource.iter().flat_map(|resource| &resource.enums).map(|list| list.line).next(),
            _ => None,
        };
        Origin { file: page.page.clone(), line: line.or(page.lines.title).unwrap_or(1) }
    }

    pub(super) fn finding(&self, rule: &Rule, message: String, remedy: String) -> Finding {
        Finding {
            rule: rule.id.to_owned(),
            severity: rule.severity,
            origin: self.place(),
            subject: self.subject.clone(),
            message,
            remedy,
            other: (self.kind != "operation").then(|| self.description()),
            fact: Some(self.id()),
        }
    }

    pub(super) fn compared(&self, rule: &'static Rule, finding: Option<Finding>) -> Compared {
        let page_says = match (&self.claim, self.example) {
            (Some(claim), _) => claim.value.clone().unwrap_or_else(|| "listed".to_owned()),
            (None, Some(_)) => "shown".to_owned(),
            (None, None) => "not listed".to_owned(),
        };
        Compared {
            rule: rule.id,
            severity: rule.severity,
            fact: self.id(),
            covers: self.fact.is_some() && rule.severity == Severity::Error && self.is_whole(rule),
            about: self.about.clone(),
            key: self.key(),
            rests: self.fact.map_or(Rests::Documented, |fact| fact.source.rests),
            page_says,
            description_says: self.fact.map_or_else(|| "not described".to_owned(), |fact| fact.value.clone()),
            page: self.place(),
            description: self.description(),
            finding,
        }
    }
}

/// Every pair, and the pages that are in one.
#[derive(Default)]
pub(super) struct Joined<'a> {
    pub(super) pairs: Vec<Pair<'a>>,
    pub(super) matched: Vec<&'a Page>,
}

/// What both halves of the join work with.
struct Join<'a> {
    contract: &'a Contract,
    /// Facts by what they are about, in the description's order.
    facts: HashMap<&'a str, Vec<&'a Fact>>,
    index: Index<'a>,
    joined: Joined<'a>,
}

pub(super) fn join<'a>(contract: &'a Contract, facts: &'a [Fact], pages: &'a [Page]) -> Joined<'a> {
    let mut by_subject: HashMap<&str, Vec<&Fact>> = HashMap::new();
    for fact in facts {
        let (subject, ..) = parts(&fact.id);
        by_subject.entry(subject).or_default().push(fact);
    }
    let index = Index::new(pages, &contract.api);
    let mut join = Join { contract, facts: by_subject, index, joined: Joined::default() };
    join.operations(pages);
    join.schemas();
    join.joined
}

impl<'a> Join<'a> {
    /// The facts of a kind, with their names.
    fn facts_of(&self, subject: &str, kind: &str) -> Vec<(Option<&'a str>, &'a Fact)> {
        let facts = self.facts.get(subject).into_iter().flatten();
        facts
            .filter_map(|fact| {
                let (_, other, name) = parts(&fact.id);
                (other == kind).then_some((name, *fact))
            })
            .collect()
    }

    fn matched(&mut self, page: &'a Page) {
        if !self.joined.matched.iter().any(|other| std::ptr::eq(*other, page)) {
            self.joined.matched.push(page);
        }
    }
}

/// Subject (without the API version), kind and name of a fact.
fn parts(id: &FactId) -> (&str, &str, Option<&str>) {
    let (about, key) = id.as_str().split_once('#').unwrap_or((id.as_str(), ""));
    let subject = about.split_once(' ').map_or(about, |(_, subject)| subject);
    match key.split_once('[') {
        Some((kind, name)) => (subject, kind, name.strip_suffix(']')),
        None => (subject, key, None),
    }
}
