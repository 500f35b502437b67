//! What a page claims, as a flat list in the vocabulary of facts: the page's side of every
//! comparison, with the description (drift) and with another version of the page (diff).

use super::page::{Example, Page, Resource};
use super::path;
use crate::contract::Origin;

/// One claim of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The resource or enumeration that it is about; `None` for the page's operations.
    pub subject: Option<String>,
    /// The kind of fact: `request`, `permission`, `header`, `query`, `body`, `bodyRequired`,
    /// `limit`, `success`, `exchange`, `property`, `relationship`, `member`.
    pub kind: &'static str,
    /// The name within the kind: `application`, `userIds`, `POST /riskyUsers/dismiss`.
    pub name: Option<String>,
    /// What the page says of it; `None` where it only says that it is there.
    pub value: Option<String>,
    /// Where it says so.
    pub origin: Origin,
}

impl Claim {
    /// `permission[application]`.
    #[must_use]
    pub fn key(&self) -> String {
        match &self.name {
            Some(name) => format!("{}[{name}]", self.kind),
            None => self.kind.to_owned(),
        }
    }
}

/// Every claim of a page, in the order of the vocabulary. A section that the page does not have,
/// or that could not be read, makes no claim.
#[must_use]
pub fn claims(page: &Page) -> Vec<Claim> {
    let mut claims = Claims { page, claims: Vec::new() };
    claims.operation();
    for example in page.examples.iter().flatten() {
        claims.exchange(example);
    }
    if let Some(resource) = &page.resource {
        claims.resource(resource);
    }
    claims.claims
}

struct Claims<'a> {
    page: &'a Page,
    claims: Vec<Claim>,
}

impl Claims<'_> {
    fn push(&mut self, kind: &'static str, name: Option<&str>, value: Option<String>, line: usize) {
        self.about(None, kind, name, value, line);
    }

    fn about(
        &mut self,
        subject: Option<&str>,
        kind: &'static str,
        name: Option<&str>,
        value: Option<String>,
        line: usize,
    ) {
        self.claims.push(Claim {
            subject: subject.map(str::to_owned),
            kind,
            name: name.map(str::to_owned),
            value,
            origin: Origin { file: self.page.page.clone(), line },
        });
    }

    fn operation(&mut self) {
        let page = self.page;
        for request in page.requests.iter().flatten() {
            let name = format!("{} {}", request.method, path::canonical(&request.path));
            self.push("request", Some(&name), Some(format!("{} {}", request.method, request.path)), request.line);
        }
        for (kind, names) in page.permissions.iter().flat_map(super::page::Permissions::kinds) {
            let Some(names) = names else { continue };
            let value = if names.is_empty() { "not supported".to_owned() } else { names.join(" or ") };
            self.push("permission", Some(kind), Some(value), page.lines.permission(kind).unwrap_or(1));
            if let (Some(file), Some(last)) = (&page.lines.permissions_file, self.claims.last_mut()) {
                last.origin.file.clone_from(file);
            }
        }
        for header in page.headers.iter().flatten() {
            self.push("header", Some(&header.name), header.required.map(requirement), header.line);
        }
        for query in page.query.iter().flatten() {
            self.push("query", Some(&query.name), Some("supported".to_owned()), query.line);
        }
        for property in page.body.iter().flatten() {
            let name = Some(property.name.as_str());
            self.push("body", name, property.kind.clone(), property.line);
            if let Some(required) = property.required {
                self.push("bodyRequired", name, Some(requirement(required)), property.line);
            }
            if let Some(limit) = property.limit {
                self.push("limit", name, Some(limit.most.to_string()), limit.line);
            }
        }
        if let Some(success) = page.success.as_ref().filter(|success| !success.is_empty()) {
            let value: Vec<String> = success.iter().map(u16::to_string).collect();
            self.push("success", None, Some(value.join(" or ")), page.lines.success.unwrap_or(1));
        }
    }

    /// What an example shows of the contract; its payload is not part of that.
    fn exchange(&mut self, example: &Example) {
        let (Some(name), Some(request)) = (&example.name, &example.request) else { return };
        let (Some(method), Some(url)) = (&request.method, &request.url) else { return };
        let status = example.response.as_ref().and_then(|response| response.status);
        let value = match status {
            Some(status) => format!("{method} {}, {status}", path::canonical(url)),
            None => format!("{method} {}", path::canonical(url)),
        };
        self.push("exchange", Some(name), Some(value), example.line);
    }

    fn resource(&mut self, resource: &Resource) {
        let name = resource.name.as_deref();
        for property in resource.properties.iter().flatten() {
            self.about(name, "property", Some(&property.name), property.kind.clone(), property.line);
        }
        for relationship in resource.relationships.iter().flatten() {
            self.about(name, "relationship", Some(&relationship.name), relationship.kind.clone(), relationship.line);
        }
        for list in &resource.enums {
            for member in &list.members {
                self.about(Some(&list.name), "member", Some(member), Some("member".to_owned()), list.line);
            }
        }
    }
}

fn requirement(required: bool) -> String {
    if required { "required".to_owned() } else { "optional".to_owned() }
}
