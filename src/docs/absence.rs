//! Sentences that say that there is nothing to give: no request body, no headers.

use super::inline;

/// What a request has, in the words of pages.
const THINGS: &[&str] = &["body", "bodies", "payload", "header", "headers", "parameter", "parameters"];
/// Words between a denial and what it denies.
const ADJECTIVES: &[&str] = &[
    "a",
    "an",
    "any",
    "request",
    "http",
    "json",
    "additional",
    "other",
    "optional",
    "specific",
    "special",
    "extra",
    "custom",
    "message",
    "query",
];
/// What is done with it.
const VERBS: &[&str] = &[
    "supply", "provide", "specify", "include", "send", "require", "need", "have", "take", "accept", "support",
    "expect", "use", "contain", "pass", "add", "set",
];
/// What it is not, where it is not there.
const STATES: &[&str] = &["required", "needed", "necessary", "supported", "used", "applicable", "expected", "supplied"];

/// Whether a text says that there is nothing to give, and does not take it back.
pub(super) fn says_none(text: &str) -> bool {
    let text = inline::text(text).to_ascii_lowercase().replace('\u{2019}', "'");
    let plain = text.trim().trim_end_matches('.');
    if ["none", "n/a", "not applicable", "empty", "not supported", "nothing"].contains(&plain) {
        return true;
    }
    let words: Vec<&str> = text
        .split(|letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, '\'' | '-' | '.')))
        .filter(|word| !word.is_empty())
        .collect();
    if words.iter().any(|word| matches!(*word, "however" | "optionally")) {
        return false;
    }
    (0..words.len()).any(|at| denies(&words[at..]))
}

/// Whether the words begin with a denial: "no request body", "don't supply a request body",
/// "request body isn't required", "request body is empty".
fn denies(words: &[&str]) -> bool {
    let rest = &words[1..];
    match words[0] {
        "no" | "without" | "empty" => thing(rest).is_some(),
        "not" | "nothing" => verb(rest).is_some_and(|rest| thing(rest).is_some()),
        word if word.ends_with("n't") => verb(rest).is_some_and(|rest| thing(rest).is_some()),
        _ => thing(words).is_some_and(is_absent),
    }
}

fn verb<'a, 'b>(words: &'a [&'b str]) -> Option<&'a [&'b str]> {
    words.split_first().filter(|(first, _)| VERBS.contains(first)).map(|(_, rest)| rest)
}

/// What follows the thing that the words name after any number of adjectives. A full stop behind
/// it ends the sentence.
fn thing<'a, 'b>(words: &'a [&'b str]) -> Option<&'a [&'b str]> {
    let adjectives = words.iter().take(4).take_while(|word| ADJECTIVES.contains(word)).count();
    let (first, rest) = words[adjectives..].split_first()?;
    let name = first.trim_end_matches('.');
    let content = name == "content" && adjectives > 0 && words[adjectives - 1] == "request";
    (content || THINGS.contains(&name)).then_some(if name.len() < first.len() { &[] } else { rest })
}

/// Whether what follows says that it is not there: "is not required", "must be empty".
fn is_absent(words: &[&str]) -> bool {
    let mut denied = false;
    for word in words.iter().take(4) {
        let name = word.trim_end_matches('.');
        match name {
            "empty" => return !denied,
            "not" => denied = true,
            _ if name.ends_with("n't") => denied = true,
            _ if STATES.contains(&name) => return denied,
            "is" | "are" | "be" | "must" | "should" | "can" | "for" | "this" => {}
            _ => return false,
        }
        if name.len() < word.len() {
            return false;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absence_is_told_from_other_denials() {
        for text in [
            "Do not supply a request body for this method.",
            "Don\u{2019}t supply a request body.",
            "None.",
            "This operation has no request content.",
            "No request body is required.",
            "The request body is empty.",
            "A request body isn't required here.",
            "The request body must be empty.",
            "Send an empty request body.",
            "This call takes no additional headers",
            "Call it without a request body.",
            "This method does not take any parameters.",
        ] {
            assert!(says_none(text), "{text}");
        }
        for text in [
            "Values that are not included in the request body are kept.",
            "Give the ids. There is no limit to their number.",
            "There are no other ways to do it; send an object with the ids.",
            "No request body is required. However, you can give options in it.",
            "Do not include the id in the request body.",
            "The request body is not optional.",
            "The body must not be empty.",
            "Supply the parameters in the request body. Do not use the header of the answer twice.",
            "",
        ] {
            assert!(!says_none(text), "{text}");
        }
    }
}
