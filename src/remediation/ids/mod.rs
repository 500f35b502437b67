//! Reads identities as a stream: one a line, or one column of a table.
//!
//! A list that a person made holds anything: what is no identity is told to the caller as it is
//! found, and a stream that is no list at all ends after little. It must not know where the bytes
//! come from, nor what the identities are for.

mod column;
mod lines;
#[cfg(test)]
mod tests;
mod text;

use std::io;

use indexmap::IndexSet;

use super::{Id, IdError, IdForm};

/// More malformed identities, or more lines in succession without any, are in no list.
const MOST_IDLE: u64 = 100_000;
/// More identities are no list that a person looked at.
const MOST_IDS: usize = 10_000_000;
/// How much of a malformed identity is shown.
const SHOWN: usize = 60;

/// What was read.
#[derive(Debug, Default)]
pub struct Ids {
    /// Each identity once, in the order in which it came first.
    pub ids: IndexSet<Id>,
    /// How many were read, the malformed ones left aside.
    pub n_read: u64,
    /// How many texts are none.
    pub n_malformed: u64,
    n_idle: u64,
}

/// A text that is no identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// Its line, from 1.
    pub line: u64,
    /// Its beginning, without characters that a terminal would obey.
    pub text: String,
    /// What is wrong with it.
    pub reason: IdError,
}

/// Why there are no identities. Completes "failed to …".
#[derive(Debug, thiserror::Error)]
pub enum IdsError {
    /// The stream broke.
    #[error("read the ids: {0}")]
    Io(#[source] io::Error),
    /// There is nothing in it.
    #[error("read the ids: there is no id in it")]
    Empty,
    /// It is something else.
    #[error("read the ids: line {line}: this is no list of ids: {reason}")]
    NotAList {
        /// The line at which that became clear, from 1.
        line: u64,
        /// What no list has.
        reason: &'static str,
    },
    /// It is a table, and nobody said which column is meant.
    #[error("read the ids: this is a table, and which column holds the ids was not said{}", listed(.columns))]
    Table {
        /// Its columns; empty if the first row does not name them.
        columns: Vec<String>,
    },
    /// It has no such column.
    #[error("read the ids: there is no column '{wanted}'{}", listed(.columns))]
    NoColumn {
        /// The column that was asked for.
        wanted: String,
        /// Those that there are; empty if the first row does not name any.
        columns: Vec<String>,
    },
}

fn listed(columns: &[String]) -> String {
    match columns.is_empty() {
        true => "; the first row names no columns".to_owned(),
        false => format!("; there is {}", columns.join(", ")),
    }
}

impl Ids {
    /// Reads all identities of a stream: one a line (blank lines and those that begin with `#` do
    /// not count), or the column of this name of a table with a header row. UTF-8 and UTF-16, with
    /// any line ends. Each text that is no identity goes to `malformed`.
    ///
    /// # Errors
    /// If the stream breaks, holds no identity at all, or is no list of them.
    pub fn read(
        input: impl io::Read,
        form: IdForm,
        column: Option<&str>,
        mut malformed: impl FnMut(Malformed),
    ) -> Result<Self, IdsError> {
        let mut taking = Taking { ids: Self::default(), form, malformed: &mut malformed };
        let text = text::decoded(input).map_err(IdsError::Io)?;
        match column {
            Some(column) => column::read(text, column, &mut taking)?,
            None => lines::read(text, &mut taking)?,
        }
        taking.finish()
    }

    /// Takes the identities that were given one by one; the place of a malformed one is its line.
    ///
    /// # Errors
    /// If there is none.
    pub fn given<'a>(
        texts: impl IntoIterator<Item = &'a str>,
        form: IdForm,
        mut malformed: impl FnMut(Malformed),
    ) -> Result<Self, IdsError> {
        let mut taking = Taking { ids: Self::default(), form, malformed: &mut malformed };
        for (line, text) in (1..).zip(texts) {
            taking.take(line, text)?;
        }
        taking.finish()
    }

    /// How many were read that had been read before.
    #[must_use]
    pub fn n_repeated(&self) -> u64 {
        self.n_read - self.ids.len() as u64
    }
}

/// Identities in the making.
struct Taking<'a> {
    ids: Ids,
    form: IdForm,
    malformed: &'a mut dyn FnMut(Malformed),
}

impl Taking<'_> {
    fn take(&mut self, line: u64, text: &str) -> Result<(), IdsError> {
        let ids = &mut self.ids;
        match Id::parse(text::trimmed(text), self.form) {
            Ok(id) => {
                ids.n_read += 1;
                ids.n_idle = 0;
                ids.ids.insert(id);
                match ids.ids.len() > MOST_IDS {
                    true => Err(IdsError::NotAList { line, reason: "there are more than ten million in it" }),
                    false => Ok(()),
                }
            }
            Err(reason) => {
                ids.n_malformed += 1;
                (self.malformed)(Malformed { line, text: text::shown(text::trimmed(text)), reason });
                match ids.n_malformed >= MOST_IDLE {
                    true => Err(IdsError::NotAList { line, reason: "100,000 lines of it hold none" }),
                    false => Ok(()),
                }
            }
        }
    }

    /// Notes a line that has none, and need not have any.
    fn skip(&mut self, line: u64) -> Result<(), IdsError> {
        self.ids.n_idle += 1;
        match self.ids.n_idle >= MOST_IDLE {
            true => Err(IdsError::NotAList { line, reason: "100,000 lines in succession hold none" }),
            false => Ok(()),
        }
    }

    fn finish(self) -> Result<Ids, IdsError> {
        match self.ids.n_read + self.ids.n_malformed {
            0 => Err(IdsError::Empty),
            _ => Ok(self.ids),
        }
    }
}
