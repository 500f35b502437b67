//! One operation of the description.

use heck::ToSnakeCase as _;

use super::call::{Call, request_json, response_json};
use super::schema::Schemas;
use super::{left_out, place};
use crate::docs::page::{BodyKind, Header, Query};
use crate::finding::{Finding, Severity};
use crate::regen::emit::{Entry, Yaml, entry};
use crate::regen::kind::{Kind, of_words, reference};

/// What the page of an operation states of it.
pub(super) fn operation(call: &Call<'_>, schemas: &mut Schemas<'_>, findings: &mut Vec<Finding>) -> Vec<Entry> {
    let page = call.page;
    let mut exceptions: Vec<Entry> = Vec::new();
    let mut operation = vec![entry("operationId", Yaml::text(&call.id)).because(place(page, call.line))];
    if let Some(title) = &page.title {
        operation.push(entry("summary", Yaml::text(title)));
    }
    operation.push(entry("x-entra-source", documented(&page.page)));
    if !call.aliases.is_empty() {
        let lines: Vec<String> = call.aliases.iter().map(|(_, line)| place(page, *line)).collect();
        let aliases = Yaml::row(call.aliases.iter().map(|(path, _)| path));
        operation.push(entry("x-entra-aliases", aliases).because(lines.join(", ")));
    }
    permissions(call, &mut operation, &mut exceptions);
    let parameters = parameters(call, findings);
    if !parameters.is_empty() {
        operation.push(entry("parameters", Yaml::List(parameters)));
    }
    if let Some(body) = body(call, schemas, &mut exceptions) {
        operation.push(body);
    }
    operation.push(responses(call, schemas, &mut exceptions));
    if !exceptions.is_empty() {
        operation.push(entry("x-entra-sources", Yaml::Map(exceptions)));
    }
    operation
}

/// `{page: …, rests: documented}`.
pub(super) fn documented(page: &str) -> Yaml {
    Yaml::braces([("page", Yaml::text(page)), ("rests", Yaml::text("documented"))])
}

/// `{page: …, rests: assumption}`.
pub(super) fn assumed(why: &str) -> Yaml {
    Yaml::braces([("page", Yaml::text(why)), ("rests", Yaml::text("assumption"))])
}

fn permissions(call: &Call<'_>, operation: &mut Vec<Entry>, exceptions: &mut Vec<Entry>) {
    let page = call.page;
    let stated = page.permissions.as_ref();
    if let Some(personal) = stated.and_then(|stated| stated.delegated_personal.as_ref()) {
        let value = if personal.is_empty() { Yaml::text("notSupported") } else { Yaml::row(personal) };
        let line = page.lines.delegated_personal.unwrap_or(1);
        let value = Yaml::Braces(vec![entry("personal", value)]);
        operation.push(entry("x-entra-permissions", value).because(place_of_permissions(call, line)));
    }
    let mut requirements = Vec::new();
    for (scheme, names) in [
        ("delegated", stated.and_then(|stated| stated.delegated_work.as_ref())),
        ("application", stated.and_then(|stated| stated.application.as_ref())),
    ] {
        for name in names.into_iter().flatten() {
            requirements.push(Yaml::Map(vec![entry(scheme, Yaml::row([name]))]));
        }
    }
    let lines = [page.lines.delegated_work, page.lines.application];
    let comment = match lines.into_iter().flatten().next() {
        Some(line) if !requirements.is_empty() => place_of_permissions(call, line),
        _ => "no permission is documented: any token will do".to_owned(),
    };
    if requirements.is_empty() {
        requirements.push(Yaml::Map(vec![entry("delegated", Yaml::Row(Vec::new()))]));
        exceptions.push(entry("/security", assumed("none names a permission")));
    }
    operation.push(entry("security", Yaml::List(requirements)).because(comment));
}

fn place_of_permissions(call: &Call<'_>, line: usize) -> String {
    match &call.page.lines.permissions_file {
        Some(file) => format!("{file}:{line}"),
        None => place(call.page, line),
    }
}

/// Parameters in path, query and headers. Names that give one setter cannot stand together.
fn parameters(call: &Call<'_>, findings: &mut Vec<Finding>) -> Vec<Yaml> {
    let mut parameters = Vec::new();
    let mut setters: Vec<String> = Vec::new();
    for name in path_parameters(&call.template) {
        setters.push(name.to_snake_case());
        parameters.push(Yaml::Map(vec![
            entry("name", Yaml::text(name)),
            entry("in", Yaml::text("path")),
            entry("required", Yaml::Bool(true)),
            entry("schema", path_schema(call, name)),
        ]));
    }
    let mut take = |name: &str, line: usize| {
        let free = crate::regen::names::is_setter(name) && !setters.contains(&name.to_snake_case());
        if free {
            setters.push(name.to_snake_case());
        } else {
            let message = format!("the client cannot have an argument '{name}' beside its others");
            left_out(findings, "parameter_unusable", Severity::Note, call.page, line, message);
        }
        free
    };
    for query in queries(call) {
        if take(&query.name, query.line) {
            let comment = Some(place(call.page, query.line));
            parameters.push(parameter(&query.name, "query", false, query_schema(query), comment));
        }
    }
    for header in headers(call) {
        if take(&header.name, header.line) {
            let required = header.required == Some(true);
            let comment = Some(place(call.page, header.line));
            parameters.push(parameter(&header.name, "header", required, Kind::Text.schema(), comment));
        }
    }
    parameters
}

/// A parameter of a query or header, with the place that states it.
pub(in crate::regen) fn parameter(
    name: &str,
    place: &str,
    required: bool,
    schema: Yaml,
    comment: Option<String>,
) -> Yaml {
    let place = entry("in", Yaml::text(place));
    let place = match comment {
        Some(comment) => place.because(comment),
        None => place,
    };
    let mut entries = vec![entry("name", Yaml::text(name)), place];
    if required {
        entries.push(entry("required", Yaml::Bool(true)));
    }
    entries.push(entry("schema", schema));
    Yaml::Map(entries)
}

pub(in crate::regen) fn path_parameters(template: &str) -> impl Iterator<Item = &str> {
    template.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
}

/// The query options and parameters that are not placeholders of the path.
pub(super) fn queries<'p>(call: &Call<'p>) -> Vec<&'p Query> {
    let in_path: Vec<String> = path_parameters(&call.template).map(|name| name.to_snake_case()).collect();
    let mut known: Vec<&str> = Vec::new();
    let mut queries: Vec<&Query> = call.page.query.iter().flatten().collect();
    queries.retain(|query| {
        let fresh = !in_path.contains(&query.name.to_snake_case()) && !known.contains(&query.name.as_str());
        known.push(&query.name);
        fresh && !query.name.contains('{')
    });
    queries
}

/// The schema of a query option: what its table says, or what OData makes of its name.
pub(in crate::regen) fn query_schema(query: &Query) -> Yaml {
    match query.name.trim_start_matches('$').to_ascii_lowercase().as_str() {
        "top" | "skip" if query.name.starts_with('$') => Kind::Integer(Some("int32")).schema(),
        "count" if query.name.starts_with('$') => Kind::Boolean.schema(),
        _ if query.name.starts_with('$') => Kind::Text.schema(),
        _ => match query.kind.as_deref().map(|words| of_words(words, &|_| None)) {
            Some(kind @ (Kind::Integer(_) | Kind::Boolean | Kind::Number | Kind::Uuid | Kind::DateTime)) => {
                kind.schema()
            }
            // Lists are texts in a query, their items separated by commas.
            _ => Kind::Text.schema(),
        },
    }
}

/// Headers that are parameters: not the token, and not what the body implies.
pub(super) fn headers<'p>(call: &Call<'p>) -> Vec<&'p Header> {
    let mut known: Vec<String> = Vec::new();
    let mut headers: Vec<&Header> = call.page.headers.iter().flatten().collect();
    headers.retain(|header| {
        let name = header.name.to_ascii_lowercase();
        let fresh = is_parameter(&header.name) && !known.contains(&name);
        known.push(name);
        fresh
    });
    headers
}

/// Whether a header is described as a parameter (OpenAPI 3.0 ignores the other three).
pub(in crate::regen) fn is_parameter(header: &str) -> bool {
    let token = header.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    token && !["authorization", "content-type", "accept"].contains(&header.to_ascii_lowercase().as_str())
}

/// A path parameter is a GUID where every example has one there.
fn path_schema(call: &Call<'_>, name: &str) -> Yaml {
    let place = call.template.split('/').rev().position(|segment| segment == format!("{{{name}}}"));
    let values: Vec<String> = call
        .examples
        .iter()
        .filter_map(|example| {
            let path = crate::docs::path::canonical(example.request.as_ref()?.url.as_deref()?);
            Some(path.split('/').rev().nth(place?)?.to_owned())
        })
        .collect();
    match !values.is_empty() && values.iter().all(|value| uuid::Uuid::parse_str(value).is_ok()) {
        true => Kind::Uuid.schema(),
        false => Yaml::braces([("type", Yaml::text("string")), ("minLength", Yaml::Integer(1))]),
    }
}

/// The request body: the properties of the table, or else of the documented examples.
fn body(call: &Call<'_>, schemas: &mut Schemas<'_>, exceptions: &mut Vec<Entry>) -> Option<Entry> {
    if call.method == "GET" {
        return None;
    }
    let page = call.page;
    let shown: Vec<_> = call
        .examples
        .iter()
        .filter_map(|example| request_json(example.request.as_ref()?))
        .filter(|body| body.is_object())
        .collect();
    let table: Vec<_> = page.body.iter().flatten().collect();
    if shown.is_empty() && table.is_empty() {
        return None;
    }
    let name = schemas.body(call, &table, &shown);
    let typed = call
        .examples
        .iter()
        .filter_map(|example| example.request.as_ref())
        .any(|request| request.headers.iter().any(|header| header.name.eq_ignore_ascii_case("content-type")))
        || page.headers.iter().flatten().any(|header| header.name.eq_ignore_ascii_case("content-type"));
    if !typed {
        exceptions.push(entry("/requestBody", assumed("none; the documented body is JSON")));
    }
    let media = Yaml::Map(vec![entry("schema", reference("schemas", &name))]);
    let content = Yaml::Map(vec![entry("application/json", media)]);
    let line = table.first().map(|property| property.line);
    let line = line.or_else(|| call.examples.iter().find_map(|example| example.request.as_ref()?.body_line));
    let body = Yaml::Map(vec![entry("required", Yaml::Bool(true)), entry("content", content)]);
    Some(entry("requestBody", body).because(place(page, line.unwrap_or(call.line))))
}

fn responses(call: &Call<'_>, schemas: &mut Schemas<'_>, exceptions: &mut Vec<Entry>) -> Entry {
    let page = call.page;
    let line =
        page.lines.success.or_else(|| call.examples.iter().find_map(|example| Some(example.response.as_ref()?.line)));
    let mut answer = vec![entry("description", Yaml::text("The documented success."))];
    if let Some(schema) = answer_schema(call, schemas, exceptions) {
        let media = Yaml::Map(vec![entry("schema", reference("schemas", &schema))]);
        answer.push(entry("content", Yaml::Map(vec![entry("application/json", media)])));
    }
    let success = entry(&call.status.to_string(), Yaml::Map(answer)).because(place(page, line.unwrap_or(call.line)));
    let error = || reference("responses", "Error");
    entry("responses", Yaml::Map(vec![success, entry("4XX", error()), entry("5XX", error())]))
}

/// The schema of what success carries: JSON that an example shows, or something of unknown form
/// where a read has no example.
fn answer_schema(call: &Call<'_>, schemas: &mut Schemas<'_>, exceptions: &mut Vec<Entry>) -> Option<String> {
    if matches!(call.status, 204 | 205) {
        return None;
    }
    let responses: Vec<_> = call
        .examples
        .iter()
        .filter_map(|example| example.response.as_ref())
        .filter(|response| response.status.is_none_or(|status| status == call.status))
        .collect();
    let bodies: Vec<_> = responses.iter().filter_map(|response| response_json(response)).collect();
    let is_json = |kind: BodyKind| matches!(kind, BodyKind::Json | BodyKind::JsonInvalid | BodyKind::JsonElided);
    let carries = responses.iter().any(|response| is_json(response.body_kind));
    if !carries && (call.method != "GET" || !responses.is_empty()) {
        return None;
    }
    if !bodies.iter().any(serde_json::Value::is_object) {
        exceptions.push(entry(
            &format!("/responses/{}", call.status),
            assumed("none shows the form of the answer in valid JSON"),
        ));
    }
    Some(schemas.answer(call, &bodies))
}
