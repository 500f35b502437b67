//! What a job came to: for people, for machines, and as an exit code.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::cli::exit::Exit;
use crate::remediation::{Halt, Report, Roll, Settings, Standing, left_out};

/// So many of something: `1 call`, `2 calls`.
pub(super) fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// Everything that a summary is made of.
pub(in crate::cli) struct Summary<'a> {
    pub(in crate::cli) command: &'a str,
    pub(in crate::cli) job: i64,
    pub(in crate::cli) roll: &'a Roll,
    pub(in crate::cli) report: &'a Report,
    pub(in crate::cli) settings: &'a Settings,
    /// Whether anything can be read back of the action.
    pub(in crate::cli) is_visible: bool,
    /// Whether it is whatever a filter found: what was left out was not asked for then.
    pub(in crate::cli) by_filter: bool,
    /// Reads before it began.
    pub(in crate::cli) n_plan_reads: usize,
    pub(in crate::cli) took: Duration,
    pub(in crate::cli) ledger: &'a Path,
    /// What a further command needs to find the same ledger: ` --ledger FILE`.
    pub(in crate::cli) place: &'a str,
    /// Whether it can be taken up: not where the service ends with this command.
    pub(in crate::cli) is_resumable: bool,
}

impl Summary<'_> {
    /// How the command ends.
    pub(in crate::cli) fn exit(&self) -> Exit {
        let roll = self.roll;
        let n_done = roll.count(Standing::Settled) + roll.count(Standing::Accepted);
        match &self.report.halt {
            Some(Halt::Asked) => return Exit::Interrupted,
            Some(Halt::Denied(_) | Halt::Unavailable(_)) if n_done == 0 && self.report.n_calls <= 1 => {
                return Exit::Unreachable;
            }
            Some(_) => return Exit::Partial,
            None => {}
        }
        let is_accepted_enough = !self.settings.verify || !self.is_visible;
        let is_fine = |standing: Standing, detail: Option<&str>| match standing {
            Standing::Settled => true,
            Standing::Accepted => is_accepted_enough,
            Standing::LeftOut => {
                self.by_filter || matches!(detail, Some(left_out::DONE | left_out::EXCLUDED | left_out::SELF))
            }
            _ => false,
        };
        match roll.tally().into_iter().all(|(standing, detail, _)| is_fine(standing, detail)) {
            true => Exit::Done,
            false => Exit::Findings,
        }
    }

    /// For people.
    pub(in crate::cli) fn text(&self) -> String {
        let mut text = String::new();
        for (standing, detail, n) in self.roll.tally() {
            let colour = match standing {
                Standing::Settled => "\u{1b}[32m",
                Standing::Refused | Standing::Unchanged | Standing::Unknown => "\u{1b}[31m",
                Standing::Processing | Standing::Planned | Standing::Sending => "\u{1b}[33m",
                Standing::Accepted | Standing::LeftOut => "",
            };
            let end = if colour.is_empty() { "" } else { "\u{1b}[0m" };
            let detail = detail.map(|detail| format!("  {}", crate::report::text::on_one_line(detail)));
            let _ = writeln!(text, "  {n:>7} {colour}{standing}{end}{}", detail.unwrap_or_default());
        }
        let Report { n_calls, n_reads, halt } = self.report;
        let seconds = self.took.as_secs_f64();
        let _ = writeln!(text, "{} and {} in {seconds:.1} s", counted(*n_calls, "call"), counted(*n_reads, "read"));
        if let Some(halt) = halt {
            let _ =
                writeln!(text, "\u{1b}[1;31mstopped\u{1b}[0m: {}", crate::report::text::on_one_line(&halt.to_string()));
        }
        let (job, place) = (self.job, self.place);
        let _ = writeln!(text, "job {job}: entra-risk jobs show {job}{place}");
        if self.is_open() && self.is_resumable {
            let first = match halt {
                Some(Halt::Denied(trouble)) if trouble.status == Some(403) => "once this is permitted again: ",
                Some(Halt::Denied(_)) => "sign in again, then: ",
                _ => "",
            };
            let _ = writeln!(text, "go on:  {first}entra-risk jobs resume {job}{place}");
        }
        text
    }

    /// Whether something remains that could be done or known.
    pub(in crate::cli) fn is_open(&self) -> bool {
        let open = [Standing::Planned, Standing::Sending, Standing::Unknown, Standing::Processing];
        self.report.halt.is_some() || open.iter().any(|standing| self.roll.count(*standing) > 0)
    }

    /// For machines.
    pub(in crate::cli) fn json(&self) -> Value {
        let counts =
            Standing::ALL.iter().map(|standing| (standing.as_str().to_owned(), json!(self.roll.count(*standing))));
        let details: Vec<Value> = self
            .roll
            .tally()
            .into_iter()
            .map(|(standing, detail, n)| json!({"outcome": standing.as_str(), "detail": detail, "ids": n}))
            .collect();
        json!({
            "command": self.command, "job": self.job, "ledger": self.ledger,
            "counts": serde_json::Map::from_iter(counts), "outcomes": details,
            "calls": self.report.n_calls, "reads": self.report.n_reads, "planReads": self.n_plan_reads,
            "seconds": self.took.as_secs_f64(),
            "stopped": self.report.halt.as_ref().map(ToString::to_string),
            "exitCode": self.exit().code(),
        })
    }
}
