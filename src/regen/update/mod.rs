//! A description brought up to date with pages, by changes of its text.
//!
//! What speaks for a fact, and what does not:
//!
//! - A page speaks for an operation where one of its request lines is a path or alias of it, for
//!   a resource or enumeration by the name of the type.
//! - Permissions, required or optional, success, types and limits: what the page states
//!   replaces what the description says, whoever its source is. A page that is silent changes
//!   nothing.
//! - Headers, query options, aliases, body properties, resource properties, members: a section
//!   lists all there are. What it lists and the description lacks is added. What it does not
//!   list is dropped where the description names this very page as the documented source, and
//!   stays where it rests on another page, on a convention or on an assumption of ours.
//! - All pages of an operation must agree, and a page with itself: otherwise the fact is left
//!   alone and named. For resources and enumerations, which many pages mention, the page that the
//!   description names as the source speaks alone if it is there.
//! - A fact whose disagreement is accepted, and one that a rule doubts at its line, is left alone.
//! - Method, path and operation id never change, and nothing is ever removed because its page is
//!   missing, unless that is asked for.

mod body;
mod example;
mod index;
mod members;
mod operation;
mod parameters;
mod pass;
mod permissions;
mod presence;
mod schema;

use serde::Serialize;

use pass::Pass;

use super::layout::Spot;
use crate::contract::{Contract, Exchange, FactId, Origin};
use crate::docs::Page;
use crate::finding::{Finding, Severity};
use crate::spec::{Document, SpecError, lint};

/// What an update goes by besides description and pages.
pub struct Conditions<'a> {
    /// The transcripts that there are already.
    pub exchanges: &'a [Exchange],
    /// Whether the disagreement on a fact with what a page says at a place is accepted.
    pub accepted: &'a dyn Fn(&FactId, &Origin) -> bool,
    /// What rules find wrong with the pages: facts at their lines are left alone.
    pub doubts: &'a [Finding],
    /// The revision of the pages, to be named in sources.
    pub revision: Option<&'a str>,
    /// Whether operations without a page are removed.
    pub prune: bool,
}

/// What came of an update.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Update {
    /// The new text of the description; the old one where nothing changed.
    #[serde(skip)]
    pub text: String,
    /// What changed, in the order of the description.
    pub changes: Vec<Change>,
    /// Facts that were left alone, since pages contradict each other or themselves.
    pub undecided: Vec<Finding>,
    /// What else there is to know: operations without a page, new examples, accepted facts.
    pub notes: Vec<Finding>,
}

/// One change of a description.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// The fact.
    pub fact: FactId,
    /// What the description said; nothing where it said nothing.
    pub before: Option<String>,
    /// What it says now; nothing where it is dropped.
    pub after: Option<String>,
    /// Where the page says so.
    pub page: Origin,
    /// Where the description said so, or says what the fact belongs to.
    pub spec: Origin,
}

/// A text settles after two passes; more would be changes that undo each other.
const MOST_PASSES: usize = 6;

/// Brings a description up to date.
///
/// # Errors
/// A description that cannot be read, before or, which would be a mistake of ours, after.
pub fn update(text: &str, file: &str, pages: &[Page], conditions: &Conditions<'_>) -> Result<Update, SpecError> {
    let mark = if text.starts_with('\u{feff}') { "\u{feff}" } else { "" };
    let mut result = Update { text: text.trim_start_matches('\u{feff}').to_owned(), ..Update::default() };
    for round in 0..MOST_PASSES {
        let document = Document::parse(&result.text, file)?;
        let contract = document.contract()?;
        let Some(root) = Spot::parse(&result.text) else {
            return Err(SpecError {
                file: file.to_owned(),
                line: 1,
                subject: String::new(),
                reason: "the YAML has no root".to_owned(),
            });
        };
        let next = {
            let mut pass = Pass::new(&document, &contract, &root, &result.text, pages, conditions);
            pass.run();
            if round == 0 {
                result.notes = std::mem::take(&mut pass.notes);
            }
            let known: Vec<Option<FactId>> = result.undecided.iter().map(|finding| finding.fact.clone()).collect();
            result.undecided.extend(pass.undecided.into_iter().filter(|finding| !known.contains(&finding.fact)));
            if pass.edits.is_empty() {
                break;
            }
            merge(&mut result.changes, pass.changes);
            pass.edits.apply()
        };
        if next == result.text {
            break;
        }
        result.text = next;
    }
    let contract = judge(&result.text, file)?;
    result.notes.extend(outdated(&result.changes, &contract, conditions.exchanges));
    result.text.insert_str(0, mark);
    result.changes.sort_by(|one, other| (&one.spec, &one.fact).cmp(&(&other.spec, &other.fact)));
    Ok(result)
}

/// A description that was sound stays so.
fn judge(text: &str, file: &str) -> Result<Contract, SpecError> {
    let document = Document::parse(text, file)?;
    let contract = document.contract()?;
    let broken = lint::lint(&document).into_iter().find(|finding| finding.severity == Severity::Error);
    broken.map_or(Ok(contract), |finding| {
        let reason = format!("the update would break it: {} [{}]", finding.message, finding.rule);
        Err(SpecError { file: file.to_owned(), line: finding.origin.line, subject: finding.subject, reason })
    })
}

/// Statements of transcripts that say otherwise than the description does now.
fn outdated(changes: &[Change], contract: &Contract, exchanges: &[Exchange]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for exchange in exchanges {
        let Some(operation) = contract.operation(&exchange.operation) else {
            findings.push(outdated_one("operation", &exchange.operation, &exchange.origin, None));
            continue;
        };
        for statement in &exchange.statements {
            let fact = FactId::of(&contract.api, operation, &statement.kind, statement.name.as_deref());
            let change = changes.iter().find(|change| change.fact == fact);
            if let Some(change) = change.filter(|change| change.after.as_deref() != Some(&statement.value)) {
                findings.push(outdated_one(&statement.key(), &statement.value, &statement.origin, Some(change)));
            }
        }
    }
    findings
}

fn outdated_one(key: &str, value: &str, place: &Origin, change: Option<&Change>) -> Finding {
    Finding {
        rule: "update/transcript_outdated".to_owned(),
        severity: Severity::Note,
        origin: place.clone(),
        subject: key.to_owned(),
        message: format!("the transcript still says {value}"),
        remedy: String::new(),
        other: change.map(|change| change.page.clone()),
        fact: change.map(|change| change.fact.clone()),
    }
}

/// A later pass that finishes a change is no further change.
fn merge(changes: &mut Vec<Change>, later: Vec<Change>) {
    for change in later {
        match changes.iter_mut().find(|known| known.fact == change.fact) {
            Some(known) => known.after = change.after,
            None => changes.push(change),
        }
    }
}

impl Update {
    /// Whether something is left for a person to decide.
    #[must_use]
    pub fn is_undecided(&self) -> bool {
        !self.undecided.is_empty()
    }
}
