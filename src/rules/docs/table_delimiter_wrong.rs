//! A row of dashes that does not fit the header above it.

use super::context::quoted;
use super::{Check, Rule};
use crate::docs::outline::BlockKind;
use crate::docs::section::Subject;
use crate::finding::Severity;

pub(super) const RULE: Rule = Rule {
    id: "docs/table_delimiter_wrong",
    severity: Severity::Warning,
    reason: "CommonMark's tables end where the row of dashes has another number of cells: the table is shown as text",
    check: Check::Page(|page, findings| {
        let outline = &page.page.outline;
        let tables = page.sections.iter().filter(|section| section.subject != Subject::Other || section.level > 0);
        for block in tables.flat_map(|section| section.blocks).filter(|block| block.kind == BlockKind::Table) {
            if block.last == block.first {
                continue;
            }
            let (header, delimiter) = (outline.line(block.first), outline.line(block.first + 1));
            // Markdown inside code may have pipes of its own.
            if header.contains('`') {
                continue;
            }
            if !delimiter.bytes().all(|byte| matches!(byte, b'-' | b':' | b'|' | b' ' | b'\t'))
                || !delimiter.contains('-')
            {
                continue;
            }
            let (columns, dashes) = (cells(header), cells(delimiter));
            if columns == dashes {
                continue;
            }
            let message = format!("the row of dashes has {dashes} cells, the header {} has {columns}", quoted(header));
            findings.push(page.finding(block.first + 1, message, "give both rows the same number of cells"));
        }
    }),
};

/// The number of cells as CommonMark's tables count them.
fn cells(row: &str) -> usize {
    let row = row.trim();
    let row = row.strip_prefix('|').unwrap_or(row);
    let mut escaped = false;
    let mut count = 1;
    let mut last = false;
    for byte in row.bytes() {
        last = byte == b'|' && !escaped;
        count += usize::from(last);
        escaped = byte == b'\\' && !escaped;
    }
    count - usize::from(last)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Sound, fires, quiet};
    use super::RULE;

    const HEAD: &str = "|Parameter|Type|Description|\n|:---|:---|:---|";

    #[test]
    fn a_cell_too_many_or_too_few_is_found() {
        let page = Sound::page().with(HEAD, "|Parameter|Type|Description|\n|:---|:---|:---|:---|");
        fires(&RULE, &page, &["|:---|:---|:---|:---|"]);
        let page = Sound::page().with(HEAD, "|Parameter|Type|Description|\n|:---|:---|");
        fires(&RULE, &page, &["|:---|:---|\n|colour"]);
    }

    #[test]
    fn pipes_at_the_ends_do_not_matter() {
        quiet(&RULE, &Sound::page().with(HEAD, "Parameter|Type|Description\n---|:-:|--:"));
        quiet(&RULE, &Sound::page().with(HEAD, "|Parameter|Type|Description |  \n| :---|:--- | ---|"));
    }
}
