//! Contracts in which one fact is not as it was: dropped, altered, widened or narrowed. Generic
//! by the kind of the fact.

use super::mutant::Operator;
use crate::contract::{Contract, Fact, FactId, Missing, Operation, Property, Shape, Template};

/// One way in which a fact is otherwise. Contracts are made of it when they are needed: there are
/// thousands of these.
#[derive(Clone)]
pub(super) struct Altered {
    pub(super) operator: Operator,
    /// Tells apart two ways of one operator: `create`.
    pub(super) variant: &'static str,
    fact: FactId,
    change: Change,
    /// The facts that are no longer so: the one, and those that are the same words elsewhere.
    pub(super) facts: Vec<FactId>,
    /// Rules that must notice it in the description; any may where there are none.
    pub(super) aims: &'static [&'static str],
    /// What the fact says now, for people.
    pub(super) says: String,
}

impl Altered {
    /// The contract with this change, if it has the fact.
    pub(super) fn of(&self, contract: &Contract) -> Contract {
        let mut altered = contract.clone();
        if let Some(about) = About::of(contract, &self.fact) {
            // What cannot be changed stays, and nothing will notice.
            let _ = (self.change)(&mut altered, &about);
        }
        altered
    }
}

/// A permission, header, option or member that nobody has.
const OTHER: &str = "Other.Read.All";

/// Every way in which a fact can be otherwise, with the contract that is so; none for a kind that
/// nobody knows to change.
pub(super) fn alter(contract: &Contract, facts: &[Fact], fact: &Fact) -> Vec<(Altered, Contract)> {
    let Some(about) = About::of(contract, &fact.id) else { return Vec::new() };
    let mut found: Vec<(Altered, Contract)> = Vec::new();
    for (operator, variant, change) in changes(about.kind) {
        let mut altered = contract.clone();
        if change(&mut altered, &about).is_none() || altered == *contract {
            continue;
        }
        let changed = changed(&about, &altered, facts, fact);
        let (facts, says) = match changed {
            Some(changed) => changed,
            // The contract has a new form that says the same.
            None => continue,
        };
        if found.iter().all(|(_, other)| *other != altered) {
            // No other rule looks for what nobody recorded.
            let lost = about.kind == "exchange" && *operator == Operator::Drop;
            let aims: &[&str] = if lost { &["drift/example_unrecorded"] } else { &[] };
            let fact = fact.id.clone();
            let way = Altered { operator: *operator, variant, fact, change: *change, facts, aims, says };
            found.push((way, altered));
        }
    }
    found
}

/// Whether an emulator of a contract with another fact of this kind is another server. It takes
/// its entities from examples, asks everybody for a token, and answers whatever member it holds.
pub(super) fn is_served(fact: &Fact) -> bool {
    let (_, kind, name) = parts(&fact.id);
    fact.unobservable.is_none()
        && !matches!(kind, "exchange" | "property" | "member")
        && !(kind == "header" && name.eq_ignore_ascii_case("authorization"))
}

/// The property of an entity that a fact is about.
pub(super) fn property_of(fact: &Fact) -> Option<&str> {
    let (_, kind, name) = parts(&fact.id);
    (kind == "property").then_some(name)
}

/// Subject, kind and name of a fact.
fn parts(id: &FactId) -> (&str, &str, &str) {
    let (about, key) = id.as_str().split_once('#').unwrap_or((id.as_str(), ""));
    let subject = about.split_once(' ').map_or(about, |(_, subject)| subject);
    let (kind, name) = key.split_once('[').map_or((key, ""), |(kind, name)| (kind, name.trim_end_matches(']')));
    (subject, kind, name)
}

/// Kind and name of a fact, and where it is.
struct About {
    subject: String,
    kind: &'static str,
    name: String,
    /// The operation, where it is one's.
    operation: Option<usize>,
}

impl About {
    fn of(contract: &Contract, id: &FactId) -> Option<Self> {
        let (subject, kind, name) = parts(id);
        let kind = KINDS.iter().find(|(known, _)| *known == kind)?.0;
        let is_it = |operation: &Operation| format!("{} {}", operation.method, operation.path) == subject;
        let operation = contract.operations.iter().position(is_it);
        Some(Self { subject: subject.to_owned(), kind, name: name.to_owned(), operation })
    }

    fn operation<'a>(&self, contract: &'a mut Contract) -> Option<&'a mut Operation> {
        contract.operations.get_mut(self.operation?)
    }
}

/// The facts of the same kind that changed with it, and what the fact says now.
fn changed(about: &About, altered: &Contract, before: &[Fact], fact: &Fact) -> Option<(Vec<FactId>, String)> {
    let after = altered.facts();
    let value = |id: &FactId| after.iter().find(|fact| fact.id == *id).map(|fact| fact.value.as_str());
    if matches!(about.kind, "method" | "path") {
        let operation = altered.operations.get(about.operation?)?;
        return Some((vec![fact.id.clone()], format!("{} {}", operation.method, operation.path)));
    }
    if about.kind == "exchange" {
        return Some((vec![fact.id.clone()], "another example".to_owned()));
    }
    let same_kind = |other: &&Fact| parts(&other.id).1 == about.kind && parts(&other.id).2 == about.name;
    let others = before.iter().filter(same_kind).filter(|other| value(&other.id) != Some(other.value.as_str()));
    let facts: Vec<FactId> = others.map(|other| other.id.clone()).collect();
    let says = value(&fact.id).map_or_else(|| "nothing".to_owned(), |value| format!("'{value}'"));
    facts.contains(&fact.id).then_some((facts, says))
}

/// Changes a contract; `None` where there is nothing to change in this way.
type Change = fn(&mut Contract, &About) -> Option<()>;
type Changes = &'static [(Operator, &'static str, Change)];

fn changes(kind: &str) -> Changes {
    KINDS.iter().find(|(known, _)| *known == kind).map_or(&[], |(_, changes)| changes)
}

use Operator::{Alter, Drop, Narrow, Widen};

const KINDS: &[(&str, Changes)] = &[
    ("method", &[(Alter, "", method)]),
    ("path", &[(Alter, "", path)]),
    ("alias", &[(Drop, "", |contract, about| keep_alias(contract, about, false)), (Alter, "", alias)]),
    (
        "permission",
        &[
            (Drop, "", |contract, about| permission(contract, about, |names| names.clear())),
            (Alter, "", |contract, about| permission(contract, about, |names| *names = vec![OTHER.to_owned()])),
            (Widen, "", |contract, about| permission(contract, about, |names| names.push(OTHER.to_owned()))),
            (Narrow, "", |contract, about| permission(contract, about, |names| names.truncate(1))),
        ],
    ),
    (
        "higher",
        &[
            (Drop, "", |contract, about| higher(contract, about, |names| names.clear())),
            (Alter, "", |contract, about| higher(contract, about, |names| *names = vec![OTHER.to_owned()])),
            (Widen, "", |contract, about| higher(contract, about, |names| names.push(OTHER.to_owned()))),
        ],
    ),
    (
        "header",
        &[
            (Drop, "", |contract, about| {
                let operation = about.operation(contract)?;
                operation.headers.retain(|header| header.name != about.name);
                Some(())
            }),
            (Widen, "", |contract, about| header(contract, about, false)),
            (Narrow, "", |contract, about| header(contract, about, true)),
        ],
    ),
    (
        "role",
        &[
            (Drop, "", |contract, about| {
                about.operation(contract)?.roles.retain(|role| role.name != about.name);
                Some(())
            }),
            (Alter, "", |contract, about| {
                about.operation(contract)?.roles.iter_mut().find(|role| role.name == about.name)?.name =
                    "Other Reader".to_owned();
                Some(())
            }),
        ],
    ),
    (
        "query",
        &[(Drop, "", |contract, about| {
            let operation = about.operation(contract)?;
            operation.query.retain(|query| query.name != about.name);
            Some(())
        })],
    ),
    (
        "contentType",
        &[(Alter, "", |contract, about| {
            about.operation(contract)?.body.as_mut()?.content_type = "text/plain".to_owned();
            Some(())
        })],
    ),
    (
        "body",
        &[
            (Drop, "", |contract, about| body(contract, about, |properties, at| drop(properties.remove(at)))),
            (Alter, "", |contract, about| {
                body(contract, about, |properties, at| properties[at].shape = Shape::Integer { min: None, max: None })
            }),
            (Widen, "", |contract, about| body(contract, about, |properties, at| properties[at].required = false)),
            (Narrow, "", |contract, about| body(contract, about, |properties, at| properties[at].required = true)),
        ],
    ),
    (
        "limit",
        &[
            (Drop, "", |contract, about| list(contract, about, |_, max, _| *max = None)),
            (Widen, "", |contract, about| list(contract, about, |_, max, _| *max = max.map(|max| max + 1))),
            (Narrow, "", |contract, about| list(contract, about, |_, max, _| *max = max.map(|max| max - 1))),
        ],
    ),
    (
        "minimum",
        &[
            (Drop, "", |contract, about| list(contract, about, |min, _, _| *min = 0)),
            (Narrow, "", |contract, about| list(contract, about, |min, _, _| *min += 1)),
        ],
    ),
    (
        "format",
        &[
            (Drop, "", |contract, about| list(contract, about, |_, _, of| *of = text(None))),
            (Alter, "", |contract, about| list(contract, about, |_, _, of| *of = text(Some("date-time")))),
        ],
    ),
    (
        "success",
        &[(Alter, "", |contract, about| {
            let success = &mut about.operation(contract)?.success;
            success.status = if success.status == 202 { 200 } else { 202 };
            Some(())
        })],
    ),
    (
        "missing",
        &[
            (Widen, "create", |contract, about| missing(contract, about, Missing::Create)),
            (Alter, "ignore", |contract, about| missing(contract, about, Missing::Ignore)),
            (Narrow, "refuse", |contract, about| missing(contract, about, Missing::Refuse)),
        ],
    ),
    (
        "effect",
        &[
            (Drop, "", |contract, about| {
                for effect in &mut about.operation(contract)?.effects {
                    effect.becomes.retain(|becomes| becomes.property != about.name);
                }
                Some(())
            }),
            (Alter, "", |contract, about| {
                let effects = about.operation(contract)?.effects.iter_mut();
                for becomes in effects.flat_map(|effect| &mut effect.becomes) {
                    if becomes.property == about.name {
                        becomes.value = "hidden".to_owned();
                    }
                }
                Some(())
            }),
        ],
    ),
    (
        "of",
        &[(Drop, "", |contract, about| {
            about.operation(contract)?.of = None;
            Some(())
        })],
    ),
    (
        "refuse",
        &[(Drop, "", |contract, about| {
            let effects = about.operation(contract)?.effects.iter_mut();
            effects.for_each(|effect| effect.refuses.retain(|refused| refused.property != about.name));
            Some(())
        })],
    ),
    (
        "processing",
        &[(Drop, "", |contract, about| {
            about.operation(contract)?.effects.iter_mut().for_each(|effect| effect.processing = None);
            Some(())
        })],
    ),
    (
        "log",
        &[(Drop, "", |contract, about| {
            about.operation(contract)?.effects.iter_mut().for_each(|effect| effect.log = None);
            Some(())
        })],
    ),
    (
        "exchange",
        &[
            (Drop, "", |contract, about| {
                contract.exchanges.retain(|exchange| exchange.name != about.name);
                Some(())
            }),
            (Alter, "", |contract, about| {
                let exchange = contract.exchanges.iter_mut().find(|exchange| exchange.name == about.name)?;
                exchange.request.headers.push(("X-Other".to_owned(), "1".to_owned()));
                exchange.url.push_str("/elsewhere");
                Some(())
            }),
        ],
    ),
    (
        "licence",
        &[
            (Drop, "", |contract, about| {
                about.operation(contract)?.licence = None;
                Some(())
            }),
            (Alter, "", |contract, about| {
                about.operation(contract)?.licence.as_mut()?.name = OTHER.to_owned();
                Some(())
            }),
        ],
    ),
    (
        "property",
        &[
            (Drop, "", |contract, about| property(contract, about, |properties, at| drop(properties.remove(at)))),
            (Alter, "", |contract, about| {
                property(contract, about, |properties, at| {
                    let shape = &mut properties[at].shape;
                    *shape = if *shape == Shape::Boolean { Shape::Number } else { Shape::Boolean };
                })
            }),
        ],
    ),
    (
        "member",
        &[
            (Drop, "", |contract, about| members(contract, about, |members, at| drop(members.remove(at)))),
            (Alter, "", |contract, about| members(contract, about, |members, at| members[at] = "hidden".to_owned())),
        ],
    ),
];

fn method(contract: &mut Contract, about: &About) -> Option<()> {
    let operation = about.operation(contract)?;
    operation.method = if operation.method == "PUT" { "POST" } else { "PUT" }.to_owned();
    Some(())
}

fn path(contract: &mut Contract, about: &About) -> Option<()> {
    let operation = about.operation(contract)?;
    operation.path = elsewhere(&operation.path);
    Some(())
}

/// The path with another first segment.
fn elsewhere(path: &Template) -> Template {
    Template::new(format!("/elsewhere{path}"))
}

fn alias(contract: &mut Contract, about: &About) -> Option<()> {
    let aliases = &mut about.operation(contract)?.aliases;
    let alias = aliases.iter_mut().find(|alias| alias.path.as_str() == about.name)?;
    alias.path = elsewhere(&alias.path);
    Some(())
}

fn keep_alias(contract: &mut Contract, about: &About, keep: bool) -> Option<()> {
    about.operation(contract)?.aliases.retain(|alias| keep || alias.path.as_str() != about.name);
    Some(())
}

fn permission(contract: &mut Contract, about: &About, change: fn(&mut Vec<String>)) -> Option<()> {
    let permissions = &mut about.operation(contract)?.permissions;
    change(match about.name.as_str() {
        "delegatedWork" => &mut permissions.delegated_work,
        "delegatedPersonal" => &mut permissions.delegated_personal,
        "application" => &mut permissions.application,
        _ => return None,
    });
    Some(())
}

fn higher(contract: &mut Contract, about: &About, change: fn(&mut Vec<String>)) -> Option<()> {
    change(about.operation(contract)?.permissions.higher.get_mut(&about.name)?);
    Some(())
}

fn header(contract: &mut Contract, about: &About, required: bool) -> Option<()> {
    let headers = &mut about.operation(contract)?.headers;
    headers.iter_mut().find(|header| header.name == about.name)?.required = required;
    Some(())
}

fn missing(contract: &mut Contract, about: &About, missing: Missing) -> Option<()> {
    about.operation(contract)?.effects.iter_mut().for_each(|effect| effect.missing = missing);
    Some(())
}

/// The name of the shape that a shape stands for in the end.
fn named(contract: &Contract, shape: &Shape) -> Option<String> {
    let mut name = match shape {
        Shape::Named { name } => name.clone(),
        _ => return None,
    };
    for _ in 0..=contract.shapes.len() {
        match contract.shapes.get(&name)? {
            Shape::Named { name: next } => name.clone_from(next),
            _ => break,
        }
    }
    Some(name)
}

/// Changes the properties of an operation's body.
fn body(contract: &mut Contract, about: &About, change: fn(&mut Vec<Property>, usize)) -> Option<()> {
    let shape = contract.operations.get(about.operation?)?.body.as_ref()?.shape.clone();
    let shape = match named(contract, &shape) {
        Some(name) => contract.shapes.get_mut(&name)?,
        None => &mut about.operation(contract)?.body.as_mut()?.shape,
    };
    let Shape::Object { properties, .. } = shape else { return None };
    let at = properties.iter().position(|property| property.name == about.name)?;
    change(properties, at);
    Some(())
}

/// Changes the list that a property of a body is: fewest, most, and what it is of.
fn list(
    contract: &mut Contract,
    about: &About,
    change: fn(&mut usize, &mut Option<usize>, &mut Box<Shape>),
) -> Option<()> {
    let body = contract.operations.get(about.operation?)?.body.as_ref()?;
    let Shape::Object { properties, .. } = contract.resolve(&body.shape) else { return None };
    let property = properties.iter().find(|property| property.name == about.name)?;
    match named(contract, &property.shape) {
        Some(name) => {
            let Shape::List { min, max, of, .. } = contract.shapes.get_mut(&name)? else { return None };
            change(min, max, of);
        }
        None => {
            let holder = named(contract, &body.shape)?;
            let Shape::Object { properties, .. } = contract.shapes.get_mut(&holder)? else { return None };
            let property = properties.iter_mut().find(|property| property.name == about.name)?;
            let Shape::List { min, max, of, .. } = &mut property.shape else { return None };
            change(min, max, of);
        }
    }
    Some(())
}

fn text(format: Option<&str>) -> Box<Shape> {
    Box::new(Shape::Text { format: format.map(str::to_owned), min_length: 0 })
}

/// Changes the properties of an entity.
fn property(contract: &mut Contract, about: &About, change: fn(&mut Vec<Property>, usize)) -> Option<()> {
    let Shape::Object { properties, .. } = contract.shapes.get_mut(&about.subject)? else { return None };
    let at = properties.iter().position(|property| property.name == about.name)?;
    change(properties, at);
    Some(())
}

/// Changes the members of an enumeration.
fn members(contract: &mut Contract, about: &About, change: fn(&mut Vec<String>, usize)) -> Option<()> {
    let Shape::Enum { members, .. } = contract.shapes.get_mut(&about.subject)? else { return None };
    let at = members.iter().position(|member| *member == about.name)?;
    change(members, at);
    Some(())
}
