//! A request that is annotated as an answer, or the reverse.

use super::context::{Detail as _, quoted};
use super::message_unreadable::is_status;
use super::{Check, Rule};
use crate::finding::Severity;

pub(super) const RULE: Rule = Rule {
    id: "docs/annotation_of_other_kind",
    severity: Severity::Warning,
    reason: "tools pair requests with answers by their annotations, and here pair two of a kind",
    check: Check::Page(|page, findings| {
        let outline = &page.page.outline;
        for annotation in page.annotations {
            let (Some(kind @ ("request" | "response" | "resource")), Some(fence)) =
                (annotation.block_type(), annotation.fence)
            else {
                continue;
            };
            let Some(block) = page.block(fence) else { continue };
            let (first, last) = outline.inside(block);
            let Some((line, text)) = outline.lines(first, last).find(|(_, text)| !text.trim().is_empty()) else {
                continue;
            };
            let found = if is_status(text.trim()) {
                "response"
            } else if is_request(text.trim()) {
                "request"
            } else {
                continue;
            };
            if found == kind {
                continue;
            }
            let message = format!("the annotation says {kind}, the block is a {found}: {}", quoted(text));
            let finding = page.finding(annotation.line, message, &format!("write \"blockType\": \"{found}\""));
            findings.push(finding.against(page.at(line)));
        }
    }),
};

fn is_request(line: &str) -> bool {
    let Some((method, rest)) = line.split_once(' ') else { return false };
    matches!(method, "GET" | "POST" | "PATCH" | "DELETE" | "PUT") && rest.trim_start().starts_with(['/', 'h'])
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Sound, fires, quiet};
    use super::RULE;

    #[test]
    fn a_request_annotated_as_answer_is_found() {
        let page = Sound::page().with("\"blockType\": \"request\"", "\"blockType\": \"response\"");
        fires(&RULE, &page, &["<!-- {\n  \"blockType\": \"response\",\n  \"name\""]);
    }

    #[test]
    fn anything_may_be_ignored() {
        quiet(&RULE, &Sound::page().with("\"blockType\": \"request\"", "\"blockType\": \"ignored\""));
    }
}
