//! A description that passed the lint, read into a contract.

use std::collections::BTreeMap;

use super::{Content, Document, Node, SpecError, escape};
use crate::contract::{
    Alias, Body, Clouds, Command, Contract, Convention, EntitySet, Header, Licence, Operation, Permissions, Property,
    Query, Reply, Role, Server, Shape, Source, Template,
};

pub(super) type Result<T> = std::result::Result<T, SpecError>;

/// The name of the header that every security scheme of Graph needs.
const AUTHORIZATION: &str = "Authorization";

pub(super) fn contract(document: &Document) -> Result<Contract> {
    let root = &document.root;
    let api = root.at("/info/version").and_then(Node::text).unwrap_or_default().to_owned();
    let mut operations = Vec::new();
    for (path, method, node) in document.operations() {
        let pointer = format!("/paths/{}/{method}", escape(path));
        operations.push(Reader { document, pointer, node }.operation(path, method)?);
    }
    let mut shapes = BTreeMap::new();
    for (name, _, node) in root.at("/components/schemas").into_iter().flat_map(Node::entries) {
        let pointer = format!("/components/schemas/{}", escape(name));
        shapes.insert(name.clone(), shape(document, node, &pointer)?);
    }
    let errors = root.at("/components/responses").map_or(1, |node| node.line);
    Ok(Contract {
        api,
        file: document.file.clone(),
        sha256: document.sha256.clone(),
        servers: servers(document)?,
        operations,
        shapes,
        conventions: Convention::all(&document.origin(errors)),
        exchanges: Vec::new(),
    })
}

/// Everything that keeps a document from being read, where [`contract`] stops at the first.
pub(super) fn defects(document: &Document) -> Vec<SpecError> {
    let mut defects: Vec<SpecError> = servers(document).err().into_iter().collect();
    for (path, method, node) in document.operations() {
        let pointer = format!("/paths/{}/{method}", escape(path));
        defects.extend(Reader { document, pointer, node }.operation(path, method).err());
    }
    for (name, _, node) in document.root.at("/components/schemas").into_iter().flat_map(Node::entries) {
        defects.extend(shape(document, node, &format!("/components/schemas/{}", escape(name))).err());
    }
    defects
}

fn servers(document: &Document) -> Result<Vec<Server>> {
    let items = document.root.get("servers").into_iter().flat_map(Node::items);
    items
        .enumerate()
        .map(|(index, node)| {
            Ok(Server {
                cloud: node.str("x-entra-cloud").unwrap_or("global").to_owned(),
                url: node.str("url").unwrap_or_default().trim_end_matches('/').to_owned(),
                source: document.source(&format!("/servers/{index}"), node.line)?,
                origin: document.origin(node.line),
            })
        })
        .collect()
}

/// One operation of a document.
pub(super) struct Reader<'a> {
    pub(super) document: &'a Document,
    pointer: String,
    pub(super) node: &'a Node,
}

impl Reader<'_> {
    fn at(&self, below: &str) -> String {
        format!("{}{below}", self.pointer)
    }

    pub(super) fn fail<T>(&self, line: usize, reason: impl Into<String>) -> Result<T> {
        let subject = self.node.str("operationId").unwrap_or(&self.pointer);
        Err(SpecError::new(&self.document.file, line, subject, reason))
    }

    pub(super) fn source(&self, below: &str, line: usize) -> Result<Source> {
        self.document.source(&self.at(below), line)
    }

    fn operation(&self, path: &str, method: &str) -> Result<Operation> {
        let (document, node) = (self.document, self.node);
        let source = self.source("", node.line)?;
        let origin = document.origin(node.line);
        let security = node.get("security").map_or(node.line, |node| node.line);
        let mut headers = vec![Header {
            name: AUTHORIZATION.to_owned(),
            required: true,
            source: source.clone(),
            origin: document.origin(security),
        }];
        let (mut parameters, mut query) = (Vec::new(), Vec::new());
        for (index, item) in node.get("parameters").into_iter().flat_map(Node::items).enumerate() {
            let Some(parameter) = document.follow(item) else { continue };
            let name = parameter.str("name").unwrap_or_default().to_owned();
            let below = format!("/parameters/{index}");
            // A shared parameter is documented by the page of the operation that refers to it.
            let source = self.source(&below, item.line)?;
            let origin = document.origin(item.line);
            let form = match parameter.get("schema") {
                Some(schema) => shape(document, schema, &self.at(&below))?,
                None => Shape::Any,
            };
            match parameter.str("in") {
                Some("header") => {
                    headers.push(Header { name, required: parameter.is_true("required"), source, origin })
                }
                Some("query") => query.push(Query { name, shape: form, source, origin }),
                _ => parameters.push((name, form)),
            }
        }
        Ok(Operation {
            id: node.str("operationId").unwrap_or_default().to_owned(),
            method: method.to_uppercase(),
            path: Template::new(path),
            aliases: self.aliases()?,
            summary: node.str("summary").unwrap_or_default().to_owned(),
            permissions: self.permissions()?,
            roles: self.roles()?,
            headers,
            parameters,
            query,
            body: self.body()?,
            success: self.success()?,
            effects: self.effects()?,
            of: self.of()?,
            licence: self.licence()?,
            clouds: self.clouds()?,
            command: self.command()?,
            source,
            origin,
        })
    }

    fn licence(&self) -> Result<Option<Licence>> {
        let licence = self.node.get("x-entra-licence").and_then(|node| Some((node.text()?, node.line)));
        licence
            .map(|(name, line)| {
                let source = self.source("/x-entra-licence", line)?;
                Ok(Licence { name: name.to_owned(), source, origin: self.document.origin(line) })
            })
            .transpose()
    }

    fn clouds(&self) -> Result<Option<Clouds>> {
        let Some(node) = self.node.get("x-entra-clouds") else { return Ok(None) };
        let servers = self.document.root.get("servers").into_iter().flat_map(Node::items);
        let known: Vec<&str> = servers.map(|server| server.str("x-entra-cloud").unwrap_or("global")).collect();
        let names: Vec<&str> = node.items().filter_map(Node::text).collect();
        if names.is_empty() || names.iter().any(|name| !known.contains(name)) {
            return self.fail(node.line, format!("x-entra-clouds is a list of {}", known.join(", ")));
        }
        Ok(Some(Clouds {
            names: names.into_iter().map(str::to_owned).collect(),
            source: self.source("/x-entra-clouds", node.line)?,
            origin: self.document.origin(node.line),
        }))
    }

    fn command(&self) -> Result<Command> {
        let Some(node) = self.node.get("x-entra-command") else { return Ok(Command::default()) };
        let name = match node.get("name") {
            None => None,
            Some(name) => match name.text().and_then(|text| text.split_once(' ')) {
                Some((group, verb)) if is_word(group) && is_word(verb) => Some((group.to_owned(), verb.to_owned())),
                _ => return self.fail(name.line, "the name of a command is two words, such as 'users dismiss'"),
            },
        };
        Ok(Command { name, filters: node.is_true("filters") })
    }

    fn aliases(&self) -> Result<Vec<Alias>> {
        let items = self.node.get("x-entra-aliases").into_iter().flat_map(Node::items);
        items
            .enumerate()
            .map(|(index, item)| match item.text() {
                Some(path) if path.starts_with('/') => Ok(Alias {
                    path: Template::new(path),
                    source: self.source(&format!("/x-entra-aliases/{index}"), item.line)?,
                    origin: self.document.origin(item.line),
                }),
                _ => self.fail(item.line, "an alias is a path that starts with '/'"),
            })
            .collect()
    }

    fn permissions(&self) -> Result<Permissions> {
        let security = self.node.get("security");
        let scopes = |scheme: &str| -> Vec<String> {
            let lists = security.into_iter().flat_map(Node::items).filter_map(|item| item.get(scheme));
            lists.flat_map(Node::items).filter_map(Node::text).map(str::to_owned).collect()
        };
        let personal = match self.node.get("x-entra-permissions").and_then(|node| node.get("personal")) {
            None => Vec::new(),
            Some(node) if node.text() == Some("notSupported") => Vec::new(),
            Some(Node { content: Content::List(items), .. }) => {
                items.iter().filter_map(Node::text).map(str::to_owned).collect()
            }
            Some(node) => {
                return self.fail(node.line, "x-entra-permissions.personal is notSupported or a list of permissions");
            }
        };
        let line = security.map_or(self.node.line, |node| node.line);
        Ok(Permissions {
            delegated_work: scopes("delegated"),
            delegated_personal: personal,
            application: scopes("application"),
            higher: self.higher()?,
            source: self.source("/security", line)?,
            origin: self.document.origin(line),
        })
    }

    fn higher(&self) -> Result<BTreeMap<String, Vec<String>>> {
        let higher = self.node.get("x-entra-permissions").and_then(|node| node.get("higher"));
        let lists = higher.into_iter().flat_map(Node::entries);
        lists
            .map(|(kind, line, node)| match (kind.as_str(), &node.content) {
                ("delegatedWork" | "delegatedPersonal" | "application", Content::List(items)) => {
                    Ok((kind.clone(), items.iter().filter_map(Node::text).map(str::to_owned).collect()))
                }
                _ => self.fail(
                    *line,
                    "x-entra-permissions.higher has lists of permissions for delegatedWork, delegatedPersonal, application",
                ),
            })
            .collect()
    }

    fn roles(&self) -> Result<Vec<Role>> {
        let items = self.node.get("x-entra-roles").into_iter().flat_map(Node::items);
        let ids = self.document.root.at("/components/x-entra-roles");
        items
            .enumerate()
            .map(|(index, item)| {
                let name = item.text().unwrap_or_default();
                match ids.and_then(|ids| ids.str(name)) {
                    Some(id) => Ok(Role {
                        name: name.to_owned(),
                        id: id.to_owned(),
                        source: self.source(&format!("/x-entra-roles/{index}"), item.line)?,
                        origin: self.document.origin(item.line),
                    }),
                    None => self.fail(item.line, format!("components/x-entra-roles has no id of the role '{name}'")),
                }
            })
            .collect()
    }

    fn body(&self) -> Result<Option<Body>> {
        let Some(node) = self.node.get("requestBody").and_then(|node| self.document.follow(node)) else {
            return Ok(None);
        };
        let Some((content_type, line, media)) = node.get("content").and_then(|node| node.entries().next()) else {
            return Ok(None);
        };
        let pointer = self.at(&format!("/requestBody/content/{}/schema", escape(content_type)));
        Ok(Some(Body {
            content_type: content_type.clone(),
            required: node.is_true("required"),
            shape: match media.get("schema") {
                Some(schema) => shape(self.document, schema, &pointer)?,
                None => Shape::Any,
            },
            source: self.source("/requestBody", node.line)?,
            origin: self.document.origin(*line),
        }))
    }

    fn success(&self) -> Result<Reply> {
        let responses = self.node.get("responses").into_iter().flat_map(Node::entries);
        let mut found = responses.filter_map(|(status, line, node)| Some((status.parse::<u16>().ok()?, *line, node)));
        let Some((status, line, node)) = found.find(|(status, ..)| (200..300).contains(status)) else {
            return self.fail(self.node.line, "no 2xx answer is described");
        };
        let below = format!("/responses/{status}");
        let schema = self.document.follow(node).and_then(|node| node.at("/content/application~1json/schema"));
        Ok(Reply {
            status,
            shape: schema.map(|schema| shape(self.document, schema, &self.at(&below))).transpose()?,
            source: self.source(&below, line)?,
            origin: self.document.origin(line),
        })
    }
}

/// Whether a text is a word of a command line: `confirm-safe`.
fn is_word(text: &str) -> bool {
    let fits =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    text.split('-').all(fits)
}

fn shape(document: &Document, node: &Node, pointer: &str) -> Result<Shape> {
    if let Some(reference) = node.str("$ref").or_else(|| node.nullable_reference()) {
        let name = reference.rsplit('/').next().unwrap_or_default();
        return Ok(Shape::Named { name: name.to_owned() });
    }
    Ok(match node.str("type") {
        Some("object") => Shape::Object {
            properties: properties(document, node, pointer)?,
            open: node.is_open(),
            set: node
                .get("x-entra-set")
                .and_then(|set| Some(EntitySet { name: set.str("name")?.to_owned(), key: set.str("key")?.to_owned() })),
        },
        Some("array") => {
            let bounded = node.get("maxItems").or(node.get("minItems"));
            let count = |key: &str| node.get(key).and_then(Node::integer).and_then(|n| usize::try_from(n).ok());
            Shape::List {
                of: Box::new(match node.get("items") {
                    Some(items) => shape(document, items, &format!("{pointer}/items"))?,
                    None => Shape::Any,
                }),
                min: count("minItems").unwrap_or(0),
                max: count("maxItems"),
                bound: bounded.map(|bound| document.source(pointer, bound.line)).transpose()?,
                bound_origin: bounded.map(|bound| document.origin(bound.line)),
            }
        }
        Some("string") => match node.get("enum") {
            Some(members) => Shape::Enum {
                members: members.items().filter_map(Node::text).map(str::to_owned).collect(),
                source: document.source(pointer, members.line)?,
                other_sources: other_sources(document, node, pointer)?,
                origin: document.origin(members.line),
            },
            None => Shape::Text {
                format: node.str("format").map(str::to_owned),
                min_length: node
                    .get("minLength")
                    .and_then(Node::integer)
                    .and_then(|n| usize::try_from(n).ok())
                    .unwrap_or(0),
            },
        },
        Some("boolean") => Shape::Boolean,
        Some("integer") => Shape::Integer {
            min: node.get("minimum").and_then(Node::integer),
            max: node.get("maximum").and_then(Node::integer).or(most(node.str("format"))),
        },
        Some("number") => Shape::Number,
        _ => Shape::Any,
    })
}

/// The greatest number of a format.
fn most(format: Option<&str>) -> Option<i64> {
    (format == Some("int32")).then_some(i64::from(i32::MAX))
}

/// The sources of members that have one of their own: `x-entra-members`.
fn other_sources(document: &Document, node: &Node, pointer: &str) -> Result<BTreeMap<String, Source>> {
    let members = |name: &str| node.get("enum").into_iter().flat_map(Node::items).any(|one| one.text() == Some(name));
    let entries = node.get("x-entra-members").into_iter().flat_map(Node::entries);
    entries
        .map(|(name, line, source)| match members(name) {
            true => Ok((name.clone(), document.read_source(source)?)),
            false => {
                let reason = format!("x-entra-members: the enum has no member '{name}'");
                Err(SpecError::new(&document.file, *line, pointer, reason))
            }
        })
        .collect()
}

fn properties(document: &Document, node: &Node, pointer: &str) -> Result<Vec<Property>> {
    let required: Vec<&str> = node.get("required").into_iter().flat_map(Node::items).filter_map(Node::text).collect();
    let entries = node.get("properties").into_iter().flat_map(Node::entries);
    entries
        .map(|(name, line, value)| {
            let pointer = format!("{pointer}/properties/{}", escape(name));
            Ok(Property {
                shape: shape(document, value, &pointer)?,
                required: required.contains(&name.as_str()),
                nullable: value.is_true("nullable"),
                source: document.source(&pointer, *line)?,
                origin: document.origin(*line),
                name: name.clone(),
            })
        })
        .collect()
}
