//! The prose says 204 and promises something in the body.

use super::context::{Detail as _, quoted};
use super::{Check, Rule};
use crate::docs::section::Subject;
use crate::finding::Severity;

pub(super) const RULE: Rule = Rule {
    id: "docs/no_content_promises_body",
    severity: Severity::Error,
    reason: "a 204 has no body: the status is wrong, or what is promised never comes",
    check: Check::Page(|page, findings| {
        if page.page.success.as_deref() != Some(&[204]) {
            return;
        }
        for (first, text) in page.texts_about(Subject::Response) {
            let Some(sentence) = sentence(text, "204") else { continue };
            let lower = sentence.to_ascii_lowercase();
            let promised = lower.split_once("204").is_some_and(|(_, behind)| {
                behind.contains("in the response body") || behind.contains("in the body of the response")
            });
            const DENIALS: &[&str] = &[
                " not ",
                "n't",
                "n’t",
                " no ",
                "nothing",
                "empty",
                "without",
                "otherwise",
                "error",
                "fail",
                " nor ",
                " none",
                " if ",
                "no response",
            ];
            let behind = lower.split_once("204").map_or("", |(_, behind)| behind);
            let behind = behind.replacen("no content", "", 1);
            if !promised || DENIALS.iter().any(|word| behind.contains(word)) {
                continue;
            }
            let at = text.find(sentence).unwrap_or_default();
            let line = first + text[..at].matches('\n').count();
            let message = format!("the page says 204, which has no body, and promises one: {}", quoted(sentence));
            let finding =
                page.finding(line, message, "state the status that comes with this body, or drop the promise");
            findings.push(finding.on(page.fact("success", None)));
        }
    }),
};

/// The sentence that has a word.
fn sentence<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    text.split_inclusive(". ")
        .flat_map(|sentence| sentence.split_inclusive(".\n"))
        .find(|sentence| sentence.contains(word))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Sound, fires, quiet};
    use super::RULE;

    const SAID: &str = "returns a `204 No Content` response code.";

    #[test]
    fn a_promise_is_found() {
        let page = Sound::no_content()
            .with(SAID, "returns a `204 No Content` response code and a widget in the response body.");
        fires(&RULE, &page, &["If successful"]);
    }

    #[test]
    fn a_denial_in_any_words_is_right() {
        for rest in ["It does not return anything in the response body.", "There's nothing in the response body."] {
            quiet(&RULE, &Sound::no_content().with(SAID, &format!("{SAID} {rest}")));
        }
        quiet(&RULE, &Sound::no_content().with(SAID, "returns `204 No Content` and no object in the response body."));
    }
}
