//! One statement of a contract: what it is about, its value, who says so and how firmly.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Becomes, Contract, Effect, Log, Operation, Permissions, Processing, Refused, Role, Shape};

/// The name of a fact: API, method, canonical path, `#`kind, `[name]`, such as
/// `beta POST /riskyUsers/dismiss#permission[application]`. Part of the public surface of
/// reports: never reused for something else.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FactId(pub String);

impl FactId {
    /// The id of a fact about one operation.
    #[must_use]
    pub fn of(api: &str, operation: &Operation, kind: &str, name: Option<&str>) -> Self {
        let subject = format!("{} {}", operation.method, operation.path);
        Self::about(api, &subject, kind, name)
    }

    /// The id of a fact about anything else in an API: a schema, all operations.
    #[must_use]
    pub fn about(api: &str, subject: &str, kind: &str, name: Option<&str>) -> Self {
        match name {
            Some(name) => Self(format!("{api} {subject}#{kind}[{name}]")),
            None => Self(format!("{api} {subject}#{kind}")),
        }
    }

    /// The text of the id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a statement rests on, from the firmest to the weakest. Only an assumption never fails
/// a run by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Rests {
    /// A documentation page of the operation or resource says it.
    Documented,
    /// The service's `$metadata` says it.
    Metadata,
    /// No page says it, and a recorded run against the service showed it; the recording stands for
    /// the page.
    Observed,
    /// A general page of Graph, or an RFC, says it of every operation.
    Convention,
    /// Nobody says it: it is what we take to be so.
    Assumption,
}

impl Rests {
    /// The word used in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Metadata => "metadata",
            Self::Observed => "observed",
            Self::Convention => "convention",
            Self::Assumption => "assumption",
        }
    }

    /// Reads the word used in descriptions and reports.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Documented, Self::Metadata, Self::Observed, Self::Convention, Self::Assumption]
            .into_iter()
            .find(|rests| rests.as_str() == word)
    }
}

impl fmt::Display for Rests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Who says a thing, and on what it rests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The page, metadata document or RFC, with its revision: `beta/api/riskyusers-dismiss.md (2019-03)`.
    pub page: String,
    /// How firmly it stands.
    pub rests: Rests,
}

/// A place in a file; lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Origin {
    /// Path relative to the package: `openapi/beta.yaml`.
    pub file: String,
    /// 1-based line.
    pub line: usize,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// One statement of a contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// Its name.
    pub id: FactId,
    /// What it says, as text for people and for comparison.
    pub value: String,
    /// Who says so.
    pub source: Source,
    /// Where our description repeats it.
    pub origin: Origin,
    /// Why no check of a running client or server can see it, where that is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unobservable: Option<String>,
}

/// Collects the facts of a contract.
struct Facts<'a> {
    api: &'a str,
    facts: Vec<Fact>,
}

impl Facts<'_> {
    fn operation(
        &mut self,
        operation: &Operation,
        kind: &str,
        name: Option<&str>,
        value: impl Into<String>,
        source: &Source,
        origin: &Origin,
    ) -> &mut Fact {
        self.facts.push(Fact {
            id: FactId::of(self.api, operation, kind, name),
            value: value.into(),
            source: source.clone(),
            origin: origin.clone(),
            unobservable: None,
        });
        let last = self.facts.len() - 1;
        &mut self.facts[last]
    }
}

pub(super) fn flatten(contract: &Contract) -> Vec<Fact> {
    let mut facts = Facts { api: &contract.api, facts: Vec::new() };
    for server in &contract.servers {
        facts.facts.push(Fact {
            id: FactId::about(&contract.api, "*", "cloud", Some(&server.cloud)),
            value: server.url.clone(),
            source: server.source.clone(),
            origin: server.origin.clone(),
            unobservable: Some("only that cloud could show it".to_owned()),
        });
    }
    for operation in &contract.operations {
        operation_facts(contract, operation, &mut facts);
    }
    for (name, shape) in &contract.shapes {
        shape_facts(contract, name, shape, &mut facts);
    }
    for convention in &contract.conventions {
        facts.facts.push(Fact {
            id: convention.fact(&contract.api),
            value: convention.says.clone(),
            source: convention.source.clone(),
            origin: convention.origin.clone(),
            unobservable: None,
        });
    }
    facts.facts
}

fn operation_facts(contract: &Contract, operation: &Operation, facts: &mut Facts<'_>) {
    let (source, origin) = (&operation.source, &operation.origin);
    facts.operation(operation, "method", None, &operation.method, source, origin);
    facts.operation(operation, "path", None, operation.path.as_str(), source, origin);
    for alias in &operation.aliases {
        facts.operation(
            operation,
            "alias",
            Some(alias.path.as_str()),
            alias.path.as_str(),
            &alias.source,
            &alias.origin,
        );
    }
    for (kind, permission) in operation.permissions.kinds() {
        let value = match permission.is_empty() {
            true => "not supported".to_owned(),
            false => permission.join(" or "),
        };
        facts.operation(
            operation,
            "permission",
            Some(kind),
            value,
            &operation.permissions.source,
            &operation.permissions.origin,
        );
    }
    for (kind, names) in operation.permissions.higher.iter().filter(|(_, names)| !names.is_empty()) {
        let Permissions { source, origin, .. } = &operation.permissions;
        facts.operation(operation, "higher", Some(kind), names.join(" or "), source, origin);
    }
    for role in &operation.roles {
        facts.operation(operation, "role", Some(&role.name), Role::SAYS, &role.source, &role.origin);
    }
    for header in &operation.headers {
        let value = if header.required { "required" } else { "optional" };
        facts.operation(operation, "header", Some(&header.name), value, &header.source, &header.origin);
    }
    for query in &operation.query {
        facts.operation(operation, "query", Some(&query.name), "supported", &query.source, &query.origin);
    }
    if let Some(body) = &operation.body {
        facts.operation(operation, "contentType", None, &body.content_type, &body.source, &body.origin);
        body_facts(contract, operation, body, facts);
    }
    facts.operation(
        operation,
        "success",
        None,
        operation.success.status.to_string(),
        &operation.success.source,
        &operation.success.origin,
    );
    for effect in &operation.effects {
        effect_facts(operation, effect, facts);
    }
    if let Some(of) = &operation.of {
        facts.operation(operation, "of", Some(&of.property), of.id.to_string(), &of.source, &of.origin);
    }
    if let Some(licence) = &operation.licence {
        let fact = facts.operation(operation, "licence", None, &licence.name, &licence.source, &licence.origin);
        fact.unobservable = Some("only a tenant without the licence could show it".to_owned());
    }
    if let Some(clouds) = &operation.clouds {
        let fact = facts.operation(operation, "clouds", None, clouds.names.join(", "), &clouds.source, &clouds.origin);
        fact.unobservable = Some("only the other clouds could show it".to_owned());
    }
    for exchange in contract.exchanges.iter().filter(|exchange| exchange.operation == operation.id) {
        let source = Source { page: exchange.page.clone(), rests: Rests::Documented };
        facts.operation(operation, "exchange", Some(&exchange.name), "documented", &source, &exchange.origin);
    }
}

fn effect_facts(operation: &Operation, effect: &Effect, facts: &mut Facts<'_>) {
    facts.operation(operation, "missing", None, effect.missing.as_str(), &effect.missing_source, &effect.origin);
    for Becomes { property, value, source, origin } in &effect.becomes {
        facts.operation(operation, "effect", Some(property), value, source, origin);
    }
    for Refused { property, value, source, origin } in &effect.refuses {
        facts.operation(operation, "refuse", Some(property), value.to_string(), source, origin);
    }
    if let Some(Processing { property, source, origin }) = &effect.processing {
        facts.operation(operation, "processing", None, property, source, origin);
    }
    if let Some(log) = &effect.log {
        facts.operation(operation, "log", Some(&log.set), Log::SAYS, &log.source, &log.origin);
    }
}

fn body_facts(contract: &Contract, operation: &Operation, body: &super::Body, facts: &mut Facts<'_>) {
    let Shape::Object { properties, .. } = contract.resolve(&body.shape) else {
        return;
    };
    for property in properties {
        let name = Some(property.name.as_str());
        let kind = match property.required {
            true => format!("{}, required", property.shape.describe(contract)),
            false => format!("{}, optional", property.shape.describe(contract)),
        };
        facts.operation(operation, "body", name, kind, &property.source, &property.origin);
        if let Shape::List { of, min, max, bound, bound_origin, .. } = contract.resolve(&property.shape) {
            let origin = bound_origin.as_ref().unwrap_or(&property.origin);
            let source = bound.as_ref().unwrap_or(&property.source);
            if let Some(max) = max {
                facts.operation(operation, "limit", name, max.to_string(), source, origin);
            }
            let assumed = Source { page: source.page.clone(), rests: Rests::Assumption };
            if *min > 0 {
                facts.operation(operation, "minimum", name, min.to_string(), &assumed, origin);
            }
            if let Shape::Text { format: Some(format), .. } = contract.resolve(of) {
                facts.operation(operation, "format", name, format, &assumed, origin);
            }
        }
    }
}

fn shape_facts(contract: &Contract, name: &str, shape: &Shape, facts: &mut Facts<'_>) {
    let about = |kind: &str, item: &str| FactId::about(&contract.api, name, kind, Some(item));
    match shape {
        Shape::Object { properties, set: Some(_), .. } => {
            for property in properties {
                facts.facts.push(Fact {
                    id: about("property", &property.name),
                    value: property.shape.describe(contract),
                    source: property.source.clone(),
                    origin: property.origin.clone(),
                    unobservable: None,
                });
            }
        }
        Shape::Enum { members, source, other_sources, origin } => {
            for member in members {
                facts.facts.push(Fact {
                    id: about("member", member),
                    value: "member".to_owned(),
                    source: other_sources.get(member).unwrap_or(source).clone(),
                    origin: origin.clone(),
                    unobservable: None,
                });
            }
        }
        _ => {}
    }
}
