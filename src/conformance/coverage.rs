//! How much of the contracts the checks that ran examine.

use std::collections::{HashMap, HashSet};

use crate::contract::FactId;
use crate::rules::Facts;
use crate::verdict::{Coverage, Judged, Outcome, Uncovered};

/// `planned` are the facts that a check of any side examines, selected or not.
pub(super) fn of(facts: &[&Facts<'_>], planned: &HashSet<FactId>, checks: &[Judged]) -> Coverage {
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
            None if planned.contains(&fact.id) => "its checks were not selected".to_owned(),
            None => fact.unobservable.clone().unwrap_or_else(|| "no documented exchange shows it".to_owned()),
        };
        coverage.uncovered.push(Uncovered { fact: fact.id.clone(), reason });
    }
    coverage
}
