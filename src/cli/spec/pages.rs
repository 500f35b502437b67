//! The pages of a folder, as both commands read them.

use std::path::{Path, PathBuf};

use crate::cli::corpus::{self, Corpus, Skipped};
use crate::cli::exit::Failure;
use crate::cli::output;
use crate::docs::Page;

/// Reads every page below a folder. What could not be read is named on standard error.
pub(super) fn read(folder: &Path) -> Result<(Vec<Page>, Vec<Skipped>), Failure> {
    let (pages, skipped) = Corpus::at(&[folder.to_owned()])?.pages()?;
    for skip in &skipped {
        output::note(&format!("not read: {}: {}", skip.path, skip.reason));
    }
    Ok((pages, skipped))
}

/// The path of a page below the folder, or below `api-reference/` where that is nearer: what a
/// description calls its source, the same on every machine.
pub(super) fn below(folder: &Path, page: &str) -> String {
    let root = corpus::name(folder);
    let rest = match page.strip_prefix(root.trim_end_matches('/')) {
        Some(rest) => rest.trim_start_matches('/'),
        None => page,
    };
    let rest = if rest.is_empty() { page.rsplit('/').next().unwrap_or(page) } else { rest };
    // A folder below the reference's root still has the version in its own path.
    let whole = PathBuf::from(page);
    let parts: Vec<&str> = whole.iter().filter_map(|part| part.to_str()).collect();
    match parts.iter().rposition(|part| *part == "api-reference") {
        Some(at) => parts[at + 1..].join("/"),
        None => rest.to_owned(),
    }
}
