//! Words for people inside a message.

use super::context::{Detail as _, quoted};
use super::{Check, Rule};
use crate::docs::page::BodyKind;
use crate::finding::Severity;

pub(super) const RULE: Rule = Rule {
    id: "docs/prose_in_request",
    severity: Severity::Error,
    reason: "whoever copies the example sends these words too, and the body is no JSON any more",
    check: Check::Page(|page, findings| {
        for sent in page.all_sent() {
            let is = sent.is;
            // The reader has taken the JSON below for the body.
            let body = is.body_line.filter(|_| is.body_kind == BodyKind::Json);
            let Some(body) = body else { continue };
            for (line, text) in page.page.outline.lines(is.line + 1, body.saturating_sub(1)) {
                let trimmed = text.trim();
                let header = is.headers.binary_search_by_key(&line, |header| header.line).is_ok();
                let url = is.url.as_deref().is_some_and(|url| url.contains(trimmed));
                if trimmed.is_empty() || header || url || !trimmed.starts_with(char::is_alphabetic) {
                    continue;
                }
                let json = page.page.outline.line(body);
                let message =
                    format!("{} stands inside the request, before its JSON body {}", quoted(trimmed), quoted(json));
                let finding = page.finding_of(sent, line, message, "say it above the block, or remove it");
                findings.push(finding.against(page.at(body)).on(page.fact("exchange", None)));
            }
        }
    }),
};

#[cfg(test)]
mod tests {
    use super::super::testing::{Sound, fires, quiet};
    use super::RULE;

    #[test]
    fn a_heading_before_the_body_is_found() {
        fires(&RULE, &Sound::page().with("{\n  \"colour\"", "Request body\n{\n  \"colour\""), &["Request body\n{"]);
    }

    #[test]
    fn headers_and_urls_over_lines_are_none() {
        quiet(&RULE, &Sound::page().with("Content-Type:", "\nPrefer: a=b\nContent-Type:"));
        quiet(&RULE, &Sound::page().with("7/paint\nContent", "7/paint?$select=a,\nb\nContent"));
    }
}
