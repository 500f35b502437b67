//! A request with a JSON body that does not say that it is JSON.

use super::context::Detail as _;
use super::{Check, Rule};
use crate::docs::page::BodyKind;
use crate::finding::Severity;

pub(super) const RULE: Rule = Rule {
    id: "docs/content_type_missing",
    severity: Severity::Warning,
    reason: "the service refuses a body whose media type it is not told",
    check: Check::Page(|page, findings| {
        for sent in page.all_sent().filter(|sent| sent.has_own_body) {
            let is = sent.is;
            let json = matches!(is.body_kind, BodyKind::Json | BodyKind::JsonElided | BodyKind::JsonInvalid);
            let (true, Some(line), None) = (json, is.body_line, sent.header("content-type")) else { continue };
            let body = is.body.as_deref().unwrap_or_default();
            // A header that lost its way into the body is a header; JSON has it as a member.
            let strayed = body.lines().any(|line| {
                let line = line.trim_start();
                line.get(..13).is_some_and(|start| start.eq_ignore_ascii_case("content-type:"))
            });
            let named =
                is.headers.iter().any(|header| header.name.replace(['-', '_'], "").eq_ignore_ascii_case("contenttype"));
            if strayed || named {
                continue;
            }
            let message = match is.headers.is_empty() {
                true => "the request has a JSON body and no header, so no Content-Type".to_owned(),
                false => "the request has a JSON body and no Content-Type among its headers".to_owned(),
            };
            let finding = page.finding_of(sent, is.line, message, "add Content-Type: application/json");
            findings.push(finding.against(page.at(line)).on(page.fact("header", Some("Content-Type"))));
        }
    }),
};

#[cfg(test)]
mod tests {
    use super::super::testing::{Sound, fires, quiet};
    use super::RULE;

    #[test]
    fn a_body_without_its_type_is_found() {
        fires(&RULE, &Sound::page().with("paint\nContent-Type: application/json", "paint"), &["POST https"]);
        fires(&RULE, &Sound::page().with("paint\nContent-Type: application/json", "paint\nPrefer: a"), &["POST https"]);
    }

    #[test]
    fn capitals_and_blank_lines_do_not_matter() {
        quiet(&RULE, &Sound::page().with("paint\nContent-Type", "paint\n\ncontent-type"));
        let none = Sound::page()
            .with("Content-Type: application/json\n\n{\n  \"colour\": \"red\"\n}\n```\n\n###", "```\n\n###");
        quiet(&RULE, &none.with("The colour. Required.", "The colour."));
    }
}
