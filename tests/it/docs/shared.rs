//! The pages that stand beside a checkout: what is read from each, pinned. No sentence of a page
//! is kept, only names and values.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{facts, markdown};
use crate::snapshots::settings;

/// The pages, or the reason why there are none.
pub(super) fn pages() -> Option<(PathBuf, Vec<PathBuf>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/docs");
    if !root.is_dir() {
        println!("not run: ../shared/docs is not there");
        return None;
    }
    let pages = markdown(&root);
    Some((root, pages))
}

/// Folders and their snapshots.
const FOLDERS: &[(&str, &str)] = &[
    ("2021-07/beta/api", "shared_2021_07_beta_api"),
    ("2021-07/beta/resources", "shared_2021_07_beta_resources"),
    ("2021-07/v1.0/api", "shared_2021_07_v1_0_api"),
    ("2021-07/v1.0/resources", "shared_2021_07_v1_0_resources"),
    ("newest/beta/api", "shared_newest_beta_api"),
    ("newest/beta/resources", "shared_newest_beta_resources"),
    ("newest/concepts", "shared_newest_concepts"),
    ("newest/entra", "shared_newest_entra"),
    ("newest/v1.0/api", "shared_newest_v1_0_api"),
    ("newest/v1.0/resources", "shared_newest_v1_0_resources"),
    ("seeds", "shared_seeds"),
];

#[test]
fn every_shared_page_says_what_stands_on_it() {
    let Some((root, pages)) = pages() else { return };
    let mut folders: BTreeMap<String, String> = BTreeMap::new();
    for path in pages {
        let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        let text = std::fs::read_to_string(&path).unwrap();
        let page = entra_risk::docs::read(&name, &text, &|file| std::fs::read_to_string(root.join(file)).ok());
        let (folder, file) = name.rsplit_once('/').unwrap_or(("", &name));
        folders.entry(folder.to_owned()).or_default().push_str(&format!("{file}\n{}\n", facts(&page)));
    }
    for (folder, snapshot) in FOLDERS {
        let said = folders.remove(*folder).unwrap_or_default();
        settings().bind(|| insta::assert_snapshot!(*snapshot, said));
    }
    assert!(folders.is_empty(), "folders without a snapshot: {:?}", folders.keys());
}
