//! Which pages speak of which operation or schema of a contract.
//!
//! An operation is met by its API version and a request line: the method, and the path in the
//! form of [`path::canonical`], aliases included. A schema is met by its name. What the contract
//! names as its source is asked separately: a source that was read and states no such request is
//! a disagreement, not a match.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::page::{Enumeration, Page, Request, Resource};
use super::path;
use crate::contract::{Contract, Operation};

/// Pages by what they speak of, so that a description of thousands of operations meets
/// thousands of pages in one pass.
#[derive(Debug, Default)]
pub struct Index<'p> {
    /// By API version, method and canonical path.
    requests: HashMap<(&'p str, String), Vec<&'p Page>>,
    /// By API version and name of the resource in lower case.
    resources: HashMap<(&'p str, String), Vec<(&'p Page, &'p Resource)>>,
    /// By API version and name of the enumeration in lower case.
    enums: HashMap<(&'p str, String), Vec<(&'p Page, &'p Enumeration)>>,
    /// By API version and file name.
    files: HashMap<(&'p str, &'p str), Vec<&'p Page>>,
}

impl<'p> Index<'p> {
    /// Indexes pages. A page whose API version is not known speaks of none.
    #[must_use]
    pub fn new(pages: &'p [Page]) -> Self {
        let mut index = Self::default();
        for page in pages {
            let Some(api) = page.api.as_deref() else { continue };
            let lines: BTreeSet<String> =
                page.requests.iter().flatten().map(|line| key(&line.method, &line.path)).collect();
            for line in lines {
                index.requests.entry((api, line)).or_default().push(page);
            }
            index.files.entry((api, file_name(&page.page))).or_default().push(page);
            let Some(resource) = &page.resource else { continue };
            if let Some(name) = &resource.name {
                index.resources.entry((api, name.to_ascii_lowercase())).or_default().push((page, resource));
            }
            for list in &resource.enums {
                index.enums.entry((api, list.name.to_ascii_lowercase())).or_default().push((page, list));
            }
        }
        index
    }

    /// The pages with a request line for an operation, in page order, each once.
    #[must_use]
    pub fn pages_of(&self, api: &str, operation: &Operation) -> Vec<&'p Page> {
        let keys: BTreeSet<String> = operation.paths().map(|path| key(&operation.method, path.as_str())).collect();
        let mut found: Vec<&'p Page> = Vec::new();
        for key in keys {
            for page in self.requests.get(&(api, key)).into_iter().flatten() {
                if !found.iter().any(|other| std::ptr::eq(*other, *page)) {
                    found.push(page);
                }
            }
        }
        found
    }

    /// The pages of a resource type, by the name of its schema in any letter case.
    #[must_use]
    pub fn pages_of_resource(&self, api: &str, schema: &str) -> Vec<(&'p Page, &'p Resource)> {
        let found = self.resources.get(&(api, schema.to_ascii_lowercase())).into_iter().flatten().copied();
        in_main_namespace(found.collect())
    }

    /// The lists of members of an enumeration, by the name of its schema in any letter case.
    #[must_use]
    pub fn lists_of(&self, api: &str, schema: &str) -> Vec<(&'p Page, &'p Enumeration)> {
        let found = self.enums.get(&(api, schema.to_ascii_lowercase())).into_iter().flatten().copied();
        let of_graph = |(page, _): &(&Page, &Enumeration)| is_main(page.resource.as_ref());
        found.filter(of_graph).collect()
    }

    /// The pages that a source may mean: same API version and file, whatever the folders above.
    #[must_use]
    pub fn pages_at(&self, source: &str) -> Vec<&'p Page> {
        let Some((api, file)) = parts(source) else { return Vec::new() };
        self.files.get(&(api, file)).cloned().unwrap_or_default()
    }
}

/// The request lines of a page that name an operation.
pub fn lines_of<'p>(page: &'p Page, operation: &Operation) -> impl Iterator<Item = &'p Request> {
    let keys: Vec<String> = operation.paths().map(|path| key(&operation.method, path.as_str())).collect();
    page.requests.iter().flatten().filter(move |line| keys.contains(&key(&line.method, &line.path)))
}

/// Whether a page is the one that a source names: `beta/api/riskyusers-list.md (2023)`. The
/// revision does not count, and neither do the folders: a person may have copied the page.
#[must_use]
pub fn is_source(source: &str, page: &Page) -> bool {
    parts(source).is_some_and(|(api, file)| page.api.as_deref() == Some(api) && file_name(&page.page) == file)
}

/// The literal beginnings of a contract's paths: an operation below one of them belongs to what
/// the contract describes.
#[must_use]
pub fn roots(contract: &Contract) -> Vec<String> {
    let mut roots: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for operation in &contract.operations {
        for template in operation.paths() {
            let form = path::canonical(template.as_str());
            let mut segments: Vec<String> =
                form.split('/').skip(1).take_while(|segment| !segment.contains("{}")).map(str::to_owned).collect();
            // An action is no root: its collection is.
            if operation.method != "GET" && segments.len() > 1 && !form.contains("{}") {
                segments.pop();
            }
            let Some(first) = segments.first() else { continue };
            let root = roots.entry(first.clone()).or_insert_with(|| segments.clone());
            let common = root.iter().zip(&segments).take_while(|(ours, theirs)| ours == theirs).count();
            root.truncate(common);
        }
    }
    roots.into_values().map(|segments| format!("/{}", segments.join("/"))).collect()
}

/// Whether a path lies at or below one of the roots.
#[must_use]
pub fn is_below(roots: &[String], spelled: &str) -> bool {
    let form = path::canonical(spelled);
    roots
        .iter()
        .any(|root| form.strip_prefix(root.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

/// Method and path in one form.
fn key(method: &str, spelled: &str) -> String {
    format!("{method} {}", path::canonical(spelled))
}

/// API version and file name of a source.
fn parts(source: &str) -> Option<(&str, &str)> {
    let path = source.split(" (").next()?.trim();
    let (api, _) = path.split_once('/')?;
    path.ends_with(".md").then(|| (api, file_name(path)))
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Where a name exists in several namespaces, schemas mean the main one.
fn in_main_namespace<'p>(found: Vec<(&'p Page, &'p Resource)>) -> Vec<(&'p Page, &'p Resource)> {
    let main: Vec<_> = found.iter().copied().filter(|(_, resource)| is_main(Some(resource))).collect();
    if main.is_empty() { found } else { main }
}

fn is_main(resource: Option<&Resource>) -> bool {
    resource.and_then(|resource| resource.namespace.as_deref()).is_none_or(|namespace| namespace == "microsoft.graph")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(file: &str, api: Option<&str>, lines: &[(&str, &str)]) -> Page {
        let line =
            |(method, path): &(&str, &str)| Request { method: (*method).to_owned(), path: (*path).to_owned(), line: 1 };
        Page {
            page: file.to_owned(),
            api: api.map(str::to_owned),
            requests: Some(lines.iter().map(line).collect()),
            ..Page::default()
        }
    }

    fn contract() -> &'static Contract {
        crate::embedded::contract("beta").expect("this build has beta")
    }

    fn found(pages: &[Page], operation: &str) -> Vec<String> {
        let operation = contract().operation(operation).expect("an operation");
        Index::new(pages).pages_of("beta", operation).iter().map(|page| page.page.clone()).collect()
    }

    #[test]
    fn an_operation_is_met_by_version_method_and_path_or_alias() {
        let pages = [
            page("a.md", Some("beta"), &[("GET", "/riskyUsers/{userId | upn}?$select=id"), ("GET", "/other")]),
            page("b.md", Some("beta"), &[("GET", "identityProtection/riskyUsers/<id>"), ("GET", "/riskyUsers/{id}")]),
            page("c.md", Some("v1.0"), &[("GET", "/riskyUsers/{id}")]),
            page("d.md", None, &[("GET", "/riskyUsers/{id}")]),
            page("e.md", Some("beta"), &[("PATCH", "/riskyUsers/{id}"), ("GET", "/riskyusers/{id}")]),
        ];
        let mut met = found(&pages, "riskyUser.get");
        met.sort();
        assert_eq!(met, ["a.md", "b.md"]);
        assert_eq!(found(&pages, "riskyUser.list"), [""; 0]);
        let get = contract().operation("riskyUser.get").expect("an operation");
        assert_eq!(lines_of(&pages[0], get).count(), 1);
        assert_eq!(lines_of(&pages[1], get).count(), 2);
    }

    #[test]
    fn a_source_is_a_file_of_a_version_whatever_its_folder_and_revision() {
        let ours = page("../seeds/riskyusers-list.md", Some("beta"), &[]);
        assert!(is_source("beta/api/riskyusers-list.md (2023)", &ours));
        assert!(is_source("beta/api/riskyusers-list.md", &ours));
        for source in ["v1.0/api/riskyusers-list.md (2023)", "beta/api/riskyusers-get.md (2023)", "none", ""] {
            assert!(!is_source(source, &ours), "{source}");
        }
        let pages = [ours];
        assert_eq!(Index::new(&pages).pages_at("beta/api/riskyusers-list.md (2019)").len(), 1);
        assert_eq!(Index::new(&pages).pages_at("none; assumed").len(), 0);
    }

    #[test]
    fn roots_are_collections_and_not_what_merely_contains_them() {
        let roots = roots(contract());
        assert_eq!(roots, ["/identityProtection/riskyUsers", "/riskyUsers"]);
        assert!(is_below(&roots, "/riskyUsers/{id}/history"));
        assert!(is_below(&roots, "identityProtection/riskyUsers/confirmSafe"));
        assert!(!is_below(&roots, "/identityProtection/riskyAgents"));
        assert!(!is_below(&roots, "/riskyUsersOfOthers"));
        let mut one = contract().clone();
        one.operations.retain(|operation| operation.id == "riskyUser.dismiss");
        assert_eq!(super::roots(&one), ["/riskyUsers"]);
    }

    #[test]
    fn a_resource_is_met_by_name_and_the_main_namespace_wins() {
        let resource = |file: &str, name: &str, namespace: Option<&str>| {
            let list = Enumeration { name: "riskLevel".to_owned(), property: None, members: Vec::new(), line: 1 };
            let mut page = page(file, Some("beta"), &[]);
            page.resource = Some(Resource {
                name: Some(name.to_owned()),
                namespace: namespace.map(str::to_owned),
                enums: vec![list],
                ..Resource::default()
            });
            page
        };
        let pages = [
            resource("a.md", "riskyUser", Some("microsoft.graph")),
            resource("b.md", "riskyUser", Some("microsoft.graph.managedTenants")),
            resource("c.md", "other", None),
            resource("d.md", "callRecord", Some("microsoft.graph.callRecords")),
        ];
        let index = Index::new(&pages);
        let of = |schema: &str| -> Vec<&str> {
            index.pages_of_resource("beta", schema).iter().map(|(page, _)| page.page.as_str()).collect()
        };
        assert_eq!(of("RiskyUser"), ["a.md"]);
        assert_eq!(of("CallRecord"), ["d.md"]);
        assert_eq!(of("riskyUsers"), [""; 0]);
        let lists: Vec<&str> = index.lists_of("beta", "RiskLevel").iter().map(|(page, _)| page.page.as_str()).collect();
        assert_eq!(lists, ["a.md", "c.md"]);
    }
}
