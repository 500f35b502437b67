//! Workflow commands of GitHub Actions: annotations at the lines of the description, then the
//! verdict.

use std::fmt::Write as _;

use super::{documented, times, total};
use crate::check::{Judgement, Wrong};
use crate::finding::Severity;
use crate::report::text::{command_data, command_property, on_one_line};

pub(super) fn render(judgement: &Judgement) -> String {
    let mut text: String = judgement.wrong.iter().map(command).collect();
    if !judgement.passed && judgement.wrong.is_empty() {
        let _ = writeln!(text, "::error title=entra-risk check::{}", command_data(&total(judgement)));
    }
    let _ = writeln!(text, "{}", on_one_line(&total(judgement)));
    text
}

fn command(wrong: &Wrong) -> String {
    let finding = &wrong.finding;
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut properties = Vec::new();
    if !finding.origin.file.is_empty() {
        properties.push(format!("file={}", command_property(&finding.origin.file)));
        properties.push(format!("line={}", finding.origin.line.max(1)));
    }
    properties.push(format!("title={}", command_property(&finding.rule)));
    let mut message = format!("{}: {}", finding.subject, finding.message);
    if let Some(documented) = documented(wrong) {
        let _ = write!(message, "\ndocumented: {documented}");
    }
    let _ = write!(message, "\nsent: {}, {}", wrong.sent, times(wrong.times));
    if !finding.remedy.is_empty() {
        let _ = write!(message, "\nhelp: {}", finding.remedy);
    }
    format!("::{level} {}::{}\n", properties.join(","), command_data(&message))
}
