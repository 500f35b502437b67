//! What a ticket gets.

use sha2::{Digest as _, Sha256};

use super::*;
use crate::snapshots;

#[test]
fn a_job_is_shown_to_people() {
    let folder = folder();
    let (exit, printed, _) = jobs(&written(folder.path()), &["show", "1"]);
    assert_eq!(exit, 0);
    snapshots::settings().bind(|| insta::assert_snapshot!("jobs_show", printed));
}

#[test]
fn the_evidence_names_who_what_and_each_call() {
    let folder = folder();
    let ledger = written(folder.path());
    let (exit, printed, _) = jobs(&ledger, &["show", "1", "--format", "markdown"]);
    assert_eq!(exit, 0);
    snapshots::settings().bind(|| insta::assert_snapshot!("jobs_evidence", printed));
    let (_, export, _) = jobs(&ledger, &["export", "1", "--format", "jsonl"]);
    let hash: String = Sha256::digest(export.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(printed.contains(&hash), "who has the export can check it");
    let (_, json, _) = jobs(&ledger, &["show", "1", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["exportSha256"], hash.as_str());
    assert_eq!(json["calls"].as_array().unwrap().len(), 4);
    assert_eq!((&json["counts"]["settled"], &json["counts"]["sending"]), (&1.into(), &1.into()));
    // Something else became of an id.
    let writer = Writer::start(Ledger::open(&ledger).unwrap()).unwrap();
    let ids = vec![Stand { seq: 5, standing: Standing::Unknown, detail: None, after: None }];
    write(&writer, vec![Change::Stand { job: 1, ids, at: NOON }]);
    assert!(!jobs(&ledger, &["show", "1", "--format", "markdown"]).1.contains(&hash));
}

#[test]
fn the_last_job_is_found_by_that_word() {
    let folder = folder();
    let ledger = written(folder.path());
    let (exit, printed, _) = jobs(&ledger, &["show", "last"]);
    assert!(exit == 0 && printed.contains("agents dismiss"), "{printed}");
    assert!(printed.contains("To go on: entra-risk jobs resume 3"), "its process was killed: {printed}");
    assert!(printed.contains("State") && printed.contains("stopped") && !printed.contains("Ended"), "{printed}");
}
