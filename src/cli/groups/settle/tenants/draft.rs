//! The plans of all tenants as one: shown as a table, and approved once.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Value, json};

use super::super::approve::{Approval, duration};
use super::super::arguments::How;
use super::super::summary::counted;
use super::outcome::worst;
use super::prepare::{Prepared, Ready};
use crate::cli::exit::{Exit, Failure};
use crate::cli::table;
use crate::remediation::{Standing, Stop};
use crate::report::text::on_one_line;

/// The plans of all tenants.
pub(super) struct Drafts<'a> {
    pub(super) command: &'a str,
    pub(super) prepared: &'a [Prepared],
    pub(super) how: &'a How,
}

impl<'a> Drafts<'a> {
    fn ready(&self) -> impl Iterator<Item = (&'a str, &'a Ready)> {
        self.prepared.iter().filter_map(|(name, made)| Some((name.as_str(), made.as_ref().ok()?)))
    }

    fn failed(&self) -> impl Iterator<Item = (&'a str, &'a Failure)> {
        self.prepared.iter().filter_map(|(name, made)| Some((name.as_str(), made.as_ref().err()?)))
    }

    /// How many are to be acted on.
    pub(super) fn n_planned(&self) -> usize {
        self.ready().map(|(_, ready)| ready.plan.n_planned()).sum()
    }

    /// How long it takes: the first tenant that has something to do is alone, and then the slowest of the
    /// others counts.
    fn duration(&self) -> Duration {
        let mut working = self.ready().filter_map(|(_, ready)| self.takes(ready));
        let first = working.next().unwrap_or_default();
        first + working.max().unwrap_or_default()
    }

    fn takes(&self, ready: &Ready) -> Option<Duration> {
        let Ready { work, plan, .. } = ready;
        (plan.n_planned() > 0).then(|| plan.duration(&work.action, work.stage.pace.apart(), !self.how.no_verify))
    }

    /// For people.
    pub(super) fn text(&self, width: u16) -> String {
        let header = ["tenant", "found", "left out", "to do", "calls", "time"].map(str::to_owned);
        let rows = self.ready().map(|(name, ready)| {
            let Ready { work, plan, .. } = ready;
            let n_left_out = plan.roll.count(Standing::LeftOut);
            vec![
                on_one_line(name).into_owned(),
                plan.roll.len().to_string(),
                n_left_out.to_string(),
                plan.n_planned().to_string(),
                plan.n_calls(&work.action).to_string(),
                self.takes(ready).map_or_else(|| "nothing to do".to_owned(), duration),
            ]
        });
        let rows: Vec<_> = rows.collect();
        let of = counted(self.prepared.len(), "tenant");
        let mut text = format!("\u{1b}[1m{}\u{1b}[0m in {of}\n", self.command);
        let n_ready = rows.len();
        if n_ready > 0 {
            text += &table::rows(&header, rows, &[1, 2, 3, 4, 5], width);
        }
        for (name, failure) in self.failed() {
            let _ =
                writeln!(text, "{}: \u{1b}[31mfailed\u{1b}[0m to {}", on_one_line(name), on_one_line(&failure.what));
            if !failure.remedy.is_empty() {
                let _ = writeln!(text, "  help: {}", on_one_line(&failure.remedy));
            }
        }
        let left_out = self.left_out();
        for (reason, n) in &left_out {
            let _ = writeln!(text, "left out: {n} {}", on_one_line(reason));
        }
        let n_calls: usize = self.ready().map(|(_, ready)| ready.plan.n_calls(&ready.work.action)).sum();
        let (n, takes) = (self.n_planned(), duration(self.duration()));
        let (calls, ready) = (counted(n_calls, "call"), counted(n_ready, "tenant"));
        let _ = writeln!(text, "to do: {n} in {calls} in {ready}, {takes}");
        text
    }

    /// Why how many are left out, of all tenants.
    fn left_out(&self) -> Vec<(&'a str, usize)> {
        let mut reasons: Vec<(&str, usize)> = Vec::new();
        for (_, ready) in self.ready() {
            for (standing, detail, n) in ready.plan.roll.tally() {
                if standing != Standing::LeftOut {
                    continue;
                }
                let reason = detail.unwrap_or("without a reason");
                match reasons.iter_mut().find(|(known, _)| *known == reason) {
                    Some((_, total)) => *total += n,
                    None => reasons.push((reason, n)),
                }
            }
        }
        reasons
    }

    /// For machines.
    pub(super) fn json(&self) -> Value {
        let tenants: Vec<Value> = self
            .prepared
            .iter()
            .map(|(name, made)| match made {
                Ok(ready) => {
                    let Ready { work, plan, by_filter, selection, .. } = ready;
                    let draft = work.stage.draft(plan, &work.action, &work.bound, selection, *by_filter, self.how);
                    json!({"name": name, "plan": draft.json()})
                }
                Err(failure) => json!({"name": name, "error": failure.what, "remedy": failure.remedy}),
            })
            .collect();
        json!({
            "command": self.command, "tenants": tenants, "planned": self.n_planned(),
            "seconds": self.duration().as_secs_f64(),
        })
    }

    /// How it ends where nothing is to be carried out: tenants that failed are told apart from those that did
    /// not.
    pub(super) fn exit(&self) -> Exit {
        let exits = |(_, made): &Prepared| made.as_ref().map_or_else(|failure| failure.exit, |_| Exit::Done);
        worst(&self.prepared.iter().map(exits).collect::<Vec<_>>(), false)
    }

    /// Has all of it approved at once.
    pub(super) async fn approve(&self, stop: &Stop) -> Result<(), Failure> {
        let is_clear = |ready: &Ready| ready.is_explicit || !ready.work.stage.connected.signed.is_microsoft;
        let missing = "auth or a credential in each entry, or --auth, since what signs in here by itself may be another \
                       tomorrow";
        Approval {
            n: self.n_planned(),
            by_filter: self.ready().any(|(_, ready)| ready.by_filter),
            missing: (!self.ready().all(|(_, ready)| is_clear(ready))).then_some(missing),
        }
        .get(self.how, stop)
        .await
    }
}
