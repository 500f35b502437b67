//! Pages rendered from a contract say what the contract says: `read(render(contract))` gives it
//! back, whatever the contract is.

use std::collections::{BTreeMap, BTreeSet};

use entra_risk::contract::{
    Alias, Body, Contract, EntitySet, Exchange, Header, Message, Operation, Origin, Permissions, Property, Query,
    Reply, Rests, Shape, Source, Template,
};
use entra_risk::docs::claims::claims;
use entra_risk::docs::{self, Page, render::render};
use entra_risk::embedded;
use proptest::prelude::*;
use serde_json::json;

/// Subject, key and value of everything that a page can carry.
type Said = BTreeSet<(String, String, String)>;

/// What the contract says, in the words of pages.
fn said_by(contract: &Contract) -> Said {
    let mut said = Said::new();
    for operation in &contract.operations {
        let mut say = |kind: &str, name: &str, value: &str| {
            said.insert((operation.id.clone(), format!("{kind}[{name}]"), value.to_owned()));
        };
        for path in operation.paths() {
            let request = format!("{} {}", operation.method, docs::path::canonical(path.as_str()));
            say("request", &request, &format!("{} {path}", operation.method));
        }
        for (kind, least) in operation.permissions.kinds() {
            let names: Vec<String> = least.iter().chain(operation.permissions.higher(kind)).cloned().collect();
            let value = if names.is_empty() { "not supported".to_owned() } else { names.join(" or ") };
            say("permission", kind, &value);
        }
        say("header", "Authorization", "required");
        for header in &operation.headers {
            say("header", &header.name, if header.required { "required" } else { "optional" });
        }
        for query in &operation.query {
            say("query", &query.name, "supported");
        }
        if let Some(Body { shape, .. }) = &operation.body
            && let Shape::Object { properties, .. } = contract.resolve(shape)
        {
            for property in properties {
                say("bodyRequired", &property.name, if property.required { "required" } else { "optional" });
                if let Shape::List { max: Some(max), .. } = contract.resolve(&property.shape) {
                    say("limit", &property.name, &max.to_string());
                }
            }
        }
        said.insert((operation.id.clone(), "success".to_owned(), operation.success.status.to_string()));
    }
    for exchange in &contract.exchanges {
        let path = docs::path::canonical(&exchange.url);
        let value = format!("{} {path}, {}", exchange.method, exchange.status);
        said.insert((exchange.operation.clone(), format!("exchange[{}]", exchange.name), value));
    }
    for (name, shape) in &contract.shapes {
        if let Shape::Object { properties, set: Some(_), .. } = shape {
            for property in properties {
                said.insert((name.to_lowercase(), format!("property[{}]", property.name), String::new()));
                if let Shape::Enum { members, .. } = contract.resolve(&property.shape) {
                    for member in members.iter().filter(|_| members.len() > 1) {
                        said.insert((lists(property).to_lowercase(), format!("member[{member}]"), "member".to_owned()));
                    }
                }
            }
        }
    }
    said
}

/// The name of the list of members of a property.
fn lists(property: &Property) -> &str {
    match &property.shape {
        Shape::Named { name } => name,
        _ => &property.name,
    }
}

/// What the pages say.
fn said_on(pages: &[Page]) -> Said {
    let mut said = Said::new();
    for page in pages {
        for claim in claims(page) {
            let title = page.title.clone().unwrap_or_default();
            let subject = claim.subject.as_ref().map_or(title, |subject| subject.to_lowercase());
            let value = match claim.kind {
                // Types are compared by the drift rules, which know which words fit each other.
                "body" => continue,
                "property" => String::new(),
                _ => claim.value.clone().unwrap_or_default(),
            };
            said.insert((subject, claim.key(), value));
        }
    }
    said
}

fn read(contract: &Contract) -> Vec<Page> {
    render(contract).iter().map(|page| docs::read(&page.path, &page.text, &|_| None)).collect()
}

fn assert_same(contract: &Contract) -> Result<(), TestCaseError> {
    let pages = read(contract);
    let unread: Vec<_> = pages.iter().flat_map(|page| &page.findings).collect();
    prop_assert!(unread.is_empty(), "{:?}", unread);
    let (expected, said) = (said_by(contract), said_on(&pages));
    let missing: Vec<_> = expected.difference(&said).collect();
    let invented: Vec<_> = said.difference(&expected).collect();
    prop_assert!(missing.is_empty() && invented.is_empty(), "missing {:?}\ninvented {:?}", missing, invented);
    Ok(())
}

#[test]
fn pages_of_the_embedded_contracts_say_what_these_say() {
    for contract in embedded::contracts() {
        assert_same(contract).expect("the pages say the same");
    }
}

#[test]
fn a_page_that_says_something_else_is_told_apart() {
    let contract = embedded::contract("beta").expect("this build has beta");
    let page = &render(contract)[0];
    for (old, new) in
        [("GET /", "PUT /"), ("`200 OK`", "`201 Created`"), ("Not supported.", "User.Read"), ("Optional.", "Required.")]
    {
        let changed = page.text.replacen(old, new, 1);
        assert_ne!(changed, page.text, "{old}");
        let before = said_on(&[docs::read(&page.path, &page.text, &|_| None)]);
        assert_ne!(said_on(&[docs::read(&page.path, &changed, &|_| None)]), before, "{old}");
    }
}

fn source() -> Source {
    Source { page: "page".to_owned(), rests: Rests::Documented }
}

fn origin() -> Origin {
    Origin { file: "file".to_owned(), line: 1 }
}

fn word() -> impl Strategy<Value = String> {
    "[a-z]{2,6}[A-Z][a-z]{1,6}"
}

fn permission() -> impl Strategy<Value = String> {
    ("[A-Z][a-z]{2,8}", prop_oneof![Just("Read"), Just("ReadWrite")], any::<bool>())
        .prop_map(|(resource, verb, all)| format!("{resource}.{verb}{}", if all { ".All" } else { "" }))
}

fn names<T: Strategy<Value = String>>(name: T, most: usize) -> impl Strategy<Value = Vec<String>> {
    prop::collection::btree_set(name, 0..=most).prop_map(|names| names.into_iter().collect())
}

fn distinct(names: Vec<String>, known: &[String]) -> Vec<String> {
    names.into_iter().filter(|name| !known.contains(name)).collect()
}

fn body_property() -> impl Strategy<Value = Property> {
    (word(), any::<bool>(), prop::option::of(1_usize..500)).prop_map(|(name, required, max)| Property {
        name,
        shape: match max {
            Some(max) => Shape::List {
                of: Box::new(Shape::Text { format: Some("uuid".to_owned()), min_length: 0 }),
                min: 0,
                max: Some(max),
                bound: None,
                bound_origin: None,
            },
            None => Shape::Text { format: None, min_length: 0 },
        },
        required,
        nullable: false,
        source: source(),
        origin: origin(),
    })
}

fn operation() -> impl Strategy<Value = Operation> {
    let paths = prop::collection::btree_set(
        prop::collection::vec(prop_oneof![3 => word(), 1 => Just("{id}".to_owned())], 1..4)
            .prop_map(|segments| format!("/{}", segments.join("/"))),
        1..3,
    );
    let method = prop::sample::select(vec!["GET", "POST", "PATCH", "PUT", "DELETE"]);
    let permissions = (names(permission(), 3), names(permission(), 1), names(permission(), 3), names(permission(), 2));
    let headers = prop::collection::btree_map("[A-Z][a-z]{2,5}-[A-Z][a-z]{2,5}", any::<bool>(), 0..3);
    let options = prop::sample::subsequence(vec!["$select", "$filter", "$top", "$count", "$expand"], 0..4);
    let body = prop::option::of(prop::collection::vec(body_property(), 1..4));
    let status = prop::sample::select(vec![200_u16, 201, 202, 204]);
    (paths, method, permissions, headers, options, body, status).prop_map(
        |(paths, method, (work, personal, application, higher), headers, options, body, status)| {
            let mut paths = paths.into_iter().map(Template::new);
            let path = paths.next().expect("at least one");
            let (source, origin) = (source(), origin());
            let mut seen = BTreeSet::new();
            let body = body.map(|mut properties| {
                properties.retain(|property| seen.insert(property.name.clone()));
                Body {
                    content_type: "application/json".to_owned(),
                    required: true,
                    shape: Shape::Object { properties, open: false, set: None },
                    source: source.clone(),
                    origin: origin.clone(),
                }
            });
            Operation {
                id: String::new(),
                method: method.to_owned(),
                path,
                aliases: paths.map(|path| Alias { path, source: source.clone(), origin: origin.clone() }).collect(),
                summary: "What it does.".to_owned(),
                permissions: Permissions {
                    delegated_work: work,
                    delegated_personal: personal,
                    higher: match application.is_empty() {
                        true => BTreeMap::new(),
                        false => BTreeMap::from([("application".to_owned(), distinct(higher, &application))]),
                    },
                    application,
                    source: source.clone(),
                    origin: origin.clone(),
                },
                roles: Vec::new(),
                headers: headers
                    .into_iter()
                    .map(|(name, required)| Header { name, required, source: source.clone(), origin: origin.clone() })
                    .collect(),
                parameters: Vec::new(),
                query: options
                    .into_iter()
                    .map(|name| Query {
                        name: name.to_owned(),
                        shape: Shape::Any,
                        source: source.clone(),
                        origin: origin.clone(),
                    })
                    .collect(),
                body,
                success: Reply { status, shape: None, source: source.clone(), origin: origin.clone() },
                effects: Vec::new(),
                of: None,
                licence: None,
                clouds: None,
                command: Default::default(),
                source,
                origin,
            }
        },
    )
}

fn entity() -> impl Strategy<Value = (String, Vec<Property>)> {
    let property = (word(), prop::option::of(names("[a-z]{3,9}", 5)));
    ("[A-Z][a-z]{2,8}", prop::collection::vec(property, 1..5)).prop_map(|(name, properties)| {
        let mut seen = BTreeSet::new();
        let properties = properties
            .into_iter()
            .filter(|(name, _)| seen.insert(name.clone()))
            .map(|(name, members)| Property {
                name,
                shape: match members.filter(|members| members.len() > 1) {
                    Some(members) => {
                        Shape::Enum { members, source: source(), other_sources: BTreeMap::new(), origin: origin() }
                    }
                    None => Shape::Boolean,
                },
                required: false,
                nullable: true,
                source: source(),
                origin: origin(),
            })
            .collect();
        (name, properties)
    })
}

fn contract() -> impl Strategy<Value = Contract> {
    (prop::collection::vec(operation(), 1..4), prop::collection::vec(entity(), 0..3), any::<bool>()).prop_map(
        |(mut operations, entities, shown)| {
            for (number, operation) in operations.iter_mut().enumerate() {
                operation.id = format!("thing.do{number}");
            }
            let exchanges = operations.iter().filter(|_| shown).map(|operation| Exchange {
                name: format!("{}_1", operation.id.replace('.', "_")),
                operation: operation.id.clone(),
                page: "page".to_owned(),
                method: operation.method.clone(),
                url: format!("https://graph.microsoft.com/beta{}", operation.path.as_str().replace("{id}", "1-2")),
                request: Message { headers: Vec::new(), body: operation.body.as_ref().map(|_| json!({"a": ["b"]})) },
                status: operation.success.status,
                response: Message::default(),
                statements: Vec::new(),
                origin: origin(),
            });
            let exchanges = exchanges.collect();
            let shapes: BTreeMap<String, Shape> = entities
                .into_iter()
                .map(|(name, properties)| {
                    let set = Some(EntitySet { name: name.clone(), key: "id".to_owned() });
                    (name, Shape::Object { properties, open: true, set })
                })
                .collect();
            Contract {
                api: "beta".to_owned(),
                file: "file".to_owned(),
                sha256: String::new(),
                servers: Vec::new(),
                operations,
                shapes,
                conventions: Vec::new(),
                exchanges,
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn read_gives_back_what_render_wrote(contract in contract()) {
        assert_same(&contract)?;
    }
}
