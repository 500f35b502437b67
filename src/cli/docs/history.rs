//! `docs diff --git`: the pages of two revisions.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::diff::{Compared, is_recognised, nothing_recognised};
use crate::cli::corpus::{self, Skipped};
use crate::cli::exit::Failure;
use crate::cli::git::{Blobs, Git, Tree};
use crate::diff::{self, Version};
use crate::docs::{self, Page};
use crate::report::changes::Unread;

/// Compares two revisions. Only pages that changed, or include a file that changed, are read.
pub(super) fn compare(repo: &Path, range: &str, filters: &[PathBuf]) -> Result<Compared, Failure> {
    let git = Git { repo };
    let filters = filters.iter().map(|filter| filter_text(filter)).collect::<Result<Vec<_>, _>>()?;
    let (old, new) = git.revisions(range)?;
    let (before, after) = (git.tree(&old.commit)?, git.tree(&new.commit)?);
    let in_scope = |tree: &Tree| -> BTreeSet<String> {
        tree.keys().filter(|path| is_page(path) && takes(&filters, path)).cloned().collect()
    };
    let (scope_old, scope_new) = (in_scope(&before), in_scope(&after));
    if scope_old.is_empty() && scope_new.is_empty() {
        let wanted = if filters.is_empty() { "the checkout".to_owned() } else { filters.join(", ") };
        return Err(Failure::input(
            format!("find a page in {wanted} at {} or {}: no file there ends in .md", old.name, new.name),
            "give paths as they are in the repository, such as api-reference/v1.0",
        ));
    }
    let blobs = Blobs::start(&git)?;
    let mut renamed = git.renamed(&old.commit, &new.commit)?;
    renamed.retain(|(old, new)| is_page(old) && is_page(new));
    let former: BTreeMap<&str, &str> = renamed.iter().map(|(old, new)| (new.as_str(), old.as_str())).collect();
    let read_old = Revision { name: &old.name, tree: &before, blobs: &blobs };
    let read_new = Revision { name: &new.name, tree: &after, blobs: &blobs };

    let mut changed: BTreeSet<&String> =
        scope_old.union(&scope_new).filter(|path| before.get(*path) != after.get(*path)).collect();
    // The other end of a renaming may lie outside of what was asked for.
    for (from, to) in &renamed {
        if changed.contains(from) || changed.contains(to) {
            changed.extend(before.get_key_value(from).map(|(path, _)| path));
            changed.extend(after.get_key_value(to).map(|(path, _)| path));
        }
    }
    let includes = changed_includes(&before, &after);
    if !includes.is_empty() {
        for path in scope_new.iter().filter(|path| before.get(*path) == after.get(*path)) {
            if read_new.includes_one_of(path, &includes)? {
                changed.insert(path);
            }
        }
    }
    let (mut pages_old, mut unread) = read_old.pages(&changed)?;
    let (mut pages_new, skipped) = read_new.pages(&changed)?;
    // What cannot be read in one revision is compared in neither: it is not gone.
    let gone = |path: &str, skipped: &[Skipped]| skipped.iter().any(|skip| skip.path == path);
    pages_new.retain(|page| {
        !gone(&page.page, &unread) && !former.get(page.page.as_str()).is_some_and(|former| gone(former, &unread))
    });
    let unreadable: Vec<Skipped> = skipped
        .iter()
        .map(|skip| Skipped {
            path: former.get(skip.path.as_str()).map_or_else(|| skip.path.clone(), |former| (*former).to_owned()),
            reason: String::new(),
        })
        .collect();
    pages_old.retain(|page| !gone(&page.page, &unreadable));
    unread.extend(skipped);
    if !pages_old.iter().chain(&pages_new).any(is_recognised) {
        read_new.recognises_any(&scope_new, &unread)?;
    }
    let pairs: Vec<(&str, &str)> = renamed.iter().map(|(old, new)| (old.as_str(), new.as_str())).collect();
    let comparison =
        diff::compare(Version { pages: &pages_old, root: "" }, Version { pages: &pages_new, root: "" }, &pairs);
    let unread = unread.into_iter().map(|skip| Unread { path: skip.path, reason: skip.reason }).collect();
    Ok(Compared { old: (old.name, scope_old.len()), new: (new.name, scope_new.len()), comparison, unread })
}

fn is_page(path: &str) -> bool {
    path.get(path.len().saturating_sub(3)..).is_some_and(|end| end.eq_ignore_ascii_case(".md")) && !is_included(path)
}

fn is_included(path: &str) -> bool {
    path.split('/').any(|folder| folder == "includes")
}

/// Files that pages include and that are not the same in both revisions. Snippets hold code that
/// no page's contract comes from.
fn changed_includes(before: &Tree, after: &Tree) -> BTreeSet<String> {
    let paths = before.keys().chain(after.keys());
    let included = paths.filter(|path| is_included(path) && !path.contains("/snippets/"));
    let changed = included.filter(|path| before.get(*path) != after.get(*path));
    changed.filter_map(|path| path.rsplit('/').next()).map(str::to_owned).collect()
}

fn filter_text(filter: &Path) -> Result<String, Failure> {
    let text = filter.to_str().ok_or_else(|| {
        Failure::input(format!("look for {}: it is not UTF-8", filter.display()), "give another path or pattern")
    })?;
    Ok(text.trim_start_matches("./").trim_end_matches('/').to_owned())
}

/// Whether a path is what was asked for: the path itself, below it, or fitting a pattern.
fn takes(filters: &[String], path: &str) -> bool {
    let below = |filter: &str| path.strip_prefix(filter).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    filters.is_empty()
        || filters
            .iter()
            .any(|filter| matches!(filter.as_str(), "" | ".") || below(filter) || fast_glob::glob_match(filter, path))
}

/// One revision, to be read.
struct Revision<'a> {
    name: &'a str,
    tree: &'a Tree,
    blobs: &'a Blobs<'a>,
}

impl Revision<'_> {
    /// The text of a file, the reason why it has none, or nothing where there is no such file.
    fn text(&self, path: &str) -> Result<Option<Result<String, String>>, Failure> {
        let Some(id) = self.tree.get(path) else { return Ok(None) };
        let content = self.blobs.get(id, &format!("{path} at {}", self.name))?;
        Ok(Some(content.and_then(corpus::decode)))
    }

    /// Reads pages, following what they include in this revision.
    fn pages(&self, paths: &BTreeSet<&String>) -> Result<(Vec<Page>, Vec<Skipped>), Failure> {
        let (mut pages, mut skipped) = (Vec::new(), Vec::new());
        for path in paths {
            match self.page(path)? {
                Some(Ok(page)) => pages.push(page),
                Some(Err(reason)) => {
                    skipped.push(Skipped { path: (*path).clone(), reason: format!("at {}: {reason}", self.name) })
                }
                None => {}
            }
        }
        Ok((pages, skipped))
    }

    fn page(&self, path: &str) -> Result<Option<Result<Page, String>>, Failure> {
        let text = match self.text(path)? {
            Some(Ok(text)) => text,
            Some(Err(reason)) => return Ok(Some(Err(reason))),
            None => return Ok(None),
        };
        // The reader asks for text or nothing; what went wrong is told afterwards.
        let failure = RefCell::new(None);
        let page = docs::read(path, &text, &|file| match self.text(file) {
            Ok(text) => text.and_then(Result::ok),
            Err(error) => {
                failure.borrow_mut().get_or_insert(error);
                None
            }
        });
        match failure.into_inner() {
            Some(failure) => Err(failure),
            None => Ok(Some(Ok(page))),
        }
    }

    /// Whether a page includes a file of one of these names.
    fn includes_one_of(&self, path: &str, names: &BTreeSet<String>) -> Result<bool, Failure> {
        let Some(Ok(text)) = self.text(path)? else { return Ok(false) };
        Ok(text.lines().filter(|line| line.contains("INCLUDE")).any(|line| {
            let name = line.rsplit_once('(').and_then(|(_, target)| target.split(')').next());
            name.and_then(|target| target.trim().rsplit('/').next()).is_some_and(|name| names.contains(name))
        }))
    }

    /// Fails where no page at all documents anything: then "no change" would say nothing.
    fn recognises_any(&self, paths: &BTreeSet<String>, unread: &[Skipped]) -> Result<(), Failure> {
        for path in paths {
            if let Some(Ok(page)) = self.page(path)?
                && is_recognised(&page)
            {
                return Ok(());
            }
        }
        Err(nothing_recognised(self.name, paths.len(), unread))
    }
}
