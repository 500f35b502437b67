//! The one list of accepted disagreements: TOML, each entry with a reason.
//!
//! An entry speaks of a check of a run, or of findings of a rule by their fact or page, never by
//! their line: what is accepted stays accepted when text above it is added. This module must not
//! read files, nor know who asks.

mod draft;
mod list;

pub use draft::{draft_checks, draft_findings};
pub use list::{AcceptedError, Entry, Of};

use std::collections::BTreeSet;

use crate::contract::{FactId, Origin};
use crate::finding::{Finding, Severity};
use crate::verdict::{Check, Judged, Outcome, Side, Stale};

/// The id under which an entry that no longer disagrees is reported.
pub const STALE: &str = "accepted/stale";

/// Known disagreements. A failure outside the list fails a run, and so does an entry that no
/// longer disagrees.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accepted {
    /// The file, as it was named to the reader.
    pub file: String,
    /// The entries, in the order of the file.
    pub entries: Vec<Entry>,
}

/// What a run looked at: without it nobody can tell an entry that is out of date from one that
/// speaks of something else.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Rules that ran, always all of a family (`docs/…`).
    pub rules: BTreeSet<String>,
    /// Files that were read, named as in findings.
    pub files: Vec<String>,
    /// Facts that were compared. A fact counts as looked at too if another one of its operation
    /// or schema was: that it is gone is what makes an entry stale.
    pub facts: BTreeSet<FactId>,
    /// Rules that ran and cannot be quoted for what they did not find: they compare pages with
    /// each other, and there was only one.
    pub undecided: BTreeSet<String>,
}

/// An entry that names a check which does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownCheck<'a> {
    /// The id as it is written.
    pub id: &'a str,
    /// 1-based line of the entry.
    pub line: usize,
}

/// Findings divided by the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    /// Findings of which no entry speaks.
    pub remaining: Vec<Finding>,
    /// The others, each with the reason of its entry.
    pub accepted: Vec<(Finding, String)>,
    /// Entries that were looked for and did not match, as errors at their lines.
    pub stale: Vec<Finding>,
}

impl Accepted {
    /// Divides the findings of a run.
    #[must_use]
    pub fn apply_findings(&self, findings: Vec<Finding>, scope: &Scope) -> Applied {
        let mut applied = Applied::default();
        let mut used = vec![false; self.entries.len()];
        for finding in findings {
            let mut reason = None;
            for (entry, used) in self.entries.iter().zip(&mut used) {
                if entry.of.speaks_of(&finding) {
                    *used = true;
                    reason.get_or_insert_with(|| entry.reason.clone());
                }
            }
            match reason {
                Some(reason) => applied.accepted.push((finding, reason)),
                None => applied.remaining.push(finding),
            }
        }
        let unused = self.entries.iter().zip(used).filter(|(_, used)| !used);
        applied.stale =
            unused.filter_map(|(entry, _)| Some(self.stale_entry(entry, scope.objection(&entry.of)?))).collect();
        applied
    }

    fn stale_entry(&self, entry: &Entry, message: &str) -> Finding {
        Finding {
            rule: STALE.to_owned(),
            severity: Severity::Error,
            origin: Origin { file: self.file.clone(), line: entry.line },
            subject: entry.of.to_string(),
            message: message.to_owned(),
            remedy: "correct or remove the entry".to_owned(),
            other: None,
            fact: None,
        }
    }

    /// The reason for which a check may fail.
    pub(crate) fn reason(&self, check: &str) -> Option<String> {
        self.checks().find(|(id, _)| *id == check).map(|(_, entry)| entry.reason.clone())
    }

    /// The sides of the checks that entries name, to look these up; all of them if one has none.
    #[must_use]
    pub fn sides(&self) -> Vec<Side> {
        let named: BTreeSet<&str> = self.checks().filter_map(|(id, _)| id.split('/').next()).collect();
        let known: Vec<Side> = Side::ALL.into_iter().filter(|side| named.contains(side.as_str())).collect();
        if known.len() == named.len() { known } else { Side::ALL.to_vec() }
    }

    /// Entries that name no check of `planned`, the checks of one API version. Of other versions,
    /// and of sides without any planned check, nothing is known, so that nothing is said.
    #[must_use]
    pub fn unknown_checks(&self, planned: &[Check], apis: &[&str]) -> Vec<UnknownCheck<'_>> {
        let known: BTreeSet<&str> = planned.iter().map(|check| check.id.as_str()).collect();
        let begins = |id: &str, n_segments: usize| id.split('/').nth(n_segments).map(str::to_owned);
        let versions: BTreeSet<Option<String>> = planned.iter().map(|check| begins(&check.id, 1)).collect();
        let is_unknown = |id: &str| {
            let side = Side::ALL.into_iter().find(|side| begins(id, 0).as_deref() == Some(side.as_str()));
            let is_planned = side.is_none_or(|side| planned.iter().any(|check| check.side == side));
            let version = begins(id, 1);
            let is_elsewhere =
                !versions.contains(&version) && version.is_some_and(|version| apis.contains(&version.as_str()));
            is_planned && !known.contains(id) && !(is_elsewhere && side.is_some())
        };
        self.checks()
            .filter(|(id, _)| is_unknown(id))
            .map(|(id, entry)| UnknownCheck { id, line: entry.line })
            .collect()
    }

    /// Entries that name no check, or one that ran and did not fail. `planned` has the ids of every
    /// check of `sides`; of those of other sides nothing is known.
    pub(crate) fn stale_checks(&self, checks: &[Judged], planned: &[String], sides: &[Side]) -> Vec<Stale> {
        let versions: BTreeSet<Option<&str>> = planned.iter().map(|id| id.split('/').nth(1)).collect();
        let unknown = |id: &str| {
            let side = Side::ALL.into_iter().find(|side| id.split('/').next() == Some(side.as_str()));
            // A list may serve several API versions, one run after the other.
            let elsewhere = id.split('/').nth(2).is_some() && !versions.contains(&id.split('/').nth(1));
            side.is_some_and(|side| !sides.contains(&side) || elsewhere)
        };
        let mut stale = Vec::new();
        for (id, entry) in self.checks() {
            let judged = checks.iter().find(|judged| judged.check.id == id);
            let text = match judged.map(|judged| judged.outcome) {
                Some(Outcome::Pass) => format!("{id}: it passes now; remove the entry"),
                None if !unknown(id) && !planned.iter().any(|planned| planned == id) => {
                    format!("{id}: there is no such check; correct or remove the entry")
                }
                _ => continue,
            };
            stale.push(Stale { text, origin: Origin { file: self.file.clone(), line: entry.line } });
        }
        stale
    }

    fn checks(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.entries.iter().filter_map(|entry| match &entry.of {
            Of::Check(id) => Some((id.as_str(), entry)),
            Of::Findings { .. } => None,
        })
    }
}

impl Scope {
    /// What is wrong with an entry that met nothing, if this run can tell.
    fn objection(&self, of: &Of) -> Option<&'static str> {
        let Of::Findings { rule, fact, page, .. } = of else { return None };
        if self.undecided.contains(rule) {
            return None;
        }
        if !self.rules.contains(rule) {
            let ran = self.rules.iter().any(|other| family(other) == family(rule));
            return ran.then_some("there is no such rule");
        }
        let seen = match (page, fact) {
            // Whoever reads a page sees every fact on it, and that one is not there.
            (Some(page), _) => self.files.iter().any(|file| list::is_page(file, page)),
            (None, Some(fact)) => self.facts.iter().any(|other| about(other) == about(fact)),
            (None, None) => false,
        };
        seen.then_some("nothing disagrees there any more")
    }
}

/// The first segment of a rule's id; rules of descriptions have none.
fn family(rule: &str) -> Option<&str> {
    rule.split_once('/').map(|(family, _)| family)
}

/// What a fact is about: its id without kind and name.
fn about(fact: &FactId) -> &str {
    fact.as_str().split_once('#').map_or(fact.as_str(), |(about, _)| about)
}

#[cfg(test)]
mod tests;
