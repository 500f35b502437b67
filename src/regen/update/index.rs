//! Who speaks of what: thousands of pages and operations meet by name, not each by each.

use std::collections::{HashMap, HashSet};

use crate::contract::{Contract, Operation, Source};
use crate::docs::page::Enumeration;
use crate::docs::path::canonical;
use crate::docs::{Page, matching};
use crate::regen::names;
use crate::spec::Document;

/// Pages of one API version, by what they document.
pub(super) struct Index<'a> {
    pages: matching::Index<'a>,
    /// Lists of members by the schema of the property whose values they are.
    by_property: HashMap<String, Vec<(&'a Page, &'a Enumeration)>>,
    /// Method and canonical path of everything that the description has, aliases included.
    described: HashSet<(String, String)>,
}

impl<'a> Index<'a> {
    pub(super) fn new(pages: &'a [Page], contract: &'a Contract, document: &Document) -> Self {
        let described = contract.operations.iter().flat_map(|operation| {
            operation.paths().map(move |path| (operation.method.clone(), canonical(path.as_str())))
        });
        let mut by_property: HashMap<String, Vec<(&'a Page, &'a Enumeration)>> = HashMap::new();
        for page in pages.iter().filter(|page| matching::is_of(page, &contract.api)) {
            let Some(resource) = page.resource.as_ref().filter(|resource| matching::is_main(Some(resource))) else {
                continue;
            };
            let Some(schema) = resource.name.as_deref().and_then(names::type_name) else { continue };
            let Some(properties) = document.at(&format!("/components/schemas/{schema}/properties")) else { continue };
            for list in &resource.enums {
                let reference = list.property.as_deref().and_then(|name| properties.get(name)?.str("$ref"));
                if let Some(name) = reference.and_then(|reference| reference.rsplit('/').next()) {
                    by_property.entry(name.to_owned()).or_default().push((page, list));
                }
            }
        }
        Self { pages: matching::Index::new(pages, &contract.api), by_property, described: described.collect() }
    }

    /// The pages that have a request line of the operation.
    pub(super) fn pages_of(&self, operation: &Operation) -> Vec<&'a Page> {
        self.pages.pages_of(operation)
    }

    /// The pages of a resource, by the name of its schema.
    pub(super) fn pages_of_resource(&self, schema: &str, source: &Source) -> Vec<&'a Page> {
        self.pages.pages_of_resource(schema, Some(&source.page)).into_iter().map(|(page, _)| page).collect()
    }

    /// The lists of members of an enumeration: by the name of its type, or by a property that
    /// has it.
    pub(super) fn lists_of(&self, schema: &str) -> Vec<(&'a Page, &'a Enumeration)> {
        let mut found = self.pages.lists_of(schema);
        for list in self.by_property.get(schema).into_iter().flatten() {
            if !found.iter().any(|(_, known)| std::ptr::eq(*known, list.1)) {
                found.push(*list);
            }
        }
        found
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
