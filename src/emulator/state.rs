//! What the emulator remembers: the members of each entity set, and those that belong to one of
//! them. It knows no contract: which sets and columns there are is decided by `view` and `seed`.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::Write as _;
use std::sync::Arc;

use serde_json::Value;

use crate::odata::{Datum, Instant};

/// Every entity set; versions of an API share them, as they do at Graph.
#[derive(Debug, Default)]
pub(super) struct Store {
    pub(super) tables: Vec<Table>,
    /// Changes that were accepted and are not done yet, at most one a member.
    pending: BTreeMap<(usize, Key), Pending>,
    /// When each of them is due.
    due: BTreeSet<(Instant, usize, Key)>,
}

/// A change that was accepted and is not done yet: which effect, of whom, and by whom.
#[derive(Debug, Clone)]
pub(super) struct Pending {
    pub(super) due: Instant,
    /// The place of the API, of its operation, and of the effect.
    pub(super) effect: (usize, usize, usize),
    pub(super) id: Arc<str>,
    pub(super) actor: Cell,
}

impl Store {
    pub(super) fn new(tables: Vec<Table>) -> Self {
        Self { tables, ..Self::default() }
    }

    /// Keeps a change for later.
    pub(super) fn postpone(&mut self, table: usize, pending: Pending) {
        let key = Key::of(&pending.id);
        self.due.insert((pending.due, table, key.clone()));
        self.pending.insert((table, key), pending);
    }

    /// When the next change is due.
    pub(super) fn next_due(&self) -> Instant {
        self.due.first().map_or(Instant::MAX, |(due, ..)| *due)
    }

    /// Takes out the next change that is due.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<Pending> {
        let (_, table, key) = self.due.first().filter(|(due, ..)| *due <= now).cloned()?;
        self.take_pending(table, &key)
    }

    /// Takes out the change of a member.
    pub(super) fn take_pending(&mut self, table: usize, key: &Key) -> Option<Pending> {
        let pending = self.pending.remove(&(table, key.clone()))?;
        self.due.remove(&(pending.due, table, key.clone()));
        Some(pending)
    }

    /// How many members have a change that is not done yet.
    pub(super) fn n_pending(&self) -> usize {
        self.pending.len()
    }
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
    /// The members, by identity; none of a nested set.
    pub(super) rows: Rows,
    /// Of a nested set: the members, by the identity of the entity that they belong to.
    groups: BTreeMap<Key, Rows>,
    /// The entities whose members were added, the oldest first.
    added: VecDeque<Key>,
}

/// Members by identity.
pub(super) type Rows = BTreeMap<Key, Row>;

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
    Number(serde_json::Number),
    Text(Arc<str>),
    /// A list or an object, as it is written.
    Json(Arc<str>),
}

impl Cell {
    pub(super) fn from_json(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Boolean(*value),
            Value::Number(number) => Self::Number(number.clone()),
            Value::String(text) => Self::Text(text.as_str().into()),
            Value::Array(_) | Value::Object(_) => Self::Json(value.to_string().into()),
        }
    }

    /// The value as filters see it.
    pub(super) fn datum(&self) -> Datum<'_> {
        match self {
            Self::Boolean(value) => Datum::Boolean(*value),
            Self::Text(text) => Datum::Text(text),
            Self::Number(number) => number.as_f64().map_or(Datum::Null, Datum::Number),
            Self::Null | Self::Json(_) => Datum::Null,
        }
    }

    /// The value as JSON sees it.
    pub(super) fn to_json(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Boolean(value) => Value::Bool(*value),
            Self::Number(number) => Value::Number(number.clone()),
            Self::Text(text) => Value::String(text.to_string()),
            Self::Json(text) => serde_json::from_str(text).unwrap_or_default(),
        }
    }

    /// Appends the value as JSON.
    pub(super) fn write(&self, json: &mut Vec<u8>) {
        let written = match self {
            Self::Null => json.write_all(b"null"),
            Self::Boolean(value) => write!(json, "{value}"),
            Self::Text(text) => return write_text(text, json),
            Self::Number(number) => write!(json, "{number}"),
            Self::Json(text) => json.write_all(text.as_bytes()),
        };
        written.expect("writing to memory does not fail");
    }
}

/// Appends a string as JSON.
pub(super) fn write_text(text: &str, json: &mut Vec<u8>) {
    serde_json::to_writer(json, text).expect("writing a string to memory does not fail");
}

impl Table {
    /// A set without members and with no property but its members' identity.
    pub(super) fn new(set: &str, key: &str) -> Self {
        Self {
            set: set.to_owned(),
            key: 0,
            columns: vec![key.to_owned()],
            rows: Rows::new(),
            groups: BTreeMap::new(),
            added: VecDeque::new(),
        }
    }

    /// The members of a nested set that belong to an entity, if there are any.
    pub(super) fn group(&self, owner: &Key) -> Option<&Rows> {
        self.groups.get(owner)
    }

    /// Adds a member of an entity. Where an entity has more than `most` members, or all
    /// entities together more than `total`, the oldest is forgotten.
    pub(super) fn add(&mut self, owner: Key, member: Key, row: Row, most: usize, total: usize) {
        let group = self.groups.entry(owner.clone()).or_default();
        if group.insert(member, row).is_some() {
            return;
        }
        if group.len() > most.max(1) {
            forget(group, &owner);
        } else {
            self.added.push_back(owner);
        }
        if self.added.len() > total.max(1)
            && let Some(owner) = self.added.pop_front()
            && let Some(group) = self.groups.get_mut(&owner)
        {
            forget(group, &owner);
            if group.is_empty() {
                self.groups.remove(&owner);
            }
        }
    }

    /// Puts another row in the place of a member, of an entity where the set is nested.
    pub(super) fn replace(&mut self, owner: Option<&Key>, member: Key, row: Row) {
        let rows = match owner {
            Some(owner) => self.groups.get_mut(owner),
            None => Some(&mut self.rows),
        };
        if let Some(rows) = rows {
            rows.insert(member, row);
        }
    }

    /// Gives a member of an entity another identity.
    pub(super) fn rename(&mut self, owner: &Key, from: &Key, to: &str) {
        if let Some(group) = self.groups.get_mut(owner)
            && let Some(mut row) = group.remove(from)
        {
            row[self.key] = Cell::Text(to.into());
            group.insert(Key::of(to), row);
        }
    }

    /// The place of a column.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }

    /// A member.
    pub(super) fn get(&self, id: &str) -> Option<&Row> {
        self.rows.get(&Key::of(id))
    }

    /// The identity of a member as it is shown.
    pub(super) fn id<'a>(&self, row: &'a Row) -> &'a str {
        match &row[self.key] {
            Cell::Text(id) => id,
            _ => "",
        }
    }
}

/// Forgets the oldest member of an entity: identities of older members have their times in
/// them, and the newest has the entity's own.
fn forget(group: &mut Rows, owner: &Key) {
    let oldest = group.keys().find(|key| *key != owner).or(group.keys().next()).cloned();
    if let Some(oldest) = oldest {
        group.remove(&oldest);
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
