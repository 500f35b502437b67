//! What the parts may cost, as checks that can fail: `cargo bench --bench bars [-- NAME… --quick]`.
//!
//! Each measurement runs beside its floor (the same work without us) in interleaved rounds, and
//! the least of each counts: noise only ever adds. Ends with 1 if one is above its bar.
#![allow(clippy::print_stdout)] // a report is what this program is for

#[cfg(target_os = "linux")]
mod bar;
#[cfg(target_os = "linux")]
mod building;
#[cfg(target_os = "linux")]
mod call;
#[cfg(target_os = "linux")]
mod cost;
#[cfg(target_os = "linux")]
mod floor;
#[cfg(target_os = "linux")]
mod invented;
#[cfg(target_os = "linux")]
mod lint;
#[cfg(target_os = "linux")]
mod listing;
#[cfg(target_os = "linux")]
mod pages;
#[cfg(target_os = "linux")]
mod program;
#[cfg(target_os = "linux")]
mod requests;
#[cfg(target_os = "linux")]
mod server;
#[cfg(target_os = "linux")]
mod serving;
#[cfg(target_os = "linux")]
mod settle;
#[cfg(target_os = "linux")]
mod soak;
#[cfg(target_os = "linux")]
mod stub;
#[cfg(target_os = "linux")]
mod tenants;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    use std::process::ExitCode;
    // In this order: the peak memory of a child is never seen below our own, and the last two
    // settle on one CPU for good.
    const BENCHES: &[(&str, bar::Bench)] = &[
        ("conform", program::conform),
        ("foreign", program::foreign),
        ("settle", settle::crowd_at_once),
        ("ids", settle::ids),
        ("pace", settle::pace),
        ("tenants", tenants::tenants),
        ("pages", pages::pages),
        ("lint", lint::lint),
        ("serve", serving::serve),
        ("requests", requests::requests),
        ("paths", requests::paths),
        ("soak", soak::soak),
        ("call", call::call),
        ("list", listing::list),
    ];
    // These take minutes, and run only when they are named.
    const BUILDS: &[(&str, bar::Bench)] =
        &[("generated", building::generated), ("build", building::build), ("crowd", tenants::crowd)];
    let known: Vec<&str> = BENCHES.iter().chain(BUILDS).map(|(name, _)| *name).collect();
    // This program is also the floor that it measures against, in a process of its own.
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [first, folder] = arguments.as_slice()
        && first == floor::ARGUMENT
    {
        return floor::serve(folder).map_or(ExitCode::from(1), |()| ExitCode::SUCCESS);
    }
    let (mut quick, mut names) = (false, Vec::new());
    for argument in arguments {
        match argument.as_str() {
            "--quick" => quick = true,
            // Cargo says so to every benchmark.
            "--bench" => {}
            name if known.contains(&name) => names.push(argument),
            other => {
                println!("there is no bench '{other}'; there are {}, and --quick", known.join(", "));
                return ExitCode::from(2);
            }
        }
    }
    let mut met = true;
    let is_named = |name: &str| names.iter().any(|named| named == name);
    let chosen = BENCHES.iter().filter(|(name, _)| names.is_empty() || is_named(name));
    for (name, bench) in chosen.chain(BUILDS.iter().filter(|(name, _)| is_named(name))) {
        match bench(quick) {
            Ok(bars) => {
                for bar in bars {
                    println!("{bar}");
                    met &= bar.is_met();
                }
            }
            Err(error) => {
                println!("{name}: not measured: {error}");
                met = false;
            }
        }
    }
    if met { ExitCode::SUCCESS } else { ExitCode::from(1) }
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("not measured: CPU time and memory are read as Linux tells them");
}
