//! The criteria of a set as options.

use std::time::SystemTime;

use clap::{Arg, ArgAction, ArgMatches};

use super::super::exit::Failure;
use crate::remediation::{Criterion, CriterionError, Members, Selection, Takes};

/// Before the name of a criterion in its option's id, so that none is taken for another option.
const PREFIX: &str = "filter:";
const RAW: &str = "filter";
const HEADING: &str = "Filters";

/// An option for each criterion of a set in any of its versions, and `--filter` where the service
/// filters.
pub(super) fn arguments(members: &[Members]) -> Vec<Arg> {
    let mut criteria: Vec<Criterion> = Vec::new();
    for criterion in members.iter().flat_map(Criterion::all) {
        if criteria.iter().all(|known| known.name != criterion.name) {
            criteria.push(criterion);
        }
    }
    let mut found: Vec<Arg> = criteria.iter().map(argument).collect();
    if members.iter().any(|members| members.takes("$filter")) {
        let raw = Arg::new(RAW).long(RAW).value_name("ODATA").help_heading(HEADING);
        found
            .push(raw.help("A condition that goes to the service as it is, beside the others: \"isDeleted eq false\""));
    }
    found
}

fn argument(criterion: &Criterion) -> Arg {
    let Criterion { name, property, takes } = criterion;
    let argument = Arg::new(format!("{PREFIX}{name}")).long(name.clone()).help_heading(HEADING);
    match takes {
        Takes::Members(_) => {
            let help = format!("{property} is one of these: {}", criterion.words().join(", "));
            argument.value_name("LIST").value_delimiter(',').action(ArgAction::Append).help(help)
        }
        Takes::Boolean => argument
            .value_name("true|false")
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true")
            .help(format!("{property} is true, or false")),
        Takes::Since => argument.value_name("TIME").help(format!(
            "{property} is not earlier: 7d, 36h, 90m ago, 2026-11-01, or 2026-11-01T08:00:00Z"
        )),
        Takes::Before => argument.value_name("TIME").help(format!("{property} is earlier")),
        Takes::Part => argument
            .value_name("TEXT")
            .help(format!("{property} contains this, in any letter case; decided here after reading, since no page says that the service can")),
        Takes::Text => argument.value_name("VALUE").action(ArgAction::Append).help(format!("{property} is this")),
    }
}

/// What was selected, of a set in one version.
pub(super) fn read(matches: &ArgMatches, members: &Members, now: SystemTime) -> Result<Selection, Failure> {
    let values = |name: &str| matches.get_many(&format!("{PREFIX}{name}")).into_iter().flatten().cloned().collect();
    let given = given(matches).map(|name| (name.to_owned(), values(name)));
    let raw = raw(matches);
    select(given.collect(), raw, members, now).map_err(|objection| match objection {
        // Not to filter at all would mean more than was asked for.
        Objection::Unknown { name, .. } => Failure::input(
            format!("filter by --{name}: {} does not have it", members.contract.api),
            "choose another version with --api",
        ),
        Objection::Value { name, error } => Failure::input(format!("use --{name}: {error}"), ""),
        Objection::Empty => Failure::input("use --filter: it is empty", "leave it out, or write a condition"),
    })
}

/// Why criteria cannot be used, wherever they were given.
pub(super) enum Objection {
    /// There is none of this name, but these.
    Unknown { name: String, known: Vec<String> },
    /// It does not take what was given for it.
    Value { name: String, error: CriterionError },
    /// The condition for the service is empty.
    Empty,
}

/// What is selected by criteria of these names, and by a condition that goes to the service as it is.
pub(super) fn select(
    given: Vec<(String, Vec<String>)>,
    raw: Option<&str>,
    members: &Members,
    now: SystemTime,
) -> Result<Selection, Objection> {
    let criteria = Criterion::all(members);
    let mut parts = Vec::new();
    for (name, values) in given {
        let Some(criterion) = criteria.iter().find(|criterion| criterion.name == name) else {
            let known = criteria.iter().map(|criterion| criterion.name.clone()).collect();
            return Err(Objection::Unknown { name, known });
        };
        let part = criterion.read(&values, now);
        parts.push(part.map_err(|error| Objection::Value { name, error })?);
    }
    if raw.is_some_and(|text| text.trim().is_empty()) {
        return Err(Objection::Empty);
    }
    Ok(Selection::new(parts, raw))
}

fn given(matches: &ArgMatches) -> impl Iterator<Item = &str> {
    matches.ids().filter_map(|id| id.as_str().strip_prefix(PREFIX))
}

fn raw(matches: &ArgMatches) -> Option<&str> {
    matches.try_get_one::<String>(RAW).ok().flatten().map(String::as_str)
}
