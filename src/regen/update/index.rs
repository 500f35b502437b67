//! Who speaks of what: thousands of pages and operations meet by name, not each by each.

use std::collections::{HashMap, HashSet};

use crate::contract::{Contract, Operation};
use crate::docs::page::{Enumeration, PageKind};
use crate::docs::path::canonical;
use crate::docs::{Page, matching};
use crate::regen::names;
use crate::spec::Document;

/// Pages of one API version, by what they document.
pub(super) struct Index<'a> {
    by_request: HashMap<(String, String), Vec<&'a Page>>,
    by_resource: HashMap<String, Vec<&'a Page>>,
    by_enum: HashMap<String, Vec<(&'a Page, &'a Enumeration)>>,
    /// Method and canonical path of everything that the description has, aliases included.
    described: HashSet<(String, String)>,
}

impl<'a> Index<'a> {
    pub(super) fn new(pages: &'a [Page], contract: &'a Contract, document: &Document) -> Self {
        let described = contract.operations.iter().flat_map(|operation| {
            operation.paths().map(move |path| (operation.method.clone(), canonical(path.as_str())))
        });
        let mut index = Self {
            by_request: HashMap::new(),
            by_resource: HashMap::new(),
            by_enum: HashMap::new(),
            described: described.collect(),
        };
        for page in pages.iter().filter(|page| matching::is_of(page, &contract.api)) {
            index.page(page, document);
        }
        index
    }

    fn page(&mut self, page: &'a Page, document: &Document) {
        for request in page.requests.iter().flatten() {
            let key = (request.method.to_ascii_uppercase(), canonical(&request.path));
            let pages = self.by_request.entry(key).or_default();
            if !pages.last().is_some_and(|last| std::ptr::eq(*last, page)) {
                pages.push(page);
            }
        }
        let Some(resource) = &page.resource else { return };
        let schema = resource.name.as_deref().and_then(names::type_name);
        if let Some(name) = schema.as_ref().filter(|_| page.kind == PageKind::Resource) {
            self.by_resource.entry(name.clone()).or_default().push(page);
        }
        let properties = schema.and_then(|schema| document.at(&format!("/components/schemas/{schema}/properties")));
        for list in &resource.enums {
            // By the name of the type, or by the property of a resource that has it.
            let property = list.property.as_deref().and_then(|name| properties?.get(name)?.str("$ref"));
            let referred = property.and_then(|reference| reference.rsplit('/').next()).map(str::to_owned);
            let mut names: Vec<String> = names::type_name(&list.name).into_iter().chain(referred).collect();
            names.dedup();
            for name in names {
                self.by_enum.entry(name).or_default().push((page, list));
            }
        }
    }

    /// The pages that have a request line of the operation.
    pub(super) fn pages_of(&self, operation: &Operation) -> Vec<&'a Page> {
        let mut found: Vec<&'a Page> = Vec::new();
        for path in operation.paths() {
            let key = (operation.method.clone(), canonical(path.as_str()));
            for page in self.by_request.get(&key).into_iter().flatten() {
                if !found.iter().any(|known| std::ptr::eq(*known, *page)) {
                    found.push(page);
                }
            }
        }
        found
    }

    /// The pages of a resource, by the name of its schema.
    pub(super) fn pages_of_resource(&self, schema: &str) -> Vec<&'a Page> {
        self.by_resource.get(schema).cloned().unwrap_or_default()
    }

    /// The lists of members of an enumeration, by the name of its schema.
    pub(super) fn lists_of(&self, schema: &str) -> Vec<(&'a Page, &'a Enumeration)> {
        self.by_enum.get(schema).cloned().unwrap_or_default()
    }

    /// Whether the description has this method and canonical path.
    pub(super) fn is_described(&self, method: &str, form: &str) -> bool {
        self.described.contains(&(method.to_owned(), form.to_owned()))
    }

    /// The first segments of everything that the description has.
    pub(super) fn roots(&self) -> HashSet<&str> {
        self.described.iter().map(|(_, path)| root(path)).collect()
    }
}

/// The first segment: `/riskyUsers`.
pub(super) fn root(path: &str) -> &str {
    let end = path[1..].find('/').map_or(path.len(), |at| at + 1);
    &path[..end]
}
