//! A list for what a run found, to be completed by a person: an entry without a reason is
//! refused, so that a draft accepts nothing by itself.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::finding::{Finding, Severity};
use crate::verdict::{Judged, Outcome};

const HEAD: &str = "\
# Drafted by entra-risk. Every entry needs a reason, and a source that says so or looks after it;
# a list with an entry that has none is refused. Remove what should be corrected instead.
";

/// An entry for each error and warning; what differs by its line alone is one.
#[must_use]
pub fn draft_findings(findings: &[Finding]) -> String {
    let mut draft = Draft::new();
    for finding in findings.iter().filter(|finding| finding.severity > Severity::Note) {
        let fact = finding.fact.as_ref().map(|fact| ("fact", fact.as_str()));
        // A fact is narrow enough; a page has several subjects, and some of them are right.
        let subject = (fact.is_none() && !finding.subject.is_empty()).then_some(("subject", finding.subject.as_str()));
        let page = Some(("page", from_anywhere(&finding.origin.file))).filter(|(_, page)| !page.is_empty());
        let keys: Vec<_> = [Some(("rule", finding.rule.as_str())), fact, page, subject].into_iter().flatten().collect();
        draft.entry(&finding.message, &keys);
    }
    draft.text
}

/// An entry for each check that failed and is not accepted.
#[must_use]
pub fn draft_checks(checks: &[Judged]) -> String {
    let mut draft = Draft::new();
    for judged in checks.iter().filter(|judged| judged.outcome == Outcome::Fail && judged.accepted.is_none()) {
        let said = format!("documented: {}; seen: {}", judged.check.documented, judged.seen);
        draft.entry(&said, &[("check", &judged.check.id)]);
    }
    draft.text
}

/// A page is met by the end of its path, wherever the next run is started.
fn from_anywhere(file: &str) -> &str {
    let below = ["../", "./", "/"].iter().find_map(|up| file.strip_prefix(up));
    below.map_or(file, from_anywhere)
}

struct Draft {
    text: String,
    written: BTreeSet<String>,
}

impl Draft {
    fn new() -> Self {
        Self { text: HEAD.to_owned(), written: BTreeSet::new() }
    }

    fn entry(&mut self, comment: &str, keys: &[(&str, &str)]) {
        let lines: String = keys.iter().map(|(key, value)| format!("{key} = {}\n", quoted(value))).collect();
        if self.written.insert(lines.clone()) {
            // Quoted, since a comment may hold no control character.
            let _ = write!(self.text, "\n# {}\n[[accepted]]\n{lines}reason = \"\"\nsource = \"\"\n", quoted(comment));
        }
    }
}

/// A TOML string on one line, with nothing in it that a terminal or an editor obeys.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            letter if letter.is_control() || is_invisible(letter) => {
                let _ = write!(quoted, "\\U{:08X}", u32::from(letter));
            }
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

/// Marks of direction and of no width.
fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
