//! Exit codes: public surface, here and in the README's table only.

use std::process::ExitCode;

use crate::conformance::{RunError, TargetError};

/// How a command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done, nothing to report.
    Done,
    /// Done, with findings.
    Findings,
    /// Unusable arguments or input; nothing was sent.
    Unusable,
    /// The server could not be reached, or refused before anything was sent.
    Unreachable,
    /// Stopped part-way: something was done, or printed, and not all of it.
    Partial,
    /// Interrupted.
    Interrupted,
}

impl Exit {
    /// The code that the process ends with.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Findings => 1,
            Self::Unusable => 2,
            Self::Unreachable => 3,
            Self::Partial => 4,
            Self::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why a command did not do what it was asked to.
#[derive(Debug)]
pub(super) struct Failure {
    /// How the process ends.
    pub(super) exit: Exit,
    /// Completes "failed to …".
    pub(super) what: String,
    /// What to do about it.
    pub(super) remedy: String,
}

impl Failure {
    /// Something that was given cannot be used.
    pub(super) fn input(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { exit: Exit::Unusable, what: what.into(), remedy: remedy.into() }
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        let (exit, remedy) = match &error {
            RunError::Target(TargetError::Unreachable { .. }) => {
                (Exit::Unreachable, "start it, or leave out --server to use the embedded emulator")
            }
            RunError::Target(TargetError::ForeignAudience { .. }) => {
                (Exit::Unusable, "give a token made for that server, in ENTRA_RISK_TOKEN or with --token-file")
            }
            _ => (Exit::Unusable, ""),
        };
        Self { exit, what: error.to_string(), remedy: remedy.to_owned() }
    }
}
