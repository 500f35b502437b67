//! The operations of the descriptions, with what is checked of each: a table in GitHub's Markdown.
//!
//! What a rule looks at is said here, and in no rule: it is a matter of columns.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::text::{code, markdown};
use crate::contract::{Contract, Fact, Operation};
use crate::verdict::{Check, Side};

/// A description with its checks.
#[derive(Debug, Clone)]
pub struct Planned<'a> {
    /// The description.
    pub contract: &'a Contract,
    /// The checks of client and server.
    pub checks: Vec<Check>,
}

/// The columns of checks, with the rules that they count.
pub const COLUMNS: &[(&str, &[&str])] = &[
    (
        "request",
        &[
            "client/statement_contradicted",
            "client/member_unknown",
            "client/request_differs",
            "client/header_not_sent",
            "client/bound_not_kept",
        ],
    ),
    (
        "answer",
        &[
            "client/answer_misread",
            "server/example_not_answered",
            "server/no_content_has_content",
            "server/request_id_missing",
            "server/correlation_lost",
            "server/header_twice",
            "server/entity_malformed",
            "server/newer_member_shown",
            "server/head_has_body",
        ],
    ),
    ("list", &["server/query_ignored", "server/page_lost", "server/member_refused"]),
    (
        "effect",
        &[
            "server/effect_missing",
            "server/bystander_changed",
            "server/missing_entity_mishandled",
            "server/repeat_refused",
        ],
    ),
    ("limit", &["server/limit_not_reached"]),
    ("history", &["server/history_missing"]),
    ("spelling", &["server/alias_unknown", "server/equal_request_refused", "server/optional_header_refused"]),
    (
        "refusals",
        &[
            "server/bad_request_accepted",
            "server/bad_query_accepted",
            "server/refused_state_accepted",
            "server/refusal_unlike_odata",
            "server/refusal_changes_state",
            "server/wrong_method_accepted",
            "server/unknown_path_accepted",
        ],
    ),
];

/// One operation, in every version that has it.
struct Row<'a> {
    /// The version, by its place, with the operation in it.
    versions: Vec<(usize, &'a Operation)>,
}

/// The table: a row for each operation, in the order of the descriptions. A number of checks is that
/// of each version; where versions differ, there are several.
#[must_use]
pub fn render(planned: &[Planned<'_>]) -> String {
    let mut text = head(planned);
    let counts: Vec<BTreeMap<(&str, &str), usize>> = planned.iter().map(count).collect();
    let facts: Vec<Vec<Fact>> = planned.iter().map(|planned| planned.contract.facts()).collect();
    for row in rows(planned) {
        let (_, first) = row.versions[0];
        let _ = write!(text, "| {} | {} | {} |", code(&first.id), paths(planned, &row), permission(planned, &row));
        for version in 0..planned.len() {
            let there = row.versions.iter().find(|(place, _)| *place == version);
            let number = there.map(|(_, operation)| own(&facts[version], &planned[version].contract.api, operation));
            let _ = write!(text, " {} |", number.map_or_else(|| "–".to_owned(), |number| number.to_string()));
        }
        for (column, _) in COLUMNS {
            let numbers = each(planned, &row, |place, operation| {
                let number = counts[place].get(&(operation.id.as_str(), *column));
                number.map_or_else(|| "–".to_owned(), usize::to_string)
            });
            let _ = write!(text, " {numbers} |");
        }
        text.push('\n');
    }
    text
}

fn head(planned: &[Planned<'_>]) -> String {
    let versions: Vec<String> = planned.iter().map(|planned| format!("facts in {}", planned.contract.api)).collect();
    let columns: Vec<&str> = COLUMNS.iter().map(|(column, _)| *column).collect();
    let numbers = "--:|".repeat(versions.len() + columns.len());
    format!(
        "| operation | method and path | least permission of an app | {} | {} |\n|---|---|---|{numbers}\n",
        versions.join(" | "),
        columns.join(" | ")
    )
}

fn rows<'a>(planned: &'a [Planned<'a>]) -> Vec<Row<'a>> {
    let mut rows: Vec<Row<'a>> = Vec::new();
    for (place, planned) in planned.iter().enumerate() {
        for operation in &planned.contract.operations {
            match rows.iter_mut().find(|row| row.versions[0].1.id == operation.id) {
                Some(row) => row.versions.push((place, operation)),
                None => rows.push(Row { versions: vec![(place, operation)] }),
            }
        }
    }
    rows
}

/// How many checks there are of an operation in a column.
fn count<'a>(planned: &'a Planned<'_>) -> BTreeMap<(&'a str, &'static str), usize> {
    let mut counts = BTreeMap::new();
    for check in planned.checks.iter().filter(|check| matches!(check.side, Side::Client | Side::Server)) {
        let rule = check.rule();
        if let Some((column, _)) = COLUMNS.iter().find(|(_, rules)| rules.contains(&rule.as_str())) {
            *counts.entry((check.operation.as_str(), *column)).or_default() += 1;
        }
    }
    counts
}

/// How many facts are an operation's own.
fn own(facts: &[Fact], api: &str, operation: &Operation) -> usize {
    let about = format!("{api} {} {}#", operation.method, operation.path);
    facts.iter().filter(|fact| fact.id.as_str().starts_with(&about)).count()
}

/// What is said of each version, once where all say the same.
fn each(planned: &[Planned<'_>], row: &Row<'_>, say: impl Fn(usize, &Operation) -> String) -> String {
    let said: Vec<(usize, String)> = row.versions.iter().map(|(place, of)| (*place, say(*place, of))).collect();
    if said.iter().all(|(_, text)| *text == said[0].1) {
        return said[0].1.clone();
    }
    let named = said.iter().map(|(place, text)| format!("{text} ({})", planned[*place].contract.api));
    named.collect::<Vec<_>>().join("<br>")
}

fn paths(planned: &[Planned<'_>], row: &Row<'_>) -> String {
    each(planned, row, |_, operation| code(&format!("{} {}", operation.method, operation.path)))
}

fn permission(planned: &[Planned<'_>], row: &Row<'_>) -> String {
    each(planned, row, |_, operation| match operation.permissions.application.as_slice() {
        [] => "not supported".to_owned(),
        names => markdown(&names.join(" or ")),
    })
}
