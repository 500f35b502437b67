//! Why nobody is signed in, and what to do about it.
//!
//! Shows no secret and no name of an account: whoever makes an error of what others said takes
//! them out first (`refusal.rs`).

use crate::client::TokenError;

/// What stands behind a failed sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// What was given cannot be used; nothing was sent.
    Given,
    /// Who signs in could not be reached, or gave no usable answer in time.
    Unreachable,
    /// Whoever was asked refused.
    Refused,
}

/// A failed sign-in. Completes "failed to …".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct SignInError {
    /// What stands behind it.
    pub cause: Cause,
    what: String,
    /// What to do about it; may be empty.
    pub remedy: String,
}

impl SignInError {
    /// What was given cannot be used.
    pub fn given(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { cause: Cause::Given, what: what.into(), remedy: remedy.into() }
    }

    /// Nobody answered.
    pub fn unreachable(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { cause: Cause::Unreachable, what: what.into(), remedy: remedy.into() }
    }

    /// Somebody said no.
    pub fn refused(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { cause: Cause::Refused, what: what.into(), remedy: remedy.into() }
    }

    /// The same, with what to do where nobody has said so yet.
    pub(super) fn or_else(mut self, remedy: &str) -> Self {
        if self.remedy.is_empty() {
            remedy.clone_into(&mut self.remedy);
        }
        self
    }
}

impl From<SignInError> for TokenError {
    /// On one line, as the errors of calls have it.
    fn from(error: SignInError) -> Self {
        match error.remedy.as_str() {
            "" => Self::new(format!("failed to {error}")),
            remedy => Self::new(format!("failed to {error}; {remedy}")),
        }
    }
}
