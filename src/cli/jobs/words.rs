//! How jobs are spoken of.

use crate::odata::{Instant, format_instant};
use crate::remediation::Standing;
use crate::remediation::ledger::{Counts, JobState, Summary};

/// A moment for people, to the second.
pub(super) fn moment(at: Instant) -> String {
    let text = format_instant(at);
    // Years have four digits, so that this is never within a letter.
    format!("{} {} UTC", &text[..10], &text[11..19])
}

/// Where a job stands, for programs.
pub(super) fn state(summary: &Summary) -> &'static str {
    match (summary.is_taken, summary.job.state) {
        (true, _) => JobState::Running.as_str(),
        // Its process was killed.
        (false, JobState::Running) => JobState::Stopped.as_str(),
        (false, state) => state.as_str(),
    }
}

/// Where a job stands, and what to do about it.
pub(super) fn state_and_remedy(summary: &Summary) -> String {
    match state(summary) {
        "stopped" => format!("stopped: jobs resume {}", summary.job.number),
        state => state.to_owned(),
    }
}

/// How much of a job is settled.
pub(super) fn settled(counts: &Counts) -> String {
    format!("{}/{}", counts.of(Standing::Settled), counts.wanted())
}

/// So many ids.
pub(super) fn ids(n_ids: u64) -> String {
    format!("{n_ids} {}", if n_ids == 1 { "id" } else { "ids" })
}
