//! `entra-risk conform` of the embedded versions, as a process: CPU time and peak memory.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::bar::{Bar, Most, Result};
use super::cost;
use super::server::Server;

/// The program under measurement, built by Cargo for this bench.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_entra-risk");

/// The floor is the same program saying its version.
pub(crate) fn conform(_quick: bool) -> Result {
    // The peak of all children is the peak of the largest: the small one goes first. A child
    // begins as our image, so that its peak is never seen below ours.
    let own = cost::memory("self", "VmHWM")?;
    run(&["--version"])?;
    let version_peak = cost::peak_of_children()?;
    let (value, floor) = cost::least(41, || run(&["conform"]), || run(&["--version"]))?;
    let peak = cost::peak_of_children()?;
    if peak <= own {
        return Err(format!("its peak of memory is hidden behind our own {own:.1} MiB").into());
    }
    let cpu = Bar {
        name: "conform, CPU",
        value: value / 1000.0,
        floor: floor / 1000.0,
        unit: "ms",
        most: Most::Absolute(400.0),
    };
    let memory =
        Bar { name: "conform, peak memory", value: peak, floor: version_peak, unit: "MiB", most: Most::Absolute(50.0) };
    Ok(vec![cpu, memory])
}

/// The server's side of all operations of v1.0, on a server in another process. The bars of four
/// operations (100 ms, 25 MiB) are less than doubled for 23.
pub(crate) fn foreign(_quick: bool) -> Result {
    let mut command = Command::new(PROGRAM);
    command.arg("serve");
    // The last of the tokens that must not suffice: the suite tries each.
    let server = Server::ready(command, "ENTRA_RISK_TOKEN_NO_ROLE")?;
    let base = server.exports.get("ENTRA_RISK_BASE_URL").ok_or("serve does not say where it is")?;
    let all = || run_with(&["conform", "--side", "server", "--server", base], &server.exports);
    let (value, floor) = cost::least(21, all, || run(&["--version"]))?;
    let cpu = Bar {
        name: "conform of another server, CPU",
        value: value / 1000.0,
        floor: floor / 1000.0,
        unit: "ms",
        most: Most::Absolute(180.0),
    };
    // The largest of all children so far: no less than that of this one.
    let (value, floor) = (cost::peak_of_children()?, cost::memory("self", "VmHWM")?);
    let name = "conform of another server, peak memory";
    let memory = Bar { name, value, floor, unit: "MiB", most: Most::Absolute(30.0) };
    Ok(vec![cpu, memory])
}

fn run(arguments: &[&str]) -> std::result::Result<Duration, Box<dyn std::error::Error>> {
    run_with(arguments, &BTreeMap::new())
}

/// CPU time of one run to its end, which has to be a good one.
fn run_with(
    arguments: &[&str],
    environment: &BTreeMap<String, String>,
) -> std::result::Result<Duration, Box<dyn std::error::Error>> {
    let begun = cost::of_children()?;
    let status = Command::new(PROGRAM).args(arguments).envs(environment).stdout(Stdio::null()).status()?;
    if !status.success() {
        return Err(format!("entra-risk {} ended with {status}", arguments.join(" ")).into());
    }
    Ok(cost::of_children()?.saturating_sub(begun))
}
