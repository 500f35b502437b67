//! Damaged pages: rendered from the contract, in our own words, so that a clone without the
//! documentation has them; each then made wrong in one place.

mod examples;
mod sections;
mod site;

use super::matrix::voice;
use super::mutant::{Mutant, Operator, Voice, Witness};
use super::suite::{Met, Suite};
use site::Site;
pub(super) use site::{Edit, edits};

/// One damage.
pub(super) struct Damage {
    name: &'static str,
    operator: Operator,
    breaks: &'static str,
    /// Rules that must notice, with their family.
    aims: &'static [&'static str],
    /// What it makes of a page; `None` where that page has no such place.
    apply: fn(&Site<'_>) -> Option<Edit>,
}

/// Every damage on every page that has a place for it.
pub(super) fn mutants(suite: &Suite<'_>) -> Vec<(Mutant, Vec<Edit>)> {
    let damages = || [examples::DAMAGES, sections::DAMAGES].into_iter().flatten();
    let mut found = Vec::new();
    for damage in damages() {
        for at in 0..suite.shelf.pages.len() {
            let site = Site { pages: &suite.shelf.pages, at, api: &suite.contract.api };
            let Some(edit) = (damage.apply)(&site) else { continue };
            if edit.path == site.page().path && edit.text.as_deref() == Some(site.text()) {
                continue;
            }
            let stem = site.page().path.rsplit('/').next().unwrap_or_default().trim_end_matches(".md");
            let name = format!("{}/{stem}", damage.name);
            let mut mutant = Mutant::new(&suite.contract.api, Witness::Page, damage.operator, &name, damage.breaks);
            mutant.aims = damage.aims.iter().map(|rule| (*rule).to_owned()).collect();
            found.push((mutant, vec![edit]));
        }
    }
    found
}

/// Reads the pages with those that are otherwise; for what is only worth knowing where nothing else is found, or a
/// rule that says no more is to notice.
pub(super) fn attempt(suite: &Suite<'_>, mutant: &Mutant, edits: &[Edit]) -> Met {
    let mut met = suite.meet(&suite.read(None, edits));
    if met.killers.is_empty() || mutant.aims.iter().any(|rule| voice(rule) == Voice::Note) {
        met.add(suite.meet(&suite.notes(edits)));
    }
    met
}
