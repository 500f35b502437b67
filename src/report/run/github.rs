//! Workflow commands of GitHub Actions: annotations beside the lines of a pull request.
//!
//! Actions shows ten of each level for a step, so that checks of one rule at one line are one
//! annotation, and what matters most comes first.

use super::{Run, STALE, both_sides, severity};
use crate::contract::Origin;
use crate::finding::Severity;
use crate::report::text::{command_data, command_property, on_one_line, shown};
use crate::verdict::Judged;

/// How many checks of one annotation are named.
const MOST: usize = 5;

/// What one annotation says of.
struct Group<'a> {
    severity: Severity,
    origin: Origin,
    rule: String,
    judged: Vec<&'a Judged>,
}

pub(super) fn render(run: &Run<'_>) -> String {
    let mut text = String::new();
    for stale in &run.report.stale {
        text += &command(Severity::Error, &run.place(&stale.origin), STALE, &shown(&stale.text));
    }
    for group in groups(run) {
        text += &command(group.severity, &group.origin, &group.rule, &message(&group.judged));
    }
    text + &format!("{}\n", on_one_line(&run.total()))
}

/// The worst first, else in the order of the report.
fn groups<'a>(run: &Run<'a>) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    for judged in &run.report.checks {
        let Some(severity) = severity(run.standing(judged)) else { continue };
        let (origin, rule) = (run.place(&judged.check.origin), judged.check.rule());
        let same = |group: &&mut Group<'_>| group.severity == severity && group.origin == origin && group.rule == rule;
        match groups.iter_mut().find(same) {
            Some(group) => group.judged.push(judged),
            None => groups.push(Group { severity, origin, rule, judged: vec![judged] }),
        }
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.severity));
    groups
}

fn message(judged: &[&Judged]) -> String {
    let mut lines = Vec::new();
    for judged in judged.iter().take(MOST) {
        lines.push(judged.check.id.clone());
        lines.extend(both_sides(judged).into_iter().map(|(name, value)| format!("  {name}: {}", shown(&value))));
    }
    if judged.len() > MOST {
        lines.push(format!("and {} more", judged.len() - MOST));
    }
    lines.join("\n")
}

fn command(severity: Severity, origin: &Origin, title: &str, message: &str) -> String {
    let level = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut properties = Vec::new();
    if !origin.file.is_empty() {
        properties.push(format!("file={}", command_property(&origin.file)));
    }
    if origin.line > 0 {
        properties.push(format!("line={}", origin.line));
    }
    properties.push(format!("title={}", command_property(title)));
    format!("::{level} {}::{}\n", properties.join(","), command_data(message))
}
