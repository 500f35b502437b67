//! Which pages speak of which operation, resource or enumeration of a contract.

use super::page::{Page, PageKind, Request, Resource};
use super::path::canonical;
use crate::contract::Operation;

/// The pages of an API version that have a request line of the operation: its method with its
/// path, or with one of its aliases. Placeholder names do not count.
#[must_use]
pub fn pages_of<'p>(pages: &'p [Page], api: &str, operation: &Operation) -> Vec<&'p Page> {
    let paths: Vec<String> = operation.paths().map(|path| canonical(path.as_str())).collect();
    let speaks = |page: &&Page| {
        is_of(page, api)
            && page.requests.iter().flatten().any(|request| {
                request.method.eq_ignore_ascii_case(&operation.method) && paths.contains(&canonical(&request.path))
            })
    };
    pages.iter().filter(speaks).collect()
}

/// The pages of an API version that describe the resource of this name, in any letter case.
#[must_use]
pub fn pages_of_resource<'p>(pages: &'p [Page], api: &str, name: &str) -> Vec<(&'p Page, &'p Resource)> {
    let of = |page: &'p Page| {
        let resource = page.resource.as_ref().filter(|_| page.kind == PageKind::Resource && is_of(page, api))?;
        resource.name.as_deref().is_some_and(|found| found.eq_ignore_ascii_case(name)).then_some((page, resource))
    };
    pages.iter().filter_map(of).collect()
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
    let (one, two) = (canonical(&request.path), canonical(&other.path));
    let (short, long) = if one.len() <= two.len() { (&one, &two) } else { (&two, &one) };
    let front = long.strip_suffix(short.as_str());
    request.method == other.method && short.len() > 1 && front.is_some_and(|front| !front.contains('{'))
}

/// Whether the page that a description names as a source is this page: the same file, where
/// both name a version the same one. A source may carry a revision: `beta/api/x.md (2019-03)`.
#[must_use]
pub fn is_source(source: &str, page: &Page) -> bool {
    let named = source.split(" (").next().unwrap_or_default().trim();
    let file = |path: &str| path.rsplit(['/', '\\']).next().unwrap_or_default().to_ascii_lowercase();
    let version = super::path::version(named);
    !named.is_empty()
        && file(named) == file(&page.page)
        && version.is_none_or(|version| page.api.as_deref().is_none_or(|api| api == version))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(path: &str) -> Request {
        Request { method: "GET".to_owned(), path: path.to_owned(), line: 1 }
    }

    #[test]
    fn a_path_with_more_in_front_is_the_same_operation() {
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
    fn a_source_is_a_page_by_its_file_and_version() {
        let page = Page { page: "docs/beta/api/x-get.md".into(), api: Some("beta".into()), ..Page::default() };
        assert!(is_source("beta/api/x-get.md (2019-03)", &page));
        assert!(is_source("x-get.md", &page));
        assert!(!is_source("v1.0/api/x-get.md (2019-03)", &page));
        assert!(!is_source("none", &page));
    }
}
