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

#[test]
fn every_shared_page_says_what_stands_on_it() {
    let Some((root, pages)) = pages() else { return };
    let mut folders: BTreeMap<String, String> = BTreeMap::new();
    for path in pages {
        let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        let text = std::fs::read_to_string(&path).unwrap();
        let page = entra_risk::docs::read(&name, &text, &|file| std::fs::read_to_string(root.join(file)).ok());
        let (folder, file) = name.rsplit_once('/').unwrap_or(("", &name));
        let folder = folder.replace(['/', '.', '-'], "_");
        folders.entry(folder).or_default().push_str(&format!("{file}\n{}\n", facts(&page)));
    }
    for (folder, said) in folders {
        settings().bind(|| insta::assert_snapshot!(format!("shared_{folder}"), said));
    }
}
