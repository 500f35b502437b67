//! For programs: one document.

use crate::check::Judgement;

/// The JSON schema of a verdict.
pub const SCHEMA: &str = include_str!("check.schema.json");

pub(super) fn render(judgement: &Judgement) -> String {
    let mut text = serde_json::to_string_pretty(judgement).expect("a verdict is plain values");
    text.push('\n');
    text
}
