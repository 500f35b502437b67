//! A body that is meant to be JSON, and is not.

use serde::de::IgnoredAny;

use super::context::quoted;
use super::message_unreadable::is_status;
use super::{Check, PageContext, Rule};
use crate::docs::page::BodyKind;
use crate::finding::{Finding, Severity};

pub(super) const RULE: Rule = Rule {
    id: "docs/example_json_invalid",
    severity: Severity::Error,
    reason: "the example cannot be sent or read as it stands; what is left out is written as an ellipsis",
    check: Check::Page(|page, findings| {
        for sent in page.all_sent() {
            body(page, sent.is.body.as_deref(), sent.is.body_kind, sent.is.body_line, findings);
        }
        for answer in page.all_answers() {
            body(page, answer.is.body.as_deref(), answer.is.body_kind, answer.is.body_line, findings);
        }
    }),
};

fn body(page: &PageContext<'_>, body: Option<&str>, kind: BodyKind, line: Option<usize>, findings: &mut Vec<Finding>) {
    let (Some(body), Some(line), BodyKind::JsonInvalid) = (body, line, kind) else { return };
    let Err(error) = serde_json::from_str::<IgnoredAny>(body) else { return };
    if is_shorthand(body) || body.lines().any(|line| is_status(line.trim())) {
        return;
    }
    let at = line + error.line().saturating_sub(1);
    let seen = body.lines().nth(error.line().saturating_sub(1)).unwrap_or_default();
    let why = error.to_string();
    let why = why.split(" at line ").next().unwrap_or_default();
    let message = format!("the body is no JSON: {why}, at {}", quoted(seen));
    findings.push(page.finding(at, message, "correct the JSON"));
}

/// Whether something stands for a value or for values that are left out: a placeholder without
/// quotes, a comment.
fn is_shorthand(body: &str) -> bool {
    let (mut quoted, mut escaped, mut before) = (false, false, ' ');
    for (at, character) in body.char_indices() {
        match character {
            '\n' => (quoted, escaped) = (false, false),
            _ if quoted && escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '<' | '…' => return true,
            '/' if before == '/' || body[at + 1..].starts_with('*') => return true,
            '.' if before == '.' => return true,
            // `{id}`, `{Raw bytes}`
            '{' => {
                let inside = body[at + 1..].trim_start_matches(' ');
                let word = inside.starts_with(|letter: char| letter.is_alphabetic());
                let end = inside.find(['}', '"', ':', '\n', '{']);
                if word && end.is_some_and(|end| inside[end..].starts_with('}')) {
                    return true;
                }
            }
            _ => {}
        }
        before = character;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Sound, fires, quiet};
    use super::RULE;

    #[test]
    fn commas_quotes_and_blanks_of_a_typesetter_are_found() {
        fires(
            &RULE,
            &Sound::page().with("\"colour\": \"red\"\n}\n```\n\n###", "\"colour\": \"red\",\n}\n```\n\n###"),
            &["}\n```\n\n### Resp"],
        );
        fires(&RULE, &Sound::page().with("\"id\": \"7\",", "\"id\": \"7\""), &["\"colour\": \"red\"\n}\n```\n"]);
        fires(&RULE, &Sound::page().with("\"id\": \"7\",", "“id”: \"7\","), &["“id”"]);
        fires(&RULE, &Sound::page().with("\"id\": \"7\",", "\u{a0}\"id\": \"7\","), &["\u{a0}"]);
    }

    #[test]
    fn what_is_left_out_is_no_error() {
        for shorthand in ["...", "\"size\": {size},", "// more of them", "/* more */", "\"a\": <b>,", "…"] {
            quiet(&RULE, &Sound::page().with("\"id\": \"7\",", &format!("\"id\": \"7\",\n  {shorthand}")));
        }
        quiet(&RULE, &Sound::page().with("{\n  \"id\": \"7\",\n  \"colour\": \"red\"\n}", "{Raw bytes}"));
    }
}
