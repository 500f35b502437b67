//! For people: a line a finding, in the form that terminals and editors make a link of, and
//! below it the other side and what to do.

use std::fmt::Write as _;

use super::{Found, headline, place, severity_word};
use crate::finding::{Finding, Severity};
use crate::report::style::{BLUE, BOLD, DIM, GREEN, PLAIN, RED, YELLOW};
use crate::report::text::{on_one_line, shown};

pub(super) fn render(found: &Found<'_>) -> String {
    let mut text = String::new();
    for finding in found.findings {
        one(&mut text, finding);
    }
    if !found.findings.is_empty() {
        text.push('\n');
    }
    let worst = found.findings.iter().map(|finding| finding.severity).max();
    let style = match worst {
        Some(Severity::Error) => RED,
        Some(Severity::Warning) => YELLOW,
        Some(Severity::Note) | None => GREEN,
    };
    let _ = writeln!(text, "{style}{BOLD}{}{PLAIN}", found.total());
    text
}

fn one(text: &mut String, finding: &Finding) {
    let style = match finding.severity {
        Severity::Error => RED,
        Severity::Warning => YELLOW,
        Severity::Note => BLUE,
    };
    let word = severity_word(finding.severity);
    let (message, rule) = (headline(finding), on_one_line(&finding.rule));
    let (first, rest) = message.split_once('\n').unwrap_or((&message, ""));
    let _ = match finding.origin.file.is_empty() {
        true => write!(text, "{style}{word}{PLAIN}: "),
        false => write!(text, "{BOLD}{}{PLAIN}: {style}{word}{PLAIN}: ", place(&finding.origin)),
    };
    let _ = writeln!(text, "{first} {DIM}[{rule}]{PLAIN}");
    for line in rest.lines() {
        let _ = writeln!(text, "    {line}");
    }
    if let Some(other) = &finding.other {
        let _ = writeln!(text, "    {DIM}other{PLAIN} {}", place(other));
    }
    if let Some(fact) = &finding.fact {
        let _ = writeln!(text, "    {DIM}fact{PLAIN}  {}", on_one_line(fact.as_str()));
    }
    if !finding.remedy.is_empty() {
        let remedy = shown(&finding.remedy);
        let lines: Vec<&str> = remedy.lines().filter(|line| !line.trim().is_empty()).collect();
        let _ = writeln!(text, "    {DIM}help{PLAIN}  {}", lines.join("\n          "));
    }
}
