//! What an effect does to one member of a set: properties that change, and the item that is
//! written down of it. Tied to columns once at the start. It knows no HTTP.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::seed;
use super::state::{Cell, Key, Row, Store, Table, write_text};
use crate::contract::{Contract, Effect, GivenValue, Log, Shape};
use crate::odata::{Instant, format_instant, parse_instant};

/// One effect, tied to the table that it changes.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) table: usize,
    becomes: Vec<(usize, Cell)>,
    touches: Vec<usize>,
    /// Values for which the whole call is refused, in the order of the effect's.
    pub(super) refuses: Vec<(usize, Cell)>,
    processing: Option<usize>,
    log: Option<LogPlan>,
    /// The shape of a member that does not exist yet.
    shape: Shape,
}

/// How an item is made of a member, tied to the tables of both.
#[derive(Debug, Clone)]
pub(super) struct LogPlan {
    /// The table of the items.
    pub(super) table: usize,
    /// Properties that both have: place of the member's, place of the item's.
    copied: Vec<(usize, usize)>,
    /// Properties with a value of their own.
    given: Vec<(usize, Template)>,
    /// The item's time.
    dated: usize,
}

/// A value of an item.
#[derive(Debug, Clone)]
enum Template {
    Entity(usize),
    Caller,
    Fixed(Cell),
    /// Built anew, since something in it is not fixed.
    Object(BTreeMap<String, Template>),
}

/// How many items an entity has at most, and all entities together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) per_entity: usize,
    pub(super) total: usize,
}

/// When a change happens, by whom, and how much of it is kept.
pub(super) struct Occasion<'a> {
    pub(super) now: Instant,
    pub(super) actor: &'a Cell,
    pub(super) bounds: Bounds,
}

impl Change {
    pub(super) fn new(contract: &Contract, effect: &Effect, store: &Store) -> Option<Self> {
        let table = store.tables.iter().position(|table| table.set == effect.set)?;
        let column = |name: &str| store.tables[table].column(name);
        let shape = seed::entity_shape(contract, &effect.set)?;
        let properties = seed::properties(contract, shape);
        let becomes = effect.becomes.iter().filter_map(|becomes| {
            let property = properties.iter().find(|property| property.name == becomes.property)?;
            let value = match (contract.resolve(&property.shape), serde_json::from_str(&becomes.value)) {
                (Shape::Text { .. } | Shape::Enum { .. }, _) | (_, Err(_)) => Cell::Text(becomes.value.as_str().into()),
                (_, Ok(value)) => Cell::from_json(&value),
            };
            Some((column(&becomes.property)?, value))
        });
        let refuses = effect
            .refuses
            .iter()
            .filter_map(|refused| Some((column(&refused.property)?, Cell::from_json(&refused.value))));
        Some(Self {
            table,
            becomes: becomes.collect(),
            touches: effect.touches.iter().filter_map(|name| column(name)).collect(),
            refuses: refuses.collect(),
            processing: effect.processing.as_ref().and_then(|processing| column(&processing.property)),
            log: effect.log.as_ref().and_then(|log| LogPlan::new(log, store, table)),
            shape: shape.clone(),
        })
    }

    /// Which of the refused states a member is in, as its place among those of the effect.
    pub(super) fn refuses(&self, row: &Row) -> Option<usize> {
        self.refuses.iter().position(|(place, value)| row[*place] == *value)
    }

    /// Marks a member as not done yet.
    pub(super) fn announce(&self, row: &mut Row) {
        if let Some(place) = self.processing {
            row[place] = Cell::Boolean(true);
        }
    }

    /// Changes a member; `create` makes one that is not there. What changes nothing is not
    /// written down, and leaves the time of the last change as it is.
    pub(super) fn apply(
        &self,
        contract: &Contract,
        store: &mut Store,
        id: &str,
        key: Key,
        create: bool,
        occasion: &Occasion<'_>,
    ) {
        let table = &mut store.tables[self.table];
        let is_there = match table.rows.get_mut(&key) {
            Some(row) => {
                if let Some(place) = self.processing {
                    row[place] = Cell::Boolean(false);
                }
                if self.becomes.iter().all(|(place, value)| row[*place] == *value) {
                    return;
                }
                true
            }
            None if create => {
                let row = seed::bare(contract, &self.shape, table, id);
                table.rows.insert(key.clone(), row);
                false
            }
            None => return,
        };
        // Only a first item needs to know what was there before.
        let is_first = |log: &LogPlan| store.tables[log.table].group(&key).is_none();
        let needs_before = is_there && self.log.as_ref().is_some_and(is_first);
        let table = &mut store.tables[self.table];
        let now: Arc<str> = format_instant(occasion.now).into();
        let Some(row) = table.rows.get_mut(&key) else { return };
        let before = needs_before.then(|| row.clone());
        for (place, value) in &self.becomes {
            row[*place].clone_from(value);
        }
        for place in &self.touches {
            row[*place] = Cell::Text(now.clone());
        }
        if let Some(log) = &self.log {
            log.append(store, self.table, key, before.as_ref(), occasion);
        }
    }
}

impl LogPlan {
    pub(super) fn new(log: &Log, store: &Store, owners: usize) -> Option<Self> {
        let table = store.tables.iter().position(|table| table.set == log.set)?;
        let (items, owners) = (&store.tables[table], &store.tables[owners]);
        let mut given: BTreeMap<usize, Template> = BTreeMap::new();
        for value in &log.given {
            let (name, within) = value.path.split_first()?;
            let leaf = match &value.value {
                GivenValue::Entity(property) => Template::Entity(owners.column(property)?),
                GivenValue::Caller => Template::Caller,
                GivenValue::Fixed(value) => Template::Fixed(Cell::from_json(value)),
            };
            let place = items.column(name)?;
            given.entry(place).or_insert_with(|| Template::Object(BTreeMap::new())).set(within, leaf);
        }
        let copied = owners.columns.iter().enumerate().filter_map(|(from, name)| {
            let to = items.column(name)?;
            (!given.contains_key(&to)).then_some((from, to))
        });
        Some(Self {
            table,
            copied: copied.collect(),
            dated: items.column(&log.dated)?,
            given: given.into_iter().collect(),
        })
    }

    /// An item of a member as it is.
    pub(super) fn item(&self, items: &Table, owner: &Row, actor: &Cell) -> Row {
        let mut row = vec![Cell::Null; items.columns.len()].into_boxed_slice();
        for (from, to) in &self.copied {
            row[*to].clone_from(&owner[*from]);
        }
        for (place, template) in &self.given {
            row[*place] = template.cell(owner, actor);
        }
        row
    }

    fn append(&self, store: &mut Store, owners: usize, key: Key, before: Option<&Row>, occasion: &Occasion<'_>) {
        let owners = &store.tables[owners];
        let Some(owner) = owners.rows.get(&key) else { return };
        let id = owners.id(owner).to_owned();
        let item = self.item(&store.tables[self.table], owner, occasion.actor);
        let items = &mut store.tables[self.table];
        let Bounds { per_entity, total } = occasion.bounds;
        if let (None, Some(before)) = (items.group(&key), before) {
            let first = self.item(items, before, &Cell::Null);
            items.add(key.clone(), key.clone(), first, per_entity, total);
        }
        // What was the newest item is so no longer, and gets an identity of its own.
        let replaced = items.group(&key).and_then(|group| {
            let dated = match &group.get(&key)?[self.dated] {
                Cell::Text(text) => parse_instant(text),
                _ => None,
            };
            let mut ticks = TICKS_AT_1970 + dated.unwrap_or_default();
            while group.contains_key(&Key::of(&format!("{id}{ticks}"))) {
                ticks += 1;
            }
            Some(format!("{id}{ticks}"))
        });
        if let Some(replaced) = replaced {
            items.rename(&key, &key, &replaced);
        }
        items.add(key.clone(), key, item, per_entity, total);
    }
}

/// What .NET's count of ticks, which starts in the year 1, is ahead of that from 1970.
const TICKS_AT_1970: i64 = 621_355_968_000_000_000;

impl Template {
    fn set(&mut self, within: &[String], leaf: Self) {
        match (within.split_first(), self) {
            (None, this) => *this = leaf,
            (Some((name, within)), Self::Object(properties)) => {
                properties.entry(name.clone()).or_insert_with(|| Self::Object(BTreeMap::new())).set(within, leaf);
            }
            (Some(_), this) => {
                *this = Self::Object(BTreeMap::new());
                this.set(within, leaf);
            }
        }
    }

    fn cell(&self, owner: &Row, actor: &Cell) -> Cell {
        match self {
            Self::Entity(place) => owner[*place].clone(),
            Self::Caller => actor.clone(),
            Self::Fixed(cell) => cell.clone(),
            Self::Object(_) => {
                let mut json = Vec::with_capacity(128);
                self.write(owner, actor, &mut json);
                Cell::Json(String::from_utf8_lossy(&json).into())
            }
        }
    }

    /// Appends the value as JSON.
    fn write(&self, owner: &Row, actor: &Cell, json: &mut Vec<u8>) {
        match self {
            Self::Entity(place) => owner[*place].write(json),
            Self::Caller => actor.write(json),
            Self::Fixed(cell) => cell.write(json),
            Self::Object(properties) => {
                json.push(b'{');
                for (nth, (name, value)) in properties.iter().enumerate() {
                    if nth > 0 {
                        json.push(b',');
                    }
                    write_text(name, json);
                    json.push(b':');
                    value.write(owner, actor, json);
                }
                json.push(b'}');
            }
        }
    }
}
