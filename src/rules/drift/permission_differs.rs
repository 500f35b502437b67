//! Who may call.

use super::join::{NOT_SUPPORTED, Pair};
use super::{Judgement, Rule};
use crate::finding::Severity;

/// The rule.
///
/// The description has the least privileged permissions as security requirements and the others
/// in `x-entra-permissions.higher`; a page lists both in one row, the least first.
pub const RULE: Rule = Rule {
    id: "drift/permission_differs",
    severity: Severity::Error,
    reason: "a caller asks an administrator for permissions that do not suffice, or for more than it needs",
    judge: |pair| match pair.kind {
        "permission" | "higher" => judge(pair),
        _ => Judgement::Silent,
    },
};

fn judge(pair: &Pair<'_>) -> Judgement {
    let (Some(operation), Some(kind), Some(claim)) = (pair.operation, pair.name.as_deref(), &pair.claim) else {
        return Judgement::Silent;
    };
    let page = names(claim.value.as_deref().unwrap_or(NOT_SUPPORTED));
    let least = operation.permissions.kinds().find(|(name, _)| *name == kind).map_or(&[][..], |(_, names)| names);
    let higher = operation.permissions.higher(kind);
    let described: Vec<&str> = least.iter().chain(higher).map(String::as_str).collect();
    let same = described.len() == page.len() && described.iter().all(|name| page.contains(name));
    // Pages put the least privileged first.
    let ordered = page.first().is_none_or(|first| !higher.iter().any(|name| name == first));
    match same && ordered {
        true => Judgement::Agrees,
        false => pair.differs(&list(&page), &list(&described)),
    }
}

fn names(value: &str) -> Vec<&str> {
    if value == NOT_SUPPORTED { Vec::new() } else { value.split(" or ").map(str::trim).collect() }
}

fn list(names: &[&str]) -> String {
    if names.is_empty() { NOT_SUPPORTED.to_owned() } else { names.join(", ") }
}
