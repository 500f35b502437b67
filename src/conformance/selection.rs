//! Which checks to run, by globs over their ids.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::verdict::Check;

/// Globs of checks to take and to skip. `*` stays within a segment, `**` does not; a glob
/// without `/` is looked for in every segment.
#[derive(Debug, Clone)]
pub struct Selection {
    take: Patterns,
    skip: Patterns,
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
        Self { take: Patterns::default(), skip: Patterns::default(), all: true, words: Vec::new() }
    }

    /// Whether a check is taken.
    #[must_use]
    pub fn takes(&self, id: &str) -> bool {
        (self.all || meets(&self.take, id)) && !meets(&self.skip, id)
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

/// Globs, and the same texts as ids: an id may hold brackets, which mean something in a glob.
#[derive(Debug, Clone, Default)]
struct Patterns {
    globs: GlobSet,
    ids: Vec<String>,
}

fn meets(patterns: &Patterns, id: &str) -> bool {
    patterns.ids.iter().any(|exact| exact == id) || patterns.globs.is_match(id)
}

fn set(globs: &[String]) -> Result<Patterns, SelectionError> {
    let mut builder = GlobSetBuilder::new();
    for glob in globs {
        let pattern = if glob.contains('/') { glob.clone() } else { format!("**/{glob}{{,/**}}") };
        match GlobBuilder::new(&pattern).literal_separator(true).empty_alternates(true).build() {
            Ok(built) => {
                builder.add(built);
            }
            // The brackets of an id are no range.
            Err(_) if glob.matches('/').count() >= 4 => {}
            Err(error) => return Err(SelectionError { glob: glob.clone(), reason: error.kind().to_string() }),
        }
    }
    let fail = |error: globset::Error| SelectionError { glob: globs.join(", "), reason: error.kind().to_string() };
    Ok(Patterns { globs: builder.build().map_err(fail)?, ids: globs.to_vec() })
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
