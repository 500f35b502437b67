//! A permission table with two rows for the same kind of caller.

use std::collections::HashMap;

use super::context::{Detail as _, quoted};
use super::permission_row_missing::{callers, tables};
use super::{Check, Rule};
use crate::finding::Severity;

pub(super) const RULE: Rule = Rule {
    id: "docs/permission_row_repeated",
    severity: Severity::Warning,
    reason: "which of the two rows holds cannot be known, and often the second one was meant for another kind of caller",
    check: Check::Page(|page, findings| {
        for (_, table) in tables(page) {
            let mut first: HashMap<String, usize> = HashMap::new();
            for row in table.rows.iter().filter(|row| !callers(row.cell(0)).is_empty()) {
                let earlier = *first.entry(row.cell(0).to_ascii_lowercase()).or_insert(row.line);
                if earlier == row.line {
                    continue;
                }
                let message = format!(
                    "the table of permissions has the row {} in line {} and in line {}",
                    quoted(row.cell(0)),
                    earlier,
                    row.line
                );
                let finding = page.finding(row.line, message, "keep one of them, or correct its label");
                findings.push(finding.against(page.at(earlier)));
            }
        }
    }),
};

#[cfg(test)]
mod tests {
    use super::super::testing::{Sound, fires, quiet};
    use super::RULE;

    const PERSONAL: &str = "|Delegated (personal Microsoft account)|Not supported.|\n";

    #[test]
    fn a_row_twice_is_found() {
        let twice = format!("{PERSONAL}|Delegated (personal Microsoft account)|Widget.Read|\n");
        fires(&RULE, &Sound::page().with(PERSONAL, &twice), &["(personal Microsoft account)|Widget.Read"]);
    }

    #[test]
    fn rows_below_a_row_may_be_alike() {
        let rows = format!("{PERSONAL}|&nbsp; widgets|Widget.Read|\n|&nbsp; widgets|Widget.Read|\n");
        quiet(&RULE, &Sound::page().with(PERSONAL, &rows));
    }
}
