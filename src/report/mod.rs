//! Reports: one format a file. They turn verdicts and findings into text and must not judge, run or write
//! files.

pub mod changes;
#[cfg(feature = "emulator")]
pub mod check;
pub mod findings;
mod format;
mod human;
mod json;
#[cfg(feature = "emulator")]
pub mod mutants;
pub mod operations;
mod repository;
mod run;
mod sarif;
mod style;
pub mod text;
pub mod update;

pub use human::{Human, coverage, explain, explain_rule};
pub use json::{SCHEMA, render as json};
pub use repository::Repository;
pub use run::{Format, Run};
