//! Lists, exports, forgetting, and what goes wrong.

use serde_json::Value;

use super::*;
use crate::snapshots;

#[test]
fn jobs_are_listed_the_newest_first() {
    let folder = folder();
    let ledger = written(folder.path());
    let (exit, printed, _) = jobs(&ledger, &["list"]);
    assert_eq!(exit, 0);
    snapshots::settings().bind(|| insta::assert_snapshot!("jobs_list", printed));
    let (_, printed, _) = jobs(&ledger, &["list", "--format", "json"]);
    let rows: Value = serde_json::from_str(&printed).unwrap();
    let states: Vec<_> = rows.as_array().unwrap().iter().map(|row| (&row["job"], &row["state"])).collect();
    assert_eq!(states, [(&3.into(), &"stopped".into()), (&2.into(), &"done".into()), (&1.into(), &"stopped".into())]);
    assert_eq!((&rows[2]["settled"], &rows[2]["ids"], &rows[2]["leftOut"]), (&1.into(), &6.into(), &1.into()));
    let (_, printed, _) = jobs(&ledger, &["list", "--format", "jsonl", "--tenant", "b"]);
    assert!(printed.lines().count() == 1 && printed.contains("\"job\":3"), "{printed}");
    let (_, printed, _) = jobs(&ledger, &["list", "--format", "csv"]);
    assert_eq!(printed.lines().count(), 4);
}

#[test]
fn an_export_has_what_became_of_each_id() {
    let folder = folder();
    let ledger = written(folder.path());
    let (exit, printed, _) = jobs(&ledger, &["export", "1"]);
    assert_eq!(exit, 0);
    snapshots::settings().bind(|| insta::assert_snapshot!("jobs_export", printed));
    let ids = |state: &str| {
        let (exit, printed, said) = jobs(&ledger, &["export", "1", "--format", "ids", "--state", state]);
        assert_eq!(exit, 0, "{said}");
        printed.lines().map(|line| line[line.len() - 1..].to_owned()).collect::<String>()
    };
    // What was being sent may or may not have reached the service; what was refused is.
    assert_eq!((ids("unsettled"), ids("settled"), ids("left-out,refused")), ("1245".into(), "0".into(), "36".into()));
    assert_eq!(ids("unknown"), "");
    let file = folder.path().join("export.csv");
    let (exit, printed, _) = jobs(&ledger, &["export", "1", "--format", "csv", "--output", file.to_str().unwrap()]);
    assert_eq!((exit, printed.as_str()), (0, ""));
    let text = std::fs::read_to_string(file).unwrap();
    assert_eq!(text.lines().count(), 8);
    assert!(text.lines().nth(4).unwrap().contains("refused,,404,Request_ResourceNotFound"), "{text}");
    let (exit, _, said) = jobs(&ledger, &["export", "1", "--state", "gone"]);
    assert!(exit == 2 && said.contains("still-processing"), "{said}");
}

#[test]
fn no_field_is_a_formula() {
    let folder = folder();
    let path = folder.path().join("ledger.sqlite");
    let mut ledger = Ledger::open(&path).unwrap();
    let command = "=cmd|' /C calc'!A0";
    let formula = Id::parse("=1+1", IdForm::Text).unwrap();
    let detail = Some("@SUM(A1)");
    let new = NewId { id: &formula, before: Some("-1"), updated: None, standing: Standing::LeftOut, detail };
    drop(ledger.begin(&NewJob { ticket: Some("+1"), ..new_job(command, Some("-2")) }, [new]).unwrap());
    for arguments in [&["list"][..], &["export", "last"]] {
        let (_, printed, _) = jobs(&path, &[arguments, &["--format", "csv"]].concat());
        let mut reader = csv::Reader::from_reader(printed.as_bytes());
        let fields: Vec<String> =
            reader.records().flat_map(|record| record.unwrap().iter().map(str::to_owned).collect::<Vec<_>>()).collect();
        assert!(fields.iter().filter(|field| field.starts_with('\'')).count() == 3, "{fields:?}");
        assert!(!fields.iter().any(|field| field.starts_with(['=', '+', '-', '@'])), "{fields:?}");
    }
}

#[test]
fn a_job_is_forgotten_when_somebody_says_so_and_no_process_is_at_it() {
    let folder = folder();
    let path = written(folder.path());
    let (exit, _, said) = jobs(&path, &["forget", "1"]);
    assert!(exit == 2 && said.contains("add --yes"), "{said}");
    let job = Ledger::open(&path).unwrap().take(1).unwrap();
    let (exit, _, said) = jobs(&path, &["forget", "1", "--yes"]);
    assert!(exit == 2 && said.contains("work on job 1: another process is at it"), "{said}");
    let (_, printed, _) = jobs(&path, &["list", "--format", "json"]);
    assert!(printed.contains("running"), "{printed}");
    drop(job);
    let (exit, printed, said) = jobs(&path, &["forget", "1", "--yes"]);
    assert_eq!(
        (exit, printed.as_str()),
        (0, "forgot job 1: users dismiss, 7 ids, 1 settled, 4 not settled\n"),
        "{said}"
    );
    let (exit, _, said) = jobs(&path, &["show", "1"]);
    assert!(exit == 2 && said.contains("find job 1") && said.contains("jobs list"), "{said}");
    assert_eq!(jobs(&path, &["list", "--format", "jsonl"]).1.lines().count(), 2);
}

#[test]
fn what_cannot_be_used_is_named_with_a_remedy() {
    let folder = folder();
    let path = folder.path().join("ledger.sqlite");
    let (exit, _, said) = jobs(&path, &["list"]);
    assert!(exit == 2 && said.contains("there is no such file"), "{said}");
    std::fs::write(&path, "id\n1\n").unwrap();
    let (exit, _, said) = jobs(&path, &["list", "--format", "json"]);
    let error: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((exit, &error["error"]["remedy"]), (2, &"give a ledger, or a new file, with --ledger".into()));
    std::fs::remove_file(&path).unwrap();
    drop(Ledger::open(&path).unwrap());
    let (exit, printed, _) = jobs(&path, &["list"]);
    assert!(exit == 0 && printed.starts_with("no jobs: "), "{printed}");
    for job in ["last", "7"] {
        assert_eq!(jobs(&path, &["show", job]).0, 2);
    }
    for job in ["0", "first", "-1"] {
        assert_eq!(jobs(&path, &["show", "--", job]).0, 2);
    }
}

#[test]
fn the_ledger_is_found_without_being_named() {
    let folder = folder();
    let path = written(folder.path());
    let list = |arguments: &[&str], variables: &[(&str, &std::path::Path)]| {
        let mut program = program();
        program.env_remove("XDG_DATA_HOME").env("HOME", folder.path());
        said(
            &program
                .args(["jobs", "list", "--format", "jsonl"])
                .args(arguments)
                .envs(variables.to_vec())
                .output()
                .unwrap(),
        )
    };
    assert_eq!(list(&[], &[("ENTRA_RISK_LEDGER", &path)]).1.lines().count(), 3);
    assert_eq!(list(&[], &[]), (0, String::new(), String::new()), "there is none, and that is no error");
    // What was tried stands beside it.
    assert_eq!(list(&["--emulator"], &[("ENTRA_RISK_LEDGER", &path)]).1, "");
    std::fs::copy(&path, path.with_file_name("emulator.sqlite")).unwrap();
    assert_eq!(list(&["--emulator"], &[("ENTRA_RISK_LEDGER", &path)]).1.lines().count(), 3);
    #[cfg(target_os = "linux")]
    {
        let own = folder.path().join("entra-risk");
        std::fs::create_dir(&own).unwrap();
        std::fs::copy(&path, own.join("ledger.sqlite")).unwrap();
        assert_eq!(list(&[], &[("XDG_DATA_HOME", folder.path())]).1.lines().count(), 3);
    }
}
