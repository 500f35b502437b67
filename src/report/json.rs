//! The report for programs.

use crate::verdict::Report;

/// The JSON schema of the report.
pub const SCHEMA: &str = include_str!("report.schema.json");

/// The report as JSON, indented.
#[must_use]
pub fn render(report: &Report) -> String {
    let mut text = serde_json::to_string_pretty(report).expect("a report is maps with text keys and plain values");
    text.push('\n');
    text
}
