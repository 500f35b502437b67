//! A block that does not end.

use super::context::quoted;
use super::{Check, Rule};
use crate::docs::outline::BlockKind;
use crate::finding::Severity;

pub(super) const RULE: Rule = Rule {
    id: "docs/fence_unclosed",
    severity: Severity::Error,
    reason: "what follows is shown as part of the block: its headings, tables and examples are gone",
    check: Check::Page(|page, findings| {
        let outline = &page.page.outline;
        for block in &outline.blocks {
            let (what, mark) = match block.kind {
                BlockKind::Fence { closed: false } => ("block", "three backticks"),
                BlockKind::Comment { closed: false } => ("comment", "-->"),
                _ => continue,
            };
            let message = format!("the {what} that begins with {} is never closed", quoted(outline.line(block.first)));
            findings.push(page.finding(
                block.first,
                message,
                &format!("close it with {mark} behind line {}", block.last),
            ));
        }
    }),
};

#[cfg(test)]
mod tests {
    use super::super::testing::{Sound, fires, quiet};
    use super::RULE;

    #[test]
    fn a_block_without_end_is_found_where_it_begins() {
        let page = Sound::page().with("POST /widgets/{id}/paint\n```\n", "POST /widgets/{id}/paint\n");
        fires(&RULE, &page, &["```http\nPOST /widgets"]);
    }

    #[test]
    fn longer_fences_close_too() {
        quiet(&RULE, &Sound::page().with("POST /widgets/{id}/paint\n```\n", "POST /widgets/{id}/paint\n`````\n"));
    }
}
