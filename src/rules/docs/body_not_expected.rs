//! A body in the example where the page says that there is none.

use super::context::{Detail as _, quoted};
use super::message_unreadable::is_status;
use super::{Check, PageContext, Rule};
use crate::docs::outline::BlockKind;
use crate::docs::page::BodyKind;
use crate::docs::section::Subject;
use crate::finding::Severity;

pub(super) const RULE: Rule = Rule {
    id: "docs/body_not_expected",
    severity: Severity::Error,
    reason: "the page says that there is no body and shows one: what to send cannot be known",
    check: Check::Page(|page, findings| {
        let Some((line, text)) = denial(page) else { return };
        for sent in page.sent().filter(|sent| sent.has_own_body && sent.is.body_kind != BodyKind::JsonElided) {
            let (Some(at), Some(body)) = (sent.is.body_line, sent.is.body.as_deref()) else { continue };
            let empty = body.split_whitespace().collect::<String>() == "{}";
            if empty || body.lines().any(|line| is_status(line.trim())) {
                continue;
            }
            let message = format!("the example has a body, {}, and the page says {}", quoted(body), quoted(text));
            let finding = page.finding_of(sent, at, message, "remove the body, or document it");
            findings.push(finding.against(page.at(line)).on(page.fact("body", None)));
        }
    }),
};

/// Where and how the page denies a body. That has to be the whole section: "none is needed, but
/// you may …" is no denial.
pub(super) fn denial<'a>(page: &PageContext<'a>) -> Option<(usize, &'a str)> {
    page.page.body.as_ref().filter(|body| body.is_empty())?;
    let mut blocks = page.sections_about(Subject::Body).flat_map(|section| section.blocks);
    if blocks.any(|block| matches!(block.kind, BlockKind::Table | BlockKind::Fence { .. })) {
        return None;
    }
    let mut texts = page.texts_about(Subject::Body);
    let (Some((line, text)), None) = (texts.next(), texts.next()) else { return None };
    let lower = text.to_ascii_lowercase();
    let hedged = ["however", "you can", "can include", "if you", "optional", "unless"];
    (!hedged.iter().any(|word| lower.contains(word))).then_some((line, text))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Sound, fires, quiet};
    use super::RULE;

    const DOCUMENTED: &str = "In the request body, provide a JSON object with the following parameters.\n\n\
                              |Parameter|Type|Description|\n|:---|:---|:---|\n|colour|String|The colour. Required.|";

    #[test]
    fn a_body_that_is_denied_is_found() {
        let page = Sound::page().with(DOCUMENTED, "Do not supply a request body for this method.");
        fires(&RULE, &page, &["{\n  \"colour\": \"red\"\n}\n```\n\n###"]);
    }

    #[test]
    fn an_empty_object_and_a_body_that_one_may_send_are_none() {
        let page = Sound::page().with(DOCUMENTED, "Do not supply a request body for this method.");
        quiet(&RULE, &page.with("{\n  \"colour\": \"red\"\n}\n```\n\n###", "{ }\n```\n\n###"));
        quiet(&RULE, &Sound::page().with(DOCUMENTED, "No request body is required. However, you can name a colour."));
    }
}
