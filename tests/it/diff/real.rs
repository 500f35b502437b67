//! Real pages, where they are beside the checkout.

use std::fs;
use std::path::{Path, PathBuf};

use entra_risk::diff::{self, Version};
use entra_risk::docs::{self, Page};

use super::named;

fn folder(name: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/docs").join(name);
    if !folder.is_dir() {
        println!("skipped: the documentation pages are not beside this checkout ({})", folder.display());
    }
    folder.is_dir().then_some(folder)
}

/// Every page below a folder, edited, named below that folder.
fn pages(root: &Path, edit: &dyn Fn(&str) -> String) -> Vec<Page> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true if path.file_name().is_some_and(|name| name == "includes") => {}
                true => folders.push(path),
                false if path.extension().is_some_and(|extension| extension == "md") => files.push(path),
                false => {}
            }
        }
    }
    files.sort();
    let read = |path: &PathBuf| {
        let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
        let text = edit(&fs::read_to_string(path).unwrap());
        docs::read(&name, &text, &|file| fs::read_to_string(root.join(file)).ok())
    };
    files.iter().map(read).collect()
}

fn changes(old: &[Page], new: &[Page]) -> Vec<diff::Change> {
    diff::compare(Version { pages: old, root: "" }, Version { pages: new, root: "" }, &[]).changes
}

#[test]
fn every_page_is_equal_to_itself_however_it_is_laid_out() {
    for name in ["2021-07", "newest", "seeds"] {
        let Some(root) = folder(name) else { return };
        let plain = pages(&root, &str::to_owned);
        assert_eq!(named(&changes(&plain, &plain)), [] as [&str; 0]);
        let edits: [&dyn Fn(&str) -> String; 4] = [
            &|text| format!("\u{feff}{}", text.replace('\n', "\r\n")),
            &|text| text.replace("Not supported.", "Not supported"),
            &|text| text.lines().map(|line| format!("{} \n", line.trim_end())).collect(),
            &|text| text.replace("## HTTP request", "## HTTP Request").replace("## Permissions", "## Prerequisites"),
        ];
        for edit in edits {
            let changes = changes(&plain, &pages(&root, edit));
            assert!(changes.is_empty(), "{:#?}", changes.first());
        }
    }
}

#[test]
fn the_seed_pages_and_their_newest_versions() {
    let (Some(seeds), Some(newest)) = (folder("seeds"), folder("newest/beta/api")) else { return };
    for (page, expected) in [
        ("riskyusers-dismiss.md", &["header_removed removed", "limit_stated added"][..]),
        // The newest page includes a permission table that is not beside the checkout: a note.
        ("riskyusers-confirmcompromised.md", &["header_removed removed"]),
    ] {
        let one =
            |root: &Path| pages(root, &str::to_owned).into_iter().filter(|it| it.page == page).collect::<Vec<_>>();
        assert_eq!(named(&changes(&one(&seeds), &one(&newest))), expected, "{page}");
    }
}

/// There and back: what one direction adds, the other removes.
#[test]
fn versions_mirror_each_other() {
    let (Some(old), Some(new)) = (folder("2021-07"), folder("newest")) else { return };
    let (old, new) = (pages(&old, &str::to_owned), pages(&new, &str::to_owned));
    let (there, back) = (changes(&old, &new), changes(&new, &old));
    let facts = |changes: &[diff::Change], wanted: diff::Action| -> Vec<String> {
        let value = |said: &Option<diff::Said>| said.as_ref().and_then(|said| said.value.clone());
        let of = changes.iter().filter(|change| change.action == wanted);
        let mut facts: Vec<String> = of.filter_map(|change| value(&change.old).or(value(&change.new))).collect();
        facts.sort();
        facts
    };
    assert_eq!(facts(&there, diff::Action::Added), facts(&back, diff::Action::Removed));
    assert_eq!(facts(&there, diff::Action::Removed), facts(&back, diff::Action::Added));
    assert!(there.len() > 50);
}
