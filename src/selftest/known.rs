//! Mutants that are known to survive, each with a reason: what nobody can see, and what we have
//! decided not to ask for.

use serde::Deserialize;

/// The list. An entry that meets no survivor is stale, and fails the run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// An id, or a glob over ids without their brackets and braces: `*` stays within a segment,
    /// `**` does not.
    mutant: String,
    /// Why it may live.
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    survivor: Vec<Entry>,
}

impl Known {
    /// Reads the TOML of a list.
    ///
    /// # Errors
    /// What is wrong with it, with its line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
        if let Some(entry) = file.survivor.iter().find(|entry| entry.reason.trim().is_empty()) {
            return Err(format!("the entry '{}' has no reason", entry.mutant));
        }
        Ok(Self { entries: file.survivor })
    }

    /// The entry that a mutant meets, and its reason.
    pub(super) fn reason(&self, mutant: &str) -> Option<(usize, &str)> {
        // The brackets of an id are no class of letters, nor its braces a choice.
        let plain: String = mutant.chars().filter(|letter| !"[]{}".contains(*letter)).collect();
        let meets = |entry: &Entry| entry.mutant == mutant || fast_glob::glob_match(&entry.mutant, &plain);
        let index = self.entries.iter().position(meets)?;
        Some((index, &self.entries[index].reason))
    }

    /// The entries that nobody met.
    pub(super) fn stale(&self, met: &[usize]) -> impl Iterator<Item = &str> {
        let unmet = self.entries.iter().enumerate().filter(|(index, _)| !met.contains(index));
        unmet.map(|(_, entry)| entry.mutant.as_str())
    }
}
