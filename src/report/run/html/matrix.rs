//! Operations by rules: what was checked of each, and what came of it, at a glance.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::{checks::counts, class, sign};
use crate::report::run::Run;
use crate::report::text::on_one_line;
use crate::verdict::{Judged, Outcome, Side, Standing};

/// The checks of one side, by operation and rule, in the order of the report.
struct Table<'a> {
    rows: Vec<&'a str>,
    columns: Vec<String>,
    cells: BTreeMap<(usize, usize), Vec<&'a Judged>>,
}

impl<'a> Table<'a> {
    fn of(judged: impl Iterator<Item = &'a Judged>) -> Self {
        let mut table = Self { rows: Vec::new(), columns: Vec::new(), cells: BTreeMap::new() };
        for judged in judged {
            let rule = judged.check.rule();
            let row = position(&mut table.rows, judged.check.operation.as_str());
            let column = position(&mut table.columns, rule.split_once('/').map_or("", |(_, stem)| stem).to_owned());
            table.cells.entry((row, column)).or_default().push(judged);
        }
        table
    }
}

fn position<T: PartialEq>(list: &mut Vec<T>, item: T) -> usize {
    list.iter().position(|other| *other == item).unwrap_or_else(|| {
        list.push(item);
        list.len() - 1
    })
}

pub(super) fn section(run: &Run<'_>) -> Markup {
    html! {
        section #matrix {
            h2 { "Operations by rules" }
            p.legend aria-hidden="true" {
                @for standing in Standing::ALL {
                    span class=(class(standing)) { span.sign { (sign(standing)) } " " (standing.as_str()) }
                    " "
                }
            }
            @for side in Side::ALL {
                @let table = Table::of(run.report.checks.iter().filter(|judged| judged.check.side == side && is_worth(judged)));
                @if !table.rows.is_empty() {
                    (rows(run, side, &table))
                }
            }
        }
    }
}

/// A page by dozens of rules that found nothing is not worth a table.
fn is_worth(judged: &Judged) -> bool {
    judged.check.side != Side::Docs || judged.outcome != Outcome::Pass
}

fn rows(run: &Run<'_>, side: Side, table: &Table<'_>) -> Markup {
    html! {
        div.wide tabindex="0" role="region" aria-label=(format!("Matrix of the side {}", side.as_str())) {
            table.matrix {
                caption { (title(side)) }
                thead {
                    tr {
                        th scope="col" { @if matches!(side, Side::Docs) { "page" } @else { "operation" } }
                        @for column in &table.columns {
                            th.rule scope="col" { span { (on_one_line(column).replace('_', " ")) } }
                        }
                    }
                }
                tbody {
                    @for (row, name) in table.rows.iter().enumerate() {
                        tr {
                            th scope="row" { code { (on_one_line(name)) } }
                            @for column in 0..table.columns.len() {
                                (cell(run, table.cells.get(&(row, column)).map_or(&[], Vec::as_slice)))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn cell(run: &Run<'_>, judged: &[&Judged]) -> Markup {
    let counts = counts(run, judged);
    let Some((worst, _)) = counts.first().copied() else { return html! { td {} } };
    let words: Vec<String> =
        counts.iter().map(|(standing, number)| format!("{number} {}", standing.as_str())).collect();
    html! {
        td class=(format!("cell {}", slug_only(worst))) title=(words.join(", ")) {
            span.sign aria-hidden="true" { (sign(worst)) }
            small { (judged.len()) }
            span.hidden { " " (words.join(", ")) }
        }
    }
}

/// The colour without the filter: a table with holes says something else.
fn slug_only(standing: Standing) -> String {
    format!("as-{}", super::slug(standing))
}

fn title(side: Side) -> &'static str {
    match side {
        Side::Docs => "Documentation: pages that are not free of findings",
        Side::Drift => "Documentation and description",
        Side::Client => "Client",
        Side::Server => "Server",
    }
}
