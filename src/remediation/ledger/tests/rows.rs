//! What is written of a job, and what is read of it.

use super::*;

#[test]
fn a_job_is_read_as_it_was_begun() {
    let (_folder, path) = folder();
    let mut ledger = Ledger::open(&path).expect("a ledger");
    let (guid, text) = (ids(1).remove(0), Id::Text("a-1".into()));
    let new = NewJob { ticket: Some("SEC-1"), reason: Some("drill"), plan_sha256: Some("ab"), ..new_job() };
    let given = [
        NewId { id: &guid, before: Some("{}"), updated: Some(7), standing: Standing::Planned, detail: None },
        NewId { id: &text, before: None, updated: None, standing: Standing::LeftOut, detail: Some("deleted") },
    ];
    let job = ledger.begin(&new, given).expect("a job");
    let summary = ledger.job(job.number).expect("a job");
    let record = &summary.job;
    assert_eq!((record.number, record.command.as_str(), record.tenant.as_deref()), (1, new.command, new.tenant));
    assert_eq!((record.api.as_str(), record.operation.as_str()), (new.api, new.operation));
    assert_eq!((record.cloud.as_str(), record.root.as_str()), (new.cloud, new.root));
    assert_eq!((record.identity.as_str(), record.identity_kind.as_str()), (new.identity, new.identity_kind));
    assert_eq!((record.ticket.as_deref(), record.reason.as_deref()), (new.ticket, new.reason));
    assert_eq!((record.plan_sha256.as_deref(), &record.settings), (new.plan_sha256, &new.settings));
    assert_eq!((record.created, record.state, record.changed), (NOON, JobState::Running, NOON));
    assert!(summary.is_taken && record.note.is_none());
    assert_eq!(summary.counts.iter().collect::<Vec<_>>(), [(Standing::Planned, 1), (Standing::LeftOut, 1)]);
    assert_eq!((summary.counts.all(), summary.counts.wanted()), (2, 1));
    let read: Vec<IdRecord> = ledger.ids(job.number, &[], 0).collect::<Result<_>>().expect("ids");
    assert_eq!(read.iter().map(|id| (id.seq, &id.id)).collect::<Vec<_>>(), [(0, &guid), (1, &text)]);
    assert_eq!((read[0].before.as_deref(), read[0].updated, read[0].call), (Some("{}"), Some(7), None));
    assert_eq!((read[1].detail.as_deref(), read[1].changed), (Some("deleted"), NOON));
}

#[test]
fn ids_stand_where_intents_answers_and_reading_back_say() {
    let (_folder, path) = folder();
    let mut ledger = Ledger::open(&path).expect("a ledger");
    let job = begin(&mut ledger, 8).number;
    write(&mut ledger, &[intend(job, 0, [0, 1, 2, 5]), intend(job, 1, [3])]).expect("written");
    assert_eq!(standings(&ledger, job), [2, 2, 2, 2, 0, 2, 0, 0]);
    // An id that was sent again does not listen to the first call any more.
    write(&mut ledger, &[intend(job, 2, [1])]).expect("written");
    write(&mut ledger, &[answer(job, 0, Standing::Accepted)]).expect("written");
    assert_eq!(standings(&ledger, job), [3, 2, 3, 2, 0, 3, 0, 0]);
    let after = Some(r#"{"state":"done"}"#.to_owned());
    let seen = Stand { seq: 5, standing: Standing::Settled, detail: Some("seen".to_owned()), after: after.clone() };
    write(&mut ledger, &[Change::Stand { job, ids: vec![seen], at: NOON + 50 }]).expect("written");
    write(&mut ledger, &[stand(job, 5, Standing::Unchanged)]).expect("written");
    let id = ledger.ids(job, &[], 5).next().expect("an id").expect("read");
    assert_eq!((id.standing, id.detail, id.after, id.call), (Standing::Unchanged, None, after, Some(0)));
    let calls = ledger.calls(job).expect("calls");
    assert_eq!(calls.iter().map(|call| call.number).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(calls[0].ids, [0, 1, 2, 5]);
    assert_eq!((calls[0].sent, calls[0].answered, calls[0].status), (NOON, Some(NOON + 1), Some(204)));
    assert_eq!(calls[0].client_request_id.as_deref(), Some("client-0"));
    assert_eq!((calls[0].request_id.as_deref(), calls[0].standing), (Some("request-0"), Some(Standing::Accepted)));
    assert_eq!((calls[1].answered, calls[1].standing), (None, None));
    assert_eq!(ledger.next_call(job), Ok(3));
    let stopped = Change::Job { job, state: JobState::Stopped, at: NOON + 60, note: Some("expired".to_owned()) };
    write(&mut ledger, &[stopped]).expect("written");
    let record = ledger.job(job).expect("a job").job;
    assert_eq!((record.state, record.changed, record.note.as_deref()), (JobState::Stopped, NOON + 60, Some("expired")));
}

#[test]
fn a_read_moves_no_id() {
    let (_folder, path) = folder();
    let mut ledger = Ledger::open(&path).expect("a ledger");
    let job = begin(&mut ledger, 2).number;
    let ids = vec![0, 1];
    let read = Change::Intend { job, call: 0, kind: CallKind::Read, client_request_id: None, at: NOON, ids };
    write(&mut ledger, &[read, answer(job, 0, Standing::Refused)]).expect("written");
    assert_eq!(standings(&ledger, job), [0, 0]);
    assert_eq!(ledger.calls(job).expect("calls")[0].kind, CallKind::Read);
}

#[test]
fn ids_come_by_standing_and_from_a_number_on() {
    let (_folder, path) = folder();
    let mut ledger = Ledger::open(&path).expect("a ledger");
    let job = begin(&mut ledger, 2500).number;
    write(&mut ledger, &[intend(job, 0, (0..2500).step_by(2))]).expect("written");
    let numbers = |standings: &[Standing], from| -> Vec<u32> {
        ledger.ids(job, standings, from).map(|id| id.expect("an id").seq).collect()
    };
    assert_eq!(numbers(&[], 0), (0..2500).collect::<Vec<_>>());
    assert_eq!(numbers(&[Standing::Sending], 0), (0..2500).step_by(2).collect::<Vec<_>>());
    assert_eq!(numbers(&[Standing::Planned, Standing::Unknown], 2490), [2491, 2493, 2495, 2497, 2499]);
    assert_eq!(numbers(&[Standing::Settled], 0), [] as [u32; 0]);
    assert_eq!(numbers(&[], 2500), [] as [u32; 0]);
}

#[test]
fn a_senseless_change_is_refused_with_all_beside_it() {
    let (_folder, path) = folder();
    let mut ledger = Ledger::open(&path).expect("a ledger");
    let job = begin(&mut ledger, 3).number;
    write(&mut ledger, &[intend(job, 0, [0])]).expect("written");
    let before = everything(&ledger, job);
    let good = stand(job, 1, Standing::Settled);
    for (change, error) in [
        (intend(job, 0, [1]), LedgerError::CallRepeated { job, call: 0 }),
        (intend(job, 1, [2, 3]), LedgerError::NoSuchId { job, seq: 3 }),
        (intend(job, 1, [9]), LedgerError::NoSuchId { job, seq: 9 }),
        (intend(9, 1, [0]), LedgerError::NoSuchJob { job: 9 }),
        (answer(job, 7, Standing::Accepted), LedgerError::NoSuchCall { job, call: 7 }),
        (stand(job, 3, Standing::Settled), LedgerError::NoSuchId { job, seq: 3 }),
        (stand(9, 0, Standing::Settled), LedgerError::NoSuchJob { job: 9 }),
        (Change::Job { job: 9, state: JobState::Done, at: 0, note: None }, LedgerError::NoSuchJob { job: 9 }),
    ] {
        assert_eq!(write(&mut ledger, &[good.clone(), change]), Err(error));
        assert_eq!(everything(&ledger, job), before);
    }
}

#[test]
fn the_order_is_that_of_numbers_when_the_clock_jumps_back() {
    let (_folder, path) = folder();
    let mut ledger = Ledger::open(&path).expect("a ledger");
    for created in [NOON, NOON - 1_000_000_000, NOON + 5, i64::MIN] {
        ledger.begin(&NewJob { created, ..new_job() }, []).expect("a job");
    }
    let numbers: Vec<i64> = ledger.jobs().expect("jobs").iter().map(|summary| summary.job.number).collect();
    assert_eq!(numbers, [4, 3, 2, 1]);
    assert_eq!(ledger.last(), Ok(Some(4)));
    let job = begin(&mut ledger, 1).number;
    let mut late = intend(job, 0, [0]);
    if let Change::Intend { at, .. } = &mut late {
        *at = NOON + 1000;
    }
    // The second call is sent "before" the first, and is the second all the same.
    write(&mut ledger, &[late, answer(job, 0, Standing::Planned), intend(job, 1, [0])]).expect("written");
    let calls: Vec<u32> = ledger.calls(job).expect("calls").iter().map(|call| call.number).collect();
    assert_eq!((calls, standings(&ledger, job)), (vec![0, 1], vec![2]));
}

#[test]
fn what_jobs_of_a_tenant_did_lately_is_found() {
    let (_folder, path) = folder();
    let mut ledger = Ledger::open(&path).expect("a ledger");
    let all = ids(3);
    let mut add = |operation: &str, tenant: Option<&str>, id: &Id, at: Instant| {
        let new = NewId { id, before: None, updated: None, standing: Standing::Planned, detail: None };
        let job = ledger.begin(&NewJob { operation, tenant, ..new_job() }, [new]).expect("a job").number;
        let ids = vec![Stand { seq: 0, standing: Standing::Settled, detail: None, after: None }];
        write(&mut ledger, &[Change::Stand { job, ids, at }]).expect("written");
    };
    add("parcel.stamp", Some("a"), &all[0], NOON);
    add("parcel.stamp", Some("a"), &all[1], NOON - 2);
    add("parcel.lose", Some("a"), &all[1], NOON);
    add("parcel.stamp", Some("b"), &all[1], NOON);
    add("parcel.stamp", None, &all[2], NOON);
    let found = |tenant, since, standing| -> Vec<Id> {
        let ids = ledger.ids_of("parcel.stamp", tenant, since, &[standing]).expect("ids");
        ids.collect::<Result<_>>().expect("ids")
    };
    assert_eq!(found(Some("a"), NOON - 1, Standing::Settled), all[..1]);
    assert_eq!(found(Some("a"), NOON - 2, Standing::Settled), all[..2]);
    assert_eq!(found(None, 0, Standing::Settled), all[2..]);
    assert_eq!(found(Some("a"), 0, Standing::Accepted), []);
}

#[test]
fn what_looks_like_a_token_is_not_written() {
    const TOKEN: &str = "eyJ0eXAiOiJKV1Qi.eyJhdWQiOiJodHRwczov.c2lnbmF0dXJl";
    let (_folder, path) = folder();
    let mut ledger = Ledger::open(&path).expect("a ledger");
    let settings = serde_json::json!({"note": TOKEN});
    let new = NewJob { command: TOKEN, ticket: Some(TOKEN), reason: Some(TOKEN), settings, ..new_job() };
    let id = &ids(1)[0];
    let given = NewId { id, before: Some(TOKEN), updated: None, standing: Standing::Planned, detail: Some(TOKEN) };
    let job = ledger.begin(&new, [given]).expect("a job").number;
    let token = || Some(TOKEN.to_owned());
    let intent =
        Change::Intend { job, call: 0, kind: CallKind::Action, client_request_id: token(), at: 0, ids: vec![] };
    let answer = Change::Answer {
        job,
        call: 0,
        at: 0,
        status: None,
        code: token(),
        request_id: token(),
        client_request_id: token(),
        standing: Standing::Unknown,
        detail: token(),
    };
    let stand = Stand { seq: 0, standing: Standing::Unknown, detail: token(), after: token() };
    let stand = Change::Stand { job, ids: vec![stand], at: 0 };
    let note = Change::Job { job, state: JobState::Stopped, at: 0, note: token() };
    write(&mut ledger, &[intent, answer, stand, note]).expect("written");
    for file in std::fs::read_dir(path.parent().expect("a folder")).expect("a folder") {
        let bytes = std::fs::read(file.expect("a file").path()).expect("a file");
        assert!(!bytes.windows(TOKEN.len()).any(|window| window == TOKEN.as_bytes()));
    }
    assert!(everything(&ledger, job).contains("[token]"));
}

#[test]
fn a_snapshot_stays_as_it_was() {
    let (_folder, path) = folder();
    let mut ledger = Ledger::open(&path).expect("a ledger");
    let job = begin(&mut ledger, 2).number;
    let reader = Ledger::open_read_only(&path).expect("a ledger");
    let snapshot = reader.snapshot().expect("a snapshot");
    write(&mut ledger, &[stand(job, 0, Standing::Settled)]).expect("written");
    assert_eq!(standings(&reader, job), [0, 0]);
    drop(snapshot);
    assert_eq!(standings(&reader, job), [4, 0]);
}

#[test]
fn a_forgotten_job_leaves_nothing_and_its_number_is_not_used_again() {
    let (_folder, path) = folder();
    let mut ledger = Ledger::open(&path).expect("a ledger");
    let first = begin(&mut ledger, 5000);
    let number = first.number;
    write(&mut ledger, &[intend(number, 0, 0..5000)]).expect("written");
    let kept = begin(&mut ledger, 2).number;
    let before = everything(&ledger, kept);
    assert_eq!(ledger.forget(number), Err(LedgerError::Taken { job: number }));
    drop(first);
    let secret = Uuid::from_u128(4321 << 64 | 0x5eed).into_bytes();
    let files = || {
        let read = |end| std::fs::read(open::beside(&path, end)).expect("a file");
        [read(""), read("-wal")].concat()
    };
    let has_secret = |bytes: &[u8]| bytes.windows(16).any(|window| window == secret);
    let large = files();
    assert!(has_secret(&large));
    ledger.forget(number).expect("forgotten");
    assert_eq!(ledger.forget(number), Err(LedgerError::NoSuchJob { job: number }));
    assert_eq!((everything(&ledger, kept), ledger.calls(number)), (before, Ok(Vec::new())));
    let small = files();
    assert!(small.len() < large.len() / 4, "{} bytes became {}", large.len(), small.len());
    assert!(!has_secret(&small), "an id that was forgotten");
    // A few ids share their page with those that stay.
    let last = begin(&mut ledger, 3).number;
    let secret = Uuid::from_u128(2 << 64 | 0x5eed).into_bytes();
    let has_secret = |bytes: &[u8]| bytes.windows(16).any(|window| window == secret);
    assert!(has_secret(&files()));
    ledger.forget(last).expect("forgotten");
    assert!(!has_secret(&files()), "an id that was forgotten");
    assert_eq!(begin(&mut ledger, 1).number, last + 1);
}
