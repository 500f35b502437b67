//! Which page of the older version is which page of the newer one.

use std::collections::HashMap;

use super::Version;
use super::requests;
use super::said::api;
use crate::docs::Page;

/// Pages of two versions, brought together.
pub(super) struct Pairs<'a> {
    /// Pages that both versions have, in the order of the newer one.
    pub(super) both: Vec<(&'a Page, &'a Page)>,
    /// Pages that only the older version has.
    pub(super) only_old: Vec<&'a Page>,
    /// Pages that only the newer version has.
    pub(super) only_new: Vec<&'a Page>,
    /// Every page of the older version.
    pub(super) old: &'a [Page],
    /// Every page of the newer version.
    pub(super) new: &'a [Page],
}

/// Pairs pages by name, then as the caller says, then by what they document.
pub(super) fn pair<'a>(older: Version<'a>, newer: Version<'a>, renamed: &[(&str, &str)]) -> Pairs<'a> {
    let (old, new) = (older.pages, newer.pages);
    let by_name: HashMap<&str, usize> = old.iter().enumerate().map(|(index, page)| (older.name(page), index)).collect();
    let former: HashMap<&str, &str> = renamed.iter().map(|(old, new)| (*new, *old)).collect();
    let mut partner: Vec<Option<usize>> = vec![None; new.len()];
    let mut taken = vec![false; old.len()];
    for (page, partner) in new.iter().zip(&mut partner) {
        let name = newer.name(page);
        let name = former.get(name).copied().unwrap_or(name);
        if let Some(&index) = by_name.get(name)
            && !taken[index]
        {
            taken[index] = true;
            *partner = Some(index);
        }
    }
    by_subject(old, new, &mut partner, &mut taken);
    let both = new.iter().zip(&partner).filter_map(|(page, partner)| Some((&old[(*partner)?], page))).collect();
    let only_new = new.iter().zip(&partner).filter(|(_, partner)| partner.is_none()).map(|(page, _)| page).collect();
    let only_old = old.iter().zip(&taken).filter(|(_, taken)| !**taken).map(|(page, _)| page).collect();
    Pairs { both, only_old, only_new, old, new }
}

/// A renamed page documents the operations, or the resource, that it documented before.
fn by_subject(old: &[Page], new: &[Page], partner: &mut [Option<usize>], taken: &mut [bool]) {
    let mut documents: HashMap<String, Vec<usize>> = HashMap::new();
    for (index, page) in old.iter().enumerate().filter(|(index, _)| !taken[*index]) {
        for subject in subjects(page) {
            documents.entry(subject).or_default().push(index);
        }
    }
    for (page, partner) in new.iter().zip(partner).filter(|(_, partner)| partner.is_none()) {
        let mut shared: HashMap<usize, usize> = HashMap::new();
        for index in subjects(page).iter().filter_map(|subject| documents.get(subject)).flatten() {
            if !taken[*index] {
                *shared.entry(*index).or_default() += 1;
            }
        }
        // Of equals the first, so that two runs agree.
        let best = shared.into_iter().max_by_key(|(index, n_shared)| (*n_shared, std::cmp::Reverse(*index)));
        if let Some((index, _)) = best {
            taken[index] = true;
            *partner = Some(index);
        }
    }
}

/// What a page is about, in words that are equal for equal things.
fn subjects(page: &Page) -> Vec<String> {
    let api = api(page);
    let mut subjects: Vec<String> =
        requests::lines(page).iter().map(|line| format!("{api} {} {}", line.method, line.form)).collect();
    if let Some(resource) = &page.resource {
        let name = resource.name.iter().map(|name| format!("{api} type {}", name.to_ascii_lowercase()));
        let lists = resource.enums.iter().filter(|_| resource.name.is_none());
        subjects.extend(name.chain(lists.map(|list| format!("{api} enumeration {}", list.name.to_ascii_lowercase()))));
    }
    subjects.sort();
    subjects.dedup();
    subjects
}
