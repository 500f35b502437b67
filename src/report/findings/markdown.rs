//! The text of a pull request: a table that GitHub shows, in which nothing of what was found
//! becomes markup, a mention of somebody, or an image.

use std::fmt::Write as _;

use super::{Found, headline, place, severity_word};
use crate::finding::Finding;
use crate::report::text::{code, markdown};

/// A pull request's text ends at 65,536 characters; whoever calls adds some of their own.
const MOST: usize = 50_000;

pub(super) fn render(found: &Found<'_>) -> String {
    let mut text = format!("**{}**\n", markdown(&found.total()));
    if found.findings.is_empty() {
        return text;
    }
    text.push_str("\n| | place | what is wrong | rule |\n|---|---|---|---|\n");
    // What is left out is the least important.
    let mut findings: Vec<&Finding> = found.findings.iter().collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let mut length = text.len();
    for (index, finding) in findings.iter().enumerate() {
        let row = row(finding);
        length += row.len();
        if length > MOST {
            let _ = writeln!(text, "\n… and {} more; `--output json=FILE` has all", findings.len() - index);
            break;
        }
        text.push_str(&row);
    }
    text
}

fn row(finding: &Finding) -> String {
    let mut places = if finding.origin.file.is_empty() { String::new() } else { code(&place(&finding.origin)) };
    if let Some(other) = &finding.other {
        let _ = write!(places, "<br>{}", code(&place(other)));
    }
    let mut what = markdown(&headline(finding));
    if !finding.remedy.is_empty() {
        let _ = write!(what, "<br>*{}*", markdown(&finding.remedy));
    }
    format!("| {} | {places} | {what} | {} |\n", severity_word(finding.severity), code(&finding.rule))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Origin;
    use crate::finding::Severity;

    #[test]
    fn a_long_list_keeps_what_matters_and_counts_the_rest() {
        let finding = |severity, line| Finding {
            rule: "docs/example".to_owned(),
            severity,
            origin: Origin { file: "page.md".to_owned(), line },
            subject: String::new(),
            message: "x".repeat(500),
            remedy: String::new(),
            other: None,
            fact: None,
        };
        let mut findings: Vec<Finding> = (1..200).map(|line| finding(Severity::Note, line)).collect();
        findings.push(finding(Severity::Error, 999));
        let text = render(&Found { findings: &findings, ..Found::default() });
        assert!(text.len() < 65_536 && text.contains("page.md:999"));
        let n_shown = text.matches("`page.md:").count();
        assert!(text.contains(&format!("and {} more", findings.len() - n_shown)), "{n_shown}");
    }
}
