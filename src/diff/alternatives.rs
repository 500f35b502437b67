//! Permissions that are needed together: a few pages list `A and B, C`, where A alone does not
//! suffice.

use std::collections::{BTreeSet, HashMap};

use crate::docs::Page;

/// No row has nearly as many entries; what has more is compared name by name.
const MOST: usize = 500;

/// Names of which all are needed, in lower case, as Entra takes them in any.
pub(super) type Together = BTreeSet<String>;

/// What suffices for a kind of permission, each entry by itself.
pub(super) fn alternatives(page: &Page, kind: &str, names: &[String]) -> Vec<(Together, String)> {
    let joined = page.lines.permission(kind).filter(|_| page.lines.permissions_file.is_none());
    let joined = joined.and_then(|line| joined_in(page.outline.line(line), names));
    joined.unwrap_or_else(|| names.iter().map(|name| ([name.to_ascii_lowercase()].into(), name.clone())).collect())
}

/// The entries of a row that joins names, or nothing where it lists them one by one. The last
/// "and" of a list (`A, B and C`) joins nothing.
fn joined_in(row: &str, names: &[String]) -> Option<Vec<(Together, String)>> {
    let known: HashMap<String, &String> = names.iter().map(|name| (name.to_ascii_lowercase(), name)).collect();
    let mut entries: Vec<Vec<&String>> = Vec::new();
    let cells = row.split_once('|').map_or(row, |(_, cells)| cells).replace("<br", ",");
    for entry in cells.replace(" or ", ",").split([',', ';', '|']) {
        let words =
            || entry.split(|letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-')));
        let words = words().map(|word| word.trim_matches(['.', '-', '_'])).filter(|word| !word.is_empty());
        let mut found: Vec<&String> = Vec::new();
        let mut joins = true;
        for word in words {
            match known.get(&word.to_ascii_lowercase()) {
                Some(name) => {
                    // Two names with neither word between them are two entries.
                    if !joins {
                        entries.push(std::mem::take(&mut found));
                    }
                    found.push(name);
                    joins = false;
                }
                None => joins |= matches!(word.to_ascii_lowercase().as_str(), "and" | "plus"),
            }
        }
        if !found.is_empty() {
            entries.push(found);
        }
    }
    let n_joined = entries.iter().filter(|entry| entry.len() > 1).count();
    let is_end_of_list = n_joined == 1 && entries.len() > 1 && entries.last().is_some_and(|entry| entry.len() > 1);
    if n_joined == 0
        || entries.len() > MOST
        || is_end_of_list
        || entries.iter().flatten().collect::<BTreeSet<_>>().len() != names.len()
    {
        return None;
    }
    Some(
        entries
            .into_iter()
            .map(|entry| {
                let text: Vec<&str> = entry.iter().map(|name| name.as_str()).collect();
                (entry.iter().map(|name| name.to_ascii_lowercase()).collect(), text.join(" and "))
            })
            .collect(),
    )
}

/// Entries of one version that nothing of the other version is satisfied by.
pub(super) fn only<'a>(these: &'a [(Together, String)], those: &[(Together, String)]) -> Vec<&'a str> {
    let singles: BTreeSet<&String> =
        those.iter().filter(|(names, _)| names.len() == 1).filter_map(|(names, _)| names.first()).collect();
    let joined: Vec<&Together> = those.iter().map(|(names, _)| names).filter(|names| names.len() > 1).collect();
    let suffices = |names: &Together| {
        names.iter().any(|name| singles.contains(name)) || joined.iter().any(|other| other.is_subset(names))
    };
    these.iter().filter(|(names, _)| !suffices(names)).map(|(_, text)| text.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(row: &str, names: &[&str]) -> Option<Vec<String>> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        joined_in(row, &names).map(|entries| entries.into_iter().map(|(_, text)| text).collect())
    }

    #[test]
    fn what_is_needed_together_is_told_from_the_end_of_a_list() {
        let of = |row: &str| entries(row, &["A.Read", "B.Read", "C.Read"]);
        for (row, expected) in [
            ("|Application|A.Read and B.Read, C.Read|", &["A.Read and B.Read", "C.Read"][..]),
            ("|Application|A.Read plus B.Read or C.Read|", &["A.Read and B.Read", "C.Read"]),
            ("|Application|A.Read and B.Read and C.Read|", &["A.Read and B.Read and C.Read"]),
            ("|Application|A.Read and C.Read, B.Read and C.Read|", &["A.Read and C.Read", "B.Read and C.Read"]),
        ] {
            assert_eq!(of(row).unwrap_or_default(), expected, "{row}");
        }
        for row in [
            "|Application|A.Read, B.Read and C.Read|",
            "|Application|A.Read, B.Read, and C.Read|",
            "|A|A.Read B.Read C.Read|",
            "",
        ] {
            assert_eq!(of(row), None, "{row}");
        }
    }
}
