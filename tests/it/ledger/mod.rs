//! `entra-risk jobs` on ledgers that the library wrote.

mod commands;
#[cfg(unix)]
mod disks;
mod evidence;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

use entra_risk::odata::Instant;
use entra_risk::remediation::ledger::{CallKind, Change, Job, JobState, Ledger, NewId, NewJob, Stand, Writer};
use entra_risk::remediation::{Id, IdForm, Standing};

/// 2026-11-22T12:00:00Z.
const NOON: Instant = 17_953_488_000_000_000;
const SECOND: Instant = 10_000_000;

/// A folder for a test alone, which others may look into.
fn folder() -> tempfile::TempDir {
    static N_FOLDERS: AtomicUsize = AtomicUsize::new(0);
    let prefix = format!("entra-risk-ledger-{}-", N_FOLDERS.fetch_add(1, Ordering::Relaxed));
    tempfile::Builder::new().prefix(&prefix).tempdir().unwrap()
}

fn program() -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_entra-risk"));
    program.env_remove("ENTRA_RISK_LEDGER");
    program
}

/// Exit code, standard output, standard error.
fn said(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

/// What `jobs` says of a ledger.
fn jobs(ledger: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut program = program();
    program.arg("jobs").args(arguments).arg("--ledger").arg(ledger);
    said(&program.output().unwrap())
}

fn id(number: u32) -> Id {
    Id::parse(&format!("04487ee0-f4f6-4e7f-8999-{number:012x}"), IdForm::Guid).unwrap()
}

fn new_job<'a>(command: &'a str, tenant: Option<&'a str>) -> NewJob<'a> {
    NewJob {
        command,
        api: "v1.0",
        operation: "parcel.stamp",
        tenant,
        cloud: "global",
        root: "http://127.0.0.1:1/v1.0",
        identity: "5d0c2ad4-8a1c-4b1e-9f6e-0f5a3e2b7c11",
        identity_kind: "application",
        ticket: None,
        reason: None,
        plan_sha256: None,
        settings: serde_json::json!({"rate": 1.0}),
        created: NOON,
    }
}

/// Begins a job with this many ids that are planned.
fn begin(ledger: &mut Ledger, new: &NewJob<'_>, n_ids: u32) -> Job {
    let ids: Vec<Id> = (0..n_ids).map(id).collect();
    let of = |id| NewId { id, before: None, updated: None, standing: Standing::Planned, detail: None };
    ledger.begin(new, ids.iter().map(of)).unwrap()
}

/// Writes, and waits until it would outlive a loss of power.
fn write(writer: &Writer, changes: Vec<Change>) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(writer.write(changes)).unwrap();
}

fn intend(job: i64, call: u32, kind: CallKind, ids: std::ops::Range<u32>) -> Change {
    let at = NOON + SECOND * Instant::from(call);
    Change::Intend { job, call, kind, client_request_id: Some(format!("client-{call}")), at, ids: ids.collect() }
}

fn answer(job: i64, call: u32, status: Option<u16>, code: Option<&str>, standing: Standing) -> Change {
    Change::Answer {
        job,
        call,
        at: NOON + SECOND * Instant::from(call) + SECOND / 2,
        status,
        code: code.map(str::to_owned),
        request_id: status.map(|_| format!("request-{call}")),
        client_request_id: None,
        standing,
        detail: None,
    }
}

/// A ledger with three jobs: one that stopped after it met with everything, one that is done, one
/// whose process was killed.
fn written(folder: &Path) -> PathBuf {
    let path = folder.join("ledger.sqlite");
    let mut ledger = Ledger::open(&path).unwrap();
    let first = NewJob {
        ticket: Some("SEC-7 | <b>"),
        reason: Some("=HYPERLINK(\"http://evil\")"),
        plan_sha256: Some("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
        ..new_job("users dismiss", Some("84841066-274d-4ec0-a5c1-276be684bdd3"))
    };
    let ids: Vec<Id> = (0..7).map(id).collect();
    let given = ids.iter().enumerate().map(|(index, id)| NewId {
        id,
        before: Some(r#"{"riskState":"atRisk","riskLevel":"high"}"#),
        updated: Some(NOON - SECOND),
        standing: if index == 6 { Standing::LeftOut } else { Standing::Planned },
        detail: (index == 6).then_some("deleted"),
    });
    let stopped = ledger.begin(&first, given).unwrap();
    let done = begin(&mut ledger, &new_job("users confirm-safe", None), 1);
    let created = NOON - 3600 * SECOND;
    let killed = begin(&mut ledger, &NewJob { created, ..new_job("agents dismiss", Some("b")) }, 2);
    let writer = Writer::start(ledger).unwrap();
    let job = stopped.number;
    write(&writer, vec![intend(job, 0, CallKind::Action, 0..3)]);
    write(&writer, vec![answer(job, 0, Some(204), None, Standing::Accepted)]);
    write(&writer, vec![intend(job, 1, CallKind::Read, 0..3)]);
    let seen = |seq, standing, state: &str| Stand {
        seq,
        standing,
        detail: None,
        after: Some(format!(r#"{{"riskState":"{state}","riskLevel":"none"}}"#)),
    };
    let ids = vec![seen(0, Standing::Settled, "dismissed"), seen(1, Standing::Unchanged, "atRisk")];
    write(
        &writer,
        vec![answer(job, 1, Some(200), None, Standing::Accepted), Change::Stand { job, ids, at: NOON + 2 * SECOND }],
    );
    write(&writer, vec![intend(job, 2, CallKind::Action, 3..4)]);
    write(&writer, vec![answer(job, 2, Some(404), Some("Request_ResourceNotFound"), Standing::Refused)]);
    write(&writer, vec![intend(job, 3, CallKind::Action, 4..5)]);
    let note = Some("the token expired".to_owned());
    write(&writer, vec![Change::Job { job, state: JobState::Stopped, at: NOON + 9 * SECOND, note }]);
    let job = done.number;
    let settled = vec![Stand { seq: 0, standing: Standing::Settled, detail: None, after: None }];
    write(
        &writer,
        vec![
            Change::Stand { job, ids: settled, at: NOON },
            Change::Job { job, state: JobState::Done, at: NOON, note: None },
        ],
    );
    drop((stopped, done, killed, writer));
    // Its thread closes the ledger, and with it goes the log.
    while folder.join("ledger.sqlite-wal").exists() {
        std::thread::yield_now();
    }
    path
}
