//! Whether a JSON value has the form that a contract describes.

use serde_json::Value;

use crate::contract::{Contract, Shape};

/// Every place in which a value differs from its form: pointer and reason. Properties that are
/// not described are allowed in what a service answers.
pub(super) fn differences(contract: &Contract, shape: &Shape, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    walk(contract, shape, value, "", &mut found);
    found
}

/// Properties that the value has and the form does not, by pointer.
pub(super) fn extras(contract: &Contract, shape: &Shape, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    match (contract.resolve(shape), value) {
        (Shape::Object { properties, .. }, Value::Object(object)) => {
            for (name, value) in object {
                match properties.iter().find(|property| property.name == *name) {
                    Some(property) => found.extend(extras(contract, &property.shape, value)),
                    // Control information of OData (OData JSON 4.01, 4.5).
                    None if name.contains('@') => {}
                    None => found.push(name.clone()),
                }
            }
        }
        (Shape::List { of, .. }, Value::Array(items)) => {
            for item in items {
                found.extend(extras(contract, of, item));
            }
        }
        _ => {}
    }
    found.sort();
    found.dedup();
    found
}

fn walk(contract: &Contract, shape: &Shape, value: &Value, at: &str, found: &mut Vec<String>) {
    let mut fail = |what: &str| found.push(format!("{} is not {what}", if at.is_empty() { "the body" } else { at }));
    match (contract.resolve(shape), value) {
        (Shape::Object { properties, .. }, Value::Object(object)) => {
            for property in properties {
                let at = format!("{at}/{}", property.name);
                match object.get(&property.name) {
                    None if property.required => found.push(format!("{at} is missing")),
                    // Everything that an entity has may be null (metadata).
                    None | Some(Value::Null) => {}
                    Some(value) => walk(contract, &property.shape, value, &at, found),
                }
            }
        }
        (Shape::Object { .. }, _) => fail("an object"),
        (Shape::List { of, .. }, Value::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                walk(contract, of, item, &format!("{at}/{index}"), found);
            }
        }
        (Shape::List { .. }, _) => fail("a list"),
        (Shape::Text { format, .. }, Value::String(text)) => match format.as_deref() {
            Some("uuid") if uuid::Uuid::parse_str(text).is_err() => fail("a GUID"),
            Some("date-time") if chrono::DateTime::parse_from_rfc3339(text).is_err() => fail("a date and time"),
            _ => {}
        },
        // An open enum: members that are not known are no mistake.
        (Shape::Enum { .. }, Value::String(_)) => {}
        (Shape::Text { .. } | Shape::Enum { .. }, _) => fail("a string"),
        (Shape::Boolean, value) if !value.is_boolean() => fail("true or false"),
        (Shape::Integer { .. }, value) if !value.is_i64() && !value.is_u64() => fail("a whole number"),
        (Shape::Number, value) if !value.is_number() => fail("a number"),
        _ => {}
    }
}

/// The value without the properties of objects that are null: to a program that reads them, a
/// null says what an absence says.
pub(super) fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            let there = object.iter().filter(|(_, value)| !value.is_null());
            there.map(|(name, value)| (name.clone(), without_nulls(value))).collect::<serde_json::Map<_, _>>().into()
        }
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        other => other.clone(),
    }
}

/// Equality of decoded values: dates are equal as moments, however they are written.
pub(super) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, value)| right.get(name).is_some_and(|other| same(value, other)))
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::String(left), Value::String(right)) => {
            left == right || moment(left).is_some_and(|at| moment(right) == Some(at))
        }
        _ => left == right,
    }
}

fn moment(text: &str) -> Option<chrono::DateTime<chrono::FixedOffset>> {
    chrono::DateTime::parse_from_rfc3339(text).ok()
}
