//! A status with the phrase of another one, or a misspelled phrase.

use super::context::{Detail as _, PageContext};
use super::{Check, Rule};
use crate::docs::section::Subject;
use crate::finding::{Finding, Severity};

/// The phrases of RFC 9110 and of the registry.
const PHRASES: &[(u16, &[&str])] = &[
    (200, &["OK"]),
    (201, &["Created"]),
    (202, &["Accepted"]),
    (203, &["Non-Authoritative Information"]),
    (204, &["No Content"]),
    (205, &["Reset Content"]),
    (206, &["Partial Content"]),
    (207, &["Multi-Status"]),
    (301, &["Moved Permanently"]),
    (302, &["Found"]),
    (303, &["See Other"]),
    (304, &["Not Modified"]),
    (307, &["Temporary Redirect"]),
    (308, &["Permanent Redirect"]),
    (400, &["Bad Request"]),
    (401, &["Unauthorized"]),
    (403, &["Forbidden"]),
    (404, &["Not Found"]),
    (405, &["Method Not Allowed"]),
    (406, &["Not Acceptable"]),
    (409, &["Conflict"]),
    (410, &["Gone"]),
    (411, &["Length Required"]),
    (412, &["Precondition Failed"]),
    (415, &["Unsupported Media Type"]),
    (422, &["Unprocessable Entity", "Unprocessable Content"]),
    (423, &["Locked"]),
    (429, &["Too Many Requests"]),
    (500, &["Internal Server Error"]),
    (501, &["Not Implemented"]),
    (502, &["Bad Gateway"]),
    (503, &["Service Unavailable"]),
    (504, &["Gateway Timeout"]),
    (507, &["Insufficient Storage"]),
];

pub(super) const RULE: Rule = Rule {
    id: "docs/reason_phrase_wrong",
    severity: Severity::Warning,
    reason: "a phrase that belongs to another status leaves open which of the two is meant",
    check: Check::Page(|page, findings| {
        for answer in page.all_answers() {
            let (Some(status), Some(reason)) = (answer.is.status, answer.is.reason.as_deref()) else { continue };
            let said = page.page.lines.success.filter(|_| page.page.success.as_deref() == Some(&[status]));
            let found = judge(page, status, reason, answer.is.line, "the status line");
            findings.extend(found.map(|found| match said {
                Some(line) => found.against(page.at(line)),
                None => found,
            }));
        }
        for (first, text) in page.texts_about(Subject::Response) {
            for (status, reason, at) in coded(text) {
                let line = first + text[..at].matches('\n').count();
                findings.extend(judge(page, status, reason, line, "the page"));
            }
        }
    }),
};

fn judge(page: &PageContext<'_>, status: u16, reason: &str, line: usize, who: &str) -> Option<Finding> {
    let (_, phrases) = PHRASES.iter().find(|(known, _)| *known == status)?;
    let said = letters(reason);
    if said.is_empty() || phrases.iter().any(|phrase| reason_is(reason, phrase)) {
        return None;
    }
    let other = PHRASES.iter().find(|(_, phrases)| phrases.iter().any(|phrase| letters(phrase) == said));
    let remedy = format!("write {status} {}", phrases[0]);
    match other {
        Some((other, _)) if *other != status => {
            let message = format!(
                "{who} says '{status} {reason}', but '{reason}' is the phrase of {other}, that of \
                                   {status} is '{}'",
                phrases[0]
            );
            Some(page.finding(line, message, &remedy))
        }
        // The same letters, or nearly: a slip of the pen that no program sees.
        _ => {
            let message = format!("{who} says '{status} {reason}', the phrase of {status} is '{}'", phrases[0]);
            Some(page.finding(line, message, &remedy).of_severity(Severity::Note))
        }
    }
}

/// Whether a text is a phrase, in any letter case, whatever is said behind it.
fn reason_is(said: &str, phrase: &str) -> bool {
    let said = said.trim().trim_start_matches([',', '-', ':', '.', ' ']);
    said.get(..phrase.len()).is_some_and(|start| start.eq_ignore_ascii_case(phrase))
        && !said[phrase.len()..].starts_with(char::is_alphanumeric)
}

fn letters(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// Statuses with a phrase between backticks: status, phrase, byte offset.
fn coded(text: &str) -> impl Iterator<Item = (u16, &str, usize)> {
    let mut at = 0;
    text.split('`').enumerate().filter_map(move |(index, part)| {
        let start = at;
        at += part.len() + 1;
        if index % 2 == 0 || part.len() > 40 {
            return None;
        }
        let plain = part.trim();
        let plain = plain.strip_prefix("HTTP/1.1").or_else(|| plain.strip_prefix("HTTP")).unwrap_or(plain).trim_start();
        let status = plain.get(..3)?.parse().ok().filter(|status| (100..600).contains(status))?;
        let reason = plain[3..].trim_start_matches([',', '-', ':', ' ']).trim_end_matches(['.', ',', ' ']);
        let words = !reason.is_empty()
            && reason.chars().all(|letter| letter.is_alphabetic() || matches!(letter, ' ' | '-' | '\''));
        (words && !plain[3..].starts_with(char::is_alphanumeric)).then_some((status, reason, start))
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Sound, fires, quiet};
    use super::RULE;

    #[test]
    fn a_phrase_of_another_status_is_found_in_the_example_and_in_prose() {
        fires(&RULE, &Sound::page().with("HTTP/1.1 200 OK", "HTTP/1.1 200 Created"), &["HTTP/1.1 200"]);
        fires(&RULE, &Sound::page().with("`200 OK`", "`200 Accepted`"), &["`200 Accepted`"]);
        fires(&RULE, &Sound::page().with("HTTP/1.1 200 OK", "HTTP/1.1 200 Okay"), &["HTTP/1.1 200"]);
    }

    #[test]
    fn capitals_commas_and_no_phrase_are_none() {
        for phrase in ["200, Ok", "200 - OK", "200"] {
            quiet(&RULE, &Sound::page().with("`200 OK`", &format!("`{phrase}`")));
        }
        quiet(&RULE, &Sound::page().with("HTTP/1.1 200 OK", "HTTP/1.1 200 OK (cached)"));
    }
}
