//! Many tenants at once, as a process beside an emulator in this one: whether each keeps its own pace, and
//! how many there may be.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};

use entra_risk::embedded;
use entra_risk::emulator::{App, Config, Emulator, Recording, Secret, Tenant};

use super::bar::{Bar, Most, Result};
use super::cost;
use super::program::PROGRAM;

/// Calls of each tenant.
const N_CALLS: usize = 6;
/// What a tenant is apart from one request to the next, at the default pace: a second and its margin.
const APART: f64 = 1.01;

/// How far requests of a tenant were apart, of all tenants, sorted; and the mean of each tenant.
struct Gaps {
    each: Vec<f64>,
    means: Vec<f64>,
    peak: f64,
}

impl Gaps {
    /// How far the worst of this part of them is from the pace, in percent of it.
    fn off(&self, part: f64) -> f64 {
        let mut off: Vec<f64> = self.each.iter().map(|gap| (gap / APART - 1.0).abs() * 100.0).collect();
        off.sort_by(f64::total_cmp);
        off[((off.len() - 1) as f64 * part) as usize]
    }

    /// How far the tenant that is furthest from its pace is on the whole, in percent.
    fn worst_mean(&self) -> f64 {
        self.means.iter().map(|mean| (mean / APART - 1.0).abs() * 100.0).fold(0.0, f64::max)
    }

    fn n_early(&self) -> usize {
        self.each.iter().filter(|gap| **gap < 1.0).count()
    }
}

/// Three hundred tenants.
pub(crate) fn tenants(_quick: bool) -> Result {
    let gaps = run(300)?;
    let percent = |name, value| Bar { name, value, floor: 0.0, unit: "%", most: Most::Absolute(5.0) };
    Ok(vec![
        percent("300 tenants, the worst off its pace", gaps.worst_mean()),
        percent("300 tenants, 99 of 100 gaps off the pace", gaps.off(0.99)),
        Bar {
            name: "300 tenants, peak memory",
            value: gaps.peak,
            floor: 0.0,
            unit: "MiB",
            most: Most::Absolute(120.0),
        },
    ])
}

/// How many tenants it holds: twice as many, until one is off its pace.
pub(crate) fn crowd(_quick: bool) -> Result {
    let mut held = 0;
    for n_tenants in [300, 600, 1200, 2400, 4800] {
        let gaps = run(n_tenants)?;
        println!(
            "     {n_tenants} tenants: the worst {:.2} % off its pace, 99 of 100 gaps {:.2} %, all gaps {:.2} %; {} of {} \
             came early; {:.0} MiB",
            gaps.worst_mean(),
            gaps.off(0.99),
            gaps.off(1.0),
            gaps.n_early(),
            gaps.each.len(),
            gaps.peak,
        );
        if gaps.worst_mean() > 5.0 || gaps.off(0.99) > 5.0 {
            break;
        }
        held = n_tenants;
    }
    // What it does not hold of the three hundred that it has to.
    let missing = 300.0 - f64::from(held.min(300));
    Ok(vec![Bar { name: "tenants not held", value: missing, floor: 0.0, unit: "of 300", most: Most::Absolute(0.0) }])
}

fn run(n_tenants: i32) -> std::result::Result<Gaps, Box<dyn std::error::Error>> {
    let n_tenants = usize::try_from(n_tenants)?;
    let folder = tempfile::tempdir()?;
    let path = |name: &str| folder.path().join(name);
    fs::write(path("secret"), "a-secret")?;
    fs::write(path("tenants.toml"), (0..n_tenants).map(entry).collect::<String>())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let emulator = runtime.block_on(Emulator::start(config(n_tenants)))?;
    let mut command = Command::new(PROGRAM);
    command.args(["users", "revoke-sessions", "--yes", "--format", "json", "--tenants"]).arg(path("tenants.toml"));
    command.arg("--ledger").arg(path("ledger.sqlite"));
    command.args(["--server", &emulator.root(), "--authority", &emulator.root()]);
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output()?;
    if !output.status.success() {
        return Err(format!("it ended with {:?}", output.status.code()).into());
    }
    let mut arrivals: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for one in emulator.received() {
        let Some(caller) = &one.caller else { continue };
        let time = chrono::DateTime::parse_from_rfc3339(&one.time)?;
        arrivals.entry(caller.tenant.clone()).or_default().push(time.timestamp_micros() as f64 / 1e6);
    }
    if arrivals.len() != n_tenants || arrivals.values().any(|times| times.len() != N_CALLS) {
        return Err("not every tenant made each of its calls, once".into());
    }
    let mut gaps = Gaps { each: Vec::new(), means: Vec::new(), peak: cost::peak_of_children()? };
    for times in arrivals.values_mut() {
        times.sort_by(f64::total_cmp);
        gaps.each.extend(times.windows(2).map(|pair| pair[1] - pair[0]));
        gaps.means.push((times[N_CALLS - 1] - times[0]) / (N_CALLS - 1) as f64);
    }
    gaps.each.sort_by(f64::total_cmp);
    Ok(gaps)
}

fn guid(first: &str, index: usize) -> String {
    format!("{first}-0000-4000-8000-{index:012x}")
}

/// Each has its own members, so that no two tenants meet.
fn entry(index: usize) -> String {
    let ids: Vec<String> = (0..N_CALLS).map(|nth| guid("c0000000", index * N_CALLS + nth)).collect();
    format!(
        "[[tenants]]\ntenant = \"{}\"\nclient_id = \"{}\"\nclient_secret_file = \"secret\"\nids = {ids:?}\n",
        guid("7e000000", index),
        guid("a9900000", index),
    )
}

fn config(n_tenants: usize) -> Config {
    let mut config = Config::new(embedded::contracts());
    config.directory.tenants =
        (0..n_tenants).map(|index| Tenant { id: guid("7e000000", index), domains: Vec::new() }).collect();
    let app = |index: usize| App {
        client_id: guid("a9900000", index),
        client_secret: Secret::new("a-secret"),
        tenant: Some(guid("7e000000", index)),
        ..App::new_with_everything()
    };
    config.directory.apps = (0..n_tenants).map(app).collect();
    config.users = n_tenants * N_CALLS;
    config.record = Some(Recording { keep: 1_000_000, ..Recording::default() });
    config
}
