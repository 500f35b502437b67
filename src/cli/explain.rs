//! `entra-risk explain ID`.

use std::path::PathBuf;

use clap::Args;

use super::exit::{Exit, Failure};
use super::{output, specs};
use crate::metadata::FLAWS;
use crate::report;
use crate::rules::{RULES, docs, drift, metadata};
use crate::verdict::{Check, Side};

/// Say what a check asserts, on what it rests, and how to reproduce it.
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// Id of a check, as conform prints it, or its last segments, of the first API version that has it; or a rule: drift/method_differs
    id: String,
    /// Description that the check is of, or folder of them; those of this build by default
    #[arg(long, value_name = "FILE")]
    spec: Vec<PathBuf>,
}

pub(super) fn run(command: &Explain) -> Result<Exit, Failure> {
    let contracts = specs::contracts(&command.spec)?;
    let planned: Vec<Check> = contracts
        .iter()
        .flat_map(|contract| crate::conformance::plan(contract, &[Side::Client, Side::Server]))
        .collect();
    let exact = planned.iter().find(|check| check.id == command.id);
    let found: Vec<&Check> = match exact {
        Some(check) => vec![check],
        None => planned.iter().filter(|check| check.id.ends_with(&format!("/{}", command.id))).collect(),
    };
    // Of one check in several versions the first is meant: they are in order.
    let without_version = |check: &Check| {
        let segments = check.id.split('/').enumerate().filter(|(nth, _)| *nth != 1);
        segments.map(|(_, segment)| segment).collect::<Vec<_>>().join("/")
    };
    let is_one = found.iter().all(|check| without_version(check) == without_version(found[0]));
    let found = if is_one { &found[..found.len().min(1)] } else { &found[..] };
    match found {
        [check] => {
            let rule = RULES.iter().find(|rule| check.id.split('/').any(|segment| segment == rule.id));
            output::print(&report::explain(check, rule.map_or("", |rule| rule.reason)))?;
            Ok(Exit::Done)
        }
        [] => match of_pages(&command.id) {
            Some(text) => output::print(&text).map(|()| Exit::Done),
            None => Err(Failure::input(
                format!("explain '{}': there is no such check", command.id),
                "entra-risk conform --list prints all ids",
            )),
        },
        several => {
            let ids: Vec<&str> = several.iter().map(|check| check.id.as_str()).collect();
            Err(Failure::input(
                format!("explain '{}': {} checks end like this", command.id, ids.len()),
                format!("give one of\n    {}", ids.join("\n    ")),
            ))
        }
    }
}

/// The rule of a check of pages, or a rule by its id: which checks there are depends on the pages.
fn of_pages(id: &str) -> Option<String> {
    let docs = docs::RULES.iter().map(|rule| (rule.id, rule.severity, rule.reason));
    let drift = drift::RULES.iter().map(|rule| (rule.id, rule.severity, rule.reason));
    let metadata = metadata::RULES.iter().map(|rule| (rule.id, rule.severity, rule.reason));
    let (side, rest) = id.split_once('/')?;
    let named = |rule: &str| {
        rule.split_once('/').is_some_and(|(family, stem)| family == side && rest.split('/').any(|part| part == stem))
    };
    let (rule, severity, reason) =
        docs.chain(drift).chain(metadata).chain(FLAWS.iter().copied()).find(|(rule, ..)| named(rule))?;
    Some(report::explain_rule(rule, severity, reason))
}
