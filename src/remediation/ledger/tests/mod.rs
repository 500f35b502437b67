//! The ledger as those meet it who use it: what was written is read, and nothing else.

mod damage;
mod files;
mod rows;
mod together;

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use uuid::Uuid;

use super::*;
use crate::odata::Instant;
use crate::remediation::{Id, Standing};

/// 2026-11-22T12:00:00Z.
const NOON: Instant = 17_953_488_000_000_000;

/// A folder that goes with its test, and the path of a ledger in it.
fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ledger.sqlite");
    (folder, path)
}

fn ids(n_ids: u32) -> Vec<Id> {
    (0..n_ids).map(|number| Id::Guid(Uuid::from_u128(u128::from(number) << 64 | 0x5eed))).collect()
}

fn new_job() -> NewJob<'static> {
    NewJob {
        command: "parcels stamp",
        api: "beta",
        operation: "parcel.stamp",
        tenant: Some("84841066-274d-4ec0-a5c1-276be684bdd3"),
        cloud: "global",
        root: "http://127.0.0.1:1/beta",
        identity: "04487ee0-f4f6-4e7f-8999-facc5a30e232",
        identity_kind: "application",
        ticket: None,
        reason: None,
        plan_sha256: None,
        settings: serde_json::json!({"rate": 1}),
        created: NOON,
    }
}

/// A job with so many ids that are planned.
fn begin(ledger: &mut Ledger, n_ids: u32) -> Job {
    let ids = ids(n_ids);
    let new = ids.iter().map(|id| NewId {
        id,
        before: Some(r#"{"state":"open"}"#),
        updated: None,
        standing: Standing::Planned,
        detail: None,
    });
    ledger.begin(&new_job(), new).expect("a job")
}

fn intend(job: i64, call: u32, ids: impl IntoIterator<Item = u32>) -> Change {
    let ids = ids.into_iter().collect();
    let client_request_id = Some(format!("client-{call}"));
    Change::Intend { job, call, kind: CallKind::Action, client_request_id, at: NOON + i64::from(call), ids }
}

fn answer(job: i64, call: u32, standing: Standing) -> Change {
    Change::Answer {
        job,
        call,
        at: NOON + i64::from(call) + 1,
        status: Some(204),
        code: None,
        request_id: Some(format!("request-{call}")),
        client_request_id: None,
        standing,
        detail: None,
    }
}

fn stand(job: i64, seq: u32, standing: Standing) -> Change {
    Change::Stand { job, ids: vec![Stand { seq, standing, detail: None, after: None }], at: NOON }
}

/// Writes as the thread of a writer does.
fn write(ledger: &mut Ledger, changes: &[Change]) -> Result<()> {
    writer::write_all(&mut ledger.connection, changes).map_err(|refusal| refusal.into_error(&ledger.path))
}

/// The number of each id's standing, in order.
fn standings(ledger: &Ledger, job: i64) -> Vec<u8> {
    ledger.ids(job, &[], 0).map(|id| id.expect("an id").standing as u8).collect()
}

/// Everything that a ledger says of a job.
fn everything(ledger: &Ledger, job: i64) -> String {
    let ids: Vec<_> = ledger.ids(job, &[], 0).collect::<Result<_>>().expect("ids");
    format!("{:?}\n{:?}\n{ids:?}", ledger.job(job).map(|job| job.job), ledger.calls(job))
}

fn fault(result: Result<impl Sized>) -> Fault {
    match result.err().expect("an error") {
        LedgerError::Unusable { fault, .. } => fault,
        other => panic!("{other}"),
    }
}

fn exists(path: &Path) -> bool {
    path.try_exists().expect("a folder that can be looked at")
}
