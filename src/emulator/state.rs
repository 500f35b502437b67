//! What the emulator remembers: the members of each entity set. It knows no contract: which
//! sets and columns there are is decided by `view` and `seed`.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::Arc;

use serde_json::Value;

use crate::odata::Datum;

/// Every entity set; versions of an API share them, as they do at Graph.
#[derive(Debug, Default)]
pub(super) struct Store {
    pub(super) tables: Vec<Table>,
}

/// The members of one set, ordered by their identities.
#[derive(Debug)]
pub(super) struct Table {
    /// Name of the set.
    pub(super) set: String,
    /// The place of the identity among the columns.
    pub(super) key: usize,
    /// Names of the properties, those of all versions.
    pub(super) columns: Vec<String>,
    /// The members, by identity.
    pub(super) rows: BTreeMap<Key, Row>,
}

/// The identity of a member, without regard to case. Most are GUIDs, which compare fastest as
/// numbers; their order is that of their text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Guid(u128),
    Text(Box<str>),
}

impl Key {
    pub(super) fn of(id: &str) -> Self {
        match uuid::Uuid::try_parse(id) {
            Ok(guid) if id.len() == 36 => Self::Guid(guid.as_u128()),
            _ => Self::Text(id.to_ascii_lowercase().into()),
        }
    }
}

/// One member: a value for each column.
pub(super) type Row = Box<[Cell]>;

/// The value of one property.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Null,
    Boolean(bool),
    Text(Arc<str>),
    /// Numbers, lists and objects.
    Other(Value),
}

impl Cell {
    pub(super) fn from_json(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Boolean(*value),
            Value::String(text) => Self::Text(text.as_str().into()),
            other => Self::Other(other.clone()),
        }
    }

    /// The value as filters see it.
    pub(super) fn datum(&self) -> Datum<'_> {
        match self {
            Self::Boolean(value) => Datum::Boolean(*value),
            Self::Text(text) => Datum::Text(text),
            Self::Other(Value::Number(number)) => number.as_f64().map_or(Datum::Null, Datum::Number),
            Self::Null | Self::Other(_) => Datum::Null,
        }
    }

    /// Appends the value as JSON.
    pub(super) fn write(&self, json: &mut Vec<u8>) {
        let written = match self {
            Self::Null => json.write_all(b"null"),
            Self::Boolean(value) => write!(json, "{value}"),
            Self::Text(text) => return write_text(text, json),
            Self::Other(value) => serde_json::to_writer(json, value).map_err(Into::into),
        };
        written.expect("writing to memory does not fail");
    }
}

/// Appends a string as JSON.
pub(super) fn write_text(text: &str, json: &mut Vec<u8>) {
    serde_json::to_writer(json, text).expect("writing a string to memory does not fail");
}

impl Table {
    /// The place of a column.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }

    /// A member.
    pub(super) fn get(&self, id: &str) -> Option<&Row> {
        self.rows.get(&Key::of(id))
    }

    /// A member to change.
    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut Row> {
        self.rows.get_mut(&Key::of(id))
    }

    /// The identity of a member as it is shown.
    pub(super) fn id<'a>(&self, row: &'a Row) -> &'a str {
        match &row[self.key] {
            Cell::Text(id) => id,
            Cell::Null | Cell::Boolean(_) | Cell::Other(_) => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn keys_have_no_case_and_the_order_of_their_text(one in any::<u128>(), other in any::<u128>()) {
            let text = |bits| uuid::Uuid::from_u128(bits).to_string();
            prop_assert_eq!(Key::of(&text(one)), Key::of(&text(one).to_uppercase()));
            prop_assert_eq!(Key::of(&text(one)).cmp(&Key::of(&text(other))), text(one).cmp(&text(other)));
        }
    }

    #[test]
    fn only_the_hyphenated_form_of_a_guid_is_taken_for_one() {
        let simple = "c2b6c2b9dddcacd02b39d519d803dbc3";
        for text in [simple, "{c2b6c2b9-dddc-acd0-2b39-d519d803dbc3}", "alexw@contoso.com", ""] {
            assert_eq!(Key::of(text), Key::Text(text.into()));
        }
    }
}
