//! Shows a plan, and has it approved.

use std::fmt::Write as _;
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::time::Duration;

use serde_json::{Value, json};

use super::arguments::{Format, How};
use super::stage::interrupted;
use super::summary::counted;
use crate::cli::exit::Failure;
use crate::cli::output;
use crate::remediation::{Action, Plan, Scene, Standing, Stop};

/// Everything that a plan is shown with.
pub(super) struct Draft<'a> {
    pub(super) plan: &'a Plan,
    pub(super) action: &'a Action,
    pub(super) command: &'a str,
    pub(super) scene: &'a Scene,
    pub(super) selection: &'a str,
    /// How far requests are apart.
    pub(super) apart: Duration,
    pub(super) verify: bool,
    /// Whether it is whatever a filter found.
    pub(super) by_filter: bool,
    pub(super) is_microsoft: bool,
    /// Whether tenant and way of signing in were said.
    pub(super) is_explicit: bool,
}

impl Draft<'_> {
    /// For people.
    pub(super) fn text(&self) -> String {
        let Self { plan, action, scene, .. } = self;
        let mut text =
            format!("\u{1b}[1m{}\u{1b}[0m · {} {}\n", self.command, action.contract.api, action.operation.id);
        let mut line = |name: &str, value: String| {
            let _ = writeln!(text, "  {name:<10}{}", crate::report::text::on_one_line(&value));
        };
        line("tenant", scene.tenant.clone().unwrap_or_else(|| "unknown, the token does not say".to_owned()));
        line("cloud", format!("{} ({})", scene.cloud, scene.root));
        line(
            "identity",
            match scene.identity.is_empty() {
                true => "unknown, the token does not say".to_owned(),
                false => format!("{} ({})", scene.identity, scene.identity_kind),
            },
        );
        line("whom", self.selection.to_owned());
        line("found", plan.roll.len().to_string());
        for (standing, detail, n) in plan.roll.tally() {
            if standing == Standing::LeftOut {
                line("left out", format!("{n} {}", detail.unwrap_or("without a reason")));
            }
        }
        let n_calls = plan.n_calls(action);
        let calls = counted(n_calls, "call");
        let takes = duration(plan.duration(action, self.apart, self.verify));
        line("to do", format!("{} in {calls} of at most {}, {takes}", plan.n_planned(), action.most));
        text
    }

    /// For machines.
    pub(super) fn json(&self) -> Value {
        let Self { plan, action, scene, .. } = self;
        let left_out: serde_json::Map<String, Value> = plan
            .roll
            .tally()
            .into_iter()
            .filter(|(standing, ..)| *standing == Standing::LeftOut)
            .map(|(_, detail, n)| (detail.unwrap_or("without a reason").to_owned(), json!(n)))
            .collect();
        json!({
            "command": self.command, "api": action.contract.api, "operation": action.operation.id,
            "tenant": scene.tenant, "cloud": scene.cloud, "root": scene.root,
            "identity": scene.identity, "identityKind": scene.identity_kind, "selection": self.selection,
            "found": plan.roll.len(), "leftOut": left_out, "planned": plan.n_planned(),
            "calls": plan.n_calls(action),
            "seconds": plan.duration(action, self.apart, self.verify).as_secs_f64(),
        })
    }

    /// Has it approved.
    pub(super) async fn approve(&self, how: &How, stop: &Stop) -> Result<(), Failure> {
        let is_clear = !self.is_microsoft || self.is_explicit;
        let missing = "--tenant and --auth, since what signs in here by itself may be another tomorrow";
        Approval { n: self.plan.n_planned(), by_filter: self.by_filter, missing: (!is_clear).then_some(missing) }
            .get(how, stop)
            .await
    }

    /// As what was asked for: it goes no further than this.
    pub(super) fn print(&self, format: Format) -> Result<(), Failure> {
        match format {
            Format::Human => self.show(true),
            Format::Json => output::print(&format!("{:#}\n", self.json())),
        }
    }

    /// Shows it where it does not disturb what machines read.
    pub(super) fn show(&self, is_result: bool) -> Result<(), Failure> {
        show(&self.text(), is_result)
    }
}

/// Shows a plan where it does not disturb what machines read.
pub(super) fn show(text: &str, is_result: bool) -> Result<(), Failure> {
    match is_result {
        true => output::print(text),
        false => {
            let _ = anstream::stderr().lock().write_all(text.as_bytes());
            Ok(())
        }
    }
}

/// What is to be approved.
pub(super) struct Approval {
    /// To how many it would be done.
    pub(super) n: usize,
    /// Whether any of it is whatever a filter found.
    pub(super) by_filter: bool,
    /// What has to be said where nobody looks, and was not.
    pub(super) missing: Option<&'static str>,
}

impl Approval {
    /// Has it approved: by `--yes` within what was said, or by typing how many there are.
    pub(super) async fn get(&self, how: &How, stop: &Stop) -> Result<(), Failure> {
        let n = self.n;
        if let Some(max) = how.max.filter(|max| n > *max) {
            let what = format!("carry out the plan: it is for {n}, and --max is {max}; nothing was sent");
            return Err(Failure::input(what, "look at it with --dry-run; then narrow it, or allow more"));
        }
        let on_terminal = io::stdin().is_terminal() && io::stderr().is_terminal();
        match (how.yes, on_terminal) {
            (true, false) => self.unattended(how),
            (true, true) => Ok(()),
            (false, true) => ask(n, stop).await,
            (false, false) => Err(Failure::input(
                "have the plan approved: there is no terminal to ask at; nothing was sent",
                "look at it with --dry-run, then give --yes and --max N; or --plan-out FILE and `apply FILE`",
            )),
        }
    }

    /// Nobody looks: what could be meant otherwise has to be said.
    fn unattended(&self, how: &How) -> Result<(), Failure> {
        let mut missing = Vec::new();
        if self.by_filter && how.max.is_none() {
            missing.push("--max N, since a filter may find more than it did yesterday");
        }
        missing.extend(self.missing);
        match missing.is_empty() {
            true => Ok(()),
            false => {
                let what = "act without a terminal: --yes alone does not say enough; nothing was sent";
                Err(Failure::input(what, format!("give {}", missing.join(" and "))))
            }
        }
    }
}

async fn ask(n: usize, stop: &Stop) -> Result<(), Failure> {
    // There is nobody left to ask if standard error is gone.
    let _ = write!(anstream::stderr(), "Type {n} to do this: ");
    let _ = io::stderr().flush();
    let line = stop.or(answer()).await;
    if !matches!(&line, Some(Ok(line)) if line.ends_with('\n')) {
        // Nobody ended the line of the question.
        let _ = writeln!(anstream::stderr());
    }
    let line =
        line.ok_or_else(interrupted)?.map_err(|error| Failure::input(format!("read the answer: {error}"), ""))?;
    match line.trim() == n.to_string() {
        true => Ok(()),
        false => Err(Failure::input(format!("have the plan approved: {n} was not typed; nothing was sent"), "")),
    }
}

/// A line of standard input. A thread of its own waits for it, which nobody waits for where it never comes.
async fn answer() -> io::Result<String> {
    let (typed, line) = tokio::sync::oneshot::channel();
    std::thread::Builder::new().spawn(move || {
        let mut line = String::new();
        let read = io::stdin().lock().read_line(&mut line).map(|_| line);
        // Whoever asked may have been told to stop.
        let _ = typed.send(read);
    })?;
    line.await.unwrap_or_else(|_| Ok(String::new()))
}

/// For people: `about 12 s`, `about 3 min`.
pub(super) fn duration(duration: Duration) -> String {
    match duration.as_secs() {
        0 => "at once".to_owned(),
        seconds @ ..120 => format!("about {seconds} s"),
        seconds @ ..7200 => format!("about {} min", seconds.div_ceil(60)),
        seconds => format!("about {:.1} h", Duration::from_secs(seconds).as_secs_f64() / 3600.0),
    }
}
