//! A summary for a pull request, or for the page of a job.

use std::fmt::Write as _;

use super::{documented, times, total};
use crate::check::Judgement;
use crate::report::text::{code, markdown};

pub(super) fn render(judgement: &Judgement) -> String {
    let mut text = format!("## entra-risk check\n\n{}\n", markdown(&total(judgement)));
    if !judgement.wrong.is_empty() {
        text += "\n| not as documented | documented | sent | what to do |\n|---|---|---|---|\n";
        for wrong in &judgement.wrong {
            let finding = &wrong.finding;
            let _ = writeln!(
                text,
                "| {}: {} ({}) | {} | {}, {} | {} |",
                code(&finding.subject),
                markdown(&finding.message),
                code(&finding.rule),
                markdown(&documented(wrong).unwrap_or_default()),
                code(&wrong.sent),
                times(wrong.times),
                markdown(&finding.remedy),
            );
        }
    }
    if !judgement.operations.is_empty() {
        text += "\n| operation | page | called |\n|---|---|---|\n";
        for used in &judgement.operations {
            let call = format!("{} {} {}", used.api, used.method, used.path);
            let _ = writeln!(text, "| {} | {} | {} |", code(&call), markdown(&used.page), times(used.times));
        }
    }
    for needed in &judgement.permissions {
        let _ = write!(text, "\nLeast permissions ({}):\n\n```\n", super::caller(needed.caller));
        // Names of permissions hold no backticks: they come from the description.
        needed.permissions.iter().for_each(|permission| {
            let _ = writeln!(text, "{}", permission.replace('`', ""));
        });
        text += "```\n";
    }
    text
}
