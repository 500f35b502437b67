//! Which checks to run, by globs over their ids.

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};

use crate::verdict::Check;

/// Globs of checks to take and to skip. `*` stays within a segment, `**` does not; a glob
/// without `/` is looked for in every segment.
#[derive(Debug, Clone)]
pub struct Selection {
    take: GlobSet,
    skip: GlobSet,
    all: bool,
    words: Vec<String>,
}

/// A glob that cannot be read. Completes "failed to …".
#[derive(Debug, thiserror::Error)]
#[error("read the pattern '{glob}': {reason}")]
pub struct SelectionError {
    glob: String,
    reason: String,
}

impl Selection {
    /// Takes what any of `take` meets, or everything if there is none, but for what `skip`
    /// meets.
    ///
    /// # Errors
    /// A glob that cannot be read.
    pub fn new(take: &[String], skip: &[String]) -> Result<Self, SelectionError> {
        let words = take.iter().chain(skip).cloned().collect();
        Ok(Self { take: set(take)?, skip: set(skip)?, all: take.is_empty(), words })
    }

    /// Every check.
    #[must_use]
    pub fn everything() -> Self {
        Self { take: GlobSet::empty(), skip: GlobSet::empty(), all: true, words: Vec::new() }
    }

    /// Whether a check is taken.
    #[must_use]
    pub fn takes(&self, id: &str) -> bool {
        (self.all || self.take.is_match(id)) && !self.skip.is_match(id)
    }

    /// Why nothing was selected, with the id that comes nearest.
    pub(super) fn explain(&self, planned: &[Check]) -> String {
        let wanted = self.words.join(", ");
        let words = planned.iter().flat_map(|check| check.id.split('/'));
        let near = words.map(|word| (strsim::jaro_winkler(word, &wanted), word)).max_by(|a, b| a.0.total_cmp(&b.0));
        match near.filter(|(score, _)| *score > 0.8) {
            Some((_, near)) => format!("no id meets '{wanted}'; did you mean '{near}'? --list prints all"),
            None => format!("no id meets '{wanted}'; --list prints all"),
        }
    }
}

fn set(globs: &[String]) -> Result<GlobSet, SelectionError> {
    let mut builder = GlobSetBuilder::new();
    for glob in globs {
        let fail = |error: globset::Error| SelectionError { glob: glob.clone(), reason: error.kind().to_string() };
        let pattern = if glob.contains('/') { glob.clone() } else { format!("**/{glob}{{,/**}}") };
        let built: Glob =
            GlobBuilder::new(&pattern).literal_separator(true).empty_alternates(true).build().map_err(fail)?;
        builder.add(built);
    }
    builder.build().map_err(|error| SelectionError { glob: globs.join(", "), reason: error.kind().to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_take_and_skip_by_segment() {
        let select = |take: &[&str], skip: &[&str], id: &str| {
            let own = |globs: &[&str]| globs.iter().map(|glob| (*glob).to_owned()).collect::<Vec<_>>();
            Selection::new(&own(take), &own(skip)).expect("globs").takes(id)
        };
        let id = "server/beta/riskyUser.dismiss/dismiss_riskyuser/effect_missing/riskLevel";
        assert!(select(&[], &[], id));
        assert!(select(&["server/**"], &[], id));
        assert!(select(&["effect_missing"], &[], id));
        assert!(select(&["effect_*"], &[], id));
        assert!(select(&["riskLevel"], &[], id));
        assert!(select(&[id], &[], id));
        assert!(!select(&["client/**"], &[], id));
        assert!(!select(&["server/*"], &[], id));
        assert!(!select(&["server/**"], &["effect_missing"], id));
        assert!(Selection::new(&["[".to_owned()], &[]).is_err());
    }
}
