//! Damaged pages: rendered from the contract, in our own words, so that a clone without the
//! documentation has them; each then made wrong in one place.

mod examples;
mod sections;
mod site;

use super::matrix::voice;
use super::mutant::{Mutant, Operator, Voice, Witness};
use super::suite::{Met, Suite};
use crate::docs::render::Rendered;
use site::Site;

/// One damage.
pub(super) struct Damage {
    name: &'static str,
    operator: Operator,
    breaks: &'static str,
    /// Rules that must notice, with their family.
    aims: &'static [&'static str],
    /// The pages with the damage on one of them; `None` where that page has no such place.
    apply: fn(&Site<'_>) -> Option<Vec<Rendered>>,
}

/// Every damage on every page that has a place for it.
pub(super) fn mutants(suite: &Suite<'_>) -> Vec<(Mutant, Vec<Rendered>)> {
    let damages = || [examples::DAMAGES, sections::DAMAGES].into_iter().flatten();
    let mut found = Vec::new();
    for damage in damages() {
        for at in 0..suite.pages.len() {
            let site = Site { pages: &suite.pages, at, api: &suite.contract.api };
            let Some(pages) = (damage.apply)(&site).filter(|pages| *pages != suite.pages) else { continue };
            let stem = site.page().path.rsplit('/').next().unwrap_or_default().trim_end_matches(".md");
            let name = format!("{}/{stem}", damage.name);
            let mut mutant = Mutant::new(&suite.contract.api, Witness::Page, damage.operator, &name, damage.breaks);
            mutant.aims = damage.aims.iter().map(|rule| (*rule).to_owned()).collect();
            found.push((mutant, pages));
        }
    }
    found
}

/// Reads the damaged pages; for what is only worth knowing where nothing else is found, or a
/// rule that says no more is to notice.
pub(super) fn attempt(suite: &Suite<'_>, mutant: &Mutant, pages: &[Rendered]) -> Met {
    let mut met = suite.meet(&suite.read(suite.contract, pages));
    if met.killers.is_empty() || mutant.aims.iter().any(|rule| voice(rule) == Voice::Note) {
        met.add(suite.meet(&suite.notes(suite.contract, pages)));
    }
    met
}
