//! Tables for people.

use comfy_table::presets::NOTHING;
use comfy_table::{ColumnConstraint, ContentArrangement, Table};

/// The width where nobody says how wide it is.
pub(super) const WIDTH: u16 = 120;
/// A terminal that is narrower gets lines that it wraps itself.
const NARROWEST: u16 = 40;

/// How wide standard output is.
pub(in crate::cli) fn width() -> u16 {
    let width = terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| width.0);
    width.unwrap_or(WIDTH).max(NARROWEST)
}

/// Rows below a header, aligned; columns at `whole` are never broken over lines.
pub(in crate::cli) fn rows(header: &[String], rows: Vec<Vec<String>>, whole: &[usize], width: u16) -> String {
    let mut table = table(width);
    table.set_header(header.iter().map(|name| name.to_uppercase()));
    table.add_rows(rows);
    for at in whole {
        if let Some(column) = table.column_mut(*at) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    text(&table)
}

/// Names and values below each other.
pub(in crate::cli) fn pairs(pairs: Vec<[String; 2]>, width: u16) -> String {
    let mut table = table(width);
    table.add_rows(pairs);
    if let Some(column) = table.column_mut(0) {
        column.set_constraint(ColumnConstraint::ContentWidth);
    }
    text(&table)
}

fn table(width: u16) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    table
}

fn text(table: &Table) -> String {
    // Every cell has a space on either side, the first one too.
    table.lines().fold(String::new(), |text, line| text + line.strip_prefix(' ').unwrap_or(&line).trim_end() + "\n")
}
