//! Reports: one format a file. They turn verdicts and findings into text and must not judge, run or write
//! files.

pub mod changes;
pub mod findings;
mod human;
mod json;
#[cfg(feature = "emulator")]
pub mod mutants;
mod style;
pub mod text;
pub mod update;

pub use human::{Human, coverage, explain, explain_rule};
pub use json::{SCHEMA, render as json};

use std::fmt;
use std::str::FromStr;

/// The formats of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// For people.
    Human,
    /// For programs; see [`SCHEMA`].
    Json,
}

impl FromStr for Format {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        match word {
            "human" => Ok(Self::Human),
            "json" => Ok(Self::Json),
            _ => Err(format!("there is no format '{word}'; the formats are human and json")),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Human => "human",
            Self::Json => "json",
        })
    }
}
