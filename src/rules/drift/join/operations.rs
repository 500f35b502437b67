//! Operations and the pages that speak of them.

use std::collections::{HashMap, HashSet};

use super::known::{Known, request_key, shows};
use super::{Join, Pair, examples};
use crate::contract::{Exchange, Fact, Operation, Origin};
use crate::docs::Page;
use crate::docs::claims::{Claim, claims};
use crate::docs::matching::{self, is_alias, is_below, is_source, lines_of};
use crate::docs::page::{Example, Request};
use crate::docs::path;

/// A page with the operations that it has request lines for.
struct Matched<'a> {
    page: &'a Page,
    operations: Vec<&'a Operation>,
}

impl<'a> Join<'a> {
    pub(super) fn operations(&mut self, pages: &'a [Page]) {
        let contract = self.contract;
        let mut matched: Vec<Matched<'a>> = Vec::new();
        let mut place: HashMap<*const Page, usize> = HashMap::new();
        // Pages that an operation names as its source, and that state it otherwise.
        let mut moved: HashSet<*const Page> = HashSet::new();
        for operation in &contract.operations {
            for page in self.index.pages_of(operation) {
                let at = *place.entry(page).or_insert_with(|| {
                    matched.push(Matched { page, operations: Vec::new() });
                    matched.len() - 1
                });
                matched[at].operations.push(operation);
            }
            for page in self.index.pages_at(&operation.source.page) {
                if lines_of(page, operation).next().is_none() && page.requests.is_some() {
                    self.identity(operation, page);
                    moved.insert(page);
                    self.matched(page);
                }
            }
        }
        let known = Known::new(contract);
        for Matched { page, operations } in &matched {
            self.matched(page);
            for operation in operations {
                self.operation(operation, page);
            }
            self.aliases_of_page(page, operations, &known);
            self.examples(page, operations, &known);
        }
        self.new_operations(pages.iter().filter(|page| !moved.contains(&std::ptr::from_ref(*page))), &known);
    }

    fn pair(&self, operation: &'a Operation, page: &'a Page, kind: &'static str, name: Option<&str>) -> Pair<'a> {
        Pair {
            contract: self.contract,
            operation: Some(operation),
            about: operation.id.clone(),
            subject: format!("{} {}", operation.method, operation.path),
            kind,
            name: name.map(str::to_owned),
            page,
            claim: None,
            fact: None,
            near: None,
            closed: false,
            example: None,
            exchange: None,
        }
    }

    fn push(&mut self, pair: Pair<'a>, claim: Option<Claim>, fact: Option<&'a Fact>, closed: bool) {
        self.joined.pairs.push(Pair { claim, fact, closed, ..pair });
    }

    /// The page that an operation names as its source has no request line for it.
    fn identity(&mut self, operation: &'a Operation, page: &'a Page) {
        let paths: Vec<String> = operation.paths().map(|path| path::canonical(path.as_str())).collect();
        let lines: Vec<&Request> = page.requests.iter().flatten().collect();
        let at_path = lines.iter().find(|line| paths.contains(&path::canonical(&line.path)));
        let (kind, value, line) = match (at_path, lines.first()) {
            (Some(line), _) => ("method", line.method.clone(), line.line),
            (None, Some(first)) => {
                let all: Vec<String> = lines.iter().map(|line| format!("{} {}", line.method, line.path)).collect();
                ("path", all.join(" or "), first.line)
            }
            (None, None) => return,
        };
        let subject = format!("{} {}", operation.method, operation.path);
        let fact = self.facts_of(&subject, kind).first().map(|(_, fact)| *fact);
        let claim = claim(kind, None, Some(value), page, line);
        self.push(self.pair(operation, page, kind, None), Some(claim), fact, true);
    }

    /// Everything that a page with a request line for an operation says of it.
    fn operation(&mut self, operation: &'a Operation, page: &'a Page) {
        let claims = claims(page);
        self.lines(operation, page);
        self.permissions(operation, page, &claims);
        self.sections(operation, page, &claims);
        self.body(operation, page, &claims);
        self.content_type(operation, page);
    }

    /// Method, path and aliases.
    fn lines(&mut self, operation: &'a Operation, page: &'a Page) {
        let subject = format!("{} {}", operation.method, operation.path);
        let lines: Vec<&Request> = lines_of(page, operation).collect();
        let of = |spelled: &str| {
            let form = path::canonical(spelled);
            lines.iter().find(|line| path::canonical(&line.path) == form).copied()
        };
        for (_, fact) in self.facts_of(&subject, "method") {
            let claim = lines.first().map(|line| claim("method", None, Some(line.method.clone()), page, line.line));
            self.push(self.pair(operation, page, "method", None), claim, Some(fact), false);
        }
        for (kind, closed) in [("path", true), ("alias", true)] {
            for (name, fact) in self.facts_of(&subject, kind) {
                let claim = of(&fact.value).map(|line| claim(kind, name, Some(line.path.clone()), page, line.line));
                self.push(self.pair(operation, page, kind, name), claim, Some(fact), closed);
            }
        }
    }

    fn permissions(&mut self, operation: &'a Operation, page: &'a Page, claims: &[Claim]) {
        let subject = format!("{} {}", operation.method, operation.path);
        for kind in ["permission", "higher"] {
            for (name, fact) in self.facts_of(&subject, kind) {
                let claim = claims.iter().find(|claim| claim.kind == "permission" && claim.name.as_deref() == name);
                self.push(self.pair(operation, page, kind, name), claim.cloned(), Some(fact), false);
            }
        }
    }

    /// Headers, query options, success: sections of their own.
    fn sections(&mut self, operation: &'a Operation, page: &'a Page, claims: &[Claim]) {
        // `Content-Type` says that there is a body, which is compared by itself.
        let headers = |name: &str| !name.eq_ignore_ascii_case("Content-Type");
        // Parameters of functions stand in the path.
        let placeholders: Vec<&str> = operation.parameters.iter().map(|(name, _)| name.as_str()).collect();
        let query = |name: &str| !placeholders.iter().any(|other| other.eq_ignore_ascii_case(name));
        self.named(operation, page, claims, ("header", "header"), page.headers.is_some(), headers);
        self.named(operation, page, claims, ("query", "query"), page.query.is_some(), query);
        let subject = format!("{} {}", operation.method, operation.path);
        for (_, fact) in self.facts_of(&subject, "success") {
            let claim = claims.iter().find(|claim| claim.kind == "success").cloned();
            self.push(self.pair(operation, page, "success", None), claim, Some(fact), false);
        }
    }

    fn body(&mut self, operation: &'a Operation, page: &'a Page, claims: &[Claim]) {
        // What a GET has in a table under this heading are parameters in the URL.
        let in_url: Vec<&str> = operation
            .parameters
            .iter()
            .map(|(name, _)| name.as_str())
            .chain(operation.query.iter().map(|query| query.name.as_str()))
            .collect();
        // Where a page has several operations, the body is that of one which can take it.
        let takes = |method: &str| matches!(method, "POST" | "PUT" | "PATCH");
        let of_another = !takes(&operation.method) && page.requests.iter().flatten().any(|line| takes(&line.method));
        let real = |name: &str| operation.body.is_some() || !of_another && !in_url.contains(&name);
        self.named(operation, page, claims, ("body", "body"), page.body.is_some(), real);
        let required =
            |name: &str| claims.iter().any(|claim| claim.kind == "body" && claim.name.as_deref() == Some(name));
        self.named(operation, page, claims, ("bodyRequired", "body"), false, required);
        self.named(operation, page, claims, ("limit", "limit"), false, real);
    }

    /// Facts and claims with names: every name that one side has, once.
    fn named(
        &mut self,
        operation: &'a Operation,
        page: &'a Page,
        claims: &[Claim],
        (kind, fact_kind): (&'static str, &'static str),
        closed: bool,
        counts: impl Fn(&str) -> bool,
    ) {
        let subject = format!("{} {}", operation.method, operation.path);
        let facts = self.facts_of(&subject, fact_kind);
        let same = |ours: &str, theirs: &str| match kind {
            "header" => ours.eq_ignore_ascii_case(theirs),
            "query" => ours.trim_start_matches('$').eq_ignore_ascii_case(theirs.trim_start_matches('$')),
            _ => ours == theirs,
        };
        let of_kind: Vec<&Claim> = claims.iter().filter(|claim| claim.kind == kind).collect();
        for (name, fact) in &facts {
            let name = name.unwrap_or_default();
            let claim = of_kind.iter().find(|claim| claim.name.as_deref().is_some_and(|theirs| same(name, theirs)));
            let pair = self.pair(operation, page, kind, Some(name));
            self.push(pair, claim.copied().cloned(), Some(*fact), closed);
        }
        for claim in of_kind {
            let Some(name) = claim.name.as_deref().filter(|name| counts(name)) else { continue };
            if !facts.iter().any(|(ours, _)| ours.is_some_and(|ours| same(ours, name))) {
                self.push(self.pair(operation, page, kind, Some(name)), Some(claim.clone()), None, closed);
            }
        }
    }

    /// The media type that the page's examples of the operation send.
    fn content_type(&mut self, operation: &'a Operation, page: &'a Page) {
        let subject = format!("{} {}", operation.method, operation.path);
        let Some((_, fact)) = self.facts_of(&subject, "contentType").into_iter().next() else { return };
        let mut sent: Vec<(&str, usize)> = Vec::new();
        for example in page.examples.iter().flatten().filter(|example| shows(example, operation)) {
            let headers = example.request.iter().flat_map(|request| &request.headers);
            let types = headers.filter(|header| header.name.eq_ignore_ascii_case("Content-Type"));
            sent.extend(types.map(|header| (header.value.split(';').next().unwrap_or_default().trim(), header.line)));
        }
        // A page may show several; one of them is enough.
        let found = sent.iter().find(|(value, _)| value.eq_ignore_ascii_case(&fact.value)).or(sent.first());
        let claim = found.map(|(value, line)| {
            let value = if value.eq_ignore_ascii_case(&fact.value) { &fact.value } else { *value };
            claim("contentType", None, Some(value.to_owned()), page, *line)
        });
        self.push(self.pair(operation, page, "contentType", None), claim, Some(fact), false);
    }

    /// Request lines that no operation has, and that are a second path of one on this page.
    fn aliases_of_page(&mut self, page: &'a Page, operations: &[&'a Operation], known: &Known<'a>) {
        for line in page.requests.iter().flatten().filter(|line| !known.has(line)) {
            let of = operations.iter().find(|operation| lines_of(page, operation).any(|own| is_alias(own, line)));
            if let Some(operation) = of {
                let spelled = line.path.split('?').next().unwrap_or(&line.path);
                let claim = claim("alias", Some(spelled), Some(line.path.clone()), page, line.line);
                self.push(self.pair(operation, page, "alias", Some(spelled)), Some(claim), None, true);
            }
        }
    }

    /// Request lines below the paths of the description that are neither described nor aliases.
    fn new_operations(&mut self, pages: impl Iterator<Item = &'a Page>, known: &Known<'a>) {
        let roots = matching::roots(self.contract);
        let mut seen: HashSet<String> = HashSet::new();
        for page in pages.filter(|page| matching::is_of(page, &self.contract.api)) {
            let lines: Vec<&Request> = page.requests.iter().flatten().collect();
            let (ours, others): (Vec<&Request>, Vec<&Request>) = lines.into_iter().partition(|line| known.has(line));
            for line in &others {
                let is_ours = ours.iter().any(|own| is_alias(own, line));
                if seen.contains(&request_key(line)) || is_ours || !is_below(&roots, &line.path) {
                    continue;
                }
                let all: Vec<&&Request> = others.iter().filter(|other| is_alias(other, line)).collect();
                seen.extend(all.iter().map(|line| request_key(line)));
                let paths: Vec<&str> = all.iter().map(|line| line.path.as_str()).collect();
                let value = format!("{} {}", line.method, paths.join(" or "));
                self.joined.pairs.push(Pair {
                    contract: self.contract,
                    operation: None,
                    // It has no id of ours.
                    about: format!("{}{}", line.method, path::canonical(&line.path)),
                    subject: format!("{} {}", line.method, line.path),
                    kind: "operation",
                    name: None,
                    page,
                    claim: Some(claim("operation", None, Some(value), page, line.line)),
                    fact: None,
                    near: None,
                    closed: false,
                    example: None,
                    exchange: None,
                });
            }
        }
    }

    /// The examples of a page and the transcripts of its operations: by name, then by content.
    fn examples(&mut self, page: &'a Page, operations: &[&'a Operation], known: &Known<'a>) {
        let shown: Vec<&'a Example> =
            page.examples.iter().flatten().filter(|example| examples::request(example).is_some()).collect();
        let mut left = shown.clone();
        let exchanges: Vec<&'a Exchange> =
            operations.iter().flat_map(|operation| known.exchanges_of(operation)).collect();
        let named =
            |example: &&Example, name: &str| example.name.as_deref().is_some_and(|own| examples::same_name(own, name));
        // Two pages may give one name to two examples: the transcript's own page decides.
        let from_here =
            |exchange: &Exchange| is_source(&exchange.page, page) || self.index.pages_at(&exchange.page).is_empty();
        let by_name: Vec<bool> = exchanges.iter().map(|exchange| from_here(exchange)).collect();
        for (exchange, by_name) in exchanges.iter().zip(by_name) {
            let same: Vec<&'a Example> =
                shown.iter().copied().filter(|example| by_name && named(example, &exchange.name)).collect();
            let equal = |example: &&&'a Example| examples::differences(example, exchange).is_empty();
            let other = |example: &&&'a Example| !exchanges.iter().any(|exchange| named(example, &exchange.name));
            let found = match same.is_empty() {
                // A name used twice: one of them is meant.
                false => same.iter().find(equal).or(same.first()).copied(),
                true => left.iter().filter(other).find(equal).copied(),
            };
            left.retain(|example| !same.iter().chain(&found).any(|paired| std::ptr::eq(*paired, *example)));
            if found.is_some() || is_source(&exchange.page, page) {
                self.exchange(page, exchange, found);
            }
        }
        for example in left {
            let shown = operations.iter().find(|operation| shows(example, operation)).copied();
            let elsewhere = || known.shown_by(example);
            let Some(operation) = shown.or_else(elsewhere).or_else(|| operations.first().copied()) else { continue };
            let pair = self.pair(operation, page, "exchange", example.name.as_deref());
            let claim = claim("exchange", example.name.as_deref(), None, page, example.line);
            self.joined.pairs.push(Pair { claim: Some(claim), example: Some(example), ..pair });
        }
    }

    fn exchange(&mut self, page: &'a Page, exchange: &'a Exchange, example: Option<&'a Example>) {
        let Some(operation) = self.contract.operation(&exchange.operation) else { return };
        let subject = format!("{} {}", operation.method, operation.path);
        let facts = self.facts_of(&subject, "exchange");
        let fact = facts.iter().find(|(name, _)| *name == Some(exchange.name.as_str())).map(|(_, fact)| *fact);
        let pair = self.pair(operation, page, "exchange", Some(&exchange.name));
        let claim = example.map(|example| claim("exchange", Some(&exchange.name), None, page, example.line));
        self.joined.pairs.push(Pair { claim, fact, example, exchange: Some(exchange), closed: true, ..pair });
    }
}

fn claim(kind: &'static str, name: Option<&str>, value: Option<String>, page: &Page, line: usize) -> Claim {
    let origin = Origin { file: page.page.clone(), line };
    Claim { subject: None, kind, name: name.map(str::to_owned), value, origin }
}
