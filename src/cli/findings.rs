//! What every command that reports findings has in common: its options, the accepted list, the
//! reports, the exit code.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;

use super::accepted_list::{self, Draft};
use super::exit::{Exit, Failure};
use super::output::{self, Destination, WholeFile};
use crate::accepted::{self, Accepted, Scope};
use crate::contract::{Contract, FactId};
use crate::finding::Finding;
use crate::report::findings::{Described, Format, Found};

/// The options, to be flattened into a command.
#[derive(Debug, Args)]
pub(super) struct FindingsOutput {
    /// Format of standard output: human, json, sarif, github or markdown
    #[arg(long, default_value = "human")]
    format: Format,
    /// Also write the findings to a file: sarif=findings.sarif; may be repeated
    #[arg(long, value_name = "FORMAT=FILE")]
    output: Vec<Destination<Format>>,
    /// List of accepted disagreements (TOML)
    #[arg(long, value_name = "FILE")]
    accepted: Option<PathBuf>,
    /// Draft a list of what was found, to be completed with reasons, in a new file
    #[arg(long, value_name = "FILE")]
    write_accepted: Option<PathBuf>,
    /// Fail for warnings too
    #[arg(long)]
    strict: bool,
}

/// Everything that could be wrong with the options was looked at; the work may begin.
pub(super) struct Reporting {
    format: Format,
    files: Vec<(Format, WholeFile)>,
    accepted: Accepted,
    draft: Option<Draft>,
    strict: bool,
}

/// What a command found, and where it looked.
#[derive(Debug, Default)]
pub(super) struct Outcome<'a> {
    /// What it found, in any order.
    pub(super) findings: Vec<Finding>,
    /// The rules that ran, all of each family.
    pub(super) catalogue: Vec<Described<'a>>,
    /// The files that were read, named as in findings.
    pub(super) files: Vec<String>,
    /// The facts that were compared.
    pub(super) facts: BTreeSet<FactId>,
    /// Rules that need more pages than were read to say that there is nothing.
    pub(super) undecided: BTreeSet<String>,
    /// How much that is, for people: `12 pages, 3 skipped`.
    pub(super) looked_at: String,
}

impl FindingsOutput {
    /// Whether errors are written for programs.
    pub(super) fn is_json(&self) -> bool {
        self.format.is_json()
    }

    /// Reads the accepted list and begins the files: what is wrong with them is said before the
    /// work, not after it.
    pub(super) fn begin(&self) -> Result<Reporting, Failure> {
        self.begin_with(accepted_list::read(self.accepted.as_deref())?)
    }

    /// The same for a command that looks at a contract: where that is this build's, so is the
    /// accepted list, unless another one is named.
    pub(super) fn begin_for(&self, contracts: &[&Contract]) -> Result<Reporting, Failure> {
        self.begin_with(accepted_list::read_or_own(self.accepted.as_deref(), contracts)?)
    }

    fn begin_with(&self, accepted: Accepted) -> Result<Reporting, Failure> {
        Ok(Reporting {
            format: self.format,
            accepted,
            draft: self.write_accepted.as_deref().map(Draft::begin).transpose()?,
            files: output::begin_all(&self.output)?,
            strict: self.strict,
        })
    }
}

impl Reporting {
    /// Applies the accepted list, writes every report, prints one, and says how the command ends.
    pub(super) fn finish(self, outcome: Outcome<'_>) -> Result<Exit, Failure> {
        let rules = outcome.catalogue.iter().map(|rule| rule.id.to_owned()).collect();
        let scope = Scope { rules, files: outcome.files, facts: outcome.facts, undecided: outcome.undecided };
        let mut applied = self.accepted.apply_findings(outcome.findings, &scope);
        if let Some(draft) = self.draft {
            draft.finish(&accepted::draft_findings(&applied.remaining))?;
        }
        applied.remaining.append(&mut applied.stale);
        // The same order whoever found what first; the sort is stable within a line and rule.
        applied.remaining.sort_by(|a, b| (&a.origin, &a.rule).cmp(&(&b.origin, &b.rule)));
        let found = Found {
            version: env!("CARGO_PKG_VERSION"),
            findings: &applied.remaining,
            accepted: &applied.accepted,
            catalogue: &outcome.catalogue,
            looked_at: &outcome.looked_at,
        };
        for (format, file) in self.files {
            file.finish(&output::plain(&found.render(format)))?;
        }
        output::print(&found.render(self.format))?;
        Ok(if found.fails(self.strict) { Exit::Findings } else { Exit::Done })
    }
}

#[cfg(test)]
mod tests;
