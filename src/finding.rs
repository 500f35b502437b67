//! One thing that is wrong, with its place: what rules return and reports render.
//!
//! This module must not know how a finding is printed, nor which rule made it beyond its name.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::contract::{FactId, Origin};

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    /// Worth knowing; fails nothing.
    Note,
    /// Fails a strict run.
    Warning,
    /// Fails a run.
    Error,
}

/// One thing that is wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule that says so, named for what is wrong.
    pub rule: String,
    /// How much it matters.
    pub severity: Severity,
    /// Where it is.
    pub origin: Origin,
    /// The operation or component that it is about: `post /riskyUsers/dismiss`.
    pub subject: String,
    /// What is wrong there.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
    /// Where the other side of a contradiction stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<Origin>,
    /// The fact on which the two sides disagree, where it has a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fact: Option<FactId>,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.origin)?;
        if !self.subject.is_empty() {
            write!(f, "{}: ", self.subject)?;
        }
        write!(f, "{}", self.message)?;
        if !self.remedy.is_empty() {
            write!(f, "; {}", self.remedy)?;
        }
        write!(f, " [{}]", self.rule)
    }
}
