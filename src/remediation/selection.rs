//! What a filter means: a condition that the service knows, and what we look for ourselves.

use serde_json::{Map, Value};

/// Which members are meant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// `$filter`; `None` for every member.
    pub filter: Option<String>,
    /// What we look for after reading, since no page documents that the service can.
    pub keep: Vec<Contains>,
    /// The same for people.
    pub described: String,
}

/// A property that has a text in it, in whatever letter case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contains {
    /// The property.
    pub property: String,
    /// The text.
    pub text: String,
}

impl Contains {
    /// Whether a member is one of these.
    #[must_use]
    pub fn matches(&self, member: &Map<String, Value>) -> bool {
        let value = member.get(&self.property).and_then(Value::as_str);
        value.is_some_and(|value| value.to_lowercase().contains(&self.text.to_lowercase()))
    }
}
