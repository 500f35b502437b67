//! `entra-risk spec compare`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::corpus::Corpus;
use crate::cli::exit::{Exit, Failure};
use crate::cli::findings::{FindingsOutput, Outcome};
use crate::cli::{docs, specs};
use crate::contract::Contract;
use crate::report::findings::Described;
use crate::rules::drift::{self, Comparison};

/// Compare documentation pages with a description, fact by fact.
///
/// Pages are matched to the operations of the description by API version, method and path, and to
/// its resources and enumerations by name; other pages are counted. Every disagreement is named
/// with both places and both sides. A page that is silent contradicts nothing, unless the
/// description names it as its source and the page lists all there is.
///
/// Known disagreements of the embedded description are in openapi/accepted.toml; with --spec
/// nothing is accepted unless --accepted names a list.
///
/// Ends with 1 for disagreements, and with 2 if a page cannot be read.
#[derive(Debug, Args)]
pub(super) struct Compare {
    /// Pages, or folders to look for pages in
    #[arg(long, required = true, num_args = 1.., value_name = "PATH")]
    docs: Vec<PathBuf>,
    /// Description to compare, or folder of them; those of this build by default
    #[arg(long, value_name = "FILE")]
    spec: Vec<PathBuf>,
    /// API version to compare; the only one of --spec, or beta, by default
    #[arg(long, value_name = "VERSION")]
    api: Option<String>,
    /// Also list the facts of which no page speaks
    #[arg(long)]
    verbose: bool,
    #[command(flatten)]
    findings: FindingsOutput,
}

impl Compare {
    pub(super) fn is_json(&self) -> bool {
        self.findings.is_json()
    }
}

pub(super) fn run(command: &Compare) -> Result<Exit, Failure> {
    let contracts = specs::contracts(&command.spec)?;
    let contract = specs::choose(&contracts, command.api.as_deref())?;
    let reporting = command.findings.begin_for(contract)?;
    let (pages, skipped) = Corpus::at(&command.docs)?.pages()?;
    let comparison = drift::compare(contract, &pages);
    // Agreement of nothing with nothing is not what was asked for.
    if comparison.compared.is_empty() {
        docs::read::end(&skipped);
        return Err(Failure::input(
            format!("compare {}: no page that was read speaks of it", contract.file),
            format!("give pages of the API version {}, or another description", contract.api),
        ));
    }
    let mut findings: Vec<_> = comparison.findings().cloned().collect();
    if command.verbose {
        findings.extend(comparison.unspoken_notes());
    }
    let mut files = comparison.matched.clone();
    files.push(contract.file.clone());
    let exit = reporting.finish(Outcome {
        findings,
        catalogue: catalogue(),
        files,
        facts: comparison.facts().0.into_iter().cloned().collect(),
        looked_at: looked_at(contract, &comparison, pages.len()),
        ..Outcome::default()
    })?;
    Ok(match docs::read::end(&skipped) {
        Exit::Done => exit,
        unread => unread,
    })
}

fn catalogue() -> Vec<Described<'static>> {
    let described =
        |rule: &&'static drift::Rule| Described { id: rule.id, severity: rule.severity, reason: rule.reason };
    drift::RULES.iter().map(described).collect()
}

fn looked_at(contract: &Contract, comparison: &Comparison, n_pages: usize) -> String {
    let (facts, disagreed) = comparison.facts();
    let mut text = format!(
        "{n_pages} {} ({} matched, {} other) and {}: {} facts compared, {} agreed, {} disagreed; no page speaks of {}",
        if n_pages == 1 { "page" } else { "pages" },
        comparison.matched.len(),
        comparison.n_other,
        contract.file,
        facts.len(),
        facts.len() - disagreed.len(),
        disagreed.len(),
        comparison.unspoken.len(),
    );
    if comparison.n_versionless > 0 {
        text += &format!("; {} taken for {} without saying so", comparison.n_versionless, contract.api);
    }
    text
}
