//! `entra-risk conform` of the embedded pair, as a process: CPU time and peak memory.

use std::process::{Command, Stdio};
use std::time::Duration;

use super::bar::{Bar, Most, Result};
use super::cost;

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
        most: Most::Absolute(50.0),
    };
    let memory =
        Bar { name: "conform, peak memory", value: peak, floor: version_peak, unit: "MiB", most: Most::Absolute(20.0) };
    Ok(vec![cpu, memory])
}

/// CPU time of one run to its end, which has to be a good one.
fn run(arguments: &[&str]) -> std::result::Result<Duration, Box<dyn std::error::Error>> {
    let begun = cost::of_children()?;
    let status = Command::new(PROGRAM).args(arguments).stdout(Stdio::null()).status()?;
    if !status.success() {
        return Err(format!("entra-risk {} ended with {status}", arguments.join(" ")).into());
    }
    Ok(cost::of_children()?.saturating_sub(begun))
}
