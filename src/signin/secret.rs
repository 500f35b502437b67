//! A text that nobody gets to see, and taking such texts out of what others say.

use std::fmt;

/// A text that prints as nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides a text. White space around it is not part of it: files end with a line break.
    pub fn new(text: impl AsRef<str>) -> Self {
        Self(text.as_ref().trim().to_owned())
    }

    /// The text, for whom it is meant.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A text of somebody else without this one.
    pub(super) fn hide(&self, text: String) -> String {
        match self.0.is_empty() || !text.contains(&self.0) {
            true => text,
            false => text.replace(&self.0, "(hidden)"),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}
