//! The facts of the description: which were examined, by how many checks, and why not the others.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::{class, sign};
use crate::report::run::Run;
use crate::report::text::{on_one_line, shown};
use crate::verdict::{Judged, Outcome, Standing};

pub(super) fn section(run: &Run<'_>) -> Markup {
    let coverage = &run.report.coverage;
    html! {
        section #coverage {
            h2 { "Coverage of the description" }
            p {
                b { (coverage.covered) } " of " (coverage.facts) " facts were examined. "
                meter min="0" max=(coverage.facts.max(1)) value=(coverage.covered) { (coverage.covered) " of " (coverage.facts) }
            }
            (uncovered(run))
            (covered(run))
        }
    }
}

fn uncovered(run: &Run<'_>) -> Markup {
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for uncovered in &run.report.coverage.uncovered {
        reasons.entry(&uncovered.reason).or_default().push(uncovered.fact.as_str());
    }
    html! {
        @for (reason, facts) in reasons {
            details.group {
                summary { b { (facts.len()) } " not examined: " (shown(reason)) }
                ul { @for fact in facts { li { code.fact { (on_one_line(fact)) } } } }
            }
        }
    }
}

fn covered(run: &Run<'_>) -> Markup {
    let mut facts: BTreeMap<&str, Vec<&Judged>> = BTreeMap::new();
    let ran = |judged: &&Judged| matches!(judged.outcome, Outcome::Pass | Outcome::Fail);
    for judged in run.report.checks.iter().filter(ran) {
        for fact in &judged.check.facts {
            facts.entry(fact.as_str()).or_default().push(judged);
        }
    }
    html! {
        details.group {
            summary { b { (facts.len()) } " examined" }
            table.facts {
                thead { tr { th scope="col" { "fact" } th scope="col" { "checks" } th scope="col" { "worst outcome" } } }
                tbody {
                    @for (fact, judged) in facts {
                        @let worst = judged.iter().map(|judged| run.standing(judged)).min().unwrap_or(Standing::Passed);
                        tr class=(class(worst)) {
                            td { code.fact { (on_one_line(fact)) } }
                            td.number { (judged.len()) }
                            td { span.sign aria-hidden="true" { (sign(worst)) } " " (worst.as_str()) }
                        }
                    }
                }
            }
        }
    }
}
