//! CPU time and memory, as the kernel counts them.

use std::io;
use std::time::Duration;

use nix::sched::{CpuSet, sched_getcpu, sched_setaffinity};
use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;
use nix::time::clock_getcpuclockid;
use nix::unistd::Pid;

/// CPU time, user and system, that this thread has used.
pub(crate) fn of_thread() -> nix::Result<Duration> {
    getrusage(UsageWho::RUSAGE_THREAD).map(cpu)
}

/// CPU time that all children have used that ended and were waited for.
pub(crate) fn of_children() -> nix::Result<Duration> {
    getrusage(UsageWho::RUSAGE_CHILDREN).map(cpu)
}

/// CPU time that a running process has used, all of its threads.
pub(crate) fn of_process(process: u32) -> nix::Result<Duration> {
    let process = i32::try_from(process).map_err(|_| nix::Error::ERANGE)?;
    clock_getcpuclockid(Pid::from_raw(process))?.now().map(Duration::from)
}

/// The peak memory in MiB of the largest child that ended and was waited for.
pub(crate) fn peak_of_children() -> nix::Result<f64> {
    Ok(getrusage(UsageWho::RUSAGE_CHILDREN)?.max_rss() as f64 / 1024.0)
}

/// A size in MiB that the kernel tells of a process: `VmRSS` now, `VmHWM` at its peak.
pub(crate) fn memory(process: &str, field: &str) -> io::Result<f64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let kib = text
        .lines()
        .find_map(|line| line.strip_prefix(field)?.strip_prefix(':')?.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    kib.map(|kib| kib / 1024.0).ok_or_else(|| io::Error::other(format!("process {process} has no {field}")))
}

/// Keeps this thread, and all that it starts from now on, on the CPU that it is on. Where the
/// other end of a connection happens to run makes a call cost 14 or 24 us, and the system
/// decides that once for each connection.
pub(crate) fn stay() -> nix::Result<()> {
    let mut here = CpuSet::new();
    here.set(sched_getcpu()?)?;
    sched_setaffinity(Pid::from_raw(0), &here)
}

fn cpu(usage: Usage) -> Duration {
    let total = usage.user_time() + usage.system_time();
    Duration::from_micros(u64::try_from(total.num_microseconds()).unwrap_or_default())
}

/// The least cost of each of two, measured in turn, in microseconds.
pub(crate) fn least<E>(
    rounds: usize,
    mut ours: impl FnMut() -> Result<Duration, E>,
    mut floor: impl FnMut() -> Result<Duration, E>,
) -> Result<(f64, f64), E> {
    // The first of each fills caches and opens connections; it is not counted.
    ours()?;
    floor()?;
    let (mut least_ours, mut least_floor) = (Duration::MAX, Duration::MAX);
    for round in 0..rounds {
        // Neither is always the one that follows the other.
        if round % 2 == 0 {
            least_ours = least_ours.min(ours()?);
            least_floor = least_floor.min(floor()?);
        } else {
            least_floor = least_floor.min(floor()?);
            least_ours = least_ours.min(ours()?);
        }
    }
    Ok((least_ours.as_secs_f64() * 1e6, least_floor.as_secs_f64() * 1e6))
}
