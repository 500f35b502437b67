//! Workflow commands of GitHub Actions: annotations beside the lines of a pull request.

use std::fmt::Write as _;

use super::{Found, headline, place};
use crate::finding::{Finding, Severity};
use crate::report::text::{command_data, command_property, on_one_line, shown};

pub(super) fn render(found: &Found<'_>) -> String {
    let mut text: String = found.findings.iter().map(command).collect();
    let _ = writeln!(text, "{}", on_one_line(&found.total()));
    text
}

fn command(finding: &Finding) -> String {
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut properties = Vec::new();
    if !finding.origin.file.is_empty() {
        properties.push(format!("file={}", command_property(&finding.origin.file)));
    }
    if finding.origin.line > 0 {
        properties.push(format!("line={}", finding.origin.line));
    }
    properties.push(format!("title={}", command_property(&finding.rule)));
    let mut message = headline(finding);
    if let Some(other) = &finding.other {
        let _ = write!(message, "\nother side: {}", place(other));
    }
    if !finding.remedy.is_empty() {
        let _ = write!(message, "\nhelp: {}", shown(&finding.remedy));
    }
    format!("::{level} {}::{}\n", properties.join(","), command_data(&message))
}
