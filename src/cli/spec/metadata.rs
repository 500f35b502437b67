//! A file of metadata, compared with a contract.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use crate::cli::exit::Failure;
use crate::contract::Contract;
use crate::finding::Finding;
use crate::metadata::{self, FLAWS, Metadata};
use crate::report::findings::Described;
use crate::rules::metadata::{self as rules, Comparison};

/// Graph's metadata has some 10 MB: what is much longer is something else.
const MOST_BYTES: u64 = 64 << 20;

const GIVE: &str = "give the file of a service's $metadata";

/// The metadata and what comparing it gave.
pub(super) struct Compared {
    metadata: Metadata,
    pub(super) comparison: Comparison,
}

/// Reads a file and compares it.
pub(super) fn compare(path: &Path, contract: &Contract) -> Result<Compared, Failure> {
    let file = path.to_string_lossy().replace('\\', "/");
    let bytes = read(path).map_err(|reason| Failure::input(format!("read the metadata {file}: {reason}"), GIVE))?;
    let metadata = metadata::read(&bytes, &file).map_err(|error| Failure::input(error.to_string(), error.remedy))?;
    let comparison = rules::compare(contract, &metadata);
    // Agreement of nothing with nothing is not what was asked for.
    if comparison.compared.is_empty() {
        return Err(Failure::input(
            format!("compare {file}: it speaks of nothing in {}", contract.file),
            format!("give the metadata of the API version {} of this service, or another description", contract.api),
        ));
    }
    Ok(Compared { metadata, comparison })
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let about = fs::metadata(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => "it does not exist".to_owned(),
        _ => error.to_string(),
    })?;
    // Opening a pipe would wait for somebody to write.
    if !about.is_file() {
        return Err("it is no file".to_owned());
    }
    let too_long = || format!("it is longer than {} MiB", MOST_BYTES >> 20);
    if about.len() > MOST_BYTES {
        return Err(too_long());
    }
    let mut bytes = Vec::new();
    let opened = fs::File::open(path).map_err(|error| error.to_string())?;
    opened.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > MOST_BYTES { Err(too_long()) } else { Ok(bytes) }
}

impl Compared {
    /// Everything to report; with `verbose` also what the metadata does not speak of.
    pub(super) fn findings(&self, verbose: bool) -> Vec<Finding> {
        let mut findings = self.metadata.findings.clone();
        findings.extend(self.comparison.findings());
        if verbose {
            findings.extend(self.comparison.unspoken_notes());
        }
        findings
    }

    /// The file, as findings name it.
    pub(super) fn file(&self) -> &str {
        &self.metadata.file
    }

    /// How much that was, for people.
    pub(super) fn looked_at(&self, contract: &Contract) -> String {
        let (metadata, compared) = (&self.metadata, &self.comparison);
        let mut text = format!(
            "{} ({}, {}, {}) and {}: {} confirmed, {} contradicted, {} not spoken of",
            metadata.file,
            if metadata.is_whole { "whole" } else { "a fragment" },
            counted(metadata.types.len(), "type", "types"),
            counted(metadata.calls.len(), "action or function", "actions and functions"),
            contract.file,
            counted(compared.confirmed.len(), "fact", "facts"),
            compared.contradicted.len(),
            compared.unspoken.len(),
        );
        if compared.n_resting > 0 {
            text += &format!(
                "; {} of {} that rest on metadata confirmed",
                compared.n_resting_confirmed,
                counted(compared.n_resting, "fact", "facts"),
            );
        }
        let unspoken = compared.operations_unspoken.len();
        if unspoken > 0 {
            let all = counted(contract.operations.len(), "operation", "operations");
            text += &format!("; it does not speak of {unspoken} of {all}");
        }
        text
    }
}

/// Every rule that looks at metadata.
pub(super) fn catalogue() -> impl Iterator<Item = Described<'static>> {
    let flaws = FLAWS.iter().map(|(id, severity, reason)| Described { id, severity: *severity, reason });
    flaws.chain(rules::RULES.iter().map(|rule| Described { id: rule.id, severity: rule.severity, reason: rule.reason }))
}

fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}
