//! `entra-risk jobs show`.

use std::collections::BTreeMap;

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::super::exit::{Exit, Failure};
use super::super::{output, table};
use super::{JobId, Shelf, evidence, rows, words};
use crate::odata::format_instant;
use crate::remediation::ledger::{CallRecord, JobState, Summary};
use crate::report::text::on_one_line;

/// Show a job: who, where, what became of its ids, and each call.
#[derive(Debug, Args)]
pub(super) struct Show {
    /// Number of the job, or 'last'
    #[arg(value_name = "ID")]
    job: JobId,
    #[command(flatten)]
    shelf: Shelf,
    /// Form of standard output
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Human,
    /// For programs
    Json,
    /// Evidence for a ticket, with all calls and the hash of the export
    Markdown,
}

impl Show {
    pub(super) fn is_json(&self) -> bool {
        self.format == Format::Json
    }
}

/// A job, as it is shown.
pub(super) struct Shown {
    pub(super) summary: Summary,
    pub(super) calls: Vec<CallRecord>,
    /// The SHA-256 of its export.
    pub(super) sha256: String,
}

pub(super) fn run(show: &Show) -> Result<Exit, Failure> {
    let (ledger, number) = show.shelf.job(show.job)?;
    // Counts, calls and hash are of one moment, also while the job runs.
    let snapshot = ledger.snapshot()?;
    let summary = ledger.job(number)?;
    let shown = Shown { summary, calls: ledger.calls(number)?, sha256: rows::hash(&ledger, number)? };
    drop(snapshot);
    let text = match show.format {
        Format::Human => human(&shown),
        Format::Json => json(&shown),
        Format::Markdown => evidence::render(&shown),
    };
    output::print(&text)?;
    Ok(Exit::Done)
}

impl Shown {
    /// What is known of the job as a whole, with a name for each.
    pub(super) fn about(&self) -> Vec<(&'static str, String)> {
        let job = &self.summary.job;
        let given = |name, text: &Option<String>| text.clone().map(|text| (name, text));
        let mut about = vec![("Command", job.command.clone()), ("State", words::state(&self.summary).to_owned())];
        about.extend(given("Note", &job.note));
        about.push(("Begun", words::moment(job.created)));
        // A process that was killed did not say when.
        if job.state != JobState::Running {
            about.push(("Ended", words::moment(job.changed)));
        }
        about.extend([
            ("Tenant", job.tenant.clone().unwrap_or_else(|| "unknown".to_owned())),
            ("Cloud", format!("{}, {}", job.cloud, job.root)),
            ("Operation", format!("{}, {}", job.operation, job.api)),
            ("By", format!("{}, {}", job.identity, job.identity_kind)),
        ]);
        about.extend(given("Ticket", &job.ticket));
        about.extend(given("Reason", &job.reason));
        about.extend(given("Plan (SHA-256)", &job.plan_sha256));
        about
    }

    /// How often calls ended how.
    fn answers(&self) -> BTreeMap<String, usize> {
        let mut answers = BTreeMap::new();
        for call in &self.calls {
            *answers.entry(format!("{} {}", call.kind.as_str(), answer(call))).or_default() += 1;
        }
        answers
    }
}

/// How a call ended.
pub(super) fn answer(call: &CallRecord) -> String {
    match (call.status, &call.code, call.answered) {
        (Some(status), Some(code), _) => format!("{status} {code}"),
        (Some(status), None, _) => status.to_string(),
        (None, _, Some(_)) => "no answer".to_owned(),
        (None, _, None) => "not known".to_owned(),
    }
}

fn human(shown: &Shown) -> String {
    let pair = |name: String, value: String| [name, on_one_line(&value).into_owned()];
    let number = shown.summary.job.number;
    let mut pairs = vec![pair("Job".to_owned(), number.to_string())];
    pairs.extend(shown.about().into_iter().map(|(name, value)| pair(name.to_owned(), value)));
    let counts = shown.summary.counts.iter();
    let counts = counts.map(|(standing, n_ids)| pair(format!("  {standing}"), n_ids.to_string())).collect();
    let answers = shown.answers().into_iter();
    let answers = answers.map(|(answer, n_calls)| pair(format!("  {}", on_one_line(&answer)), n_calls.to_string()));
    let width = table::width();
    format!(
        "{}\n{}\n{}\n{}\n{}All calls, for a ticket: entra-risk jobs show {number} --format markdown\n\
         Each id: entra-risk jobs export {number}\n",
        table::pairs(pairs, width),
        words::ids(shown.summary.counts.all()),
        table::pairs(counts, width),
        match shown.calls.len() {
            0 => "no calls\n".to_owned(),
            n_calls => format!("{n_calls} calls\n{}", table::pairs(answers.collect(), width)),
        },
        match words::state(&shown.summary) {
            "stopped" => format!("To go on: entra-risk jobs resume {number}\n"),
            _ => String::new(),
        },
    )
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    job: i64,
    state: &'static str,
    command: &'a str,
    api: &'a str,
    operation: &'a str,
    tenant: Option<&'a str>,
    cloud: &'a str,
    root: &'a str,
    identity: &'a str,
    identity_kind: &'a str,
    ticket: Option<&'a str>,
    reason: Option<&'a str>,
    plan_sha256: Option<&'a str>,
    settings: &'a serde_json::Value,
    created: String,
    changed: String,
    note: Option<&'a str>,
    counts: BTreeMap<&'static str, u64>,
    calls: Vec<Call<'a>>,
    export_sha256: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Call<'a> {
    call: u32,
    kind: &'static str,
    ids: usize,
    sent: String,
    answered: Option<String>,
    status: Option<u16>,
    code: Option<&'a str>,
    outcome: Option<&'static str>,
    detail: Option<&'a str>,
    request_id: Option<&'a str>,
    client_request_id: Option<&'a str>,
}

impl<'a> Call<'a> {
    fn of(call: &'a CallRecord) -> Self {
        Self {
            call: call.number,
            kind: call.kind.as_str(),
            ids: call.ids.len(),
            sent: format_instant(call.sent),
            answered: call.answered.map(format_instant),
            status: call.status,
            code: call.code.as_deref(),
            outcome: call.standing.map(|standing| standing.as_str()),
            detail: call.detail.as_deref(),
            request_id: call.request_id.as_deref(),
            client_request_id: call.client_request_id.as_deref(),
        }
    }
}

fn json(shown: &Shown) -> String {
    let job = &shown.summary.job;
    let document = Document {
        job: job.number,
        state: words::state(&shown.summary),
        command: &job.command,
        api: &job.api,
        operation: &job.operation,
        tenant: job.tenant.as_deref(),
        cloud: &job.cloud,
        root: &job.root,
        identity: &job.identity,
        identity_kind: &job.identity_kind,
        ticket: job.ticket.as_deref(),
        reason: job.reason.as_deref(),
        plan_sha256: job.plan_sha256.as_deref(),
        settings: &job.settings,
        created: format_instant(job.created),
        changed: format_instant(job.changed),
        note: job.note.as_deref(),
        counts: shown.summary.counts.iter().map(|(standing, n_ids)| (standing.as_str(), n_ids)).collect(),
        calls: shown.calls.iter().map(Call::of).collect(),
        export_sha256: &shown.sha256,
    };
    serde_json::to_string_pretty(&document).expect("plain data") + "\n"
}
