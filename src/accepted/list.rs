//! The file: what an entry may say, and what it must.

use std::fmt;

use serde::Deserialize;
use toml::Spanned;

use super::Accepted;
use crate::contract::FactId;
use crate::finding::Finding;

/// One known disagreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it speaks of.
    pub of: Of,
    /// Why it may be so.
    pub reason: String,
    /// Who says so, or who looks after it.
    pub source: String,
    /// Last day on which the entry holds: `2027-01-31`.
    pub expires: Option<String>,
    /// 1-based line of the entry.
    pub line: usize,
}

/// What an entry speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Of {
    /// A check of `conform`, by its id.
    Check(String),
    /// Findings of one rule, where everything else that is given fits.
    Findings {
        /// Id of the rule: `docs/…`, `drift/…`, `spec/…`.
        rule: String,
        /// The fact on which the two sides disagree.
        fact: Option<FactId>,
        /// A file of the finding, or the end of its path.
        page: Option<String>,
        /// The operation or component.
        subject: Option<String>,
    },
}

impl Of {
    /// Whether it accepts that the description and a page disagree on a fact, whichever rule says so.
    #[must_use]
    pub fn is_about(&self, fact: &FactId, file: &str) -> bool {
        let Self::Findings { rule, fact: known, page, subject } = self else { return false };
        let is_known = known.as_ref().map_or(rule.starts_with("drift/") && subject.is_none(), |known| known == fact);
        is_known && page.as_ref().is_none_or(|page| is_page(file, page))
    }

    pub(super) fn speaks_of(&self, finding: &Finding) -> bool {
        let Self::Findings { rule, fact, page, subject } = self else { return false };
        let mut files = [Some(&finding.origin), finding.other.as_ref()].into_iter().flatten();
        *rule == finding.rule
            && fact.as_ref().is_none_or(|fact| finding.fact.as_ref() == Some(fact))
            && subject.as_ref().is_none_or(|subject| *subject == finding.subject)
            && page.as_ref().is_none_or(|page| files.any(|origin| is_page(&origin.file, page)))
    }
}

impl fmt::Display for Of {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Check(id) => f.write_str(id),
            Self::Findings { rule, fact, page, subject } => {
                f.write_str(rule)?;
                let parts = [fact.as_ref().map(FactId::as_str), page.as_deref(), subject.as_deref()];
                parts.into_iter().flatten().try_for_each(|part| write!(f, ", {part}"))
            }
        }
    }
}

/// Whether a file is the page, or lies in some folder under the page's path; `*` stands for a part of a
/// name.
pub(super) fn is_page(file: &str, page: &str) -> bool {
    if page.contains('*') {
        return fast_glob::glob_match(page, file) || fast_glob::glob_match(format!("**/{page}"), file);
    }
    file.strip_suffix(page).is_some_and(|before| before.is_empty() || before.ends_with(['/', '\\']))
}

/// A list that cannot be used. Completes "failed to …".
#[derive(Debug, thiserror::Error)]
#[error("read the accepted list {file}: {reason}")]
pub struct AcceptedError {
    file: String,
    reason: String,
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenList {
    #[serde(default)]
    accepted: Vec<Spanned<Written>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    check: Option<String>,
    rule: Option<String>,
    fact: Option<FactId>,
    page: Option<String>,
    subject: Option<String>,
    reason: String,
    source: String,
    expires: Option<String>,
}

impl Accepted {
    /// Reads a list. `today` is `YYYY-MM-DD`.
    ///
    /// # Errors
    /// TOML that is no such list, an entry without a reason or source, one that does not say what
    /// it speaks of, or an expired one.
    pub fn parse(text: &str, file: &str, today: &str) -> Result<Self, AcceptedError> {
        let fail = |reason: String| AcceptedError { file: file.to_owned(), reason };
        let list: WrittenList =
            toml::from_str(text).map_err(|error| fail(error.to_string().trim_end().replace('\n', "\n  ")))?;
        let mut entries = Vec::with_capacity(list.accepted.len());
        for written in list.accepted {
            let line = text.get(..written.span().start).map_or(1, |before| before.matches('\n').count() + 1);
            let entry = written.into_inner().entry(line, today);
            entries.push(entry.map_err(|reason| fail(format!("line {line}: {reason}")))?);
        }
        Ok(Self { file: file.to_owned(), entries })
    }
}

impl Written {
    fn entry(self, line: usize, today: &str) -> Result<Entry, String> {
        let of = match (self.check, self.rule, &self.fact, &self.page) {
            (Some(_), Some(_), ..) => return Err("an entry has a check or a rule, not both".to_owned()),
            (None, None, ..) => return Err("an entry names a check or a rule".to_owned()),
            (Some(check), None, None, None) if self.subject.is_none() => Of::Check(check),
            (Some(check), ..) => return Err(format!("'{check}' is a check: it has no fact, page or subject")),
            (None, Some(rule), None, None) => {
                return Err(format!("'{rule}' has neither fact nor page; a whole rule cannot be accepted"));
            }
            (None, Some(rule), ..) => {
                let page = self.page.map(|page| page.trim_start_matches("./").to_owned());
                Of::Findings { rule, fact: self.fact, page, subject: self.subject }
            }
        };
        // Every path ends with nothing, and every name fits a star.
        if let Of::Findings { page: Some(page), .. } = &of {
            let name = page.rsplit(['/', '\\']).next().unwrap_or(page);
            if name.trim_end_matches(".md").trim_matches(['*', ' ']).is_empty() {
                return Err(format!("'{of}' names no page"));
            }
        }
        if self.reason.trim().is_empty() || self.source.trim().is_empty() {
            return Err(format!("'{of}' has no reason, or no source"));
        }
        match self.expires.as_deref() {
            Some(day) if !is_day(day) => {
                return Err(format!("'{of}' expires on '{day}', which is no day; write 2027-01-31"));
            }
            // Days of this form sort like time.
            Some(day) if day < today => {
                return Err(format!("'{of}' expired on {day}; look at it again, then renew or remove it"));
            }
            _ => {}
        }
        Ok(Entry { of, reason: self.reason, source: self.source, expires: self.expires, line })
    }
}

/// Ten characters, so that days sort like time: chrono also takes `2027-1-31` and `+2027-01-31`.
fn is_day(text: &str) -> bool {
    text.len() == 10 && chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}
