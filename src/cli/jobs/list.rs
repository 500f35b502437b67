//! `entra-risk jobs list`.

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::super::exit::{Exit, Failure};
use super::super::spreadsheet::harmless;
use super::super::{output, table};
use super::{NONE_YET, Shelf, words};
use crate::odata::format_instant;
use crate::remediation::Standing;
use crate::remediation::ledger::Summary;
use crate::report::text::on_one_line;

/// List the jobs, the newest first.
#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    shelf: Shelf,
    /// Those of this tenant alone
    #[arg(long, value_name = "ID")]
    tenant: Option<String>,
    /// Form of standard output
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Table,
    /// One array
    Json,
    /// An object a line
    Jsonl,
    /// With a header
    Csv,
}

impl List {
    pub(super) fn is_json(&self) -> bool {
        matches!(self.format, Format::Json | Format::Jsonl)
    }
}

/// A job for programs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    job: i64,
    created: String,
    command: &'a str,
    tenant: Option<&'a str>,
    ticket: Option<&'a str>,
    /// Without those that were left out.
    ids: u64,
    settled: u64,
    left_out: u64,
    state: &'static str,
    note: Option<&'a str>,
}

impl<'a> Row<'a> {
    fn of(summary: &'a Summary) -> Self {
        let job = &summary.job;
        Self {
            job: job.number,
            created: format_instant(job.created),
            command: &job.command,
            tenant: job.tenant.as_deref(),
            ticket: job.ticket.as_deref(),
            ids: summary.counts.wanted(),
            settled: summary.counts.of(Standing::Settled),
            left_out: summary.counts.of(Standing::LeftOut),
            state: words::state(summary),
            note: job.note.as_deref(),
        }
    }
}

pub(super) fn run(list: &List) -> Result<Exit, Failure> {
    let jobs = list.shelf.look()?.map(|ledger| ledger.jobs()).transpose()?.unwrap_or_default();
    let wanted = |summary: &Summary| list.tenant.is_none() || list.tenant == summary.job.tenant;
    let jobs: Vec<Summary> = jobs.into_iter().filter(wanted).collect();
    let rows: Vec<Row<'_>> = jobs.iter().map(Row::of).collect();
    let text = match list.format {
        Format::Table => human(&jobs),
        Format::Json => serde_json::to_string_pretty(&rows).expect("plain data") + "\n",
        Format::Jsonl => rows.iter().map(|row| serde_json::to_string(row).expect("plain data") + "\n").collect(),
        Format::Csv => csv(&rows)?,
    };
    output::print(&text)?;
    Ok(Exit::Done)
}

/// How wide a terminal is that has room for whole ids.
const WIDE: u16 = 110;
/// As much of an id as people remember.
const SHORT: usize = 8;

fn human(jobs: &[Summary]) -> String {
    if jobs.is_empty() {
        return format!("no jobs: {NONE_YET}\n");
    }
    let width = table::width();
    let header = ["job", "begun (utc)", "command", "tenant", "settled", "state"].map(str::to_owned);
    let row = |summary: &Summary| {
        let job = &summary.job;
        let said = |text: &str| on_one_line(text).into_owned();
        vec![
            job.number.to_string(),
            words::moment(job.created).trim_end_matches(" UTC").to_owned(),
            said(&job.command),
            tenant(&said(job.tenant.as_deref().unwrap_or("-")), width),
            words::settled(&summary.counts),
            words::state_and_remedy(summary),
        ]
    };
    table::rows(&header, jobs.iter().map(row).collect(), &[0, 1, 4, 5], width)
}

/// A tenant's id; its beginning, where the other columns would be broken within words otherwise.
fn tenant(id: &str, width: u16) -> String {
    match id.get(..SHORT) {
        Some(begin) if width < WIDE && id.len() > SHORT => format!("{begin}…"),
        _ => id.to_owned(),
    }
}

fn csv(rows: &[Row<'_>]) -> Result<String, Failure> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header = ["job", "created", "command", "tenant", "ticket", "ids", "settled", "leftOut", "state", "note"];
    let mut write = || -> csv::Result<()> {
        writer.write_record(header)?;
        for row in rows {
            let text = |text: Option<&str>| harmless(text.unwrap_or_default().to_owned());
            writer.write_record([
                row.job.to_string(),
                row.created.clone(),
                text(Some(row.command)),
                text(row.tenant),
                text(row.ticket),
                row.ids.to_string(),
                row.settled.to_string(),
                row.left_out.to_string(),
                row.state.to_owned(),
                text(row.note),
            ])?;
        }
        Ok(())
    };
    write().map_err(|error| Failure::input(format!("write the list: {error}"), ""))?;
    let bytes = writer.into_inner().expect("memory takes what is written");
    Ok(String::from_utf8(bytes).expect("text makes text"))
}
