//! Members of the sets, as test fixtures set them up: read, added, altered and removed without
//! any operation of the API. Values are checked against the contracts; nothing is written down
//! of a change, since for the API it never happened.

use std::ops::Bound;
use std::sync::PoisonError;

use hyper::StatusCode;
use serde_json::{Map, Value, json};

use super::super::api::Api;
use super::super::body::check;
use super::super::json::Json;
use super::super::seed;
use super::super::state::{Cell, Key, Row, Store, Table};
use super::reply::{Answer, Reply, Trouble};
use super::{Call, Control};
use crate::contract::{Contract, Property, Shape};

/// How many members a page has, and may have.
const PAGE: usize = 100;
const LONGEST_PAGE: usize = 1000;

/// The sets that have members of their own, not those whose members belong to other members.
pub(super) fn tables<'a>(apis: &[Api], store: &'a Store) -> impl Iterator<Item = &'a Table> {
    let is_nested = |set: &str| apis.iter().any(|api| api.contract.owner(set).is_some());
    store.tables.iter().filter(move |table| !is_nested(&table.set))
}

/// The sets, and how many members each has.
pub(super) fn sets(control: &Control) -> Reply {
    control.service.settle();
    let store = control.service.store.read().unwrap_or_else(PoisonError::into_inner);
    let sets = tables(&control.service.apis, &store)
        .map(|table| json!({ "name": table.set, "key": table.columns[table.key], "members": table.rows.len() }));
    Reply::json(&json!({ "sets": sets.collect::<Vec<_>>() }))
}

/// A page of members.
pub(super) fn list(control: &Control, call: &Call, set: &str) -> Answer {
    let top = match call.option("top").map(str::parse) {
        None => PAGE,
        Some(Ok(top)) if (1..=LONGEST_PAGE).contains(&top) => top,
        Some(_) => return Err(Trouble::bad(format!("'top' is a number from 1 to {LONGEST_PAGE}"))),
    };
    control.service.settle();
    let store = control.service.store.read().unwrap_or_else(PoisonError::into_inner);
    let table = table(control, &store, set)?;
    let (members, next) = page(table, call.option("after"), top);
    let members: Vec<_> = members.into_iter().map(|row| shown(table, row)).collect();
    Ok(Reply::json(&json!({ "members": members, "total": table.rows.len(), "next": next })))
}

/// So many members behind one, and the last of them if there are more.
pub(super) fn page<'a>(table: &'a Table, after: Option<&str>, top: usize) -> (Vec<&'a Row>, Option<String>) {
    let start = after.map(Key::of).map_or(Bound::Unbounded, Bound::Excluded);
    let mut rows = table.rows.range((start, Bound::Unbounded)).map(|(_, row)| row);
    let members: Vec<_> = rows.by_ref().take(top).collect();
    let next = members.last().filter(|_| rows.next().is_some()).map(|row| table.id(row).to_owned());
    (members, next)
}

/// One member.
pub(super) fn get(control: &Control, set: &str, id: &str) -> Answer {
    control.service.settle();
    let store = control.service.store.read().unwrap_or_else(PoisonError::into_inner);
    let table = table(control, &store, set)?;
    let row = table.get(id).ok_or_else(|| absent(set))?;
    Ok(Reply::json(&shown(table, row)))
}

/// Adds a member. Without an identity it gets a new one; what is not given is null, or a
/// plausible value where null is not allowed.
pub(super) fn add(control: &Control, set: &str, mut given: Map<String, Value>) -> Answer {
    control.service.settle();
    let mut store = control.service.store.write().unwrap_or_else(PoisonError::into_inner);
    let place = place(control, &store, set)?;
    let table = &mut store.tables[place];
    let key = table.columns[table.key].clone();
    let id = match given.get(&key) {
        Some(Value::String(id)) if !id.is_empty() => id.to_ascii_lowercase(),
        Some(_) => return Err(Trouble::bad(format!("'{key}' is the member's identity: a string that is not empty"))),
        None => uuid::Uuid::new_v4().to_string(),
    };
    given.insert(key, id.as_str().into());
    if table.get(&id).is_some() {
        return Err(Trouble::new(StatusCode::CONFLICT, "conflict", format!("'{set}' has such a member already")));
    }
    if table.rows.len() >= control.service.capacity {
        let message = format!("'{set}' is full: it keeps {} members", control.service.capacity);
        return Err(Trouble::new(StatusCode::INSUFFICIENT_STORAGE, "full", message));
    }
    let (contract, shape) = described(control, set)?;
    let mut row = seed::bare(contract, shape, table, &id);
    write(control, table, &mut row, &given)?;
    let shown = shown(table, &row);
    table.rows.insert(Key::of(&id), row);
    drop(store);
    control.recorder().touch();
    Ok(Reply::created(&shown))
}

/// Gives a member other values.
pub(super) fn alter(control: &Control, set: &str, id: &str, given: Map<String, Value>) -> Answer {
    control.service.settle();
    let mut store = control.service.store.write().unwrap_or_else(PoisonError::into_inner);
    let place = place(control, &store, set)?;
    let table = &mut store.tables[place];
    let key = &table.columns[table.key];
    let keeps = given.get(key).is_none_or(|new| new.as_str().is_some_and(|new| new.eq_ignore_ascii_case(id)));
    if !keeps {
        return Err(Trouble::bad(format!("'{key}' is the member's identity, which stays")));
    }
    let mut row = table.get(id).ok_or_else(|| absent(set))?.clone();
    write(control, table, &mut row, &given)?;
    let shown = shown(table, &row);
    table.rows.insert(Key::of(id), row);
    drop(store);
    control.recorder().touch();
    Ok(Reply::json(&shown))
}

/// Removes a member, as if it had been deleted in the tenant.
pub(super) fn remove(control: &Control, set: &str, id: &str) -> Answer {
    control.service.settle();
    let mut store = control.service.store.write().unwrap_or_else(PoisonError::into_inner);
    let place = place(control, &store, set)?;
    store.tables[place].rows.remove(&Key::of(id)).ok_or_else(|| absent(set))?;
    drop(store);
    control.recorder().touch();
    Ok(Reply::done())
}

fn absent(set: &str) -> Trouble {
    Trouble::not_found(format!("'{set}' has no such member"))
}

fn table<'a>(control: &Control, store: &'a Store, set: &str) -> Result<&'a Table, Trouble> {
    let mut known = tables(&control.service.apis, store);
    known.find(|table| table.set == set).ok_or_else(|| {
        let known: Vec<_> = tables(&control.service.apis, store).map(|table| table.set.as_str()).collect();
        Trouble::not_found(format!("there is no such set; there are {}", known.join(", ")))
    })
}

fn place(control: &Control, store: &Store, set: &str) -> Result<usize, Trouble> {
    table(control, store, set)?;
    let place = store.tables.iter().position(|table| table.set == set);
    place.ok_or_else(|| absent(set))
}

/// A contract that describes the members of a set, and how.
fn described<'a>(control: &'a Control, set: &str) -> Result<(&'a Contract, &'a Shape), Trouble> {
    let contracts = control.service.apis.iter().map(|api| &api.contract);
    let mut found = contracts.filter_map(|contract| Some((contract, seed::entity_shape(contract, set)?)));
    found.next().ok_or_else(|| absent(set))
}

/// What the contracts say of a property: the first that knows it.
pub(super) fn property<'a>(control: &'a Control, set: &str, name: &str) -> Option<(&'a Contract, &'a Property)> {
    control.service.apis.iter().map(|api| &api.contract).find_map(|contract| {
        let properties = seed::properties(contract, seed::entity_shape(contract, set)?);
        Some((contract, properties.iter().find(|property| property.name == name)?))
    })
}

/// Writes values that fit, or none.
fn write(control: &Control, table: &Table, row: &mut Row, given: &Map<String, Value>) -> Result<(), Trouble> {
    for (name, value) in given {
        let shown: String = name.chars().take(64).collect();
        let Some(place) = table.column(name) else {
            let known = table.columns.join(", ");
            return Err(Trouble::bad(format!("'{}' has no property '{shown}'; there are {known}", table.set)));
        };
        if let Some((contract, property)) = property(control, &table.set, name) {
            let wrong = match value {
                Value::Null if property.nullable => None,
                Value::Null => Some("may not be null".to_owned()),
                value => check(contract, &property.shape, &Json::from(value)).err().map(|wrong| wrong.what),
            };
            if let Some(wrong) = wrong {
                return Err(Trouble::bad(format!("the property '{shown}' {wrong}")));
            }
        }
        if place != table.key {
            row[place] = Cell::from_json(value);
        }
    }
    Ok(())
}

fn shown(table: &Table, row: &Row) -> Value {
    let pairs = table.columns.iter().zip(row.iter()).map(|(name, cell)| (name.clone(), cell.to_json()));
    Value::Object(pairs.collect())
}
