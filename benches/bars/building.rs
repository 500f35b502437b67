//! What it takes to build: generated code alone, and the library from nothing. Minutes, so only when
//! named: `cargo bench --bench bars -- generated build`.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use super::bar::{Bar, Most, Result};
use super::cost;

/// What this package was generated into, by module.
const SOURCES: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/sources.rs"));

/// How often generated code is compiled.
const ROUNDS: usize = 7;

/// Generated code of all versions, beside that of the largest; each with what they share, in a crate
/// of its own, so that nothing else is compiled with it.
pub(crate) fn generated(quick: bool) -> Result {
    let is_version = |(name, _): &&(&str, &str)| !["shared", "versions"].contains(name);
    let mut versions: Vec<_> = SOURCES.iter().filter(is_version).collect();
    versions.sort_by_key(|(_, code)| std::cmp::Reverse(code.len()));
    if versions.len() < 2 {
        return Err("there is one version in this build: set ENTRA_RISK_SPEC_DIR to a folder with two".into());
    }
    let folder = package("generated", &generated_manifest(), "lib.rs", &generated_code(&versions))?;
    let compile = |features: &'static str| {
        let folder = folder.clone();
        // Another option makes Cargo compile it anew; what Cargo itself takes is measured then, and
        // subtracted.
        let mut round = 0;
        move || -> std::result::Result<Duration, Box<dyn Error>> {
            round += 1;
            let option = format!("round{round}{features}");
            let once = || cpu(cargo(&folder, "rustc").args(["--features", features, "--", "--cfg", &option]));
            let compiled = once()?;
            Ok(compiled.saturating_sub(once()?))
        }
    };
    let rounds = if quick { 3 } else { ROUNDS };
    let (two, one) = cost::least(rounds, compile("largest,others"), compile("largest"))?;
    let name = "generated code of all versions, CPU to compile, floor of the largest";
    Ok(vec![Bar { name, value: two / 1e6, floor: one / 1e6, unit: "s", most: Most::Ratio(1.6) }])
}

fn generated_manifest() -> String {
    let root = env!("CARGO_MANIFEST_DIR");
    format!(
        "[features]\nlargest = []\nothers = []\n\n[dependencies]\n\
         entra-risk = {{ path = {root:?}, default-features = false }}\n\
         chrono = {{ version = \"0.4\", default-features = false, features = [\"serde\", \"clock\"] }}\n\
         progenitor-client = \"0.15.1\"\n\
         reqwest = {{ version = \"0.13.5\", default-features = false, features = [\"json\", \"query\", \"stream\"] }}\n\
         serde = {{ version = \"1\", features = [\"derive\"] }}\nserde_json = \"1\"\n\
         uuid = {{ version = \"1\", features = [\"serde\", \"v4\"] }}\n"
    )
}

fn generated_code(versions: &[&(&str, &str)]) -> String {
    let mut code = "#![allow(warnings)]\n".to_owned();
    for (name, _) in SOURCES.iter().filter(|(name, _)| *name != "versions") {
        let feature = match versions.iter().position(|(version, _)| version == name) {
            Some(0) => "#[cfg(feature = \"largest\")] ",
            Some(_) => "#[cfg(feature = \"others\")] ",
            None => "",
        };
        let file = Path::new(env!("OUT_DIR")).join(name).with_extension("rs");
        code.push_str(&format!("{feature}pub mod {name} {{ include!({file:?}); }}\n"));
    }
    code
}

/// The library with HTTPS from nothing, beside a program that makes one request with the same HTTP
/// client and the same TLS.
pub(crate) fn build(_quick: bool) -> Result {
    let root = env!("CARGO_MANIFEST_DIR");
    let ours =
        format!("[dependencies]\nentra-risk = {{ path = {root:?}, default-features = false, features = [\"tls\"] }}\n");
    let ours = package("library", &ours, "lib.rs", "pub use entra_risk::Session;\n")?;
    let floor = package("request", REQUEST_MANIFEST, "main.rs", REQUEST)?;
    // Whatever has to be fetched is fetched before.
    let (floor_cpu, floor_wall) = from_nothing(&floor)?;
    let (our_cpu, our_wall) = from_nothing(&ours)?;
    let bar = |name, ours: Duration, floor: Duration| Bar {
        name,
        value: ours.as_secs_f64(),
        floor: floor.as_secs_f64(),
        unit: "s",
        most: Most::Ratio(2.0),
    };
    Ok(vec![
        bar("clean build of the library with HTTPS, CPU", our_cpu, floor_cpu),
        bar("clean build of the library with HTTPS, wall", our_wall, floor_wall),
    ])
}

/// With the features that ours have.
const REQUEST_MANIFEST: &str = r#"[dependencies]
reqwest = { version = "0.13.5", default-features = false, features = ["http2", "json", "query", "rustls-no-provider", "stream"] }
rustls = { version = "0.23", default-features = false, features = ["ring", "std", "tls12"] }
serde_json = "1"
tokio = { version = "1", default-features = false, features = ["rt", "time"] }
"#;

const REQUEST: &str = r#"fn main() -> Result<(), Box<dyn std::error::Error>> {
    rustls::crypto::ring::default_provider().install_default().map_err(|_| "two providers")?;
    let url = std::env::args().nth(1).ok_or("give a URL")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let answer: serde_json::Value =
        runtime.block_on(async { reqwest::get(url).await?.json().await }).map_err(|error: reqwest::Error| error)?;
    println!("{answer}");
    Ok(())
}
"#;

/// A package of our own with the locked versions of this one.
fn package(name: &str, manifest: &str, file: &str, code: &str) -> std::io::Result<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bars").join(name);
    std::fs::create_dir_all(folder.join("src"))?;
    let head = format!("[package]\nname = \"bar-{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n");
    std::fs::write(folder.join("Cargo.toml"), head + manifest)?;
    std::fs::write(folder.join("src").join(file), code)?;
    std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock"), folder.join("Cargo.lock"))?;
    Ok(folder)
}

fn cargo(folder: &Path, command: &str) -> Command {
    #[allow(clippy::disallowed_methods)] // Cargo says where it is, to benches too
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut cargo = Command::new(program);
    cargo.current_dir(folder).args([command, "--quiet", "--offline"]);
    cargo.env("CARGO_TARGET_DIR", folder.join("target")).env("CARGO_INCREMENTAL", "0");
    cargo
}

/// CPU time of a command and all that it starts.
fn cpu(command: &mut Command) -> std::result::Result<Duration, Box<dyn Error>> {
    let before = cost::of_children()?;
    let output = command.output()?;
    match output.status.success() {
        true => Ok(cost::of_children()?.saturating_sub(before)),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned().into()),
    }
}

/// CPU time and time of a build with nothing built before.
fn from_nothing(folder: &Path) -> std::result::Result<(Duration, Duration), Box<dyn Error>> {
    let target = folder.join("target");
    if target.exists() {
        std::fs::remove_dir_all(&target)?;
    }
    #[allow(clippy::disallowed_methods)] // time is what is measured
    let begun = Instant::now();
    let cpu = cpu(&mut cargo(folder, "build"))?;
    let wall = begun.elapsed();
    std::fs::remove_dir_all(&target)?;
    Ok((cpu, wall))
}
