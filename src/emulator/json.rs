//! JSON in which no object has a property twice. It knows nothing of what a body should hold.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Why a body is not JSON that can be used.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum JsonError {
    /// It is not JSON, or nests too deeply.
    Malformed(String),
    /// An object has this property twice.
    Duplicate(String),
}

/// Reads one JSON value that takes up the whole text.
pub(super) fn parse(bytes: &[u8]) -> Result<Value, JsonError> {
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

/// Reads a value; notes the first property that is there twice, and stops.
struct Strict<'a> {
    duplicate: &'a mut Option<String>,
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Strict { duplicate: self.duplicate })? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut properties: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = properties.next_key::<String>()? {
            if object.contains_key(&name) {
                *self.duplicate = Some(name);
                return Err(A::Error::custom("a property is there twice"));
            }
            let value = properties.next_value_seed(Strict { duplicate: self.duplicate })?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
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
                (Ok(ours), Ok(theirs)) => prop_assert_eq!(ours, theirs),
                (Err(JsonError::Duplicate(_)), _) | (Err(_), Err(_)) => {}
                (ours, theirs) => prop_assert!(false, "{:?} against {:?}", ours, theirs),
            }
        }
    }
}
