//! For programs: one document.

use serde::Serialize;

use super::{Counts, Found};
use crate::finding::Finding;

/// The JSON schema of findings.
pub const SCHEMA: &str = include_str!("findings.schema.json");

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    schema_version: &'static str,
    tool: String,
    looked_at: &'a str,
    summary: Counts,
    findings: &'a [Finding],
    accepted: Vec<Excused<'a>>,
}

#[derive(Serialize)]
struct Excused<'a> {
    #[serde(flatten)]
    finding: &'a Finding,
    reason: &'a str,
}

pub(super) fn render(found: &Found<'_>) -> String {
    let document = Document {
        schema_version: "1",
        tool: format!("entra-risk {}", found.version),
        looked_at: found.looked_at,
        summary: found.counts(),
        findings: found.findings,
        accepted: found.accepted.iter().map(|(finding, reason)| Excused { finding, reason }).collect(),
    };
    let mut text = serde_json::to_string_pretty(&document).expect("findings are plain values");
    text.push('\n');
    text
}
