//! JSON in which no object has a property twice. It knows nothing of what a body should hold.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};

/// A JSON value. Its texts stay where they were read from, but for those with escapes: most of
/// what is read is lists of identities.
#[derive(Debug, PartialEq)]
pub(super) enum Json<'a> {
    Null,
    Boolean(bool),
    Number(Number),
    Text(Cow<'a, str>),
    List(Vec<Json<'a>>),
    Object(BTreeMap<Cow<'a, str>, Json<'a>>),
}

/// Why a body is not JSON that can be used.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum JsonError {
    /// It is not JSON, or nests too deeply.
    Malformed(String),
    /// An object has this property twice.
    Duplicate(String),
}

/// Reads one JSON value that takes up the whole text.
pub(super) fn parse(bytes: &[u8]) -> Result<Json<'_>, JsonError> {
    let mut duplicate = None;
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = Strict { duplicate: &mut duplicate }.deserialize(&mut deserializer);
    let value = value.and_then(|value| deserializer.end().map(|()| value));
    match (duplicate, value) {
        (Some(name), _) => Err(JsonError::Duplicate(name)),
        (None, Ok(value)) => Ok(value),
        (None, Err(error)) => Err(JsonError::Malformed(error.to_string())),
    }
}

impl<'a> From<&'a Value> for Json<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Boolean(*value),
            Value::Number(number) => Self::Number(number.clone()),
            Value::String(text) => Self::Text(text.into()),
            Value::Array(items) => Self::List(items.iter().map(Self::from).collect()),
            Value::Object(object) => {
                Self::Object(object.iter().map(|(name, value)| (name.into(), value.into())).collect())
            }
        }
    }
}

impl From<Json<'_>> for Value {
    fn from(json: Json<'_>) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Boolean(value) => Self::Bool(value),
            Json::Number(number) => Self::Number(number),
            Json::Text(text) => Self::String(text.into_owned()),
            Json::List(items) => items.into_iter().map(Self::from).collect(),
            Json::Object(object) => {
                let owned = |(name, value): (Cow<'_, str>, Json<'_>)| (name.into_owned(), Self::from(value));
                Self::Object(object.into_iter().map(owned).collect())
            }
        }
    }
}

impl Json<'_> {
    /// The text, if it is one.
    pub(super) fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The property of an object.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(object) => object.get(name),
            _ => None,
        }
    }
}

/// Reads a value; notes the first property that is there twice, and stops.
struct Strict<'a> {
    duplicate: &'a mut Option<String>,
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Json<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json<'de>, E> {
        Ok(Json::Boolean(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json<'de>, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json<'de>, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json<'de>, E> {
        Ok(Number::from_f64(value).map_or(Json::Null, Json::Number))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json<'de>, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Strict { duplicate: self.duplicate })? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut properties: A) -> Result<Json<'de>, A::Error> {
        let mut object = BTreeMap::new();
        while let Some(name) = properties.next_key_seed(Strict { duplicate: self.duplicate })? {
            let Json::Text(name) = name else { return Err(A::Error::custom("the name of a property is no text")) };
            if object.contains_key(&name) {
                *self.duplicate = Some(name.into_owned());
                return Err(A::Error::custom("a property is there twice"));
            }
            let value = properties.next_value_seed(Strict { duplicate: self.duplicate })?;
            object.insert(name, value);
        }
        Ok(Json::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_property_that_is_there_twice_is_found_at_any_depth() {
        for text in [r#"{"a":1,"a":1}"#, r#"[{"b":{"a":null,"\u0061":2}}]"#, r#"{"a":1,"a":}"#] {
            assert_eq!(parse(text.as_bytes()), Err(JsonError::Duplicate("a".to_owned())), "{text}");
        }
    }

    #[test]
    fn what_is_not_json_is_refused() {
        let deep = "[".repeat(100_000);
        for text in ["", "{", "{}x", "{\"a\":1,}", "nul", "\u{feff}{}", "'a'", &deep] {
            assert!(matches!(parse(text.as_bytes()), Err(JsonError::Malformed(_))), "{}", &text[..text.len().min(20)]);
        }
        assert!(parse(b"\"\xff\"").is_err());
    }

    proptest! {
        #[test]
        fn without_duplicates_it_reads_what_serde_json_reads(text in r#"[\[\]{}:,"ab0-9.eE \\u-]{0,30}"#) {
            match (parse(text.as_bytes()), serde_json::from_str::<Value>(&text)) {
                (Ok(ours), Ok(theirs)) => {
                    prop_assert_eq!(&ours, &Json::from(&theirs));
                    prop_assert_eq!(Value::from(ours), theirs);
                }
                (Err(JsonError::Duplicate(_)), _) | (Err(_), Err(_)) => {}
                (ours, theirs) => prop_assert!(false, "{:?} against {:?}", ours, theirs),
            }
        }
    }
}
