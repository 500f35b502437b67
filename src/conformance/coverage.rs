//! How much of the contracts the checks that ran examine.

use std::collections::{HashMap, HashSet};

use crate::rules::Facts;
use crate::verdict::{Check, Coverage, Judged, Outcome, Uncovered};

/// `all` are the checks of every side, selected or not.
pub(super) fn of(facts: &[&Facts<'_>], all: &[Check], checks: &[Judged]) -> Coverage {
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
    let planned: HashSet<&str> = all.iter().flat_map(|check| &check.facts).map(|fact| fact.as_str()).collect();
    let mut coverage = Coverage::default();
    for fact in facts.iter().flat_map(|facts| facts.all()) {
        coverage.facts += 1;
        let reason = match examined.get(fact.id.as_str()) {
            Some(true) => {
                coverage.covered += 1;
                continue;
            }
            Some(false) => {
                format!("its checks did not run: {}", why.get(fact.id.as_str()).unwrap_or(&"no reason given"))
            }
            None if planned.contains(fact.id.as_str()) => "its checks were not selected".to_owned(),
            None => fact.unobservable.clone().unwrap_or_else(|| "no documented exchange shows it".to_owned()),
        };
        coverage.uncovered.push(Uncovered { fact: fact.id.clone(), reason });
    }
    coverage
}
