//! A job as evidence for a ticket: what a reader needs to check it, in Markdown.

use std::fmt::Write as _;

use super::show::{Shown, answer};
use super::words;
use crate::remediation::Standing;
use crate::remediation::ledger::CallRecord;
use crate::report::text::{code, markdown};

/// The evidence.
pub(super) fn render(shown: &Shown) -> String {
    let number = shown.summary.job.number;
    let mut text = format!("# Job {number}: {}\n\n| | |\n|---|---|\n", markdown(&shown.summary.job.command));
    for (name, value) in shown.about() {
        let _ = writeln!(text, "| {name} | {} |", markdown(&value));
    }
    let counts = &shown.summary.counts;
    let _ = write!(text, "\n## Outcome of {}\n\n| outcome | ids |\n|---|---:|\n", words::ids(counts.all()));
    for (standing, n_ids) in counts.iter() {
        let _ = writeln!(text, "| {standing} | {n_ids} |");
    }
    if counts.of(Standing::Sending) > 0 && words::state(&shown.summary) != "running" {
        text.push_str(
            "\nWhat stands at \"sending\" was about to be sent, or was, when the process ended: what became of it is \
             not known until the job is taken up again.\n",
        );
    }
    let _ = write!(
        text,
        "\nA call that was accepted is not yet an effect: \"settled\" is what reading back saw.\n\n\
         `entra-risk jobs export {number} --format jsonl` has each id; its SHA-256 is {}.\n\n## {}\n",
        code(&shown.sha256),
        match shown.calls.len() {
            0 => "No calls".to_owned(),
            1 => "1 call".to_owned(),
            n_calls => format!("{n_calls} calls"),
        }
    );
    if !shown.calls.is_empty() {
        text.push_str("\n| call | kind | ids | sent | answered | answer | request id | client request id |\n");
        text.push_str("|---:|---|---:|---|---|---|---|---|\n");
        shown.calls.iter().for_each(|call| row(&mut text, call));
    }
    text
}

fn row(text: &mut String, call: &CallRecord) {
    let id = |id: &Option<String>| id.as_deref().map(code).unwrap_or_default();
    let _ = writeln!(
        text,
        "| {} | {} | {} | {} | {} | {} | {} | {} |",
        call.number,
        call.kind.as_str(),
        call.ids.len(),
        words::moment(call.sent),
        call.answered.map(words::moment).unwrap_or_default(),
        markdown(&answer(call)),
        id(&call.request_id),
        id(&call.client_request_id),
    );
}
