//! Path templates such as `/riskyUsers/{id}` and paths that fit them.

use serde::{Deserialize, Serialize};

/// A path with parameters in braces, without server and version, starting with `/`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Template(String);

/// The values that a path gives to the parameters of a template, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MatchedPath {
    /// Parameter name and raw (still percent-encoded) segment.
    pub parameters: Vec<(String, String)>,
}

impl Template {
    /// Takes the path of a description as it stands.
    #[must_use]
    pub fn new(path: impl Into<String>) -> Self {
        Self(path.into())
    }

    /// The template as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Names of the parameters, in order.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        self.0.split('/').filter_map(parameter)
    }

    /// Whether `path` fits: the same number of segments, the same literals, and a value that is
    /// neither empty nor made of dots for every parameter.
    #[must_use]
    pub fn matches(&self, path: &str) -> Option<MatchedPath> {
        let (mut ours, mut theirs) = (self.0.split('/'), path.split('/'));
        let mut parameters = Vec::new();
        loop {
            match (ours.next(), theirs.next()) {
                (None, None) => return Some(MatchedPath { parameters }),
                (Some(our), Some(their)) => match parameter(our) {
                    Some(_) if their.is_empty() || their == "." || their == ".." => return None,
                    Some(name) => parameters.push((name.to_owned(), their.to_owned())),
                    None if our == their => {}
                    None => return None,
                },
                _ => return None,
            }
        }
    }
}

impl std::fmt::Display for Template {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

fn parameter(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

impl MatchedPath {
    /// The value of one parameter.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(parameter, _)| parameter == name).map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_takes_one_whole_segment_for_a_parameter() {
        let template = Template::new("/riskyUsers/{id}");
        let matched = template.matches("/riskyUsers/a-b").expect("fits");
        assert_eq!(matched.get("id"), Some("a-b"));
        for path in ["/riskyUsers", "/riskyUsers/", "/riskyUsers/..", "/riskyUsers/a/b", "/other/a"] {
            assert_eq!(template.matches(path), None, "{path}");
        }
    }
}
