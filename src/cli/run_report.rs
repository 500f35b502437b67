//! What the reports of a run need from outside: the repository around the working folder, the
//! catalogue of rules, and the summary of a job.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use super::exit::Failure;
use crate::finding::Severity;
use crate::report::Repository;
use crate::report::findings::Described;
use crate::rules::{self, docs, drift};

/// The repository that the working folder is in, by the nearest folder with `.git`.
pub(super) fn repository() -> Repository {
    let Ok(here) = std::env::current_dir() else { return Repository::default() };
    let Some(root) = here.ancestors().find(|folder| folder.join(".git").exists()) else {
        return Repository::default();
    };
    let below = here.strip_prefix(root).unwrap_or(Path::new(""));
    let text = |path: &Path| path.to_string_lossy().replace('\\', "/");
    Repository { root: text(root), below: text(below) }
}

/// Every rule by its id in reports, which begins with the side.
pub(super) struct Catalogue(Vec<(String, Severity, &'static str)>);

impl Catalogue {
    /// All rules of this build.
    pub(super) fn new() -> Self {
        let sent = rules::RULES
            .iter()
            .map(|rule| (format!("{}/{}", rule.side.as_str(), rule.id), Severity::Error, rule.reason));
        let docs = docs::RULES.iter().map(|rule| (rule.id.to_owned(), rule.severity, rule.reason));
        let drift = drift::RULES.iter().map(|rule| (rule.id.to_owned(), rule.severity, rule.reason));
        Self(docs.chain(drift).chain(sent).collect())
    }

    /// For reports.
    pub(super) fn described(&self) -> Vec<Described<'_>> {
        self.0.iter().map(|(id, severity, reason)| Described { id, severity: *severity, reason }).collect()
    }
}

/// Adds the summary to the page of the job, where GitHub Actions names a file for it. Others of
/// the same step may have written there before.
#[allow(clippy::disallowed_methods)] // the command line is where the environment comes in
pub(super) fn summarize(text: impl FnOnce() -> String) -> Result<(), Failure> {
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else { return Ok(()) };
    let file = OpenOptions::new().append(true).create(true).open(&path);
    file.and_then(|mut file| file.write_all(text().as_bytes())).map_err(|error| {
        let path = Path::new(&path).display();
        Failure::input(format!("write the summary of the job {path}: {error}"), "GITHUB_STEP_SUMMARY names that file")
    })
}
