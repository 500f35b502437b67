//! Disks that take no more, and folders that must not be written to.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;

use super::*;

/// A program for somebody who is not the owner: who is root may write everywhere.
fn as_nobody(program: &Path) -> Command {
    let mut command = Command::new(program);
    if rustix::process::geteuid().is_root() {
        command.uid(65_534).gid(65_534);
    }
    command
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn what_must_not_be_written_to_can_be_looked_at() {
    let folder = folder();
    let ledger = written(folder.path());
    // Nobody may not look into the folder where it was built.
    let program = folder.path().join("entra-risk");
    fs::copy(env!("CARGO_BIN_EXE_entra-risk"), &program).unwrap();
    set_mode(&ledger, 0o444);
    set_mode(folder.path(), 0o555);
    let run = |arguments: &[&str]| {
        said(&as_nobody(&program).arg("jobs").args(arguments).arg("--ledger").arg(&ledger).output().unwrap())
    };
    let (exit, printed, error) = run(&["list", "--format", "jsonl"]);
    assert_eq!((exit, printed.lines().count()), (0, 3), "{error}");
    let (exit, _, error) = run(&["forget", "1", "--yes"]);
    assert!(exit == 2 && error.contains("it, or its folder, must not be written to"), "{error}");
    set_mode(&ledger, 0o666);
    let (exit, _, error) = run(&["forget", "1", "--yes"]);
    assert!(exit == 2 && error.contains("it, or its folder, must not be written to"), "{error}");
    set_mode(folder.path(), 0o755);
    assert_eq!(jobs(&ledger, &["list", "--format", "jsonl"]).1.lines().count(), 3);
}

#[test]
fn a_disk_that_takes_no_more_leaves_the_job_as_it_was() {
    let folder = folder();
    let path = folder.path().join("ledger.sqlite");
    let mut ledger = Ledger::open(&path).unwrap();
    drop(begin(&mut ledger, &new_job("users dismiss", None), 5000));
    drop(ledger);
    let (_, before, _) = jobs(&path, &["show", "1", "--format", "json"]);
    // No file may grow beyond 64 blocks of 512 or 1024 bytes: forgetting writes more into the log.
    let script = "trap '' XFSZ; ulimit -f 64; exec \"$0\" \"$@\"";
    let mut limited = Command::new("sh");
    limited.args(["-c", script, env!("CARGO_BIN_EXE_entra-risk"), "jobs", "forget", "1", "--yes", "--ledger"]);
    let (exit, printed, error) = said(&limited.arg(&path).output().unwrap());
    assert_eq!((exit, printed.as_str()), (2, ""), "{error}");
    assert!(error.contains("failed to use the ledger"), "{error}");
    assert_eq!(jobs(&path, &["show", "1", "--format", "json"]).1, before);
    let (exit, printed, error) = jobs(&path, &["forget", "1", "--yes"]);
    assert_eq!(
        (exit, printed.as_str()),
        (0, "forgot job 1: users dismiss, 5000 ids, 0 settled, 5000 not settled\n"),
        "{error}"
    );
}
