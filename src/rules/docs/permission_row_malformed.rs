//! A row of a permission table that does not have the form of its table.

use super::context::{Detail as _, quoted};
use super::permission_row_missing::{callers, tables};
use super::{Check, Rule};
use crate::docs::section::Subject;
use crate::docs::table::{self, Row};
use crate::finding::Severity;

pub(super) const RULE: Rule = Rule {
    id: "docs/permission_row_malformed",
    severity: Severity::Warning,
    reason: "a name that slips into another cell, or runs into the next name, is not read as a permission",
    check: Check::Page(|page, findings| {
        for (_, table) in tables(page) {
            for row in table.rows.iter().filter(|row| !callers(row.cell(0)).is_empty()) {
                let said = page.page.outline.line(row.line);
                let message = match wrong(row, table.header.len()) {
                    Some(wrong) => format!("the row {} {wrong}", quoted(said)),
                    None => match run_together(row) {
                        Some(names) => format!("the row names {} without anything between", quoted(&names)),
                        None if row.cells.iter().any(|cell| cell.ends_with(',')) => {
                            let message = format!("the list of permissions ends with a comma: {}", quoted(said));
                            let remedy = "name what is missing, or remove the comma";
                            findings.push(page.finding(row.line, message, remedy).of_severity(Severity::Note));
                            continue;
                        }
                        None => continue,
                    },
                };
                findings.push(page.finding(row.line, message, "one cell a column, names apart by commas"));
            }
        }
        for section in page.sections_about(Subject::Headers) {
            for block in section.tables() {
                for row in table::table(&page.page.outline, block).rows {
                    if row.cell(0).starts_with("Delegated (") {
                        let message =
                            format!("the row {} of permissions stands in the table of headers", quoted(row.cell(0)));
                        findings.push(page.finding(row.line, message, "move the row to the table of permissions"));
                    }
                }
            }
        }
    }),
};

fn wrong(row: &Row<'_>, columns: usize) -> Option<String> {
    let extra = row.cells.iter().skip(columns).filter(|cell| !cell.is_empty()).count();
    if columns >= 2 && extra > 0 {
        return Some(format!("has {} cells in a table of {columns} columns", row.cells.len()));
    }
    (row.cells.len() == 1 && row.more.is_empty()).then(|| "has no cell for its permissions".to_owned())
}

/// Two names with nothing but a blank between them.
fn run_together(row: &Row<'_>) -> Option<String> {
    for cell in row.cells.iter().skip(1).filter(|cell| !cell.contains(['<', '(', '&', '*'])) {
        let words: Vec<&str> = cell.split_whitespace().collect();
        if let Some(pair) = words.windows(2).find(|pair| pair.iter().all(|word| is_name(word))) {
            return Some(pair.join(" "));
        }
    }
    None
}

fn is_name(word: &str) -> bool {
    let dots = word.matches('.').count();
    dots >= 1
        && word.split('.').all(|part| part.starts_with(|letter: char| letter.is_ascii_uppercase()))
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Sound, fires, quiet};
    use super::RULE;

    const APPLICATION: &str = "|Application|Widget.ReadWrite.All|";

    #[test]
    fn cells_that_are_missing_extra_or_run_together_are_found() {
        for row in [
            "|Application|Widget.ReadWrite.All|Widget.Read.All|",
            "|Application Widget.ReadWrite.All|",
            "|Application|Widget.ReadWrite.All Widget.Read.All|",
            "|Application|Widget.ReadWrite.All,|",
        ] {
            fires(&RULE, &Sound::page().with(APPLICATION, row), &[row]);
        }
        let row = "|Authorization|Bearer {token}. Required.|\n";
        let page = Sound::page().with(row, &format!("{row}|Delegated (work or school account)|Widget.Read|\n"));
        fires(&RULE, &page, &["account)|Widget.Read|"]);
    }

    #[test]
    fn every_way_to_join_names_is_right() {
        for cell in [
            "Widget.ReadWrite.All, Widget.Read.All",
            "Widget.ReadWrite.All and Widget.Read.All",
            "Widget.ReadWrite.All<br/>Widget.Read.All",
            "Widget.ReadWrite.All*",
            "",
            "Widget.ReadWrite.All | ",
        ] {
            quiet(&RULE, &Sound::page().with(APPLICATION, &format!("|Application|{cell}|")));
        }
    }
}
