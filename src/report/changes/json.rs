//! For programs: one document.

use serde::Serialize;

use super::{Changed, Counts, Side, Unread};
use crate::diff::{Change, Note};

/// The JSON schema of a comparison.
pub const SCHEMA: &str = include_str!("changes.schema.json");

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    schema_version: &'static str,
    tool: String,
    old: Side<'a>,
    new: Side<'a>,
    complete: bool,
    summary: Counts,
    changes: &'a [Change],
    notes: &'a [Note],
    unread: &'a [Unread],
}

pub(super) fn render(changed: &Changed<'_>) -> String {
    let document = Document {
        schema_version: "1",
        tool: format!("entra-risk {}", changed.version),
        old: changed.old,
        new: changed.new,
        complete: changed.unread.is_empty(),
        summary: changed.counts(),
        changes: &changed.comparison.changes,
        notes: &changed.comparison.notes,
        unread: changed.unread,
    };
    let mut text = serde_json::to_string_pretty(&document).expect("changes are plain values");
    text.push('\n');
    text
}
