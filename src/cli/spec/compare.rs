//! `entra-risk spec compare`.

use std::path::{Path, PathBuf};

use clap::Args;

use super::metadata;
use crate::cli::corpus::{Corpus, Skipped};
use crate::cli::exit::{Exit, Failure};
use crate::cli::findings::{FindingsOutput, Outcome};
use crate::cli::{docs, specs};
use crate::contract::Contract;
use crate::docs::Page;
use crate::report::findings::Described;
use crate::rules::drift::{self, Comparison};

/// Compare documentation pages, or a service's $metadata, with a description, fact by fact.
///
/// --docs: pages are matched to the operations of the description by API version, method and path,
/// and to its resources and enumerations by name; other pages are counted. A page that is silent
/// contradicts nothing, unless the description names it as its source and the page lists all there
/// is.
///
/// --metadata: what the service declares of itself (CSDL, the XML of OData 4) is held against
/// paths, actions with their parameters and answers, entities with keys, properties and their types,
/// and members of enumerations. What the description says and the service does not have is an
/// error; what the service has and the description does not is a note, a warning for members, and
/// an error for a parameter of a described action. A fragment, elements of a schema without a root,
/// does too: of what it lacks it says nothing. The file is that of
///   curl --compressed -H 'Accept: application/xml' 'https://graph.microsoft.com/v1.0/$metadata'
///
/// Every disagreement is named with both places and both sides. Known disagreements of the
/// embedded description are in openapi/accepted.toml; with --spec nothing is accepted unless
/// --accepted names a list.
///
/// Ends with 1 for disagreements, and with 2 if a page or the metadata cannot be read.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Compare {
    /// Pages, or folders to look for pages in
    #[arg(long, required_unless_present = "metadata", num_args = 1.., value_name = "PATH")]
    docs: Vec<PathBuf>,
    /// $metadata of the service, or a fragment of one, as a file of XML
    #[arg(long, value_name = "FILE")]
    metadata: Option<PathBuf>,
    /// Description to compare, or folder of them; those of this build by default
    #[arg(long, value_name = "FILE")]
    spec: Vec<PathBuf>,
    /// API version to compare; every one by default, but for --metadata, which is of one
    #[arg(long, value_name = "VERSION")]
    api: Vec<String>,
    /// Also list the facts of which neither pages nor metadata speak
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
    let chosen = specs::choose_all(&contracts, &command.api)?;
    let reporting = command.findings.begin_for(&chosen)?;
    let mut outcome = Outcome::default();
    outcome.files.extend(chosen.iter().map(|contract| contract.file.clone()));
    let mut skipped = Vec::new();
    let mut looked_at = Vec::new();
    if !command.docs.is_empty() {
        let (pages, unread) = Corpus::at(&command.docs)?.pages()?;
        skipped = unread;
        outcome.catalogue.extend(catalogue());
        for (contract, comparison) in compared(&chosen, &pages, &skipped)? {
            outcome.findings.extend(comparison.findings().cloned());
            if command.verbose {
                outcome.findings.extend(comparison.unspoken_notes());
            }
            outcome.files.extend(comparison.matched.iter().cloned());
            outcome.facts.extend(comparison.facts().0.into_iter().cloned());
            looked_at.push(self::looked_at(contract, &comparison, pages.len()));
        }
    }
    if let Some(path) = &command.metadata {
        let [contract] = chosen.as_slice() else { return Err(several(path, &chosen)) };
        let metadata = metadata::compare(path, contract)?;
        outcome.findings.extend(metadata.findings(command.verbose));
        outcome.catalogue.extend(metadata::catalogue());
        outcome.files.push(metadata.file().to_owned());
        outcome.facts.extend(metadata.comparison.facts().cloned());
        looked_at.push(metadata.looked_at(contract));
    }
    outcome.looked_at = looked_at.join("; and in ");
    let exit = reporting.finish(outcome)?;
    Ok(match docs::read::end(&skipped) {
        Exit::Done => exit,
        unread => unread,
    })
}

/// What comparing pages with each description gave, where they speak of it.
fn compared<'a>(
    contracts: &[&'a Contract],
    pages: &[Page],
    skipped: &[Skipped],
) -> Result<Vec<(&'a Contract, Comparison)>, Failure> {
    let all = contracts.iter().map(|contract| (*contract, drift::compare(contract, pages)));
    let spoken_of: Vec<_> = all.filter(|(_, comparison)| !comparison.compared.is_empty()).collect();
    // Agreement of nothing with nothing is not what was asked for.
    if spoken_of.is_empty() {
        docs::read::end(skipped);
        let files: Vec<&str> = contracts.iter().map(|contract| contract.file.as_str()).collect();
        let apis: Vec<&str> = contracts.iter().map(|contract| contract.api.as_str()).collect();
        return Err(Failure::input(
            format!("compare {}: no page that was read speaks of it", files.join(" and ")),
            format!("give pages of the API version {}, or another description", apis.join(" or ")),
        ));
    }
    Ok(spoken_of)
}

fn several(path: &Path, contracts: &[&Contract]) -> Failure {
    let apis: Vec<&str> = contracts.iter().map(|contract| contract.api.as_str()).collect();
    Failure::input(
        format!("compare {}: it does not say of which API version it is", path.display()),
        format!("give --api and one of {}", apis.join(", ")),
    )
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
