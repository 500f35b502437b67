//! What there is to be called, by the words of a command line: groups of a set's operations, each
//! operation a verb. Follows from contracts alone.
//!
//! A set `riskyThings` is the group `things`: that they are risky is what all of this is about. A verb
//! is `list`, `show` or `history` for a set, one of its members or what belongs to one, and the last
//! word of its path for an action. `x-entra-command` may say otherwise.

use heck::ToKebabCase as _;

use crate::contract::{Contract, EntitySet, Operation};

/// Operations on one set of members.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Its word: `users`.
    pub name: String,
    /// What can be done, in the order of the descriptions.
    pub verbs: Vec<Verb>,
}

/// One thing that can be done.
#[derive(Debug, Clone, PartialEq)]
pub struct Verb {
    /// Its word: `list`, `dismiss`.
    pub name: String,
    /// What it is.
    pub kind: VerbKind,
    /// The operation in each API version that has it, the stable one first.
    pub offers: Vec<Offer>,
}

/// What a verb is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerbKind {
    /// Reads the members of a set.
    List,
    /// Reads one member.
    Show,
    /// Reads what belongs to one member.
    History,
    /// Changes members.
    Act,
}

/// An operation of an API version.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Offer {
    /// The version.
    pub contract: &'static Contract,
    /// The operation.
    pub operation: &'static Operation,
}

impl Verb {
    /// The operation in an API version; in the first one that has it, where none is named.
    #[must_use]
    pub fn offer(&self, api: Option<&str>) -> Option<Offer> {
        self.offers.iter().find(|offer| api.is_none_or(|api| offer.contract.api == api)).copied()
    }
}

impl Group {
    /// Every group of these contracts, in the order of the first one that has it.
    #[must_use]
    pub fn all(contracts: &'static [Contract]) -> Vec<Self> {
        let mut contracts: Vec<&'static Contract> = contracts.iter().collect();
        contracts.sort_by_key(|contract| contract.order());
        let mut groups: Vec<Self> = Vec::new();
        for contract in contracts {
            for operation in &contract.operations {
                let Some((group, verb, kind)) = words(contract, operation) else { continue };
                let at = groups.iter().position(|known| known.name == group).unwrap_or_else(|| {
                    groups.push(Self { name: group, verbs: Vec::new() });
                    groups.len() - 1
                });
                groups[at].offer(verb, kind, Offer { contract, operation });
            }
        }
        groups
    }

    fn offer(&mut self, verb: String, kind: VerbKind, offer: Offer) {
        match self.verbs.iter_mut().find(|known| known.name == verb) {
            // A second operation of the same words in one version would never be reached: the first one counts.
            Some(known) if known.offers.iter().any(|other| other.contract.api == offer.contract.api) => {}
            Some(known) => known.offers.push(offer),
            None => self.verbs.push(Verb { name: verb, kind, offers: vec![offer] }),
        }
    }
}

/// Group, verb and kind of an operation; `None` for one that has no place on a command line.
fn words(contract: &Contract, operation: &Operation) -> Option<(String, String, VerbKind)> {
    let (group, verb, kind) = match operation.acts() {
        true => {
            let effect = operation.effects.first();
            let group = effect.map(|effect| group_of(&effect.set));
            let last = operation.path.as_str().rsplit('/').next().unwrap_or_default();
            (group, last.to_kebab_case(), VerbKind::Act)
        }
        false => reading(contract, operation).map(|(set, verb, kind)| (Some(group_of(&set)), verb, kind))?,
    };
    match (&operation.command.name, group) {
        (Some((group, verb)), _) => Some((group.clone(), verb.clone(), kind)),
        (None, Some(group)) => Some((group, verb, kind)),
        (None, None) => None,
    }
}

/// The set that an operation reads, with its verb.
fn reading(contract: &Contract, operation: &Operation) -> Option<(String, String, VerbKind)> {
    let shape = operation.success.shape.as_ref()?;
    let page = contract.page_of(shape);
    let EntitySet { name, .. } = contract.entity_set(page.unwrap_or(shape))?;
    Some(match (page.is_some(), &operation.of) {
        (true, None) => (name.clone(), "list".to_owned(), VerbKind::List),
        (false, None) => (name.clone(), "show".to_owned(), VerbKind::Show),
        (true, Some(owner)) => (owner.set.clone(), "history".to_owned(), VerbKind::History),
        // One item of what belongs to a member is in the list of it.
        (false, Some(_)) => return None,
    })
}

fn group_of(set: &str) -> String {
    let name = set.to_kebab_case();
    let short = name.strip_prefix("risky-").or_else(|| name.strip_prefix("risk-"));
    short.unwrap_or(&name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines() -> String {
        let mut text = String::new();
        for group in Group::all(crate::embedded::contracts()) {
            for verb in &group.verbs {
                let apis: Vec<&str> = verb.offers.iter().map(|offer| offer.contract.api.as_str()).collect();
                let filters = verb.offers.iter().any(|offer| offer.operation.command.filters);
                let filters = if filters { ", also by filter" } else { "" };
                text += &format!("{} {} ({}{filters})\n", group.name, verb.name, apis.join(", "));
            }
        }
        text
    }

    #[test]
    fn every_operation_has_its_words() {
        insta::assert_snapshot!(lines(), @r"
        users list (v1.0, beta)
        users show (v1.0, beta)
        users history (v1.0, beta)
        users dismiss (v1.0, beta, also by filter)
        users confirm-compromised (v1.0, beta)
        users confirm-safe (v1.0, beta, also by filter)
        users revoke-sessions (v1.0, beta)
        detections list (v1.0, beta)
        detections show (v1.0, beta)
        service-principal-risk-detections list (v1.0, beta)
        service-principal-risk-detections show (v1.0, beta)
        service-principals list (v1.0, beta)
        service-principals show (v1.0, beta)
        service-principals history (v1.0, beta)
        service-principals dismiss (v1.0, beta, also by filter)
        service-principals confirm-compromised (v1.0, beta)
        sign-ins list (v1.0, beta)
        sign-ins show (v1.0, beta)
        sign-ins dismiss (v1.0, beta, also by filter)
        sign-ins confirm-compromised (v1.0, beta)
        sign-ins confirm-safe (v1.0, beta, also by filter)
        agents list (beta)
        agents show (beta)
        agents dismiss (beta, also by filter)
        agents confirm-compromised (beta)
        agents confirm-safe (beta, also by filter)
        agent-risk-detections list (beta)
        agent-risk-detections show (beta)
        ");
    }
}
