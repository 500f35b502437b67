//! How much of a contract the checks that ran examine.

use std::collections::HashMap;

use crate::rules::Facts;
use crate::verdict::{Check, Coverage, Judged, Outcome, Uncovered};

/// `all` are the checks of both sides, selected or not.
pub(super) fn of(facts: &Facts<'_>, all: &[Check], checks: &[Judged]) -> Coverage {
    let mut examined: HashMap<&str, bool> = HashMap::new();
    let mut why: HashMap<&str, &str> = HashMap::new();
    for judged in checks {
        let ran = matches!(judged.outcome, Outcome::Pass | Outcome::Fail);
        for fact in &judged.check.facts {
            *examined.entry(fact.as_str()).or_default() |= ran;
            if !ran {
                why.insert(fact.as_str(), &judged.seen);
            }
        }
    }
    let mut coverage = Coverage::default();
    for fact in facts.all() {
        coverage.facts += 1;
        let reason = match examined.get(fact.id.as_str()) {
            Some(true) => {
                coverage.covered += 1;
                continue;
            }
            Some(false) => {
                format!("its checks did not run: {}", why.get(fact.id.as_str()).unwrap_or(&"no reason given"))
            }
            None if all.iter().any(|check| check.facts.contains(&fact.id)) => "its checks were not selected".to_owned(),
            None => fact.unobservable.clone().unwrap_or_else(|| "no documented exchange shows it".to_owned()),
        };
        coverage.uncovered.push(Uncovered { fact: fact.id.clone(), reason });
    }
    coverage
}
