//! An answer that says there is no content, and has some.

use super::context::{Detail as _, quoted};
use super::{Check, Rule};
use crate::docs::page::BodyKind;
use crate::finding::Severity;

pub(super) const RULE: Rule = Rule {
    id: "docs/no_content_has_body",
    severity: Severity::Error,
    reason: "HTTP has no body behind a 204: a client never sees what the example shows",
    check: Check::Page(|page, findings| {
        for answer in page.all_answers().filter(|answer| answer.is.status == Some(204)) {
            let (Some(body), Some(at)) = (answer.is.body.as_deref(), answer.is.body_line) else { continue };
            // A remark in the block is no body.
            if answer.is.body_kind == BodyKind::Text && !body.trim_start().starts_with(['{', '[', '<']) {
                continue;
            }
            let message = format!("the example answers 204, which has no body, and shows {}", quoted(body));
            let finding = page.finding(at, message, "remove the body, or correct the status");
            findings.push(finding.against(page.at(answer.is.line)).on(page.fact("success", None)));
        }
    }),
};

#[cfg(test)]
mod tests {
    use super::super::testing::{Sound, fires, quiet};
    use super::RULE;

    #[test]
    fn a_body_behind_a_204_is_found() {
        let page = Sound::no_content().with("204 No Content\n", "204 No Content\n\n{\n  \"ok\": true\n}\n");
        fires(&RULE, &page, &["{\n  \"ok\""]);
    }

    #[test]
    fn nothing_behind_a_204_is_right() {
        quiet(&RULE, &Sound::no_content());
        quiet(&RULE, &Sound::page());
    }
}
