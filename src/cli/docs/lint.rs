//! `entra-risk docs lint`.

use std::path::PathBuf;

use clap::Args;

use super::read;
use crate::cli::corpus::Corpus;
use crate::cli::exit::{Exit, Failure};
use crate::cli::findings::{FindingsOutput, Outcome};
use crate::report::findings::Described;
use crate::rules::docs;

/// Look for contradictions in documentation pages.
///
/// Reports where a page contradicts itself or another page: file and line, what is said in both
/// places, and what to do. What a page leaves out or shortens is no contradiction.
///
/// Ends with 0 when there is nothing to report, with 1 when there is an error (with --strict also
/// a warning), and with 2 when a file could not be read.
#[derive(Debug, Args)]
pub(super) struct Lint {
    /// Pages, or folders to look for pages in
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    findings: FindingsOutput,
}

impl Lint {
    pub(super) fn is_json(&self) -> bool {
        self.findings.is_json()
    }
}

pub(super) fn run(command: &Lint) -> Result<Exit, Failure> {
    let reporting = command.findings.begin()?;
    let corpus = Corpus::at(&command.paths)?;
    let (mut findings, mut mentions) = (Vec::new(), Vec::new());
    let skipped = corpus.each(
        |_, page| docs::examine(&page),
        |(found, mentioned)| {
            findings.extend(found);
            mentions.push(mentioned);
            Ok(())
        },
    )?;
    findings.extend(docs::corpus(&mentions));
    let files: Vec<String> = mentions.into_iter().map(|page| page.page).collect();
    let undecided = docs::undecided(files.len());
    let looked_at = match files.len() {
        1 => "1 page".to_owned(),
        pages => format!("{pages} pages"),
    };
    let catalogue =
        docs::RULES.iter().map(|rule| Described { id: rule.id, severity: rule.severity, reason: rule.reason });
    let outcome =
        Outcome { findings, catalogue: catalogue.collect(), files, looked_at, undecided, ..Outcome::default() };
    let exit = reporting.finish(outcome)?;
    Ok(match read::end(&skipped) {
        Exit::Done => exit,
        unread => unread,
    })
}
