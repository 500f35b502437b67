//! Generates the client and the embedded contract from the descriptions in `openapi/`.
//!
//! All work is in pure modules, shared with the library: this file only finds the inputs,
//! writes the outputs and prints each defect as one line.

// Shared modules serve the library too, so some of what they offer is not used here.
#![allow(dead_code, unused_imports, unreachable_pub)]
// Cargo speaks to build scripts through the environment.
#![allow(clippy::disallowed_methods)]

#[path = "src/codegen/mod.rs"]
mod codegen;
#[path = "src/contract/mod.rs"]
mod contract;
#[path = "src/finding.rs"]
mod finding;
#[path = "src/spec/mod.rs"]
mod spec;

use std::path::{Path, PathBuf};
use std::{env, fs};

use contract::Contract;
use spec::{Document, Transcripts};

fn main() {
    println!("cargo::rerun-if-env-changed={FOLDER}");
    let folder = env::var_os(FOLDER).map_or_else(|| PathBuf::from("openapi"), PathBuf::from);
    println!("cargo::rerun-if-changed={}", folder.display());
    if let Err(defects) = build(&folder).and_then(|()| build_invented(Path::new(INVENTED))) {
        for defect in defects {
            // One line each: Cargo ends the message at the first line break.
            println!("cargo::error={}", defect.replace(['\n', '\r'], " "));
        }
    }
}

/// Where a consumer's own descriptions are, if not in `openapi/`.
const FOLDER: &str = "ENTRA_RISK_SPEC_DIR";
/// Descriptions for the tests alone, of which the library knows nothing. The package that is
/// published has none.
const INVENTED: &str = "tests/it/fixtures/invented";

fn build(folder: &Path) -> Result<(), Vec<String>> {
    let out = out()?;
    let contracts = generate(folder, &out)?;
    let versions = codegen::versions(&contracts).map_err(one)?;
    write(&out.join("versions.rs"), &versions)?;
    write(&out.join("reexports.rs"), &codegen::reexports(&contracts))?;
    write(&out.join("sources.rs"), &codegen::sources(&contracts))?;
    // Without such files nothing is accepted, no mutant is known to live, and no cloud signs in.
    for name in ["accepted.toml", "survivors.toml", "signin.toml"] {
        let list = folder.join(name);
        let list = if list.exists() { text(&list)? } else { String::new() };
        write(&out.join(name), &list)?;
    }
    Ok(())
}

/// The same for the test binary, which declares the modules itself.
fn build_invented(folder: &Path) -> Result<(), Vec<String>> {
    if !folder.is_dir() {
        return Ok(());
    }
    println!("cargo::rerun-if-changed={}", folder.display());
    let out = out()?.join("invented");
    fs::create_dir_all(&out).map_err(|error| vec![format!("{}: cannot be made: {error}", display(&out))])?;
    let contracts = generate(folder, &out)?;
    write(&out.join("modules.rs"), &codegen::modules(&contracts, "/invented").map_err(one)?)
}

fn out() -> Result<PathBuf, Vec<String>> {
    env::var_os("OUT_DIR").map(PathBuf::from).ok_or_else(|| vec!["OUT_DIR is not set".to_owned()])
}

/// Generates the modules of the descriptions in a folder, and embeds what these promise.
fn generate(folder: &Path, out: &Path) -> Result<Vec<Contract>, Vec<String>> {
    let mut described: Vec<(Document, Contract)> = Vec::new();
    for path in descriptions(folder).map_err(one)? {
        described.push(read(&path, folder)?);
    }
    described.sort_by_key(|(_, contract)| contract.order());
    for file in codegen::generate(&described).map_err(one)? {
        write(&out.join(format!("{}.rs", file.module)), &file.code)?;
    }
    let contracts: Vec<Contract> = described.into_iter().map(|(_, contract)| contract).collect();
    let json = serde_json::to_string(&contracts).map_err(|error| one(error.to_string()))?;
    write(&out.join("contracts.json"), &json)?;
    Ok(contracts)
}

fn one(defect: String) -> Vec<String> {
    vec![defect]
}

/// The descriptions of a folder, in the order of their names.
fn descriptions(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let remedy = format!("{FOLDER} names, by an absolute path, the folder that holds beta.yaml and exchanges/");
    let mut found = list(folder, "yaml").map_err(|error| format!("{error}; {remedy}"))?;
    found.sort();
    if found.is_empty() {
        return Err(format!("{}: there is no *.yaml file; {remedy}", folder.display()));
    }
    Ok(found)
}

/// Reads, lints and completes one description with the transcripts of its version.
fn read(path: &Path, folder: &Path) -> Result<(Document, Contract), Vec<String>> {
    let document = Document::parse_with_duplicates(&text(path)?, &display(path))
        .map_err(|error| vec![spec::lint::unusable(error).to_string()])?;
    let exchanges = folder.join("exchanges").join(document.api());
    let mut files =
        if exchanges.is_dir() { list(&exchanges, "http").map_err(|error| vec![error])? } else { Vec::new() };
    files.sort();
    let mut transcripts = Transcripts::new(&display(&exchanges));
    for file in files {
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        transcripts.add(&text(&file)?, &stem, &display(&file));
    }
    let contract = spec::contract(&document, transcripts).map_err(|findings| {
        // Warnings are for `entra-risk spec lint`.
        let errors = findings.iter().filter(|finding| finding.severity == finding::Severity::Error);
        errors.map(ToString::to_string).collect::<Vec<_>>()
    })?;
    Ok((document, contract))
}

fn text(path: &Path) -> Result<String, Vec<String>> {
    fs::read_to_string(path).map_err(|error| vec![format!("{}: cannot be read: {error}", display(path))])
}

/// A path for people, the same on every system.
fn display(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

fn list(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: cannot be read: {error}", folder.display()))?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    Ok(paths.filter(|path| path.extension().is_some_and(|found| found == extension)).collect())
}

/// Writes only what differs, so that nothing is compiled again for the same text.
fn write(path: &Path, text: &str) -> Result<(), Vec<String>> {
    if fs::read_to_string(path).is_ok_and(|found| found == text) {
        return Ok(());
    }
    fs::write(path, text).map_err(|error| one(format!("{}: cannot be written: {error}", display(path))))
}
