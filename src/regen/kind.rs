//! The type of a value: from the words of a table, or from examples that show it.

use serde_json::Value;

use super::emit::{Entry, Yaml, entry};
use crate::contract::{Contract, Shape};

/// The type of a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// Nothing is known.
    Any,
    Text,
    Uuid,
    DateTime,
    Boolean,
    /// With OpenAPI's name for its width, where the page gives one.
    Integer(Option<&'static str>),
    Number,
    List(Box<Kind>),
    /// A named schema.
    Named(String),
    /// Its properties in order.
    Object(Vec<(String, Kind)>),
}

/// The type that a table names: `String collection`, `Edm.Int32`, `riskLevel`. `named` gives the
/// schema of a type of Graph, where there is one.
pub(super) fn of_words(words: &str, named: &dyn Fn(&str) -> Option<String>) -> Kind {
    let words = words.trim().trim_end_matches('.');
    let lower = words.to_ascii_lowercase();
    if let Some(of) = lower.strip_suffix(" collection").or_else(|| lower.strip_suffix("[]")) {
        return Kind::List(Box::new(of_words(&words[..of.len()], named)));
    }
    if let Some(of) = lower.strip_prefix("collection(").and_then(|rest| rest.strip_suffix(')')) {
        let start = "collection(".len();
        return Kind::List(Box::new(of_words(&words[start..start + of.len()], named)));
    }
    let last = lower.rsplit('.').next().unwrap_or_default();
    match last {
        "string" => Kind::Text,
        "boolean" | "bool" => Kind::Boolean,
        "int32" => Kind::Integer(Some("int32")),
        "int64" => Kind::Integer(Some("int64")),
        "int16" | "integer" | "int" => Kind::Integer(None),
        "double" | "single" | "decimal" | "float" => Kind::Number,
        "datetimeoffset" => Kind::DateTime,
        "guid" | "uuid" => Kind::Uuid,
        "date" | "duration" | "timeofday" | "binary" | "stream" => Kind::Text,
        _ => named(words.rsplit('.').next().unwrap_or_default()).map_or(Kind::Any, Kind::Named),
    }
}

/// The type of a JSON value, no wider than it shows; `None` for null, which shows none.
pub(super) fn of_value(value: &Value) -> Option<Kind> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(_) => Kind::Boolean,
        Value::Number(number) if number.is_f64() => Kind::Number,
        Value::Number(_) => Kind::Integer(None),
        Value::String(text) => of_text(text),
        Value::Array(items) => {
            let of = items.iter().filter_map(of_value).reduce(meet).unwrap_or(Kind::Any);
            Kind::List(Box::new(of))
        }
        Value::Object(object) => {
            let properties = object.iter().map(|(name, value)| (name.clone(), of_value(value).unwrap_or(Kind::Any)));
            Kind::Object(properties.collect())
        }
    })
}

fn of_text(text: &str) -> Kind {
    if text.len() == 36 && uuid::Uuid::parse_str(text).is_ok() {
        Kind::Uuid
    } else if chrono::DateTime::parse_from_rfc3339(text).is_ok() {
        Kind::DateTime
    } else {
        Kind::Text
    }
}

/// The narrowest type that holds the values of both.
pub(super) fn meet(one: Kind, other: Kind) -> Kind {
    match (one, other) {
        (one, other) if one == other => one,
        (Kind::Any, other) | (other, Kind::Any) => other,
        (Kind::Text | Kind::Uuid | Kind::DateTime, Kind::Text | Kind::Uuid | Kind::DateTime) => Kind::Text,
        (Kind::Integer(_), Kind::Integer(_)) => Kind::Integer(None),
        (Kind::Integer(_) | Kind::Number, Kind::Integer(_) | Kind::Number) => Kind::Number,
        (Kind::List(one), Kind::List(other)) => Kind::List(Box::new(meet(*one, *other))),
        (Kind::Object(one), Kind::Object(other)) => Kind::Object(union(one, other)),
        _ => Kind::Any,
    }
}

fn union(mut one: Vec<(String, Kind)>, other: Vec<(String, Kind)>) -> Vec<(String, Kind)> {
    for (name, kind) in other {
        match one.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = meet(std::mem::replace(known, Kind::Any), kind),
            None => one.push((name, kind)),
        }
    }
    one
}

impl Kind {
    /// As a schema of OpenAPI.
    pub(super) fn schema(&self) -> Yaml {
        let typed = |kind: &str| Yaml::braces([("type", Yaml::text(kind))]);
        let formatted =
            |kind: &str, format: &str| Yaml::braces([("type", Yaml::text(kind)), ("format", Yaml::text(format))]);
        match self {
            Self::Any => Yaml::Braces(Vec::new()),
            Self::Text => typed("string"),
            Self::Uuid => formatted("string", "uuid"),
            Self::DateTime => formatted("string", "date-time"),
            Self::Boolean => typed("boolean"),
            Self::Integer(None) => typed("integer"),
            Self::Integer(Some(format)) => formatted("integer", format),
            Self::Number => typed("number"),
            Self::List(of) => match of.schema() {
                items @ Yaml::Braces(_) => Yaml::braces([("type", Yaml::text("array")), ("items", items)]),
                items => Yaml::Map(vec![entry("type", Yaml::text("array")), entry("items", items)]),
            },
            Self::Named(name) => reference("schemas", name),
            Self::Object(properties) => Yaml::Map(object(properties)),
        }
    }

    /// Whether a described form holds what this type holds: nothing here contradicts it. A
    /// described format or list of members narrows a text and is no contradiction.
    pub(super) fn agrees(&self, shape: &Shape, contract: &Contract) -> bool {
        match (self, contract.resolve(shape)) {
            (Self::Any | Self::Named(_) | Self::Object(_), Shape::Any) | (Self::Any, _) => true,
            (Self::Text, Shape::Text { .. } | Shape::Enum { .. }) => true,
            (Self::Uuid, Shape::Text { format, .. }) => format.as_deref() == Some("uuid"),
            (Self::DateTime, Shape::Text { format, .. }) => format.as_deref() == Some("date-time"),
            (Self::Boolean, Shape::Boolean) | (Self::Integer(_), Shape::Integer { .. }) => true,
            (Self::Number, Shape::Number) => true,
            (Self::List(of), Shape::List { of: item, .. }) => of.agrees(item, contract),
            (Self::Named(name), _) => shape_name(shape, contract).as_deref() == Some(name),
            (Self::Object(_), Shape::Object { .. }) => true,
            _ => false,
        }
    }
}

/// The name at the end of a chain of references.
fn shape_name(shape: &Shape, contract: &Contract) -> Option<String> {
    match shape {
        Shape::Named { name } => Some(match contract.shapes.get(name) {
            Some(next @ Shape::Named { .. }) => shape_name(next, contract)?,
            _ => name.clone(),
        }),
        _ => None,
    }
}

/// The entries of an object schema that may hold more than these properties.
pub(super) fn object(properties: &[(String, Kind)]) -> Vec<Entry> {
    let mut entries = vec![entry("type", Yaml::text("object"))];
    if !properties.is_empty() {
        let properties = properties.iter().map(|(name, kind)| entry(name, kind.schema())).collect();
        entries.push(entry("properties", Yaml::Map(properties)));
    }
    entries.push(entry("additionalProperties", Yaml::Braces(Vec::new())));
    entries
}

/// `{$ref: '#/components/SECTION/NAME'}`.
pub(super) fn reference(section: &str, name: &str) -> Yaml {
    Yaml::braces([("$ref", Yaml::text(format!("#/components/{section}/{name}")))])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn words_of_tables_are_types() {
        let named = |name: &str| (name == "riskLevel").then(|| "RiskLevel".to_owned());
        for (words, kind) in [
            ("String", Kind::Text),
            ("Edm.Int32", Kind::Integer(Some("int32"))),
            ("String collection", Kind::List(Box::new(Kind::Text))),
            ("Collection(Edm.Guid)", Kind::List(Box::new(Kind::Uuid))),
            ("microsoft.graph.riskLevel", Kind::Named("RiskLevel".to_owned())),
            ("something else", Kind::Any),
            ("é collection", Kind::List(Box::new(Kind::Any))),
        ] {
            assert_eq!(of_words(words, &named), kind, "{words}");
        }
    }

    #[test]
    fn examples_narrow_a_type_as_far_as_all_of_them_agree() {
        let kinds = |values: &[Value]| values.iter().filter_map(of_value).reduce(meet);
        let id = "04487ee0-f4f6-4e7f-8999-facc5a30e232";
        assert_eq!(kinds(&[json!(id), json!(id)]), Some(Kind::Uuid));
        assert_eq!(kinds(&[json!(id), json!("x")]), Some(Kind::Text));
        assert_eq!(kinds(&[json!(null)]), None);
        assert_eq!(kinds(&[json!(1), json!(1.5)]), Some(Kind::Number));
        assert_eq!(kinds(&[json!(1), json!("x")]), Some(Kind::Any));
        let object = kinds(&[json!({"a": 1}), json!({"a": null, "b": [id]})]);
        let ids = Kind::List(Box::new(Kind::Uuid));
        assert_eq!(object, Some(Kind::Object(vec![("a".into(), Kind::Integer(None)), ("b".into(), ids)])));
    }
}
