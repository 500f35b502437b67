//! Which checks to run, by globs over their ids.

use crate::verdict::Check;

/// Globs of checks to take and to skip. `*` stays within a segment, `**` does not; a glob
/// without `/` is looked for in every segment. An id always meets itself, whatever its brackets
/// would mean in a glob.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    take: Vec<String>,
    skip: Vec<String>,
}

impl Selection {
    /// Takes what any of `take` meets, or everything if there is none, but for what `skip`
    /// meets.
    #[must_use]
    pub fn new(take: Vec<String>, skip: Vec<String>) -> Self {
        Self { take, skip }
    }

    /// Whether everything is taken.
    #[must_use]
    pub fn takes_all(&self) -> bool {
        self.take.is_empty() && self.skip.is_empty()
    }

    /// Whether a check is taken.
    #[must_use]
    pub fn takes(&self, id: &str) -> bool {
        let meets = |globs: &[String]| globs.iter().any(|glob| meets(glob, id));
        (self.take.is_empty() || meets(&self.take)) && !meets(&self.skip)
    }

    /// Why nothing was selected, with the word that comes nearest.
    pub(super) fn explain(&self, planned: &[Check]) -> String {
        if planned.is_empty() {
            return "there is none: every check comes from a transcript, and the description has none beside it in \
                    exchanges/VERSION"
                .to_owned();
        }
        let wanted = self.take.iter().chain(&self.skip).cloned().collect::<Vec<_>>().join(", ");
        let words = planned.iter().flat_map(|check| check.id.split('/'));
        let near = words.map(|word| (strsim::jaro_winkler(word, &wanted), word)).max_by(|a, b| a.0.total_cmp(&b.0));
        match near.filter(|(score, _)| *score > 0.8) {
            Some((_, near)) => format!("no id meets '{wanted}'; did you mean '{near}'? --list prints all"),
            None => format!("no id meets '{wanted}'; --list prints all"),
        }
    }
}

fn meets(glob: &str, id: &str) -> bool {
    let one = |text: &str| text == glob || fast_glob::glob_match(glob, text);
    if glob.contains('/') { one(id) } else { id.split('/').any(one) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_take_and_skip_by_segment() {
        let select = |take: &[&str], skip: &[&str], id: &str| {
            let own = |globs: &[&str]| globs.iter().map(|glob| (*glob).to_owned()).collect::<Vec<_>>();
            Selection::new(own(take), own(skip)).takes(id)
        };
        let id = "server/beta/thing.act/an_example/effect_missing/level[x]";
        for take in
            ["server/**", "**/effect_missing/*", "effect_missing", "effect_*", "{effect,other}_missing", "level[x]", id]
        {
            assert!(select(&[take], &[], id), "{take}");
        }
        assert!(select(&[], &[], id));
        for other in ["client/**", "server/*", "**/effect_missing", "effect", "level[y]", "["] {
            assert!(!select(&[other], &[], id), "{other}");
        }
        assert!(!select(&["server/**"], &["effect_missing"], id));
    }
}
