//! An annotation of a message that no block follows.

use super::context::{Detail as _, quoted};
use super::{Check, Rule};
use crate::finding::Severity;

pub(super) const RULE: Rule = Rule {
    id: "docs/annotation_dangling",
    severity: Severity::Warning,
    reason: "tools take the block directly behind the annotation; here none is, and the example is not checked",
    check: Check::Page(|page, findings| {
        for annotation in page.annotations {
            let Some(kind @ ("request" | "response")) = annotation.block_type() else { continue };
            if annotation.fence.is_some() {
                continue;
            }
            let outline = &page.page.outline;
            let blocks = &outline.blocks;
            let after = blocks.partition_point(|block| block.first <= annotation.line);
            let Some(next) = blocks.get(after) else {
                let message = format!("the annotation of a {kind} is the last thing on the page");
                findings.push(page.finding(annotation.line, message, "show the message, or remove the annotation"));
                continue;
            };
            let message = format!(
                "the annotation of a {kind} is followed by no block, but by {}",
                quoted(outline.line(next.first))
            );
            let finding = page.finding(annotation.line, message, "put it directly above its block, or remove it");
            findings.push(finding.against(page.at(next.first)));
        }
    }),
};

#[cfg(test)]
mod tests {
    use super::super::testing::{Sound, fires, quiet};
    use super::RULE;

    #[test]
    fn words_between_annotation_and_block_are_found() {
        let page =
            Sound::page().with("\"name\": \"widget_paint\"\n}-->\n", "\"name\": \"widget_paint\"\n}-->\nLook:\n\n");
        fires(&RULE, &page, &["<!-- {\n  \"blockType\": \"request\""]);
    }

    #[test]
    fn a_blank_line_between_them_is_none() {
        quiet(&RULE, &Sound::page().with("\"name\": \"widget_paint\"\n}-->\n", "\"name\": \"widget_paint\"\n}-->\n\n"));
        quiet(&RULE, &Sound::page().and("<!-- { \"blockType\": \"ignored\" } -->\n"));
    }
}
