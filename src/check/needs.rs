//! The least permissions that a set of operations needs. It knows no requests.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::contract::Operation;
use crate::emulator::Kind;

/// What one kind of caller needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Needed {
    /// The kind of caller.
    pub caller: Kind,
    /// The least permissions that suffice for everything it called.
    pub permissions: Vec<String>,
    /// Operations that are not supported for this kind of caller.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unsupported: Vec<String>,
}

/// More candidates than these are not tried in every combination.
const MOST_TRIED: usize = 12;

impl Needed {
    /// What a kind of caller needs for these operations: the fewest of the permissions that are
    /// the least for some operation. One that is needed anyway also serves where it is more than
    /// the least.
    pub(super) fn new(caller: Kind, operations: &[&Operation]) -> Self {
        let least = |operation: &Operation| caller.permitted(&operation.permissions).1.to_vec();
        let higher = |operation: &Operation| {
            let (name, _) = caller.permitted(&operation.permissions);
            operation.permissions.higher(name).to_vec()
        };
        let (supported, unsupported): (Vec<&Operation>, Vec<&Operation>) =
            operations.iter().partition(|operation| !least(operation).is_empty());
        let task = |operation: &&Operation| Task { least: least(operation), higher: higher(operation) };
        let tasks: Vec<Task> = supported.iter().map(task).collect();
        let unsupported = unsupported.iter().map(|operation| operation.id.clone()).collect();
        Self { caller, permissions: fewest(&tasks), unsupported }
    }
}

/// What suffices for an operation.
struct Task {
    least: Vec<String>,
    higher: Vec<String>,
}

impl Task {
    fn is_least(&self, permission: &str) -> bool {
        self.least.iter().any(|least| least == permission)
    }

    fn is_done_by(&self, permission: &str) -> bool {
        self.is_least(permission) || self.higher.iter().any(|higher| higher == permission)
    }
}

fn fewest(tasks: &[Task]) -> Vec<String> {
    let candidates: BTreeSet<&str> = tasks.iter().flat_map(|task| task.least.iter().map(String::as_str)).collect();
    let candidates: Vec<&str> = candidates.into_iter().collect();
    if candidates.len() > MOST_TRIED {
        return greedy(tasks, &candidates);
    }
    let chosen = |set: u32| (0..candidates.len()).filter(move |n| set >> n & 1 == 1).map(|n| candidates[n]);
    let suffices = |set: &u32| tasks.iter().all(|task| chosen(*set).any(|permission| task.is_done_by(permission)));
    // Of as many, those which are the least for most operations.
    let merit = |set: u32| {
        let fits = tasks.iter().filter(|task| chosen(set).any(|permission| task.is_least(permission)));
        (set.count_ones(), usize::MAX - fits.count())
    };
    let best = (0..1_u32 << candidates.len()).filter(suffices).min_by_key(|set| merit(*set)).unwrap_or(0);
    chosen(best).map(str::to_owned).collect()
}

fn greedy(tasks: &[Task], candidates: &[&str]) -> Vec<String> {
    let mut open: Vec<&Task> = tasks.iter().collect();
    let mut chosen = Vec::new();
    while !open.is_empty() {
        let n_done = |permission: &str| open.iter().filter(|task| task.is_done_by(permission)).count();
        let Some(best) = candidates.iter().max_by_key(|permission| n_done(permission)) else { break };
        chosen.push((*best).to_owned());
        open.retain(|task| !task.is_done_by(best));
    }
    chosen.sort();
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The needs of operations with these least and higher permissions for applications.
    fn needs(operations: &[(&[&str], &[&str])]) -> (Vec<String>, usize) {
        let all = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let one = &crate::embedded::contracts()[0].operations[0];
        let operations: Vec<Operation> = operations
            .iter()
            .map(|(least, higher)| {
                let mut operation = one.clone();
                operation.permissions.application = all(least);
                operation.permissions.higher = [("application".to_owned(), all(higher))].into();
                operation
            })
            .collect();
        let needed = Needed::new(Kind::Application, &operations.iter().collect::<Vec<_>>());
        (needed.permissions, needed.unsupported.len())
    }

    #[test]
    fn the_fewest_permissions_are_named_and_no_broader_one_than_is_needed() {
        for (operations, expected) in [
            (vec![], vec![]),
            (vec![(&["R"][..], &["W"][..])], vec!["R"]),
            (vec![(&["W"], &[]), (&["R"], &["W"])], vec!["W"]),
            (vec![(&["W"], &[]), (&["R"], &[])], vec!["R", "W"]),
            (vec![(&["A", "B"], &[]), (&["B", "C"], &[])], vec!["B"]),
            (vec![(&["A", "B"], &[])], vec!["A"]),
        ] {
            assert_eq!(needs(&operations), (expected.into_iter().map(str::to_owned).collect(), 0), "{operations:?}");
        }
        assert_eq!(needs(&[(&[], &[]), (&["R"], &[])]), (vec!["R".to_owned()], 1));
    }

    #[test]
    fn of_many_candidates_some_are_found_that_suffice() {
        let names: Vec<String> = (0..40).map(|n| format!("P{n:02}")).collect();
        let least: Vec<[&str; 2]> = names.iter().map(|name| [name.as_str(), "All"]).collect();
        let operations: Vec<(&[&str], &[&str])> = least.iter().map(|names| (names.as_slice(), &[][..])).collect();
        assert_eq!(needs(&operations).0, ["All"]);
    }
}
