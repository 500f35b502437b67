//! The one list of accepted disagreements: TOML, each entry with a reason.

use serde::Deserialize;

use crate::verdict::{Check, Judged, Outcome};

/// Known disagreements. A failure outside the list fails a run, and so does an entry that no
/// longer disagrees.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accepted {
    /// The entries.
    #[serde(default, rename = "accepted")]
    pub entries: Vec<Entry>,
}

/// One known disagreement.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Id of the check.
    pub check: String,
    /// Why it may fail.
    pub reason: String,
    /// Who says so, or who looks after it.
    pub source: String,
    /// Last day on which the entry holds: `2027-01-31`.
    #[serde(default)]
    pub expires: Option<String>,
}

/// A list that cannot be used. Completes "failed to …".
#[derive(Debug, thiserror::Error)]
#[error("read the accepted list {file}: {reason}")]
pub struct AcceptedError {
    file: String,
    reason: String,
}

impl Accepted {
    /// Reads a list. `today` is `YYYY-MM-DD`.
    ///
    /// # Errors
    /// TOML that is no such list, an entry without a reason or source, or an expired one.
    pub fn parse(text: &str, file: &str, today: &str) -> Result<Self, AcceptedError> {
        let fail = |reason: String| AcceptedError { file: file.to_owned(), reason };
        let list: Self =
            toml::from_str(text).map_err(|error| fail(error.to_string().trim_end().replace('\n', "\n  ")))?;
        for entry in &list.entries {
            if entry.reason.trim().is_empty() || entry.source.trim().is_empty() {
                return Err(fail(format!("'{}' has no reason, or no source", entry.check)));
            }
            match entry.expires.as_deref() {
                Some(day) if chrono::NaiveDate::parse_from_str(day, "%Y-%m-%d").is_err() => {
                    return Err(fail(format!(
                        "'{}' expires on '{day}', which is no day; write 2027-01-31",
                        entry.check
                    )));
                }
                // Days of this form sort like time.
                Some(day) if day < today => {
                    return Err(fail(format!(
                        "'{}' expired on {day}; look at it again, then renew or remove it",
                        entry.check
                    )));
                }
                _ => {}
            }
        }
        Ok(list)
    }

    pub(super) fn reason(&self, check: &str) -> Option<String> {
        self.entries.iter().find(|entry| entry.check == check).map(|entry| entry.reason.clone())
    }

    /// Entries that name no check, or one that ran and did not fail.
    pub(super) fn stale(&self, checks: &[Judged], planned: &[Check]) -> Vec<String> {
        let mut stale = Vec::new();
        for entry in &self.entries {
            let judged = checks.iter().find(|judged| judged.check.id == entry.check);
            match judged.map(|judged| judged.outcome) {
                Some(Outcome::Pass) => stale.push(format!("{}: it passes now; remove the entry", entry.check)),
                None if !planned.iter().any(|check| check.id == entry.check) => {
                    stale.push(format!("{}: there is no such check; correct or remove the entry", entry.check));
                }
                _ => {}
            }
        }
        stale
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_needs_reason_source_and_a_day_that_is_not_over() {
        let entry = |rest: &str| format!("[[accepted]]\ncheck = 'a/b'\n{rest}\n");
        let parse = |text: &str| Accepted::parse(text, "accepted.toml", "2026-11-21");
        assert_eq!(parse("").expect("empty").entries.len(), 0);
        assert!(parse(&entry("reason = 'r'\nsource = 's'\nexpires = '2026-11-21'")).is_ok());
        for (rest, part) in [
            ("reason = ' '\nsource = 's'", "no reason"),
            ("source = 's'", "reason"),
            ("reason = 'r'\nsource = 's'\nexpires = '2026-11-20'", "expired"),
            ("reason = 'r'\nsource = 's'\nexpires = 'soon'", "no day"),
            ("reason = 'r'\nsource = 's'\nwhy = 'x'", "why"),
        ] {
            let error = parse(&entry(rest)).expect_err(rest).to_string();
            assert!(error.contains(part) && error.contains("accepted.toml"), "{error}");
        }
    }
}
