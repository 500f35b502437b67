//! Checks and what came of them: the plain data between the suite that runs and the reports
//! that render.
//!
//! This module must not know how a check is run or printed. Its JSON form is the report's
//! (`src/report/report.schema.json`) and part of the public surface.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::contract::{Contract, FactId, Origin, Rests};
use crate::finding::Severity;

/// Which witness a check examines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Side {
    /// Pages of the documentation, each by itself.
    Docs,
    /// Documentation and description.
    Drift,
    /// The generated client.
    Client,
    /// A server.
    Server,
}

impl Side {
    /// Every side, in the order of reports.
    pub const ALL: [Self; 4] = [Self::Docs, Self::Drift, Self::Client, Self::Server];

    /// The first segment of check ids.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Docs => "docs",
            Self::Drift => "drift",
            Self::Client => "client",
            Self::Server => "server",
        }
    }
}

/// What came of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// As documented.
    Pass,
    /// Not as documented.
    Fail,
    /// It was not tried; `seen` says why.
    NotRun,
    /// There is nothing to try; `seen` says why.
    NotApplicable,
}

/// One assertion about one operation.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Check {
    /// Stable and hierarchical: `server/beta/riskyUser.dismiss/dismiss_riskyuser/status`.
    pub id: String,
    /// The witness.
    pub side: Side,
    /// Id of the operation.
    pub operation: String,
    /// What the facts rest on: only an assumption never fails a run by itself.
    pub severity: Rests,
    /// How much a failure matters. Only errors fail a run by themselves.
    #[serde(skip_serializing_if = "is_error")]
    pub weight: Severity,
    /// The facts that it examines.
    pub facts: Vec<FactId>,
    /// What must be.
    pub documented: String,
    /// Who says so.
    pub page: String,
    /// Where our description or transcript says so.
    pub origin: Origin,
    /// What it asserts, in a sentence.
    #[serde(skip)]
    pub asserts: String,
    /// How to see it by hand.
    pub reproduce: String,
}

impl Check {
    /// The rule that asserts it, with its side: `server/effect_missing`.
    #[must_use]
    pub fn rule(&self) -> String {
        format!("{}/{}", self.side.as_str(), self.id.split('/').nth(self.rule_at()).unwrap_or(&self.id))
    }

    /// What of the id comes before the rule: the operation and example, or the page or fact.
    #[must_use]
    pub fn group(&self) -> String {
        self.id.split('/').take(self.rule_at()).collect::<Vec<_>>().join("/")
    }

    /// The segment of the id that names the rule.
    fn rule_at(&self) -> usize {
        if matches!(self.side, Side::Docs | Side::Drift) { 3 } else { 4 }
    }
}

// Serde hands over a reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_error(weight: &Severity) -> bool {
    *weight == Severity::Error
}

/// What was seen of one assertion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What came of it.
    pub outcome: Outcome,
    /// What there was, or why it was not tried.
    pub seen: String,
}

impl Verdict {
    /// As documented.
    pub fn pass(seen: impl Into<String>) -> Self {
        Self { outcome: Outcome::Pass, seen: seen.into() }
    }

    /// Not as documented.
    pub fn fail(seen: impl Into<String>) -> Self {
        Self { outcome: Outcome::Fail, seen: seen.into() }
    }

    /// Not tried.
    pub fn not_run(why: impl Into<String>) -> Self {
        Self { outcome: Outcome::NotRun, seen: why.into() }
    }

    /// Nothing to try.
    pub fn not_applicable(why: impl Into<String>) -> Self {
        Self { outcome: Outcome::NotApplicable, seen: why.into() }
    }

    /// Pass or fail by a condition.
    pub fn when(condition: bool, seen: impl Into<String>) -> Self {
        if condition { Self::pass(seen) } else { Self::fail(seen) }
    }
}

/// A check with its verdict.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Judged {
    /// The check.
    #[serde(flatten)]
    pub check: Check,
    /// What came of it.
    pub outcome: Outcome,
    /// What there was, or why it was not tried.
    pub seen: String,
    /// The reason for which a failure is accepted, where one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted: Option<String>,
}

/// What a verdict means for a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// It fails the run.
    Failed,
    /// Not as documented, and it matters less: it fails a strict run.
    Warning,
    /// An assumption of ours that did not hold: it fails a strict run.
    Assumed,
    /// Not as documented, and accepted with a reason.
    Accepted,
    /// Not tried.
    NotRun,
    /// Nothing to try.
    NotApplicable,
    /// As documented.
    Passed,
}

impl Standing {
    /// Every standing, the worst first.
    pub const ALL: [Self; 7] =
        [Self::Failed, Self::Warning, Self::Assumed, Self::Accepted, Self::NotRun, Self::NotApplicable, Self::Passed];

    /// The word for people.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Warning => "warning",
            Self::Assumed => "assumed",
            Self::Accepted => "accepted",
            Self::NotRun => "not run",
            Self::NotApplicable => "not applicable",
            Self::Passed => "passed",
        }
    }
}

impl Judged {
    /// What the verdict means for a run, where a strict one spares nothing but what is accepted.
    #[must_use]
    pub fn standing(&self, strict: bool) -> Standing {
        match (self.outcome, &self.accepted) {
            (Outcome::Pass, _) => Standing::Passed,
            (Outcome::NotRun, _) => Standing::NotRun,
            (Outcome::NotApplicable, _) => Standing::NotApplicable,
            (Outcome::Fail, Some(_)) => Standing::Accepted,
            (Outcome::Fail, None) if strict => Standing::Failed,
            (Outcome::Fail, None) if self.check.severity == Rests::Assumption => Standing::Assumed,
            (Outcome::Fail, None) if self.check.weight != Severity::Error => Standing::Warning,
            (Outcome::Fail, None) => Standing::Failed,
        }
    }
}

/// How many checks came out how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// As documented.
    pub passed: usize,
    /// Not as documented, assumptions included.
    pub failed: usize,
    /// Not as documented, and accepted with a reason.
    pub accepted: usize,
    /// Not tried.
    pub not_run: usize,
    /// Nothing to try.
    pub not_applicable: usize,
}

/// A fact that no check examined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Uncovered {
    /// Which.
    pub fact: FactId,
    /// Why.
    pub reason: String,
}

/// How much of the contract the checks that ran examine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// How many facts there are.
    pub facts: usize,
    /// How many a check examined.
    pub covered: usize,
    /// The others, each with its reason.
    pub uncovered: Vec<Uncovered>,
}

/// The pages that were examined.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Documentation {
    /// The paths at which they were looked for.
    pub paths: Vec<String>,
    /// How many there are of the API version.
    pub pages: usize,
    /// How many of them speak of something that the description has.
    pub matched: usize,
}

/// A recorded run that was judged again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Replay {
    /// The server that was recorded.
    pub target: String,
    /// When.
    pub recorded: String,
    /// By which program.
    pub tool: String,
    /// SHA-256 of the description by which the requests were made.
    pub spec_sha256: String,
}

/// A description of one API version, by which a run examined the witnesses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Description {
    /// The API version as in URLs.
    pub api: String,
    /// Its file.
    pub file: String,
    /// SHA-256 of that file.
    pub sha256: String,
}

impl Description {
    /// The description that a contract was read from.
    #[must_use]
    pub fn of(contract: &Contract) -> Self {
        Self { api: contract.api.clone(), file: contract.file.clone(), sha256: contract.sha256.clone() }
    }
}

/// A whole run.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Version of this form.
    pub schema_version: &'static str,
    /// Name and version of the program.
    pub tool: String,
    /// What client and servers were held to, one an API version, in the order of the checks.
    pub descriptions: Vec<Description>,
    /// The documentation that was examined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub documentation: Option<Documentation>,
    /// The server that was examined.
    pub target: String,
    /// The recording that was judged in its stead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replay: Option<Replay>,
    /// Counts.
    pub summary: Summary,
    /// Every check of the run.
    pub checks: Vec<Judged>,
    /// What of the contract was examined.
    pub coverage: Coverage,
    /// Entries of the accepted list that did not fail, or name no check.
    pub stale: Vec<Stale>,
}

/// An entry of the accepted list that is out of date. In JSON it is its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    /// What it speaks of, what is wrong with it, and what to do.
    pub text: String,
    /// Where it stands.
    pub origin: Origin,
}

impl std::fmt::Display for Stale {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq<&str> for Stale {
    fn eq(&self, text: &&str) -> bool {
        self.text == *text
    }
}

impl Serialize for Stale {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl Summary {
    /// Counts a run.
    #[must_use]
    pub fn of(checks: &[Judged]) -> Self {
        let mut summary = Self::default();
        for judged in checks {
            *match (judged.outcome, &judged.accepted) {
                (Outcome::Pass, _) => &mut summary.passed,
                (Outcome::Fail, Some(_)) => &mut summary.accepted,
                (Outcome::Fail, None) => &mut summary.failed,
                (Outcome::NotRun, _) => &mut summary.not_run,
                (Outcome::NotApplicable, _) => &mut summary.not_applicable,
            } += 1;
        }
        summary
    }
}

impl Report {
    /// The API versions that were examined, for people: `v1.0 and beta`.
    #[must_use]
    pub fn apis(&self) -> String {
        let apis: Vec<&str> = self.descriptions.iter().map(|description| description.api.as_str()).collect();
        match apis.split_last() {
            Some((last, [])) => (*last).to_owned(),
            Some((last, others)) => format!("{} and {last}", others.join(", ")),
            None => String::new(),
        }
    }

    /// The description that a check is of: its id names the API version.
    #[must_use]
    pub fn description_of(&self, check: &Check) -> Option<&Description> {
        let api = check.id.split('/').nth(1);
        self.descriptions.iter().find(|description| Some(description.api.as_str()) == api)
    }

    /// Whether the checks of the server's side say how a service behaves: one that was named, or
    /// a recording, and not the embedded emulator, which knows the description.
    #[must_use]
    pub fn is_evidence(&self) -> bool {
        self.replay.is_some() || self.target.starts_with("http")
    }

    /// The facts that are our assumptions, with the checks of a server that tried them.
    #[must_use]
    pub fn assumptions(&self) -> BTreeMap<&FactId, Vec<&Judged>> {
        let mut tried: BTreeMap<&FactId, Vec<&Judged>> = BTreeMap::new();
        let ran = |judged: &&Judged| matches!(judged.outcome, Outcome::Pass | Outcome::Fail);
        let of_server = self.checks.iter().filter(|judged| judged.check.side == Side::Server);
        for judged in of_server.filter(ran).filter(|judged| judged.check.severity == Rests::Assumption) {
            for fact in &judged.check.facts {
                tried.entry(fact).or_default().push(judged);
            }
        }
        tried
    }

    /// Whether the run found something that must not be. An assumption that turned out false, and
    /// a warning, count only in a strict run.
    #[must_use]
    pub fn fails(&self, strict: bool) -> bool {
        !self.stale.is_empty() || self.checks.iter().any(|judged| judged.standing(strict) == Standing::Failed)
    }
}
