//! The pages of a folder, as both commands read them.

use std::path::Path;

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

/// The path of a page from its API version on, or else below the folder: what a description
/// calls its source, the same on every machine.
fn below(folder: &Path, page: &str) -> String {
    let parts: Vec<&str> = page.split('/').collect();
    let version = parts[..parts.len().saturating_sub(1)].iter().rposition(|part| matches!(*part, "beta" | "v1.0"));
    if let Some(at) = version {
        return parts[at..].join("/");
    }
    let root = corpus::name(folder);
    let rest = page.strip_prefix(root.trim_end_matches('/')).map_or(page, |rest| rest.trim_start_matches('/'));
    let rest = if rest.is_empty() { parts.last().copied().unwrap_or(page) } else { rest };
    rest.to_owned()
}

/// Calls a page, and what it includes, by the name that a description uses.
pub(super) fn rename(page: &mut Page, folder: &Path) {
    page.page = below(folder, &page.page);
    if let Some(file) = &mut page.lines.permissions_file {
        *file = below(folder, file);
    }
}
