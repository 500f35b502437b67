//! A permission table without a row for one of the three kinds of caller.

use super::context::PageContext;
use super::{Check, Rule};
use crate::docs::outline::BlockKind;
use crate::docs::section::Subject;
use crate::docs::table::{self, Table};
use crate::finding::Severity;

pub(super) const RULE: Rule = Rule {
    id: "docs/permission_row_missing",
    severity: Severity::Warning,
    reason: "a table without the row leaves open whether that kind of caller may call at all",
    check: Check::Page(|page, findings| {
        let tables = tables(page);
        // On a page with several tables they may be one table in parts.
        let [(first, table)] = tables.as_slice() else { return };
        let rows: Vec<&str> = table.rows.iter().map(|row| row.cell(0)).collect();
        let says = |kind: Caller| rows.iter().any(|label| callers(label).contains(&kind));
        let missing: Vec<&str> = [
            (Caller::Work, "work or school accounts"),
            (Caller::Personal, "personal accounts"),
            (Caller::Application, "applications"),
        ]
        .into_iter()
        .filter(|(kind, _)| !says(*kind))
        .map(|(_, name)| name)
        .collect();
        if missing.is_empty() || missing.len() == 3 {
            return;
        }
        let message = format!("the table of permissions has no row for {}", missing.join(" and "));
        findings.push(page.finding(*first, message, "add the row, 'Not supported.' if it is not"));
    }),
};

/// Who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Caller {
    Work,
    Personal,
    Application,
}

/// The tables on a page with a row a kind of caller: not matrices.
pub(super) fn tables<'a>(page: &PageContext<'a>) -> Vec<(usize, Table<'a>)> {
    page.sections_about(Subject::Permissions)
        .flat_map(|section| section.blocks)
        .filter(|block| block.kind == BlockKind::Table)
        .map(|block| (block.first, table::table(&page.page.outline, block)))
        .filter(|(_, table)| {
            let header = table.header.first().map(|cell| plain(cell)).unwrap_or_default();
            let others = table.header.iter().skip(1).all(|cell| callers(cell).is_empty());
            header.starts_with("permissiontype") && others
        })
        .collect()
}

/// The kinds that a label names. "Delegated" alone is both kinds of account.
pub(super) fn callers(label: &str) -> Vec<Caller> {
    let mut found = Vec::new();
    let first = label.bytes().find(u8::is_ascii_alphabetic).map(|byte| byte.to_ascii_lowercase());
    if !matches!(first, Some(b'a' | b'd')) {
        return found;
    }
    let label = plain(label);
    let personal = label.contains("personal");
    let work = label.contains("work") || label.contains("school");
    if label.starts_with("delegated") {
        if work || !personal {
            found.push(Caller::Work);
        }
        if personal || !work {
            found.push(Caller::Personal);
        }
    } else if label.starts_with("application") || label.starts_with("apponly") {
        found.push(Caller::Application);
    }
    found
}

fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    plain.extend(text.bytes().filter(u8::is_ascii_alphabetic).map(|letter| char::from(letter.to_ascii_lowercase())));
    plain
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Sound, fires, quiet};
    use super::RULE;

    const PERSONAL: &str = "|Delegated (personal Microsoft account)|Not supported.|\n";

    #[test]
    fn a_missing_row_is_found() {
        fires(&RULE, &Sound::page().with(PERSONAL, ""), &["|Permission type"]);
    }

    #[test]
    fn one_row_for_both_accounts_and_a_matrix_are_right() {
        let page = Sound::page().with(PERSONAL, "");
        quiet(&RULE, &page.with("(work or school account)", "(work or school or personal Microsoft account)"));
        quiet(&RULE, &page.with("|Permission type|", "|Resource|"));
    }
}
