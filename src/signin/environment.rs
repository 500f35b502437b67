//! The environment of the process, as it was handed in.

use std::collections::BTreeMap;
use std::fmt;

/// Variables and their values. Prints names alone, since values may be secrets.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// The value of the first of these variables that has one.
    #[must_use]
    pub fn get(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.one(name)).map(|(_, value)| value)
    }

    /// The first of these variables that has a value, by its name.
    pub(super) fn first<'a>(&self, names: &[&'a str]) -> Option<&'a str> {
        names.iter().find(|name| self.one(name).is_some()).copied()
    }

    /// What is set to nothing is not set.
    fn one(&self, name: &str) -> Option<(&str, &str)> {
        let (name, value) = self.0.get_key_value(name)?;
        (!value.trim().is_empty()).then(|| (name.as_str(), value.trim()))
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        Self(variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
