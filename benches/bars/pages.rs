//! `entra-risk docs lint` over 7,000 pages, as a process: CPU time and peak memory.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::bar::{Bar, Most, Result};
use super::cost;
use super::program::PROGRAM;

const PAGES: usize = 7_000;

/// The floor is reading the same files and running pulldown-cmark over them.
pub(crate) fn pages(quick: bool) -> Result {
    let folder = tempfile::tempdir()?;
    let files = corpus(folder.path())?;
    let own = cost::memory("self", "VmHWM")?;
    lint(folder.path())?;
    let peak = cost::peak_of_children()?;
    if peak <= own {
        return Err(format!("its peak of memory is hidden behind our own {own:.1} MiB").into());
    }
    let rounds = if quick { 3 } else { 9 };
    let (value, floor) = cost::least(rounds, || lint(folder.path()), || parse(&files))?;
    let cpu = Bar {
        name: "docs lint of 7,000 pages, CPU",
        value: value / 1000.0,
        floor: floor / 1000.0,
        unit: "ms",
        most: Most::Ratio(2.5),
    };
    let memory = Bar {
        name: "docs lint of 7,000 pages, peak memory",
        value: peak,
        floor: own,
        unit: "MiB",
        most: Most::Absolute(150.0),
    };
    Ok(vec![cpu, memory])
}

/// The pages of the documentation that stand beside the project, or our own fixtures where there
/// are none, repeated under other names.
fn corpus(folder: &Path) -> std::result::Result<Vec<PathBuf>, Box<dyn std::error::Error>> {
    let mut sources = Vec::new();
    for root in ["../shared/docs/seeds", "../shared/docs/newest", "../shared/docs/2021-07", "tests/it/fixtures/pages"] {
        if sources.is_empty() || root.starts_with("../shared") {
            find(Path::new(env!("CARGO_MANIFEST_DIR")).join(root).as_path(), &mut sources)?;
        }
    }
    if sources.is_empty() {
        return Err("there are no pages to repeat".into());
    }
    let mut files = Vec::with_capacity(PAGES);
    for number in 0..PAGES {
        let source = &sources[number % sources.len()];
        let api = if source.components().any(|part| part.as_os_str() == "v1.0") { "v1.0" } else { "beta" };
        let folder = folder.join(api).join("api");
        fs::create_dir_all(&folder)?;
        let name = source.file_name().unwrap_or_default().to_string_lossy();
        let file = folder.join(format!("{number:05}-{name}"));
        fs::copy(source, &file)?;
        files.push(file);
    }
    Ok(files)
}

fn find(folder: &Path, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    let mut entries: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() && path.file_name().is_some_and(|name| name != "includes") {
            find(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
    Ok(())
}

/// CPU time of one run, which must have read everything.
fn lint(folder: &Path) -> std::result::Result<Duration, Box<dyn std::error::Error>> {
    let begun = cost::of_children()?;
    let status = Command::new(PROGRAM).args(["docs", "lint"]).arg(folder).stdout(Stdio::null()).status()?;
    match status.code() {
        Some(0 | 1) => Ok(cost::of_children()?.saturating_sub(begun)),
        _ => Err(format!("entra-risk docs lint ended with {status}").into()),
    }
}

fn parse(files: &[PathBuf]) -> std::result::Result<Duration, Box<dyn std::error::Error>> {
    let begun = cost::of_thread()?;
    let mut events = 0;
    for file in files {
        let text = fs::read_to_string(file)?;
        events += pulldown_cmark::Parser::new_ext(&text, pulldown_cmark::Options::ENABLE_TABLES).count();
    }
    if events < files.len() {
        return Err("pulldown-cmark saw no pages".into());
    }
    Ok(cost::of_thread()?.saturating_sub(begun))
}
