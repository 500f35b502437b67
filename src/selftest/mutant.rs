//! What a mutant is, and what became of it: plain data.

use serde::Serialize;

use crate::contract::{Fact, FactId};

/// Whose word or behaviour a mutant changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Witness {
    /// Pages, rendered from the contract.
    Page,
    /// The description.
    Spec,
    /// What the client sends, and what it says of answers.
    Client,
    /// What a server does.
    Server,
}

impl Witness {
    /// Every witness, in the order of reports.
    pub const ALL: [Self; 4] = [Self::Page, Self::Spec, Self::Client, Self::Server];

    /// The first segment of a mutant's id.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Spec => "spec",
            Self::Client => "client",
            Self::Server => "server",
        }
    }
}

/// The way in which a mutant differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Operator {
    /// Something is gone.
    Drop,
    /// Something is otherwise.
    Alter,
    /// More is allowed, done or said.
    Widen,
    /// Less is allowed, done or said.
    Narrow,
}

impl Operator {
    /// Every operator, in the order of reports.
    pub const ALL: [Self; 4] = [Self::Drop, Self::Alter, Self::Widen, Self::Narrow];

    /// The second segment of a mutant's id.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Drop => "drop",
            Self::Alter => "alter",
            Self::Widen => "widen",
            Self::Narrow => "narrow",
        }
    }
}

/// One defect, put into one witness.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Mutant {
    /// Stable, and the same in every API version: `server/widen/no-token-accepted`,
    /// `spec/drop/POST /a/b#limit[ids]`.
    pub id: String,
    /// The API version.
    pub api: String,
    /// Whose.
    pub witness: Witness,
    /// How.
    pub operator: Operator,
    /// What is wrong with it, in words.
    pub breaks: String,
    /// The rules that must notice, by family and name: `server/effect_missing`. Where there are
    /// none, any rule may.
    pub aims: Vec<String>,
    /// The facts that are no longer so.
    pub facts: Vec<FactId>,
}

impl Mutant {
    pub(super) fn new(api: &str, witness: Witness, operator: Operator, name: &str, breaks: impl Into<String>) -> Self {
        Self {
            id: format!("{}/{}/{name}", witness.as_str(), operator.as_str()),
            api: api.to_owned(),
            witness,
            operator,
            breaks: breaks.into(),
            aims: Vec::new(),
            facts: Vec::new(),
        }
    }
}

/// The facts of these kinds; of one name where a key has it: `limit`, `header[Authorization]`.
pub(super) fn facts_of(facts: &[Fact], keys: &[&str]) -> Vec<FactId> {
    let meant = |id: &&FactId| {
        let key = id.as_str().split_once('#').map_or("", |(_, key)| key);
        keys.contains(&key) || keys.contains(&key.split('[').next().unwrap_or_default())
    };
    facts.iter().map(|fact| &fact.id).filter(meant).cloned().collect()
}

/// How loudly a check fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Voice {
    /// It says so, and fails no run.
    Note,
    /// It fails a run with `--strict`.
    Strict,
    /// It fails every run.
    Plain,
}

/// A check that fails on a mutant and not on the witness as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Killer {
    /// Its id.
    pub check: String,
    /// Its rule, by family and name.
    pub rule: String,
    /// How loudly.
    pub voice: Voice,
}

/// What became of a mutant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// Noticed by whatever should.
    Killed,
    /// Not noticed, or not by every rule that should.
    Survived,
    /// Not noticed, and known not to be.
    Known,
}

/// A mutant with its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Fate {
    /// The mutant.
    #[serde(flatten)]
    pub mutant: Mutant,
    /// What became of it.
    pub outcome: Outcome,
    /// The checks that noticed.
    pub killers: Vec<Killer>,
    /// Rules that should have noticed and did not.
    pub missed: Vec<String>,
    /// Why it is known to survive, where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The rules whose checks were tried on it.
    #[serde(skip)]
    pub(super) tried: Vec<String>,
}
