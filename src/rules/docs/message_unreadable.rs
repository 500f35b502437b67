//! A fence that is annotated as a message, and is none.

use super::context::quoted;
use super::{Check, Rule};
use crate::docs::page::BodyKind;
use crate::finding::Severity;

pub(super) const RULE: Rule = Rule {
    id: "docs/message_unreadable",
    severity: Severity::Warning,
    reason: "tools replay the documented messages, and people copy them; without its first line, or with two messages \
             in one, a fence is neither",
    check: Check::Page(|page, findings| {
        let outline = &page.page.outline;
        for annotation in page.annotations {
            let (Some(kind @ ("request" | "response")), Some(fence)) = (annotation.block_type(), annotation.fence)
            else {
                continue;
            };
            let Some(block) = page.block(fence) else { continue };
            let (first, last) = outline.inside(block);
            let begin = outline.lines(first, last).find(|(_, text)| !text.trim().is_empty());
            let Some((line, text)) = begin else {
                let message = format!("the block is annotated as a {kind} and is empty");
                findings.push(page.finding(fence, message, "show the message, or remove the block"));
                continue;
            };
            let text = text.trim();
            let wrong = match kind {
                "request" if !is_request(text) && !is_status(text) => {
                    format!("the request does not begin with a method and a URL, but with {}", quoted(text))
                }
                "response" if is_status(text) && !is_sound_status(text) => {
                    format!("{} is no status line: it lacks {}", quoted(text), lack(text))
                }
                _ => continue,
            };
            findings.push(page.finding(line, wrong, "write the first line as it goes over the wire"));
        }
        for sent in page.sent().filter(|sent| matches!(sent.is.body_kind, BodyKind::Text | BodyKind::JsonInvalid)) {
            let (Some(body), Some(from)) = (sent.is.body.as_deref(), sent.is.body_line) else { continue };
            let second = body.lines().zip(from..).find(|(line, _)| is_status(line.trim()));
            if let Some((text, line)) = second {
                let message = format!("the answer {} stands inside the block of the request", quoted(text));
                findings.push(page.finding_of(sent, line, message, "give the answer a block of its own"));
            }
        }
    }),
};

fn is_request(line: &str) -> bool {
    let word: String = line.chars().take_while(char::is_ascii_alphabetic).collect();
    const METHODS: &[&str] = &["GET", "POST", "PATCH", "DELETE", "PUT", "HEAD", "OPTIONS"];
    METHODS.iter().any(|method| method.eq_ignore_ascii_case(&word))
}

pub(super) fn is_status(line: &str) -> bool {
    line.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("HTTP")) && !line.contains("://")
}

/// `HTTP/1.1 200`, whatever follows.
fn is_sound_status(line: &str) -> bool {
    lack(line).is_empty()
}

fn lack(line: &str) -> &'static str {
    let Some((version, rest)) = line.split_once(char::is_whitespace) else { return "a status" };
    let sound = version.get(4..).is_some_and(|rest| {
        rest.strip_prefix('/').is_some_and(|version| version.starts_with(|digit: char| digit.is_ascii_digit()))
    });
    let digits = rest.trim_start().bytes().take_while(u8::is_ascii_digit).count();
    match (sound, digits) {
        (false, _) => "its version",
        (true, 3) => "",
        _ => "a status",
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Sound, fires, quiet};
    use super::RULE;

    #[test]
    fn messages_without_their_first_line_are_found() {
        fires(&RULE, &Sound::page().with("HTTP/1.1 200 OK", "HTTP 200 OK"), &["HTTP 200 OK"]);
        fires(&RULE, &Sound::page().with("HTTP/1.1 200 OK", "HTTP/1.1 OK"), &["HTTP/1.1 OK"]);
        let page = Sound::page().with("POST https://graph.microsoft.com", "https://graph.microsoft.com");
        fires(&RULE, &page, &["https://graph.microsoft.com"]);
    }

    #[test]
    fn a_status_without_its_phrase_will_do() {
        quiet(&RULE, &Sound::page().with("HTTP/1.1 200 OK", "HTTP/1.1 200"));
        quiet(&RULE, &Sound::page().with("POST https://graph.microsoft.com", "\nPost https://graph.microsoft.com"));
    }
}
