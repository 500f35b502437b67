//! An answer that says there is no content, and describes it.

use super::context::Detail as _;
use super::{Check, Rule};
use crate::finding::Severity;

pub(super) const RULE: Rule = Rule {
    id: "docs/no_content_has_entity_headers",
    severity: Severity::Warning,
    reason: "headers that describe a body were copied from another answer; behind a 204 there is none",
    check: Check::Page(|page, findings| {
        for answer in page.all_answers().filter(|answer| answer.is.status == Some(204) && answer.is.body.is_none()) {
            for header in &answer.is.headers {
                let name = header.name.to_ascii_lowercase();
                let empty = name == "content-length" && header.value == "0";
                if !matches!(name.as_str(), "content-type" | "content-length") || empty {
                    continue;
                }
                let message =
                    format!("the example answers 204, which has no body, with '{}: {}'", header.name, header.value);
                let finding = page.finding(header.line, message, "remove the header, or correct the status");
                findings.push(finding.against(page.at(answer.is.line)));
            }
        }
    }),
};

#[cfg(test)]
mod tests {
    use super::super::testing::{Sound, fires, quiet};
    use super::RULE;

    #[test]
    fn a_media_type_of_nothing_is_found() {
        let page = Sound::no_content().with("204 No Content\n", "204 No Content\nContent-type: text/plain\n");
        fires(&RULE, &page, &["Content-type: text/plain"]);
    }

    #[test]
    fn other_headers_and_no_length_are_right() {
        quiet(&RULE, &Sound::no_content().with("204 No Content\n", "204 No Content\nContent-Length: 0\nETag: \"a\"\n"));
        quiet(&RULE, &Sound::page());
    }
}
