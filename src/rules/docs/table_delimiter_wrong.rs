//! A row of dashes that does not fit the header above it.

use super::context::quoted;
use super::{Check, Rule};
use crate::docs::section::Subject;
use crate::finding::Severity;

pub(super) const RULE: Rule = Rule {
    id: "docs/table_delimiter_wrong",
    severity: Severity::Warning,
    reason: "CommonMark's tables end where the row of dashes has another number of cells: the table is shown as text",
    check: Check::Page(|page, findings| {
        let outline = &page.page.outline;
        for section in &page.sections {
            for block in section.tables().filter(|block| block.last > block.first) {
                let (header, delimiter) = (outline.line(block.first), outline.line(block.first + 1));
                // Markdown inside code may have pipes of its own.
                if header.contains('`') {
                    continue;
                }
                let (columns, dashes) = (cells(header), cells(delimiter));
                let message = if !is_delimiter(delimiter) {
                    // Elsewhere lines may begin with a bar and be no table.
                    let meant =
                        section.subject != Subject::Other && columns > 1 && header.trim_start().starts_with('|');
                    if !meant {
                        continue;
                    }
                    format!("the table that begins with {} has no row of dashes below its header", quoted(header))
                } else if columns != dashes {
                    format!("the row of dashes has {dashes} cells, the header {} has {columns}", quoted(header))
                } else {
                    continue;
                };
                findings.push(page.finding(
                    block.first + 1,
                    message,
                    "put a row of dashes with as many cells below the header",
                ));
            }
        }
    }),
};

fn is_delimiter(row: &str) -> bool {
    row.contains('-') && row.bytes().all(|byte| matches!(byte, b'-' | b':' | b'|' | b' ' | b'\t'))
}

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
        fires(&RULE, &Sound::page().with(HEAD, "|Parameter|Type|Description|"), &["|colour"]);
    }

    #[test]
    fn pipes_at_the_ends_do_not_matter() {
        quiet(&RULE, &Sound::page().with(HEAD, "Parameter|Type|Description\n---|:-:|--:"));
        quiet(&RULE, &Sound::page().with(HEAD, "|Parameter|Type|Description |  \n| :---|:--- | ---|"));
    }
}
