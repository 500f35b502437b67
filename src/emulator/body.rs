//! Whether a JSON value has the form that a contract gives to it, and if not, which fact says so.

use super::json::Json;
use crate::contract::{Contract, Origin, Shape};
use crate::odata::parse_instant;

/// The first thing that is wrong with a value.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    /// Where, as a path: `userIds[2]`; empty for the value itself.
    pub(super) at: String,
    /// What is wrong there.
    pub(super) what: String,
    /// Kind of the fact: `limit`.
    pub(super) kind: &'static str,
    /// Where the description says so.
    pub(super) origin: Option<Origin>,
}

impl Wrong {
    fn new(kind: &'static str, what: impl Into<String>) -> Self {
        Self { at: String::new(), what: what.into(), kind, origin: None }
    }

    /// The same, one level further out.
    fn within(mut self, outer: &str) -> Self {
        let separator = if self.at.is_empty() || self.at.starts_with('[') { "" } else { "." };
        self.at = format!("{outer}{separator}{}", self.at);
        self
    }

    /// The property of the body that it is about, as facts name it.
    pub(super) fn property(&self) -> Option<&str> {
        self.at.split(['.', '[']).next().filter(|name| !name.is_empty())
    }

    /// For the message of a refusal.
    pub(super) fn sentence(&self) -> String {
        match self.at.as_str() {
            "" => format!("The body {}.", self.what),
            at => format!("The property '{at}' {}.", self.what),
        }
    }
}

/// A fact kind that is no fact of one operation but a promise about all of them.
pub(super) const UNKNOWN_PROPERTY: &str = "unknown-property";

/// Checks a value against a shape.
pub(super) fn check(contract: &Contract, shape: &Shape, value: &Json<'_>) -> Result<(), Wrong> {
    match (contract.resolve(shape), value) {
        (Shape::Object { properties, open, .. }, Json::Object(object)) => {
            for property in properties {
                let refuse = |what: &str| {
                    let wrong = Wrong { origin: Some(property.origin.clone()), ..Wrong::new("body", what) };
                    Err(wrong.within(&property.name))
                };
                match object.get(property.name.as_str()) {
                    None if property.required => return refuse("is missing"),
                    Some(Json::Null) if !property.nullable && contract.resolve(&property.shape) != &Shape::Any => {
                        return refuse("is null");
                    }
                    None | Some(Json::Null) => {}
                    Some(value) => check(contract, &property.shape, value).map_err(|mut wrong| {
                        wrong.origin.get_or_insert_with(|| property.origin.clone());
                        wrong.within(&property.name)
                    })?,
                }
            }
            if *open || object.len() <= properties.len() && object.keys().all(|name| known(properties, name)) {
                return Ok(());
            }
            let unknown = object.keys().find(|name| !known(properties, name));
            Err(Wrong::new(UNKNOWN_PROPERTY, "is not documented").within(unknown.map_or("", |name| name)))
        }
        (Shape::List { of, min, max, bound_origin, .. }, Json::List(items)) => {
            let bound = |kind, what| Err(Wrong { origin: bound_origin.clone(), ..Wrong::new(kind, what) });
            if items.len() < *min {
                return bound("minimum", format!("has {} items; at least {min} are needed", items.len()));
            }
            if let Some(max) = max.filter(|max| items.len() > *max) {
                return bound("limit", format!("has {} items; at most {max} are allowed", items.len()));
            }
            let of = contract.resolve(of);
            for (index, item) in items.iter().enumerate() {
                check(contract, of, item).map_err(|wrong| wrong.within(&format!("[{index}]")))?;
            }
            Ok(())
        }
        (Shape::Text { format, min_length }, Json::Text(text)) => {
            let wrong = |what: &str| Err(Wrong::new("format", what));
            match format.as_deref() {
                Some("uuid") if !is_guid(text) => wrong("is not a GUID"),
                Some("date-time") if parse_instant(text).is_none() => wrong("is not a date and time"),
                _ if text.len() < *min_length => wrong("is too short"),
                _ => Ok(()),
            }
        }
        (Shape::Enum { members, .. }, Json::Text(text)) if members.iter().any(|member| *member == *text) => Ok(()),
        (Shape::Enum { members, .. }, Json::Text(_)) => {
            Err(Wrong::new("body", format!("is not one of {}", members.join(", "))))
        }
        (Shape::Integer { min, max }, Json::Number(number)) => match number.as_i64() {
            Some(number) if min.is_none_or(|min| min <= number) && max.is_none_or(|max| number <= max) => Ok(()),
            Some(_) => Err(Wrong::new("body", "is out of range")),
            None => Err(Wrong::new("body", "is not a whole number")),
        },
        (Shape::Boolean, Json::Boolean(_)) | (Shape::Number, Json::Number(_)) | (Shape::Any, _) => Ok(()),
        // The description was linted, so that every name leads somewhere.
        (Shape::Named { .. }, _) => Ok(()),
        (expected, found) => {
            let what = format!("is {}, where the contract says {}", describe(found), expected.describe(contract));
            Err(Wrong::new("body", what))
        }
    }
}

/// Eight, four, four, four and twelve hexadecimal digits, of either case.
pub(super) fn is_guid(text: &str) -> bool {
    let Ok(bytes) = <&[u8; 36]>::try_from(text.as_bytes()) else { return false };
    // Without a branch for each byte: lists of identities are most of what is checked.
    bytes.iter().zip(&GUID).fold(true, |fits, (byte, class)| fits & (CLASSES[usize::from(*byte)] == *class))
}

const HYPHEN: u8 = 1;
const DIGIT: u8 = 2;

/// The class of byte at each place of a GUID.
const GUID: [u8; 36] = {
    let mut classes = [DIGIT; 36];
    (classes[8], classes[13], classes[18], classes[23]) = (HYPHEN, HYPHEN, HYPHEN, HYPHEN);
    classes
};

/// The class of each byte.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        if (byte as u8).is_ascii_hexdigit() {
            classes[byte] = DIGIT;
        }
        byte += 1;
    }
    classes[b'-' as usize] = HYPHEN;
    classes
};

fn known(properties: &[crate::contract::Property], name: &str) -> bool {
    properties.iter().any(|property| property.name == name)
}

fn describe(value: &Json<'_>) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Boolean(_) => "true or false",
        Json::Number(_) => "a number",
        Json::Text(_) => "a string",
        Json::List(_) => "a list",
        Json::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::contract::{Property, Rests, Source};

    fn contract() -> Contract {
        let mut contract = crate::embedded::contracts()[0].clone();
        let (source, origin) =
            (Source { page: String::new(), rests: Rests::Assumption }, Origin { file: "f".to_owned(), line: 7 });
        let property = |name: &str, shape, required, nullable| Property {
            name: name.to_owned(),
            shape,
            required,
            nullable,
            source: source.clone(),
            origin: origin.clone(),
        };
        let text = |format: Option<&str>| Shape::Text { format: format.map(str::to_owned), min_length: 0 };
        let ids =
            Shape::List { of: Box::new(text(Some("uuid"))), min: 1, max: Some(2), bound: None, bound_origin: None };
        let properties = vec![
            property("ids", ids, true, false),
            property("when", text(Some("date-time")), false, true),
            property("flag", Shape::Boolean, false, false),
            property("level", Shape::Integer { min: Some(1), max: Some(3) }, false, false),
            property("any", Shape::Any, false, false),
        ];
        contract.shapes.insert("Tested".to_owned(), Shape::Object { properties, open: false, set: None });
        contract
    }

    #[test]
    fn the_first_wrong_thing_is_named_with_its_kind_of_fact() {
        let contract = contract();
        let id = "C2B6C2B9-dddc-acd0-2b39-d519d803dbc3";
        let wrong = |value: serde_json::Value| {
            let shape = Shape::Named { name: "Tested".to_owned() };
            check(&contract, &shape, &Json::from(&value)).err().map(|wrong| (wrong.kind, wrong.at))
        };
        let refused = |kind, at: &str| Some((kind, at.to_owned()));
        assert_eq!(wrong(json!({ "ids": [id], "when": null, "flag": true, "level": 3, "any": null })), None);
        assert_eq!(wrong(json!({ "ids": [id, id], "when": "2020-07-01T00:00:00Z" })), None);
        assert_eq!(wrong(json!([])), refused("body", ""));
        assert_eq!(wrong(json!({})), refused("body", "ids"));
        assert_eq!(wrong(json!({ "ids": null })), refused("body", "ids"));
        assert_eq!(wrong(json!({ "ids": id })), refused("body", "ids"));
        assert_eq!(wrong(json!({ "ids": [] })), refused("minimum", "ids"));
        assert_eq!(wrong(json!({ "ids": [id, id, id] })), refused("limit", "ids"));
        assert_eq!(wrong(json!({ "ids": [id, "x"] })), refused("format", "ids[1]"));
        assert_eq!(wrong(json!({ "ids": [null] })), refused("body", "ids[0]"));
        assert_eq!(wrong(json!({ "ids": [id], "when": "soon" })), refused("format", "when"));
        assert_eq!(wrong(json!({ "ids": [id], "flag": "true" })), refused("body", "flag"));
        assert_eq!(wrong(json!({ "ids": [id], "level": 4 })), refused("body", "level"));
        assert_eq!(wrong(json!({ "ids": [id], "level": 1.5 })), refused("body", "level"));
        assert_eq!(wrong(json!({ "ids": [id], "more": 1 })), refused(UNKNOWN_PROPERTY, "more"));
    }

    #[test]
    fn a_guid_has_one_form() {
        for text in [
            "",
            "c2b6c2b9dddcacd02b39d519d803dbc3",
            "{c2b6c2b9-dddc-acd0-2b39-d519d803dbc3}",
            "g2b6c2b9-dddc-acd0-2b39-d519d803dbc3",
            "c2b6c2b9-dddc-acd0-2b39-d519d803dbcé",
        ] {
            assert!(!is_guid(text), "{text}");
        }
    }
}
