//! The README's table of operations is what the descriptions and the suite amount to.

use std::process::Command;

use entra_risk::report::operations::{COLUMNS, Planned, render};
use entra_risk::verdict::Side;
use entra_risk::{conformance, embedded, rules};

const BEGIN: &str = "<!-- operations: begin -->\n";
const END: &str = "<!-- operations: end -->";

fn planned() -> Vec<Planned<'static>> {
    let sides = &[Side::Client, Side::Server];
    let of = |contract| Planned { contract, checks: conformance::plan(contract, sides) };
    embedded::contracts().iter().map(of).collect()
}

#[test]
fn the_readme_has_every_operation_with_what_is_checked_of_it() {
    let readme = include_str!("../../README.md");
    let (_, rest) = readme.split_once(BEGIN).expect("the beginning of the table");
    let (table, _) = rest.split_once(END).expect("its end");
    let expected = render(&planned());
    assert_eq!(
        table.trim(),
        expected.trim(),
        "put what `cargo run -- spec operations` prints between {} and {END} in README.md",
        BEGIN.trim()
    );
}

#[test]
fn every_rule_is_in_one_column_and_every_check_is_counted() {
    let mut listed: Vec<&str> = COLUMNS.iter().flat_map(|(_, rules)| *rules).copied().collect();
    let mut known: Vec<String> =
        rules::RULES.iter().map(|rule| format!("{}/{}", rule.side.as_str(), rule.id)).collect();
    listed.sort_unstable();
    known.sort_unstable();
    assert_eq!(listed, known, "a new rule needs a column in src/report/operations.rs");
    let planned = planned();
    let numbers: usize = render(&planned[..1])
        .lines()
        .skip(2)
        .flat_map(|line| {
            line.split('|').rev().skip(1).take(COLUMNS.len()).filter_map(|cell| cell.trim().parse::<usize>().ok())
        })
        .sum();
    assert_eq!(numbers, planned[0].checks.len());
}

#[test]
fn an_operation_of_two_versions_is_one_row_that_says_where_they_differ() {
    let own = embedded::contract("beta").expect("this build has beta");
    let mut other = own.clone();
    other.api = "v9".to_owned();
    other.operations.truncate(2);
    other.operations[1].permissions.application.clear();
    let sides = &[Side::Client, Side::Server];
    let of = |contract| Planned { contract, checks: conformance::plan(contract, sides) };
    let table = render(&[of(&other), of(own)]);
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 2 + own.operations.len());
    assert!(lines[0].contains("| facts in v9 | facts in beta |"), "{}", lines[0]);
    let application = own.operations[1].permissions.application.join(" or ");
    assert!(lines[3].contains(&format!("| not supported (v9)<br>{application} (beta) |")), "{}", lines[3]);
    assert!(lines[4].contains("| – | "), "the first version does not have it: {}", lines[4]);
    let cells = lines[0].matches('|').count();
    assert!(lines.iter().all(|line| line.matches('|').count() == cells), "{table}");
}

#[test]
fn the_command_prints_the_table_and_knows_no_other_version() {
    let program = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_entra-risk"));
        command.args(["spec", "operations"]).args(arguments).output().expect("the program starts")
    };
    let output = program(&[]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stdout), render(&planned()));
    let output = program(&["--api", "v7"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("give one of"), "{output:?}");
}
