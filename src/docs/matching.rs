//! Which pages speak of which operation, resource or enumeration of a contract.
//!
//! An operation is met by its API version and a request line: the method, and the path in the
//! form of [`path::canonical`], aliases included. A resource is met by its name. The page that a
//! contract names as its source is asked for separately: a source that was read and states no
//! such request is a disagreement, not a match.

use std::collections::{BTreeSet, HashMap};

use super::page::{Enumeration, Page, Request, Resource};
use super::path;
use crate::contract::{Contract, Operation};

/// The pages of an API version that have a request line of the operation: its method with its
/// path, or with one of its aliases. Placeholder names do not count. For one question; whoever
/// asks for every operation makes an [`Index`].
#[must_use]
pub fn pages_of<'p>(pages: &'p [Page], api: &str, operation: &Operation) -> Vec<&'p Page> {
    Index::new(pages, api).pages_of(operation)
}

/// The pages of an API version that describe the resource of this name, in any letter case.
#[must_use]
pub fn pages_of_resource<'p>(pages: &'p [Page], api: &str, name: &str) -> Vec<(&'p Page, &'p Resource)> {
    Index::new(pages, api).pages_of_resource(name, None)
}

/// Whether a page documents this API version. A page that does not say, is taken for any.
#[must_use]
pub fn is_of(page: &Page, api: &str) -> bool {
    page.api.as_deref().is_none_or(|found| found == api)
}

/// Whether two request lines of one page mean the same operation: one method, and one path is
/// the other with further segments in front, none of them a placeholder. `/riskyUsers/{id}` and
/// `/identityProtection/riskyUsers/{id}` are one operation; `/me/messages` and
/// `/users/{id}/messages` are two.
#[must_use]
pub fn is_alias(request: &Request, other: &Request) -> bool {
    let (one, two) = (path::canonical(&request.path), path::canonical(&other.path));
    let (short, long) = if one.len() <= two.len() { (&one, &two) } else { (&two, &one) };
    let front = long.strip_suffix(short.as_str());
    request.method == other.method && short.len() > 1 && front.is_some_and(|front| !front.contains('{'))
}

/// Whether the page that a description names as a source is this page: the same file, where
/// both name a version the same one. A source may carry a revision: `beta/api/x.md (2019-03)`.
/// The folders do not count: a person may have copied the page.
#[must_use]
pub fn is_source(source: &str, page: &Page) -> bool {
    let Some((api, file)) = parts(source) else { return false };
    file == file_name(&page.page) && api.is_none_or(|api| is_of(page, api))
}

/// Pages of an API version by what they speak of, so that a description of thousands of
/// operations meets thousands of pages in one pass.
#[derive(Debug, Default)]
pub struct Index<'p> {
    api: String,
    /// By method and canonical path.
    requests: HashMap<String, Vec<&'p Page>>,
    /// By the name of the resource in lower case.
    resources: HashMap<String, Vec<(&'p Page, &'p Resource)>>,
    /// By the name of the enumeration in lower case.
    enums: HashMap<String, Vec<(&'p Page, &'p Enumeration)>>,
    /// By file name in lower case.
    files: HashMap<String, Vec<&'p Page>>,
}

impl<'p> Index<'p> {
    /// Indexes the pages of an API version.
    #[must_use]
    pub fn new(pages: &'p [Page], api: &str) -> Self {
        let mut index = Self { api: api.to_owned(), ..Self::default() };
        for page in pages.iter().filter(|page| is_of(page, api)) {
            let lines: BTreeSet<String> =
                page.requests.iter().flatten().map(|line| key(&line.method, &line.path)).collect();
            for line in lines {
                index.requests.entry(line).or_default().push(page);
            }
            index.files.entry(file_name(&page.page)).or_default().push(page);
            let Some(resource) = &page.resource else { continue };
            if let Some(name) = &resource.name {
                index.resources.entry(name.to_ascii_lowercase()).or_default().push((page, resource));
            }
            for list in &resource.enums {
                index.enums.entry(list.name.to_ascii_lowercase()).or_default().push((page, list));
            }
        }
        index
    }

    /// The pages with a request line for an operation, each once.
    #[must_use]
    pub fn pages_of(&self, operation: &Operation) -> Vec<&'p Page> {
        let mut found: Vec<&'p Page> = Vec::new();
        for key in keys(operation) {
            for page in self.requests.get(&key).into_iter().flatten() {
                if !found.iter().any(|other| std::ptr::eq(*other, *page)) {
                    found.push(page);
                }
            }
        }
        found
    }

    /// The pages of a resource type, by the name of its schema in any letter case.
    ///
    /// Where the name exists in several namespaces, the schema means that of the page which is
    /// its source, or else the main one.
    #[must_use]
    pub fn pages_of_resource(&self, schema: &str, source: Option<&str>) -> Vec<(&'p Page, &'p Resource)> {
        let found = self.resources.get(&schema.to_ascii_lowercase()).cloned().unwrap_or_default();
        let from_source = found.iter().find(|(page, _)| source.is_some_and(|source| is_source(source, page)));
        let meant: Vec<_> = match from_source {
            Some((_, own)) => found.iter().copied().filter(|(_, other)| other.namespace == own.namespace).collect(),
            None => found.iter().copied().filter(|(_, resource)| is_main(Some(resource))).collect(),
        };
        if meant.is_empty() { found } else { meant }
    }

    /// The lists of members of an enumeration, by the name of its schema in any letter case.
    #[must_use]
    pub fn lists_of(&self, schema: &str) -> Vec<(&'p Page, &'p Enumeration)> {
        let found = self.enums.get(&schema.to_ascii_lowercase()).into_iter().flatten().copied();
        found.filter(|(page, _)| is_main(page.resource.as_ref())).collect()
    }

    /// The pages that a source may mean.
    #[must_use]
    pub fn pages_at(&self, source: &str) -> Vec<&'p Page> {
        let Some((api, file)) = parts(source) else { return Vec::new() };
        let ours = api.is_none_or(|api| api == self.api);
        let found = self.files.get(&file).filter(|_| ours);
        found.cloned().unwrap_or_default()
    }
}

/// The request lines of a page that name an operation.
pub fn lines_of<'p>(page: &'p Page, operation: &Operation) -> impl Iterator<Item = &'p Request> {
    let keys = keys(operation);
    page.requests.iter().flatten().filter(move |line| keys.contains(&key(&line.method, &line.path)))
}

/// The collections of a contract: an operation below one of them belongs to what the contract
/// describes. An action without a set that it changes stands for itself alone.
#[must_use]
pub fn roots(contract: &Contract) -> Vec<String> {
    let mut found: BTreeSet<String> = BTreeSet::new();
    for operation in &contract.operations {
        let has_set = !operation.effects.is_empty() || contract.served_set(operation).is_some();
        for template in operation.paths() {
            let form = path::canonical(template.as_str());
            let is_action = operation.method != "GET" && !form.contains("{}");
            let root = match form.split_once("/{}") {
                _ if !has_set => form.as_str(),
                Some((collection, _)) => collection,
                // An action is no root: its collection is.
                None if is_action => form.rsplit_once('/').map_or(form.as_str(), |(collection, _)| collection),
                None => form.as_str(),
            };
            if !root.is_empty() {
                found.insert(root.to_owned());
            }
        }
    }
    let is_below_another = |root: &&String| {
        let mut above = root.as_str();
        std::iter::from_fn(|| {
            above = above.rsplit_once('/')?.0;
            Some(above)
        })
        .any(|above| found.contains(above))
    };
    found.iter().filter(|root| !is_below_another(root)).cloned().collect()
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
    format!("{} {}", method.to_ascii_uppercase(), path::canonical(spelled))
}

fn keys(operation: &Operation) -> BTreeSet<String> {
    operation.paths().map(|path| key(&operation.method, path.as_str())).collect()
}

/// API version, where there is one, and file name of a source.
fn parts(source: &str) -> Option<(Option<&str>, String)> {
    let path = source.split(" (").next()?.trim();
    let named = path.to_ascii_lowercase().ends_with(".md");
    named.then(|| (path::version(path), file_name(path)))
}

fn file_name(path: &str) -> String {
    path.rsplit(['/', '\\']).next().unwrap_or(path).to_ascii_lowercase()
}

pub(crate) fn is_main(resource: Option<&Resource>) -> bool {
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
        pages_of(pages, "beta", operation).iter().map(|page| page.page.clone()).collect()
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
        assert_eq!(met, ["a.md", "b.md", "d.md"], "a page that names no version is taken for any");
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
        assert!(is_source("riskyusers-list.md", &ours));
        for source in ["v1.0/api/riskyusers-list.md (2023)", "beta/api/riskyusers-get.md (2023)", "none", ""] {
            assert!(!is_source(source, &ours), "{source}");
        }
        let pages = [ours];
        assert_eq!(Index::new(&pages, "beta").pages_at("beta/api/riskyusers-list.md (2019)").len(), 1);
        assert_eq!(Index::new(&pages, "beta").pages_at("none; assumed").len(), 0);
    }

    #[test]
    fn a_path_with_more_in_front_is_the_same_operation() {
        let request = |path: &str| Request { method: "GET".to_owned(), path: path.to_owned(), line: 1 };
        for (one, two, same) in [
            ("/things/{id}", "/store/things/{thingId}", true),
            ("/store/things", "things", true),
            ("/me/things", "/users/{id}/things", false),
            ("/things/{id}", "/things", false),
            ("/all/{id}/things", "/things", false),
        ] {
            assert_eq!(is_alias(&request(one), &request(two)), same, "{one} {two}");
        }
    }

    #[test]
    fn roots_are_collections_and_not_what_merely_contains_them() {
        let mut few = contract().clone();
        few.operations.retain(|operation| operation.path.as_str().starts_with("/riskyUsers"));
        let roots = roots(&few);
        assert_eq!(roots, ["/identityProtection/riskyUsers", "/riskyUsers"]);
        assert!(is_below(&roots, "/riskyUsers/{id}/history"));
        assert!(is_below(&roots, "identityProtection/riskyUsers/confirmSafe"));
        assert!(!is_below(&roots, "/identityProtection/riskyAgents"));
        assert!(!is_below(&roots, "/riskyUsersOfOthers"));
        // What only an action stands below is somebody else's.
        let all = super::roots(contract());
        assert!(is_below(&all, "/identityProtection/riskyAgents/{id}"));
        assert!(is_below(&all, "/users/{id}/revokeSignInSessions") && !is_below(&all, "/users/{id}/messages"));
        assert!(!is_below(&all, "/me") && !is_below(&all, "/identityProtection/policies"));
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
        let index = Index::new(&pages, "beta");
        let of = |schema: &str| -> Vec<&str> {
            index.pages_of_resource(schema, None).iter().map(|(page, _)| page.page.as_str()).collect()
        };
        assert_eq!(of("RiskyUser"), ["a.md"]);
        let from: Vec<_> = index.pages_of_resource("RiskyUser", Some("beta/resources/b.md (2021)"));
        assert_eq!(from.iter().map(|(page, _)| page.page.as_str()).collect::<Vec<_>>(), ["b.md"]);
        assert_eq!(of("CallRecord"), ["d.md"]);
        assert_eq!(of("riskyUsers"), [""; 0]);
        let lists: Vec<&str> = index.lists_of("RiskLevel").iter().map(|(page, _)| page.page.as_str()).collect();
        assert_eq!(lists, ["a.md", "c.md"]);
    }
}
