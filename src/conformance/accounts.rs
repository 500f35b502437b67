//! Which accounts a server is tried with: the documented ones, those that it lists in their
//! stead, or test accounts that were named.

use std::collections::BTreeSet;

use serde_json::Value;

use super::server::Examination;
use crate::contract::Contract;
use crate::rules::server::{NEXT_LINK, ServerCase, is_generated};
use crate::rules::{Credential, Form, Request};
use crate::verdict::Verdict;

/// So many accounts are enough, and so many pages are read to find them.
const ENOUGH: usize = 200;
const MOST_PAGES: usize = 40;

impl Examination<'_> {
    /// The request with identities that the server has.
    pub(super) fn replace(&self, request: &Request) -> Request {
        let mut request = request.clone();
        if !self.replaced.is_empty() {
            request.path = self.replace_in(&request.path);
            request.body = request.body.map(|body| match String::from_utf8(body) {
                Ok(text) => self.replace_in(&text).into_bytes(),
                Err(other) => other.into_bytes(),
            });
        }
        request
    }

    pub(super) fn replace_in(&self, text: &str) -> String {
        self.replaced.iter().fold(text.to_owned(), |text, (documented, other)| text.replace(documented, other))
    }

    /// Test ids stand for the documented ones, in order, as far as they go.
    pub(super) fn replace_by(&mut self, cases: &[ServerCase], ids: Vec<String>) {
        let mut documented: Vec<String> = Vec::new();
        for id in cases.iter().filter(|case| case.acts).flat_map(|case| case.before.iter().flat_map(identities)) {
            if !is_generated(&id) && !documented.contains(&id) {
                documented.push(id);
            }
        }
        self.replaced = documented.into_iter().zip(ids).collect();
    }

    /// On a server with accounts of its own, those stand for documented ones that it lacks.
    pub(super) async fn replace_by_listed(&mut self, cases: &[ServerCase], contract: &Contract) {
        let mut known: BTreeSet<String> = BTreeSet::new();
        let mut missing: Vec<(String, String)> = Vec::new();
        for request in cases.iter().filter(|case| case.acts).flat_map(|case| &case.before) {
            let Some(id) = identities(request).into_iter().next() else { continue };
            if is_generated(&id) || known.contains(&id) || missing.iter().any(|(_, other)| *other == id) {
                continue;
            }
            match (self.target.send(request, Credential::Permitted, Form::Plain, false).await, set(contract, request)) {
                (Ok(reply), Some(set)) if reply.status == 404 => missing.push((set, id)),
                // Known, or a fault that a check will name.
                _ => drop(known.insert(id)),
            }
        }
        for (set, id) in missing {
            let listed = self.listed(contract, &set).await.unwrap_or_default();
            let spare = listed.into_iter().find(|spare| !known.contains(spare));
            if let Some(spare) = spare {
                known.insert(spare.clone());
                self.replaced.insert(id, spare);
            }
        }
        for case in cases.iter().filter(|case| !case.population.is_empty()) {
            self.populate(case, contract, &known).await;
        }
    }

    /// Where a server has many accounts, some of them stand for made-up ones that it lacks.
    async fn populate(&mut self, case: &ServerCase, contract: &Contract, taken: &BTreeSet<String>) {
        let Some(first) = case.after.first() else { return };
        let is_mapped = case.population.first().is_none_or(|id| self.replaced.contains_key(id));
        let Some(set) = set(contract, first).filter(|_| !is_mapped) else { return };
        let reply = self.target.send(first, Credential::Permitted, Form::Plain, false).await;
        if reply.is_ok_and(|reply| reply.status != 404) {
            return;
        }
        let listed = self.listed(contract, &set).await.unwrap_or_default();
        let spare: Vec<String> = listed.into_iter().filter(|id| !taken.contains(id)).collect();
        if spare.len() >= case.population.len() {
            self.replaced.extend(case.population.iter().cloned().zip(spare));
        }
    }

    /// Identities that the server lists of a set, by the description's own listing.
    pub(super) async fn listed(&mut self, contract: &Contract, set: &str) -> Result<Vec<String>, Verdict> {
        if let Some(listed) = self.listed.get(set) {
            return Ok(listed.clone());
        }
        let mut found = Vec::new();
        let lists = contract.operations.iter().filter_map(|operation| {
            let entity = contract.page_of(operation.success.shape.as_ref()?)?;
            Some((operation, contract.entity_set(entity).filter(|of| of.name == set)?.key.clone()))
        });
        for (operation, key) in lists.filter(|(operation, _)| operation.parameters.is_empty()) {
            let mut path = Some(operation.path.to_string());
            for _ in 0..MOST_PAGES {
                let Some(next) = path.take().filter(|_| found.len() < ENOUGH) else { break };
                let request = Request { method: operation.method.clone(), path: next, ..Request::default() };
                let reply = self.send(&request, Credential::Permitted).await?;
                let body = reply.json().unwrap_or(&Value::Null);
                let items = body.get("value").and_then(Value::as_array).cloned().unwrap_or_default();
                let usable = items.iter().filter(|item| !is_refused(contract, set, item));
                found.extend(usable.filter_map(|item| item.get(&key)?.as_str().map(str::to_owned)));
                path = body.get(NEXT_LINK).and_then(Value::as_str).and_then(|link| self.target.below(link));
            }
        }
        self.listed.insert(set.to_owned(), found.clone());
        Ok(found)
    }
}

/// Whether a member is in a state in which actions are refused: it cannot stand for another.
fn is_refused(contract: &Contract, set: &str, member: &Value) -> bool {
    let effects = contract.operations.iter().flat_map(|operation| &operation.effects);
    let mut refused = effects.filter(|effect| effect.set == set).flat_map(|effect| &effect.refuses);
    refused.any(|refused| member.get(&refused.property) == Some(&refused.value))
}

/// The set that a request reads one entity of.
pub(super) fn set(contract: &Contract, request: &Request) -> Option<String> {
    let (operation, _) = contract.route(&request.method, &request.path)?;
    if let Some(of) = &operation.of {
        // What comes first in the path of a nested set is the entity that it belongs to.
        return Some(of.set.clone());
    }
    let shape = operation.success.shape.as_ref()?;
    contract.entity_set(shape).map(|set| set.name.clone())
}

/// GUIDs in the path and body of a request.
pub(super) fn identities(request: &Request) -> Vec<String> {
    let mut found: Vec<String> = request.path.split('/').filter(|part| is_guid(part)).map(str::to_owned).collect();
    let mut collect = vec![request.json().unwrap_or_default()];
    while let Some(value) = collect.pop() {
        match value {
            Value::String(text) if is_guid(&text) => found.push(text),
            Value::Array(items) => collect.extend(items),
            Value::Object(object) => collect.extend(object.into_iter().map(|(_, value)| value)),
            _ => {}
        }
    }
    found
}

pub(super) fn is_guid(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::parse_str(text).is_ok()
}
