//! Where snapshots are, and that none is left over.

use std::fs;
use std::path::{Path, PathBuf};

/// Snapshots of this binary: in one folder, named as the test says.
pub(crate) fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root().join("tests/it/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below a folder with this extension.
fn files(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, extension, found);
        } else if path.extension().is_some_and(|its| its == extension) {
            found.push(path);
        }
    }
}

/// What a test calls a snapshot: without the module before it and the number behind it.
fn name(file: &Path) -> String {
    let stem = file.file_stem().unwrap().to_string_lossy().into_owned();
    let name = stem.rsplit("__").next().unwrap();
    let name = name.split('@').next().unwrap();
    match name.rsplit_once('-') {
        Some((name, number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => name.to_owned(),
        _ => name.to_owned(),
    }
}

/// Whether the file that made the snapshot still has a test that names it.
fn has_test(snapshot: &Path) -> bool {
    let text = fs::read_to_string(snapshot).unwrap();
    let source = text.lines().find_map(|line| line.strip_prefix("source: "));
    let code = source.and_then(|source| fs::read_to_string(root().join(source.trim_matches('"'))).ok());
    let name = name(snapshot);
    code.is_some_and(|code| code.contains(&format!("\"{name}\"")) || code.contains(&format!("fn {name}(")))
}

#[test]
fn no_snapshot_is_left_over() {
    let (mut snapshots, mut pending) = (Vec::new(), Vec::new());
    for folder in ["src", "tests"] {
        files(&root().join(folder), "snap", &mut snapshots);
        files(&root().join(folder), "new", &mut pending);
    }
    assert_eq!(pending, [] as [PathBuf; 0], "snapshots that nobody looked at");
    assert!(!snapshots.is_empty());
    snapshots.retain(|file| !has_test(file));
    assert_eq!(snapshots, [] as [PathBuf; 0], "no test names these snapshots");
}
