//! What came of all tenants: a row for each, a total, and one exit code.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::super::summary::{Summary, counted};
use super::course::End;
use crate::cli::exit::Exit;
use crate::cli::table;
use crate::remediation::Standing;
use crate::report::text::on_one_line;

/// Everything that the summary of all is made of.
pub(super) struct Outcome<'a> {
    pub(super) command: &'a str,
    pub(super) ends: &'a [(String, End)],
    pub(super) took: Duration,
    /// What a further command needs to find the same ledger.
    pub(super) place: &'a str,
}

impl<'a> Outcome<'a> {
    fn summaries(&self) -> impl Iterator<Item = Summary<'a>> {
        self.ends.iter().filter_map(|(_, end)| end.summary())
    }

    /// The numbers of the jobs.
    pub(super) fn jobs(&self) -> Vec<i64> {
        self.summaries().map(|summary| summary.job).collect()
    }

    /// How the command ends.
    pub(super) fn exit(&self) -> Exit {
        let exits: Vec<Exit> = self.ends.iter().map(|(_, end)| end.exit()).collect();
        let is_stopped = self.summaries().any(|summary| summary.report.halt.is_some());
        worst(&exits, is_stopped)
    }

    /// For people.
    pub(super) fn text(&self, width: u16) -> String {
        let header = ["tenant", "outcome", "calls", "reads", "time", "job"].map(str::to_owned);
        let rows = self.ends.iter().map(|(name, end)| {
            let outcome = on_one_line(&end.text()).into_owned();
            let mut row = vec![on_one_line(name).into_owned(), outcome];
            row.extend(match end.summary() {
                Some(Summary { job, report, took, .. }) => [
                    report.n_calls.to_string(),
                    report.n_reads.to_string(),
                    format!("{:.1} s", took.as_secs_f64()),
                    job.to_string(),
                ],
                None => Default::default(),
            });
            row
        });
        let mut text = table::rows(&header, rows.collect(), &[0, 2, 3, 4, 5], width);
        let (n_calls, n_reads) = self.n_requests();
        let counts = words(|standing| self.count(standing));
        let seconds = self.took.as_secs_f64();
        let _ = writeln!(text, "{}: {counts}", counted(self.ends.len(), "tenant"));
        let _ = writeln!(text, "{} and {} in {seconds:.1} s", counted(n_calls, "call"), counted(n_reads, "read"));
        if self.summaries().any(|summary| summary.is_open() && summary.is_resumable) {
            let _ = writeln!(text, "go on:  entra-risk jobs resume JOB{}, signed in to its tenant,", self.place);
            let _ = writeln!(text, "        or the same command again, which leaves out who is settled");
        }
        text
    }

    /// For machines.
    pub(super) fn json(&self) -> Value {
        let tenants: Vec<Value> = self
            .ends
            .iter()
            .map(|(name, end)| match (end, end.summary()) {
                (_, Some(summary)) => json!({"name": name, "summary": summary.json()}),
                (End::Failed(failure), None) => {
                    json!({"name": name, "error": failure.what, "remedy": failure.remedy})
                }
                (_, None) => json!({"name": name, "outcome": end.text()}),
            })
            .collect();
        let (n_calls, n_reads) = self.n_requests();
        let counts = Standing::ALL.iter().map(|standing| (standing.as_str().to_owned(), json!(self.count(*standing))));
        json!({
            "command": self.command, "tenants": tenants, "counts": Map::from_iter(counts),
            "calls": n_calls, "reads": n_reads, "seconds": self.took.as_secs_f64(), "exitCode": self.exit().code(),
        })
    }

    fn count(&self, standing: Standing) -> usize {
        self.summaries().map(|summary| summary.roll.count(standing)).sum()
    }

    fn n_requests(&self) -> (usize, usize) {
        let add =
            |(calls, reads), summary: Summary<'_>| (calls + summary.report.n_calls, reads + summary.report.n_reads);
        self.summaries().fold((0, 0), add)
    }
}

impl End {
    fn summary(&self) -> Option<Summary<'_>> {
        match self {
            Self::Ended(ended) => Some(ended.0.summary(&ended.1)),
            _ => None,
        }
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Failed(failure) => failure.exit,
            Self::Nothing(exit) | Self::NotBegun(exit) => *exit,
            Self::Ended(ended) => ended.0.summary(&ended.1).exit(),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Failed(failure) => format!("failed to {}", failure.what),
            Self::Nothing(_) => "nothing to do".to_owned(),
            Self::NotBegun(_) => "not begun, since the first one stopped".to_owned(),
            Self::Ended(ended) => {
                let (roll, report) = (&ended.1.roll, &ended.1.report);
                let counts = words(|standing| roll.count(standing));
                report.halt.as_ref().map_or_else(|| counts.clone(), |halt| format!("{counts}; stopped: {halt}"))
            }
        }
    }
}

/// `58 settled, 2 refused`.
fn words(count: impl Fn(Standing) -> usize) -> String {
    let counts = Standing::ALL.into_iter().map(|standing| (standing, count(standing))).filter(|(_, n)| *n > 0);
    let counts: Vec<String> = counts.map(|(standing, n)| format!("{n} {standing}")).collect();
    if counts.is_empty() { "nothing was begun".to_owned() } else { counts.join(", ") }
}

/// The exit code of all. None could be reached, or used, only if that holds for each of them.
pub(super) fn worst(exits: &[Exit], is_stopped: bool) -> Exit {
    let any = |wanted| exits.contains(&wanted);
    let is_nothing_sent = exits.iter().all(|exit| matches!(exit, Exit::Unusable | Exit::Unreachable));
    match () {
        () if any(Exit::Interrupted) => Exit::Interrupted,
        () if any(Exit::Partial) => Exit::Partial,
        () if is_nothing_sent && any(Exit::Unreachable) => Exit::Unreachable,
        () if is_nothing_sent => Exit::Unusable,
        () if is_stopped => Exit::Partial,
        () if exits.iter().all(|exit| *exit == Exit::Done) => Exit::Done,
        () => Exit::Findings,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_counts_and_unreachable_only_if_none_was_reached() {
        use Exit::{Done, Findings, Interrupted, Partial, Unreachable, Unusable};
        for (exits, is_stopped, expected) in [
            (&[Done, Done][..], false, Done),
            (&[Done, Findings], false, Findings),
            (&[Done, Unreachable], false, Findings),
            (&[Done, Unusable], false, Findings),
            (&[Unreachable, Unusable], false, Unreachable),
            (&[Unusable, Unusable], false, Unusable),
            (&[Findings, Partial, Unreachable], true, Partial),
            // Refused at its first call: its job can be resumed.
            (&[Done, Unreachable], true, Partial),
            (&[Unreachable], true, Unreachable),
            (&[Partial, Interrupted, Done], true, Interrupted),
        ] {
            assert_eq!(worst(exits, is_stopped), expected, "{exits:?} {is_stopped}");
        }
    }
}
