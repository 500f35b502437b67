//! Operations without a page, and request lines without an operation.

use std::collections::HashSet;

use super::index::root;
use super::pass::{Pass, origin, pointer};
use super::{Change, operation::token};
use crate::contract::{FactId, Operation, Origin};
use crate::docs::matching;
use crate::docs::path::canonical;

impl Pass<'_> {
    /// Named, and removed only where that is asked for.
    pub(super) fn without_page(&mut self, operation: &Operation) {
        let fact = FactId::of(&self.contract.api, operation, "method", None);
        let nowhere = Origin { file: operation.source.page.clone(), line: 1 };
        if (self.conditions.accepted)(&fact, &nowhere) {
            return;
        }
        if !self.conditions.prune {
            let message = "no page that was read documents it".to_owned();
            self.note("page_missing", &fact, operation.origin.clone(), None, message);
            return;
        }
        let path = format!("/paths/{}", token(operation.path.as_str()));
        let (Some(paths), Some(item)) = (self.spot("/paths"), self.spot(&path)) else { return };
        let method = operation.method.to_ascii_lowercase();
        let others = item.children.iter().filter(|child| child.key.as_deref() != Some(method.as_str()));
        let n_others = others.filter(|child| child.key.as_deref().is_some_and(|key| METHODS.contains(&key))).count();
        // The last path stays: a description without any is none.
        let at = paths.children.iter().position(|child| child.key.as_deref() == Some(operation.path.as_str()));
        match (n_others, at) {
            (0, Some(at)) if self.n_pruned + 1 < paths.children.len() => {
                self.edits.remove(paths, &[at]);
                self.n_pruned += 1;
            }
            (0, _) => return,
            _ => {
                let holder = pointer(operation);
                let at = item.children.iter().position(|child| child.key.as_deref() == Some(method.as_str()));
                debug_assert!(at.is_some(), "{holder}");
                self.edits.remove(item, &at.into_iter().collect::<Vec<_>>());
            }
        }
        self.changes.push(Change {
            fact,
            before: Some(format!("{} {}", operation.method, operation.path)),
            after: None,
            page: nowhere,
            spec: operation.origin.clone(),
        });
    }

    /// Request lines below a path that the description has, which are no operation of it.
    pub(super) fn undescribed(&mut self) {
        let contract = self.contract;
        let roots = self.index.roots();
        let mut found = Vec::new();
        let mut seen: HashSet<(String, String)> = HashSet::new();
        for page in self.pages.iter().filter(|page| matching::is_of(page, &contract.api)) {
            let requests: Vec<_> = page.requests.iter().flatten().collect();
            for (index, request) in requests.iter().enumerate() {
                let form = canonical(&request.path);
                // What means the same as a line above it is named there, or becomes an alias.
                let again = requests[..index].iter().any(|before| matching::is_alias(before, request));
                let is_new = !again && !self.index.is_described(&request.method, &form) && roots.contains(root(&form));
                if is_new && seen.insert((request.method.clone(), form.clone())) {
                    let subject = format!("{} {form}", request.method);
                    found.push((FactId::about(&contract.api, &subject, "method", None), origin(page, request.line)));
                }
            }
        }
        for (fact, place) in found {
            let message = "the page documents an operation that the description does not have".to_owned();
            self.note("operation_new", &fact, place, None, message);
        }
    }
}

const METHODS: &[&str] = &["get", "put", "post", "delete", "patch", "options", "head", "trace"];
