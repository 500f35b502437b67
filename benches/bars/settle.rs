//! Settling in bulk, as a process beside a server in another one.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::bar::{Bar, Most, Result};
use super::cost;
use super::program::PROGRAM;
use super::server::Server;

/// What a run of the program came to.
struct Ran {
    summary: Value,
    took: Duration,
    code: Option<i32>,
}

/// 720 accounts at the documented pace, which the server enforces. The floor of the time is that of as
/// many requests as there were, a second apart.
pub(crate) fn pace(_quick: bool) -> Result {
    let folder = tempfile::tempdir()?;
    let (seed, ids) = crowd(folder.path(), 720)?;
    let server = Server::start(&["--seed", &seed.to_string_lossy(), "--fault", "throttle=1"])?;
    let Ran { summary, took, code } = run(&server, folder.path(), &ids, &["--yes"])?;
    expect(&summary, code, 720)?;
    let number = |name: &str| summary[name].as_f64().unwrap_or(f64::NAN);
    let requests = number("calls") + number("reads") + number("planReads");
    let absolute = |name, value, most| Bar { name, value, floor: 0.0, unit: "requests", most: Most::Absolute(most) };
    Ok(vec![
        absolute("settle 720, actions", number("calls"), 13.0),
        // Two pages to plan, two to verify, and at most two more.
        absolute("settle 720, reads", number("reads") + number("planReads"), 6.0),
        Bar {
            name: "settle 720, time",
            value: took.as_secs_f64(),
            floor: requests - 1.0,
            unit: "s",
            most: Most::Ratio(1.05),
        },
    ])
}

/// 100,000 accounts as fast as the server answers.
pub(crate) fn crowd_at_once(quick: bool) -> Result {
    let n = if quick { 10_000 } else { 100_000 };
    let folder = tempfile::tempdir()?;
    let (seed, ids) = crowd(folder.path(), n)?;
    let own = cost::memory("self", "VmHWM")?;
    let server = Server::start(&["--seed", &seed.to_string_lossy()])?;
    let Ran { summary, took, code } = run(&server, folder.path(), &ids, &["--yes", "--rate", "unlimited"])?;
    expect(&summary, code, n)?;
    let peak = cost::peak_of_children()?;
    Ok(vec![
        Bar {
            name: "settle 100,000, time",
            value: took.as_secs_f64(),
            floor: 0.0,
            unit: "s",
            most: Most::Absolute(3.0),
        },
        Bar { name: "settle 100,000, peak memory", value: peak, floor: own, unit: "MiB", most: Most::Absolute(40.0) },
    ])
}

/// 1,000,000 ids on standard input, three of them malformed: named, and nothing sent.
pub(crate) fn ids(_quick: bool) -> Result {
    let folder = tempfile::tempdir()?;
    let mut text = String::with_capacity(40_000_000);
    for index in 0..1_000_000 {
        match index {
            17 | 500_000 | 999_999 => text += "not-an-id\n",
            _ => text += &format!("{}\n", id(index)),
        }
    }
    let list = folder.path().join("ids.txt");
    fs::write(&list, &text)?;
    let server = Server::start(&[])?;
    let Ran { took, code, .. } = run(&server, folder.path(), &list, &["--dry-run"])?;
    if code != Some(2) {
        return Err(format!("it ended with {code:?} instead of 2").into());
    }
    let peak = cost::peak_of_children()?;
    Ok(vec![
        Bar {
            name: "1,000,000 ids, time",
            value: took.as_secs_f64(),
            floor: 0.0,
            unit: "s",
            most: Most::Absolute(3.0),
        },
        Bar { name: "1,000,000 ids, peak memory", value: peak, floor: 0.0, unit: "MiB", most: Most::Absolute(120.0) },
    ])
}

fn id(index: usize) -> String {
    format!("c0000000-0000-4000-8000-{index:012x}")
}

/// Accounts at risk as a seed file, and their ids as a list.
fn crowd(folder: &Path, n: usize) -> std::io::Result<(PathBuf, PathBuf)> {
    let member = |index: usize| {
        json!({"id": id(index), "riskLevel": "high", "riskState": "atRisk", "isDeleted": false, "isProcessing": false,
            "riskLastUpdatedDateTime": "2026-11-01T08:00:00Z"})
    };
    let (seed, ids) = (folder.join("seed.json"), folder.join("ids.txt"));
    let members: Vec<Value> = (0..n).map(member).collect();
    fs::write(&seed, json!({"entities": {"riskyUsers": members}}).to_string())?;
    let mut list = fs::File::create(&ids)?;
    let text: String = (0..n).map(|index| id(index) + "\n").collect();
    list.write_all(text.as_bytes())?;
    Ok((seed, ids))
}

fn run(
    server: &Server,
    folder: &Path,
    ids: &Path,
    arguments: &[&str],
) -> std::result::Result<Ran, Box<dyn std::error::Error>> {
    let mut command = Command::new(PROGRAM);
    command.args(["users", "dismiss", "--format", "json", "--from"]).arg(ids).args(arguments);
    command.args(["--server", &format!("http://{}", server.address), "--ledger"]).arg(folder.join("ledger.sqlite"));
    command.env("ENTRA_RISK_TOKEN", &server.token).stdin(Stdio::null()).stderr(Stdio::null());
    #[allow(clippy::disallowed_methods)] // a bench measures time
    let begun = Instant::now();
    let output = command.output()?;
    let took = begun.elapsed();
    let summary = serde_json::from_slice(&output.stdout).unwrap_or_default();
    Ok(Ran { summary, took, code: output.status.code() })
}

fn expect(summary: &Value, code: Option<i32>, n: usize) -> std::result::Result<(), Box<dyn std::error::Error>> {
    match (code, summary["counts"]["settled"].as_u64()) {
        (Some(0), Some(settled)) if settled == n as u64 => Ok(()),
        _ => Err(format!("it ended with {code:?}: {summary}").into()),
    }
}
