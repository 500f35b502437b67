//! Which members of a set are meant: by conditions that the service decides, and by those that we
//! decide after reading, since no page says that the service can.

mod criterion;
#[cfg(test)]
mod tests;

pub use criterion::{Criterion, CriterionError, Takes};

use serde_json::{Map, Value};

use crate::odata::Condition;

/// A part of a selection: what one option came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    condition: Option<Condition>,
    keep: Vec<Contains>,
    described: String,
}

/// A text that a property has to contain, whatever the letter case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contains {
    /// The property.
    pub property: String,
    /// The text, in lower case.
    pub text: String,
}

/// Which members of a set are meant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// `$filter` for the service.
    pub filter: Option<String>,
    /// What is left out after reading.
    pub keep: Vec<Contains>,
    /// For people: `level is high; state is atRisk`.
    pub described: String,
}

impl Selection {
    /// All of these parts together, and a condition that goes to the service as it is.
    #[must_use]
    pub fn new(parts: Vec<Part>, verbatim: Option<&str>) -> Self {
        let mut described: Vec<String> = parts.iter().map(|part| part.described.clone()).collect();
        described.extend(verbatim.map(|text| format!("filter {}", text.trim())));
        let (mut conditions, mut keep) = (Vec::new(), Vec::new());
        for part in parts {
            conditions.extend(part.condition);
            keep.extend(part.keep);
        }
        conditions.extend(verbatim.map(Condition::verbatim));
        let filter = Condition::all(conditions).map(|all| all.to_string());
        Self { filter, keep, described: described.join("; ") }
    }

    /// Whether every member is meant. No command takes that for a wish to change all of them.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.filter.is_none() && self.keep.is_empty()
    }

    /// Whether a member that the service found is meant. One of whose text the service tells nothing
    /// is not.
    #[must_use]
    pub fn keeps(&self, member: &Map<String, Value>) -> bool {
        self.keep.iter().all(|Contains { property, text }| {
            member
                .get(property)
                .and_then(Value::as_str)
                .is_some_and(|value| value.to_lowercase().contains(text.as_str()))
        })
    }
}
