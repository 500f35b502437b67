//! Pages from a contract, in our own words: so that a clone without the documentation has pages
//! to read, to change and to be wrong.
//!
//! What a page can carry comes back when it is read: request lines, permissions, headers, query
//! options, body with limits, success status, exchanges, properties and members. Operation ids,
//! effects and sources do not; no page has them.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::contract::{Body, Contract, Exchange, Message, Operation, Property, Shape};

/// A page and its path: `beta/api/riskyuser-dismiss.md`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// Path below the root of the documentation.
    pub path: String,
    /// The text.
    pub text: String,
}

/// A page for every operation and for every entity.
#[must_use]
pub fn render(contract: &Contract) -> Vec<Rendered> {
    let operations = contract.operations.iter().map(|operation| Rendered {
        path: operation_path(&contract.api, &operation.id),
        text: operation_page(contract, operation),
    });
    let entities = contract.shapes.iter().filter_map(|(name, shape)| match shape {
        Shape::Object { properties, set: Some(set), .. } => Some(Rendered {
            path: resource_path(&contract.api, name),
            text: resource_page(contract, name, properties, &set.key),
        }),
        _ => None,
    });
    operations.chain(entities).collect()
}

/// Where the page of an operation is.
#[must_use]
pub fn operation_path(api: &str, id: &str) -> String {
    format!("{api}/api/{}.md", file_name(id))
}

/// Where the page of an entity is.
#[must_use]
pub fn resource_path(api: &str, name: &str) -> String {
    format!("{api}/resources/{}.md", file_name(name))
}

fn file_name(id: &str) -> String {
    id.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' }).collect()
}

/// A page under construction. Writing to a string does not fail.
struct Text(String);

impl Text {
    fn new(title: &str, kind: &str) -> Self {
        let mut page = Self(String::new());
        page.lines(&["---", &format!("title: {}", json!(title)), &format!("doc_type: {kind}"), "---", ""]);
        page.lines(&[&format!("# {}", plain(title)), "", "Namespace: microsoft.graph", ""]);
        page
    }

    fn lines(&mut self, lines: &[&str]) {
        for line in lines {
            self.0.push_str(line);
            self.0.push('\n');
        }
    }

    fn section(&mut self, heading: &str) {
        self.lines(&[&format!("## {heading}"), ""]);
    }

    fn table(&mut self, header: &[&str], rows: impl Iterator<Item = Vec<String>>) {
        let _ = writeln!(self.0, "|{}|", header.join("|"));
        let _ = writeln!(self.0, "|{}", ":---|".repeat(header.len()));
        for row in rows {
            let cells: Vec<String> = row.iter().map(|cell| cell.replace('|', "\\|").replace('\n', " ")).collect();
            let _ = writeln!(self.0, "|{}|", cells.join("|"));
        }
        self.0.push('\n');
    }

    fn fence(&mut self, annotation: &Value, language: &str, content: &str) {
        let _ = writeln!(self.0, "<!-- {annotation} -->");
        let _ = writeln!(self.0, "```{language}\n{content}\n```\n");
    }
}

/// Text in prose: on one line, without marks of its own.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace(['`', '*', '<', '|', '#'], "")
}

fn operation_page(contract: &Contract, operation: &Operation) -> String {
    let mut page = Text::new(&operation.id, "apiPageType");
    page.lines(&[&plain(&operation.summary), ""]);
    page.section("Permissions");
    let labels = ["Delegated (work or school account)", "Delegated (personal Microsoft account)", "Application"];
    let rows = labels.iter().zip(operation.permissions.kinds()).map(|(label, (kind, least))| {
        let names: Vec<&str> = least.iter().chain(operation.permissions.higher(kind)).map(String::as_str).collect();
        let names = if names.is_empty() { "Not supported.".to_owned() } else { names.join(", ") };
        vec![(*label).to_owned(), names]
    });
    page.table(&["Permission type", "Permissions (from least to most privileged)"], rows);

    page.section("HTTP request");
    let requests: Vec<String> = operation.paths().map(|path| format!("{} {path}", operation.method)).collect();
    page.fence(&json!({"blockType": "ignored"}), "http", &requests.join("\n"));

    if !operation.query.is_empty() {
        page.section("Optional query parameters");
        let options: Vec<String> = operation.query.iter().map(|query| format!("`{}`", query.name)).collect();
        page.lines(&[&format!("The answer can be shaped with {}.", options.join(", ")), ""]);
    }
    page.section("Request headers");
    let mut headers = vec![vec!["Authorization".to_owned(), "Bearer {token}. Required.".to_owned()]];
    for header in operation.headers.iter().filter(|header| !header.name.eq_ignore_ascii_case("authorization")) {
        let required = if header.required { "Required." } else { "Optional." };
        headers.push(vec![header.name.clone(), required.to_owned()]);
    }
    page.table(&["Name", "Description"], headers.into_iter());

    page.section("Request body");
    match &operation.body {
        Some(body) => request_body(contract, body, &mut page),
        None => page.lines(&["No request body.", ""]),
    }
    page.section("Response");
    let status = operation.success.status;
    page.lines(&[&format!("Success is answered with the status `{status} {}`.", reason(status)), ""]);

    let exchanges: Vec<&Exchange> =
        contract.exchanges.iter().filter(|exchange| exchange.operation == operation.id).collect();
    if !exchanges.is_empty() {
        page.section("Examples");
    }
    for (number, exchange) in exchanges.into_iter().enumerate() {
        example(&mut page, number + 1, exchange);
    }
    page.0
}

fn request_body(contract: &Contract, body: &Body, page: &mut Text) {
    let Shape::Object { properties, .. } = contract.resolve(&body.shape) else {
        page.lines(&["The object itself, as JSON.", ""]);
        return;
    };
    let rows = properties.iter().map(|property| {
        let required = if property.required { "Required." } else { "Optional." };
        let limit = match contract.resolve(&property.shape) {
            Shape::List { max: Some(max), .. } => format!(" At most {max} items in one call."),
            _ => String::new(),
        };
        vec![property.name.clone(), words(contract, &property.shape), format!("{required}{limit}")]
    });
    page.table(&["Property", "Type", "Description"], rows);
}

fn example(page: &mut Text, number: usize, exchange: &Exchange) {
    page.lines(&[&format!("### Example {number}: {}", exchange.name), "", "#### Request", ""]);
    let first = format!("{} {}", exchange.method, exchange.url);
    let annotation = json!({"blockType": "request", "name": exchange.name});
    page.fence(&annotation, "http", &message(&first, &exchange.request));
    page.lines(&["#### Response", ""]);
    let first = format!("HTTP/1.1 {} {}", exchange.status, reason(exchange.status));
    page.fence(&json!({"blockType": "response", "truncated": true}), "http", &message(&first, &exchange.response));
}

fn message(first: &str, message: &Message) -> String {
    let mut text = first.to_owned();
    for (name, value) in &message.headers {
        let _ = write!(text, "\n{name}: {value}");
    }
    if let Some(body) = &message.body {
        // A value made of maps with text keys always has a JSON form.
        let _ = write!(text, "\n\n{body:#}");
    }
    text
}

/// The reason phrase of RFC 9110, or nothing for a status that has none there.
fn reason(status: u16) -> &'static str {
    http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or_default()
}

fn resource_page(contract: &Contract, name: &str, properties: &[Property], key: &str) -> String {
    let name = lower_camel(name);
    let mut page = Text::new(&format!("{name} resource type"), "resourcePageType");
    page.section("Properties");
    let rows = properties.iter().map(|property| {
        let members = match contract.resolve(&property.shape) {
            Shape::Enum { members, .. } => {
                let members: Vec<String> = members.iter().map(|member| format!("`{member}`")).collect();
                format!("Possible values are: {}.", members.join(", "))
            }
            _ => String::new(),
        };
        vec![property.name.clone(), words(contract, &property.shape), members]
    });
    page.table(&["Property", "Type", "Description"], rows);
    page.section("Relationships");
    page.lines(&["None.", ""]);
    page.section("JSON representation");
    let shown: serde_json::Map<String, Value> =
        properties.iter().map(|property| (property.name.clone(), words(contract, &property.shape).into())).collect();
    let annotation =
        json!({"blockType": "resource", "keyProperty": key, "@odata.type": format!("microsoft.graph.{name}")});
    page.fence(&annotation, "json", &format!("{:#}", Value::Object(shown)));
    page.0
}

/// A type in the words of the pages: `String collection`.
fn words(contract: &Contract, shape: &Shape) -> String {
    match shape {
        Shape::Named { name } => match contract.resolve(shape) {
            Shape::Object { .. } | Shape::Enum { .. } | Shape::Named { .. } => lower_camel(name),
            resolved => words(contract, resolved),
        },
        Shape::List { of, .. } => format!("{} collection", words(contract, of)),
        Shape::Text { format: Some(format), .. } if format == "date-time" => "DateTimeOffset".to_owned(),
        Shape::Text { .. } | Shape::Enum { .. } => "String".to_owned(),
        Shape::Boolean => "Boolean".to_owned(),
        Shape::Integer { .. } => "Int64".to_owned(),
        Shape::Number => "Double".to_owned(),
        Shape::Object { .. } | Shape::Any => "Object".to_owned(),
    }
}

/// `RiskyUser` as pages write it: `riskyUser`.
fn lower_camel(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
