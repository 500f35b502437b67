//! A contract in parts that have nothing to do with each other: operations on one entity set, and
//! those whose paths could be taken for one another's, are of one part. A mutant is tried on the
//! part that it is of, so that what it costs does not grow with the whole description.
//!
//! That is sound because a part is a contract with the very checks that the whole has for these
//! operations, which is looked at, not believed: what fails there fails in the whole. What lives in
//! its part is tried on the whole before it counts.

use std::collections::{BTreeMap, BTreeSet};

use crate::conformance;
use crate::contract::{Contract, Operation, Shape, Template};
use crate::rules::server::GENERATED;
use crate::verdict::{Check, Side};

/// The parts of a contract; none where it is one, or where parts would be checked otherwise.
pub(super) fn parts(contract: &Contract) -> Vec<Contract> {
    let groups = groups(contract);
    if groups.len() < 2 {
        return Vec::new();
    }
    let parts: Vec<Contract> = groups.iter().map(|group| part(contract, group)).collect();
    if is_checked_alike(contract, &parts) { parts } else { Vec::new() }
}

/// Whether the parts have the checks of the whole, each in one of them and to the letter: the
/// requests of a check stand in the lines that repeat it.
fn is_checked_alike(contract: &Contract, parts: &[Contract]) -> bool {
    let plan = |contract: &Contract| {
        let mut plan = conformance::plan(contract, &[Side::Client, Side::Server]);
        plan.iter_mut().for_each(|check| check.reproduce = without_numbers(&check.reproduce));
        plan
    };
    let whole = plan(contract);
    let mut of_parts: BTreeMap<String, Check> = BTreeMap::new();
    let mut n_checks = 0;
    for check in parts.iter().flat_map(plan) {
        n_checks += 1;
        of_parts.insert(check.id.clone(), check);
    }
    n_checks == whole.len() && whole.iter().all(|check| of_parts.get(&check.id) == Some(check))
}

/// The text with each made-up identity called by its place: they are numbered over the whole.
fn without_numbers(text: &str) -> String {
    let mut known: Vec<&str> = Vec::new();
    let mut parts = text.split(GENERATED);
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (number, rest) = part.split_at_checked(NUMBER).unwrap_or((part, ""));
        let place = known.iter().position(|other| *other == number).unwrap_or_else(|| {
            known.push(number);
            known.len() - 1
        });
        plain += &format!("{GENERATED}{place}{rest}");
    }
    plain
}

/// The digits of a made-up identity.
const NUMBER: usize = 12;

/// Operations that belong together, by their places in the contract.
fn groups(contract: &Contract) -> Vec<BTreeSet<usize>> {
    let mut groups: Vec<(BTreeSet<usize>, BTreeSet<String>)> = Vec::new();
    for (nth, operation) in contract.operations.iter().enumerate() {
        let mut merged = (BTreeSet::from([nth]), sets(contract, operation));
        let touches = |(others, sets): &(BTreeSet<usize>, BTreeSet<String>)| {
            !sets.is_disjoint(&merged.1)
                || others.iter().any(|other| is_confusable(operation, &contract.operations[*other]))
        };
        let (near, far): (Vec<_>, Vec<_>) = groups.drain(..).partition(touches);
        for (others, sets) in near {
            merged.0.extend(others);
            merged.1.extend(sets);
        }
        groups = far;
        groups.push(merged);
    }
    let mut groups: Vec<BTreeSet<usize>> = groups.into_iter().map(|(group, _)| group).collect();
    groups.sort();
    groups
}

/// The sets that an operation answers from, or changes.
fn sets(contract: &Contract, operation: &Operation) -> BTreeSet<String> {
    let effects = operation.effects.iter().flat_map(|effect| {
        let logged = effect.log.iter().map(|log| log.set.clone());
        logged.chain([effect.set.clone()])
    });
    let served = contract.served_set(operation).map(|set| set.name.clone());
    effects.chain(served).chain(operation.of.as_ref().map(|of| of.set.clone())).collect()
}

/// Whether some path could call either.
fn is_confusable(one: &Operation, other: &Operation) -> bool {
    let meet = |one: &Template, other: &Template| {
        let (one, other): (Vec<&str>, Vec<&str>) =
            (one.as_str().split('/').collect(), other.as_str().split('/').collect());
        let is_free = |segment: &str| segment.contains('{');
        // The emulator takes paths in any case of letters.
        let fits = |(one, other): (&&str, &&str)| is_free(one) || is_free(other) || one.eq_ignore_ascii_case(other);
        one.len() == other.len() && one.iter().zip(&other).all(fits)
    };
    one.paths().any(|one| other.paths().any(|other| meet(one, other)))
}

/// The contract with these operations alone, and what they speak of.
fn part(contract: &Contract, group: &BTreeSet<usize>) -> Contract {
    let operations: Vec<Operation> = group.iter().map(|nth| contract.operations[*nth].clone()).collect();
    let ids: BTreeSet<&str> = operations.iter().map(|operation| operation.id.as_str()).collect();
    let own: BTreeSet<String> = operations.iter().flat_map(|operation| sets(contract, operation)).collect();
    let of_set = |shape: &Shape| contract.entity_set(shape).is_some_and(|set| own.contains(&set.name));
    let mut names: BTreeSet<String> =
        contract.shapes.iter().filter(|(_, shape)| of_set(shape)).map(|(name, _)| name.clone()).collect();
    let mut open: Vec<&Shape> = names.iter().filter_map(|name| contract.shapes.get(name)).collect();
    for operation in &operations {
        open.extend(operation.success.shape.iter().chain(operation.body.iter().map(|body| &body.shape)));
        open.extend(operation.parameters.iter().map(|(_, shape)| shape));
        open.extend(operation.query.iter().map(|query| &query.shape));
    }
    while let Some(shape) = open.pop() {
        match shape {
            Shape::Named { name } if names.insert(name.clone()) => open.extend(contract.shapes.get(name)),
            Shape::Object { properties, .. } => open.extend(properties.iter().map(|property| &property.shape)),
            Shape::List { of, .. } => open.push(of),
            _ => {}
        }
    }
    let exchanges = contract.exchanges.iter().filter(|exchange| ids.contains(exchange.operation.as_str()));
    let shapes = contract.shapes.iter().filter(|(name, _)| names.contains(*name));
    Contract {
        api: contract.api.clone(),
        file: contract.file.clone(),
        sha256: contract.sha256.clone(),
        servers: contract.servers.clone(),
        conventions: contract.conventions.clone(),
        exchanges: exchanges.cloned().collect(),
        shapes: shapes.map(|(name, shape)| (name.clone(), shape.clone())).collect(),
        operations,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Depth, Outcome, Tried, Version, attempt, judge};
    use super::*;
    use crate::conformance::Selection;

    #[test]
    fn every_operation_is_in_one_part_with_all_that_it_touches() {
        for contract in crate::embedded::contracts() {
            let groups = groups(contract);
            let mut all: Vec<usize> = groups.iter().flatten().copied().collect();
            all.sort_unstable();
            assert_eq!(all, (0..contract.operations.len()).collect::<Vec<_>>());
            let parts: Vec<Contract> = groups.iter().map(|group| part(contract, group)).collect();
            assert!(is_checked_alike(contract, &parts), "{}", contract.api);
            assert_eq!(parts.len() > 1, !super::parts(contract).is_empty());
        }
    }

    /// The contract of this build and another one that it has nothing to do with, as one.
    fn two() -> Contract {
        let mut two = crate::embedded::contract("beta").expect("this build has beta").clone();
        let json = include_str!(concat!(env!("OUT_DIR"), "/invented/contracts.json"));
        let others: Vec<Contract> = serde_json::from_str(json).expect("contracts");
        let other = others.into_iter().find(|other| other.api == two.api).expect("of this version");
        two.operations.extend(other.operations);
        two.exchanges.extend(other.exchanges);
        other.shapes.into_iter().for_each(|(name, shape)| {
            two.shapes.entry(name).or_insert(shape);
        });
        two
    }

    #[tokio::test]
    async fn what_is_killed_in_its_part_is_killed_in_the_whole() {
        let two = two();
        let parts = parts(&two);
        assert!(parts.len() > 1);
        let (all, foreign) = (Selection::default(), Some("nobody calls it".to_owned()));
        let version = Version { foreign, ..Version::new(&two) };
        let tried = Tried::new(&version, &parts, &all).await.expect("a suite");
        let trials = tried.trials();
        let of_parts: Vec<_> =
            trials.iter().filter(|(suite, _)| !std::ptr::eq(*suite, &raw const tried.whole)).collect();
        assert!(of_parts.len() > trials.len() / 2);
        let mut n_killed = 0;
        for (suite, trial) in of_parts.iter().step_by(of_parts.len() / 40) {
            let is_killed = |met| judge(trial.mutant().clone(), met, &tried.assumed, None).outcome == Outcome::Killed;
            let here = attempt(suite, trial, Depth::All).await.expect("a trial").expect("a server or a page");
            if is_killed(here) {
                let there = attempt(&tried.whole, trial, Depth::All).await.expect("a trial").expect("the same");
                assert!(is_killed(there), "{} lives in the whole", trial.mutant().id);
                n_killed += 1;
            }
        }
        assert!(n_killed > 20, "{n_killed}");
    }

    #[test]
    fn a_part_that_lacks_what_its_checks_need_is_no_part() {
        let contract = &crate::embedded::contracts()[0];
        let torn: Vec<Contract> =
            (0..contract.operations.len()).map(|nth| part(contract, &BTreeSet::from([nth]))).collect();
        assert!(!is_checked_alike(contract, &torn), "an action is seen by a read");
        assert!(!is_checked_alike(contract, &[]));
    }
}
