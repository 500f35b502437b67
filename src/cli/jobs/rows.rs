//! The ids of a job as text, written as they are read: there may be a million.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use super::super::exit::Failure;
use super::super::spreadsheet::harmless;
use crate::odata::format_instant;
use crate::remediation::Standing;
use crate::remediation::ledger::{CallRecord, IdRecord, Ledger};

/// A form of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(in crate::cli) enum Form {
    /// An object a line: all that is known of an id
    Jsonl,
    /// With a header; what a spreadsheet would take for a formula gets an apostrophe before it
    Csv,
    /// An id a line, for --from
    Ids,
}

impl std::str::FromStr for Form {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        <Self as clap::ValueEnum>::from_str(text, true).map_err(|_| format!("'{text}' is none of jsonl, csv, ids"))
    }
}

/// All that is known of an id.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    job: i64,
    seq: u32,
    id: String,
    outcome: &'static str,
    detail: Option<&'a str>,
    status: Option<u16>,
    code: Option<&'a str>,
    before: Option<Json<'a>>,
    after: Option<Json<'a>>,
    updated: Option<String>,
    changed: String,
    call: Option<u32>,
    sent: Option<String>,
    answered: Option<String>,
    request_id: Option<&'a str>,
    client_request_id: Option<&'a str>,
}

const HEADER: [&str; 16] = [
    "job",
    "seq",
    "id",
    "outcome",
    "detail",
    "status",
    "code",
    "before",
    "after",
    "updated",
    "changed",
    "call",
    "sent",
    "answered",
    "requestId",
    "clientRequestId",
];

/// JSON as it was written down, or a text that is none.
#[derive(Serialize)]
#[serde(untagged)]
enum Json<'a> {
    Value(&'a RawValue),
    Text(&'a str),
}

impl<'a> Json<'a> {
    fn of(text: &'a str) -> Self {
        serde_json::from_str(text).map_or(Self::Text(text), Self::Value)
    }
}

impl<'a> Row<'a> {
    fn of(job: i64, id: &'a IdRecord, calls: &'a BTreeMap<u32, CallRecord>) -> Self {
        let call = id.call.and_then(|call| calls.get(&call));
        Self {
            job,
            seq: id.seq,
            id: id.id.to_string(),
            outcome: id.standing.as_str(),
            detail: id.detail.as_deref(),
            status: call.and_then(|call| call.status),
            code: call.and_then(|call| call.code.as_deref()),
            before: id.before.as_deref().map(Json::of),
            after: id.after.as_deref().map(Json::of),
            updated: id.updated.map(format_instant),
            changed: format_instant(id.changed),
            call: id.call,
            sent: call.map(|call| format_instant(call.sent)),
            answered: call.and_then(|call| call.answered).map(format_instant),
            request_id: call.and_then(|call| call.request_id.as_deref()),
            client_request_id: call.and_then(|call| call.client_request_id.as_deref()),
        }
    }

    fn fields(&self, id: &IdRecord) -> [String; HEADER.len()] {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let number = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
        [
            self.job.to_string(),
            self.seq.to_string(),
            self.id.clone(),
            self.outcome.to_owned(),
            text(self.detail),
            number(self.status.map(u32::from)),
            text(self.code),
            text(id.before.as_deref()),
            text(id.after.as_deref()),
            text(self.updated.as_deref()),
            self.changed.clone(),
            number(self.call),
            text(self.sent.as_deref()),
            text(self.answered.as_deref()),
            text(self.request_id),
            text(self.client_request_id),
        ]
        .map(harmless)
    }
}

/// Why rows stopped.
pub(super) enum Stopped {
    /// Whoever reads them takes no more.
    Output(io::Error),
    /// The ledger gives no more.
    Ledger(Failure),
}

impl From<io::Error> for Stopped {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// Writes the ids of jobs that stand at one of these (none: at any).
pub(super) fn write(
    ledger: &Ledger,
    jobs: &[i64],
    standings: &[Standing],
    form: Form,
    output: &mut impl Write,
) -> Result<(), Stopped> {
    if form == Form::Csv {
        output.write_all(&record(HEADER)?)?;
    }
    for job in jobs {
        write_job(ledger, *job, standings, form, output)?;
    }
    output.flush()?;
    Ok(())
}

fn write_job(
    ledger: &Ledger,
    job: i64,
    standings: &[Standing],
    form: Form,
    output: &mut impl Write,
) -> Result<(), Stopped> {
    let failed = |error| Stopped::Ledger(Failure::from(error));
    let calls = ledger.calls(job).map_err(failed)?.into_iter().map(|call| (call.number, call)).collect();
    for id in ledger.ids(job, standings, 0) {
        let id = id.map_err(failed)?;
        let row = Row::of(job, &id, &calls);
        match form {
            Form::Csv => output.write_all(&record(row.fields(&id))?)?,
            Form::Jsonl => {
                serde_json::to_writer(&mut *output, &row).map_err(io::Error::from)?;
                output.write_all(b"\n")?;
            }
            Form::Ids => writeln!(output, "{}", row.id)?,
        }
    }
    Ok(())
}

/// A line of CSV.
fn record(fields: impl IntoIterator<Item = impl AsRef<[u8]>>) -> io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(fields)?;
    writer.into_inner().map_err(csv::IntoInnerError::into_error)
}

/// The SHA-256 of all ids of a job as lines of JSON: what `sha256sum` says of the export.
pub(super) fn hash(ledger: &Ledger, job: i64) -> Result<String, Failure> {
    let mut hash = Hash(Sha256::new());
    match write(ledger, &[job], &[], Form::Jsonl, &mut hash) {
        Ok(()) => {}
        Err(Stopped::Ledger(failure)) => return Err(failure),
        Err(Stopped::Output(error)) => return Err(Failure::input(format!("hash the export: {error}"), "")),
    }
    Ok(hash.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

struct Hash(Sha256);

impl Write for Hash {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
