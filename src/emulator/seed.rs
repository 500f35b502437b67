//! The state at the start: every entity that a documented exchange names, then as many made-up
//! ones as were asked for. The same contracts always give the same state.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::body::check;
use super::config::StartError;
use super::json::Json;
use super::state::{Cell, Key, Row, Store, Table};
use super::view::SENTINEL;
use crate::contract::{Contract, EntitySet, Exchange, Operation, Property, Shape, ValueSource};
use crate::odata::format_instant;

/// Tables for every entity set of the contracts, with their first members.
pub(super) fn store(contracts: &[Contract], given: &Given, generated: usize) -> Result<Store, StartError> {
    let mut store = Store::new(tables(contracts));
    members(&mut store, contracts, given)?;
    for contract in contracts {
        let seen = Seen::of(contract);
        owners(&mut store, &seen);
        // What was documented for one entity is worth more than what a list showed of it.
        let shown = |by_key: bool| {
            contract.exchanges.iter().filter_map(move |exchange| {
                let operation = contract.operation(&exchange.operation)?;
                let (shape, entities) = entities(contract, operation, exchange)?;
                let is_of = operation.of.is_none() && operation.path.parameters().next().is_some() == by_key;
                is_of.then_some((shape, entities))
            })
        };
        for (shape, entities) in shown(true).chain(shown(false)) {
            for entity in entities {
                insert(&mut store, &seen, shape, entity);
                if contradicts(&store, contract, shape, entity) {
                    let twin = twin(&store, contract, shape, entity);
                    insert(&mut store, &seen, shape, &twin);
                }
            }
        }
        for (set, id) in contract.exchanges.iter().flat_map(|exchange| named(contract, exchange)) {
            if let Some(shape) = entity_shape(contract, &set.name) {
                insert(&mut store, &seen, shape, &Map::from_iter([(set.key.clone(), json!(id))]));
            }
        }
        for shape in contract.shapes.values() {
            let Some(set) = contract.entity_set(shape).filter(|set| !seen.is_nested(&set.name)) else { continue };
            let Some(table) = store.tables.iter_mut().find(|table| table.set == set.name) else { continue };
            for index in 0..generated {
                let id = guid(&set.name, index);
                if table.get(&id).is_some() {
                    break;
                }
                let mut entity = seen.state(shape, index);
                entity.insert(set.key.clone(), json!(id));
                insert_into(table, &seen, shape, &entity, None);
            }
            complete(table, &seen, shape);
        }
    }
    Ok(store)
}

/// Gives members that another version knows what this one requires of them beyond that.
fn complete(table: &mut Table, seen: &Seen<'_>, shape: &Shape) {
    let Some(set) = seen.contract.entity_set(shape) else { return };
    let required = properties(seen.contract, shape).iter().filter(|property| !property.nullable);
    for property in required {
        let Some(place) = table.column(&property.name) else { continue };
        for (index, row) in table.rows.values_mut().enumerate().filter(|(_, row)| row[place] == Cell::Null) {
            row[place] = made_up(seen, &set.name, property, index);
        }
    }
}

/// A value for a property of which nothing is documented.
fn made_up(seen: &Seen<'_>, set: &str, property: &Property, index: usize) -> Cell {
    if let Some(member) = seen.member(set, property, index) {
        return Cell::from_json(member);
    }
    match seen.like(set, property, index) {
        Some(text) => Cell::Text(text.into()),
        None => Cell::from_json(&plausible(seen.contract, &property.shape, &property.name, index)),
    }
}

/// Members by the name of their set.
pub(super) type Given = BTreeMap<String, Vec<Map<String, Value>>>;

/// Adds the members that somebody wants to begin with; each has to fit.
fn members(store: &mut Store, contracts: &[Contract], given: &Given) -> Result<(), StartError> {
    // Members of nested sets come after those that they belong to.
    let is_nested = |set: &str| contracts.iter().any(|contract| contract.owner(set).is_some());
    let (nested, plain): (Vec<_>, Vec<_>) = given.iter().partition(|(set, _)| is_nested(set));
    for (set, members) in plain.into_iter().chain(nested) {
        for (place, member) in members.iter().enumerate() {
            let refuse = |property: &str, reason: &str| StartError::Entity {
                set: set.clone(),
                index: place + 1,
                property: format!("property '{property}'"),
                reason: reason.to_owned(),
            };
            let described = contracts.iter().find_map(|contract| Some((contract, entity_shape(contract, set)?)));
            let Some((contract, shape)) = described else {
                let sets: Vec<_> = store.tables.iter().map(|table| table.set.as_str()).collect();
                let reason = format!("there is no such set, but {}", sets.join(", "));
                return Err(StartError::Entity {
                    set: set.clone(),
                    index: place + 1,
                    property: "set".to_owned(),
                    reason,
                });
            };
            let known = properties(contract, shape);
            for (name, value) in member {
                let Some(property) = known.iter().find(|property| property.name == *name) else {
                    return Err(refuse(name, "the description does not have it"));
                };
                let is_null = value.is_null() && property.nullable;
                if !is_null && let Err(wrong) = check(contract, &property.shape, &Json::from(value)) {
                    return Err(refuse(name, format!("{} {}", wrong.at, wrong.what).trim_start()));
                }
            }
            let key = key(contract, shape).unwrap_or_default();
            if member.get(key).and_then(Value::as_str).is_none() {
                return Err(refuse(key, "it is missing, and nothing else tells members apart"));
            }
            let owner = match contract.owner(set) {
                None => None,
                Some(of) => {
                    let id = member.get(&of.property).and_then(Value::as_str);
                    let table = store.tables.iter().find(|table| table.set == of.set);
                    let owner = id.filter(|id| table.is_some_and(|table| table.get(id).is_some()));
                    Some(owner.ok_or_else(|| refuse(&of.property, &format!("it names no member of '{}'", of.set)))?)
                }
            };
            let seen = Seen::of(contract);
            let n_before = count(store);
            if let Some(table) = table_of(store, &seen, shape) {
                insert_into(table, &seen, shape, member, owner);
            }
            if count(store) == n_before && owner.is_none() {
                return Err(refuse(key, "another member has it too"));
            }
        }
    }
    Ok(())
}

fn count(store: &Store) -> usize {
    store.tables.iter().map(|table| table.rows.len()).sum()
}

/// Members of nested sets as documented, and the entities that they belong to. A member with
/// the identity of its entity is the entity as it is now.
fn owners(store: &mut Store, seen: &Seen<'_>) {
    let contract = seen.contract;
    for exchange in &contract.exchanges {
        let Some(operation) = contract.operation(&exchange.operation) else { continue };
        let (Some(of), Some((shape, items))) = (&operation.of, entities(contract, operation, exchange)) else {
            continue;
        };
        let (ValueSource::Path(parameter), Some(owner)) = (&of.id, entity_shape(contract, &of.set)) else { continue };
        let (Some(id), Some(key)) = (in_path(contract, operation, exchange, Some(parameter)), key(contract, owner))
        else {
            continue;
        };
        let present = items
            .iter()
            .find(|item| item.get(key).and_then(Value::as_str).is_some_and(|own| own.eq_ignore_ascii_case(id)));
        let mut entity = present.map(|item| (*item).clone()).unwrap_or_default();
        entity.insert(key.to_owned(), json!(id));
        insert(store, seen, owner, &entity);
        let Some(table) = table_of(store, seen, shape) else { continue };
        for item in items {
            insert_into(table, seen, shape, item, Some(id));
        }
    }
}

/// A member of a set that has nothing but an identity: `null` where the contract allows it, a
/// plausible value elsewhere.
pub(super) fn bare(contract: &Contract, shape: &Shape, table: &Table, id: &str) -> Row {
    let mut row = vec![Cell::Null; table.columns.len()];
    for property in properties(contract, shape) {
        if let Some(place) = table.column(&property.name).filter(|_| !property.nullable) {
            row[place] = Cell::from_json(&plausible(contract, &property.shape, &property.name, 0));
        }
    }
    row[table.key] = Cell::Text(id.to_ascii_lowercase().into());
    row.into()
}

/// Properties that exchanges show of open entities and their shapes do not know, by set.
pub(super) type Undocumented = BTreeMap<String, Vec<Property>>;

/// Those of all sets.
pub(super) fn undocumented(contract: &Contract) -> Undocumented {
    let mut undocumented = Undocumented::new();
    for exchange in &contract.exchanges {
        let Some(operation) = contract.operation(&exchange.operation) else { continue };
        let Some((shape, entities)) = entities(contract, operation, exchange) else { continue };
        let Shape::Object { open: true, set: Some(of), .. } = contract.resolve(shape) else { continue };
        let extra = undocumented.entry(of.name.clone()).or_default();
        for (name, value) in entities.into_iter().flatten() {
            let known = properties(contract, shape).iter().chain(&*extra).any(|property| property.name == *name);
            if !known && !name.contains('@') {
                extra.push(Property {
                    name: name.clone(),
                    shape: if value.is_boolean() { Shape::Boolean } else { Shape::Any },
                    required: false,
                    nullable: true,
                    source: operation.source.clone(),
                    origin: exchange.origin.clone(),
                });
            }
        }
    }
    undocumented
}

/// A value that fits a shape; `index` tells entities apart.
pub(super) fn plausible(contract: &Contract, shape: &Shape, name: &str, index: usize) -> Value {
    match contract.resolve(shape) {
        Shape::Object { properties, .. } => {
            let value = |property: &Property| plausible(contract, &property.shape, &property.name, index);
            properties
                .iter()
                .filter(|property| !property.name.contains('@'))
                .map(|property| (property.name.clone(), value(property)))
                .collect::<Map<_, _>>()
                .into()
        }
        Shape::List { of, min, .. } => (0..*min).map(|nth| plausible(contract, of, name, index + nth)).collect(),
        Shape::Text { format, .. } => match format.as_deref() {
            Some("uuid") => json!(guid(name, index)),
            Some("date-time") => {
                json!(format_instant(FIRST + HOUR * i64::try_from(index % 10_000).unwrap_or_default()))
            }
            _ => json!(format!("{name} {index}")),
        },
        Shape::Enum { members, .. } => {
            let known: Vec<_> = members.iter().take_while(|member| *member != SENTINEL).collect();
            known.get(index % known.len().max(1)).map_or(Value::Null, |member| json!(member))
        }
        Shape::Boolean => json!(false),
        Shape::Integer { min, max } => json!(min.or(max.map(|max| max.min(0))).unwrap_or(0)),
        Shape::Number => json!(0),
        Shape::Any | Shape::Named { .. } => Value::Null,
    }
}

/// 2026-01-01T00:00:00Z in ticks.
const FIRST: i64 = 17_672_256_000_000_000;
const HOUR: i64 = 36_000_000_000;

/// A GUID out of a name and a number, always the same.
fn guid(name: &str, index: usize) -> String {
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    format!("{hash:08x}-0000-4000-8000-{index:012x}")
}

fn tables(contracts: &[Contract]) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    for contract in contracts {
        let undocumented = undocumented(contract);
        for shape in contract.shapes.values() {
            let Shape::Object { properties, set: Some(set), .. } = shape else { continue };
            let place = tables.iter().position(|table| table.set == set.name).unwrap_or_else(|| {
                tables.push(Table::new(&set.name, &set.key));
                tables.len() - 1
            });
            for property in properties.iter().chain(undocumented.get(&set.name).into_iter().flatten()) {
                if tables[place].column(&property.name).is_none() {
                    tables[place].columns.push(property.name.clone());
                }
            }
        }
    }
    tables
}

/// A contract, and what its exchanges show beyond it, looked up once for each set.
struct Seen<'a> {
    contract: &'a Contract,
    extra: Undocumented,
    /// Nested sets, and those that their members belong to.
    nested: Vec<(&'a str, &'a str)>,
    /// Documented entities, with the sets that they are of.
    shown: Vec<(&'a str, &'a Map<String, Value>)>,
}

impl<'a> Seen<'a> {
    fn of(contract: &'a Contract) -> Self {
        let nested = contract.operations.iter().filter_map(|operation| {
            let owner = operation.of.as_ref()?;
            Some((contract.served_set(operation)?.name.as_str(), owner.set.as_str()))
        });
        let shown = contract.exchanges.iter().filter_map(|exchange| {
            let (shape, entities) = entities(contract, contract.operation(&exchange.operation)?, exchange)?;
            let set = contract.entity_set(shape)?;
            Some(entities.into_iter().map(move |entity| (set.name.as_str(), entity)))
        });
        let extra = undocumented(contract);
        Self { contract, extra, nested: nested.collect(), shown: shown.flatten().collect() }
    }

    /// The enum members of one documented entity, the same one for the same index: members out
    /// of several would make a state that no page shows.
    fn member(&self, set: &str, property: &Property, index: usize) -> Option<&'a Value> {
        let Shape::Enum { .. } = self.contract.resolve(&property.shape) else { return None };
        let shown: Vec<_> = self.shown.iter().filter(|(of, _)| *of == set).collect();
        let (_, entity) = shown.get(index.checked_rem(shown.len())?)?;
        entity.get(&property.name).filter(|value| fits(self.contract, &property.shape, value))
    }

    /// A text like that of a documented entity, and unlike that of any other: `alexw7@contoso.com`.
    fn like(&self, set: &str, property: &Property, index: usize) -> Option<String> {
        let Shape::Text { format: None, .. } = self.contract.resolve(&property.shape) else { return None };
        let shown = self.shown.iter().filter(|(of, _)| *of == set);
        let texts: Vec<&str> = shown.filter_map(|(_, entity)| entity.get(&property.name)?.as_str()).collect();
        let text = texts.get(index.checked_rem(texts.len())?)?;
        Some(match text.split_once('@') {
            Some((name, host)) => format!("{name}{index}@{host}"),
            None => format!("{text} {index}"),
        })
    }

    /// The enumerations of some documented state, of an entity or of its past.
    fn state(&self, shape: &Shape, index: usize) -> Map<String, Value> {
        let Some(set) = self.contract.entity_set(shape) else { return Map::new() };
        let is_of = |of: &str| of == set.name || self.nested.contains(&(of, &set.name));
        let shown: Vec<_> = self.shown.iter().filter(|(of, _)| is_of(of)).collect();
        let Some((_, state)) = index.checked_rem(shown.len()).and_then(|place| shown.get(place)) else {
            return Map::new();
        };
        let is_enum = |property: &&Property| matches!(self.contract.resolve(&property.shape), Shape::Enum { .. });
        let enums = properties(self.contract, shape).iter().filter(is_enum);
        enums.filter_map(|property| Some((property.name.clone(), state.get(&property.name)?.clone()))).collect()
    }

    fn extra(&self, set: &str) -> &[Property] {
        self.extra.get(set).map(Vec::as_slice).unwrap_or_default()
    }

    fn is_nested(&self, set: &str) -> bool {
        self.nested.iter().any(|(nested, _)| *nested == set)
    }
}

/// Adds a member, unless it is there: documented values where they fit, plausible ones elsewhere.
fn insert(store: &mut Store, seen: &Seen<'_>, shape: &Shape, entity: &Map<String, Value>) {
    if let Some(table) = table_of(store, seen, shape) {
        insert_into(table, seen, shape, entity, None);
    }
}

/// The table of an entity shape.
fn table_of<'s>(store: &'s mut Store, seen: &Seen<'_>, shape: &Shape) -> Option<&'s mut Table> {
    let set = seen.contract.entity_set(shape)?;
    store.tables.iter_mut().find(|table| table.set == set.name)
}

/// The same, of a nested set where the entity is named that the member belongs to.
fn insert_into(table: &mut Table, seen: &Seen<'_>, shape: &Shape, entity: &Map<String, Value>, owner: Option<&str>) {
    let contract = seen.contract;
    let Some(set) = contract.entity_set(shape) else { return };
    let Some(id) = entity.get(&set.key).and_then(Value::as_str).map(str::to_ascii_lowercase) else { return };
    let (key, owner_id, owner) = (Key::of(&id), owner, owner.map(Key::of));
    let members = owner.as_ref().map_or(Some(&table.rows), |owner| table.group(owner));
    let index = members.map_or(0, |members| members.len());
    let known = members.and_then(|members| members.get(&key)).cloned();
    let is_new = known.is_none();
    let mut row = known.unwrap_or_else(|| vec![Cell::Null; table.columns.len()].into());
    for property in properties(contract, shape).iter().chain(seen.extra(&set.name)) {
        // Of what another version knows already, this one adds what that one lacks.
        let Some(place) = table.column(&property.name).filter(|place| is_new || row[*place] == Cell::Null) else {
            continue;
        };
        row[place] = match entity.get(&property.name) {
            Some(Value::Null) if property.nullable => Cell::Null,
            Some(value) if fits(contract, &property.shape, value) => Cell::from_json(value),
            None if !is_new && property.nullable => Cell::Null,
            _ => made_up(seen, &set.name, property, index),
        };
    }
    if !is_new {
        table.replace(owner.as_ref(), key, row);
        return;
    }
    row[table.key] = Cell::Text(id.into());
    let names_owner = contract.owner(&set.name).and_then(|of| table.column(&of.property));
    if let (Some(place), Some(owner)) = (names_owner, owner_id.filter(|_| owner.is_some())) {
        row[place] = Cell::Text(owner.into());
    }
    match owner {
        Some(owner) => table.add(owner, key, row, usize::MAX, usize::MAX),
        None => {
            table.rows.insert(key, row);
        }
    }
}

/// Whether a documented value can be answered. Pages show null for whatever an answer may leave
/// out, and names for people where there is an enumeration.
fn fits(contract: &Contract, shape: &Shape, value: &Value) -> bool {
    if let (Shape::Enum { members, .. }, Value::String(member)) = (contract.resolve(shape), value) {
        return members.contains(member);
    }
    fn known(value: &Value) -> Value {
        match value {
            Value::Object(object) => {
                let known_ones = object.iter().filter(|(_, value)| !value.is_null());
                known_ones.map(|(name, value)| (name.clone(), known(value))).collect::<Map<_, _>>().into()
            }
            Value::Array(items) => items.iter().map(known).collect(),
            other => other.clone(),
        }
    }
    check(contract, shape, &Json::from(&known(value))).is_ok()
}

/// Whether the set holds an entity with the same identity and other values. Pages show one
/// account in several states, so that each example looks right.
fn contradicts(store: &Store, contract: &Contract, shape: &Shape, entity: &Map<String, Value>) -> bool {
    let held = contract.entity_set(shape).and_then(|set| {
        let table = store.tables.iter().find(|table| table.set == set.name)?;
        Some((table, table.get(entity.get(&set.key)?.as_str()?)?))
    });
    let Some((table, row)) = held else { return false };
    properties(contract, shape).iter().filter(|property| Some(property.name.as_str()) != key(contract, shape)).any(
        |property| match (entity.get(&property.name), table.column(&property.name)) {
            (Some(value), Some(place)) if fits(contract, &property.shape, value) => {
                row[place] != Cell::from_json(value)
            }
            _ => false,
        },
    )
}

/// The same entity under an identity of its own.
fn twin(store: &Store, contract: &Contract, shape: &Shape, entity: &Map<String, Value>) -> Map<String, Value> {
    let mut entity = entity.clone();
    let n_members = store.tables.iter().map(|table| table.rows.len()).sum();
    if let Some(key) = key(contract, shape) {
        entity.insert(key.to_owned(), json!(guid("twin", n_members)));
    }
    entity
}

fn key<'a>(contract: &'a Contract, shape: &'a Shape) -> Option<&'a str> {
    contract.entity_set(shape).map(|set| set.key.as_str())
}

/// The entities in the body of a documented answer, and their shape.
fn entities<'a>(
    contract: &'a Contract,
    operation: &'a Operation,
    exchange: &'a Exchange,
) -> Option<(&'a Shape, Vec<&'a Map<String, Value>>)> {
    let shape = operation.success.shape.as_ref()?;
    let body = exchange.response.body.as_ref()?.as_object()?;
    let wrapped = body.get("value");
    if let Some(entity) = contract.page_of(shape) {
        let items = wrapped?.as_array()?;
        return Some((entity, items.iter().filter_map(Value::as_object).collect()));
    }
    let set = contract.entity_set(shape)?;
    // Some pages show a single entity wrapped like a list.
    let entity = match wrapped {
        _ if body.contains_key(&set.key) => Some(body),
        Some(Value::Array(items)) => items.first().and_then(Value::as_object),
        Some(Value::Object(entity)) => Some(entity),
        _ => None,
    };
    Some((shape, entity.into_iter().collect()))
}

/// The sets and identities that the request of an exchange names: those that an effect acts
/// on, and the key in the path of an operation that answers an entity.
fn named<'a>(contract: &'a Contract, exchange: &'a Exchange) -> Vec<(EntitySet, &'a str)> {
    let Some(operation) = contract.operation(&exchange.operation) else { return Vec::new() };
    let in_path = |parameter| in_path(contract, operation, exchange, parameter);
    let mut named = Vec::new();
    for effect in &operation.effects {
        let set = EntitySet { name: effect.set.clone(), key: effect.key.clone() };
        match &effect.ids {
            ValueSource::Path(name) => named.extend(in_path(Some(name)).map(|id| (set, id))),
            ValueSource::Body(name) => match exchange.request.body.as_ref().and_then(|body| body.get(name)) {
                Some(Value::Array(ids)) => {
                    named.extend(ids.iter().filter_map(Value::as_str).map(|id| (set.clone(), id)))
                }
                Some(Value::String(id)) => named.push((set, id)),
                _ => {}
            },
        }
    }
    let answered = operation.success.shape.as_ref().and_then(|shape| contract.entity_set(shape));
    if let (Some(set), Some(id), None) = (answered, in_path(None), &operation.of) {
        named.push((set.clone(), id));
    }
    named
}

/// A path parameter of the request of an exchange, the last one if none is named.
fn in_path<'a>(
    contract: &Contract,
    operation: &Operation,
    exchange: &'a Exchange,
    parameter: Option<&str>,
) -> Option<&'a str> {
    let path = exchange.target(&contract.api).map(|target| target.path).unwrap_or_default();
    let template = operation.paths().find(|template| template.matches(&path).is_some())?;
    let parameter = parameter.or(template.parameters().last())?;
    let place = template.as_str().split('/').position(|segment| segment == format!("{{{parameter}}}"))?;
    let (_, below) = exchange.url.split_once(&format!("/{}/", contract.api))?;
    below.split('?').next()?.split('/').nth(place.checked_sub(1)?)
}

pub(super) fn entity_shape<'a>(contract: &'a Contract, set: &str) -> Option<&'a Shape> {
    contract.shapes.values().find(|shape| contract.entity_set(shape).is_some_and(|found| found.name == set))
}

pub(super) fn properties<'a>(contract: &'a Contract, shape: &'a Shape) -> &'a [Property] {
    match contract.resolve(shape) {
        Shape::Object { properties, .. } => properties,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOWN: &str = "C2B6C2B9-dddc-acd0-2b39-d519d803dbc3";

    #[test]
    fn every_entity_that_an_exchange_names_is_there_with_the_documented_values() {
        let contracts = crate::embedded::contracts();
        let store = store(contracts, &Given::new(), 0).expect("fits");
        for contract in contracts {
            for exchange in &contract.exchanges {
                for (set, id) in named(contract, exchange) {
                    let table = store.tables.iter().find(|table| table.set == set.name).expect("table");
                    assert!(table.get(id).is_some(), "{id} of {}", exchange.name);
                }
            }
        }
        let table = store.tables.iter().find(|table| table.get(SHOWN).is_some()).expect("documented");
        let level = table.column("riskLevel").expect("column");
        let shown = table.get(SHOWN).expect("documented");
        assert_eq!(shown[level], Cell::Text("high".into()), "the page for one entity, not the list");
        let made = table.get("04487ee0-f4f6-4e7f-8999-facc5a30e232").expect("documented");
        assert!(matches!(made[level], Cell::Text(_)));
        let state = table.column("riskState").expect("column");
        assert_eq!(made[state], Cell::Text("atRisk".into()), "a state that a page shows");
    }

    #[test]
    fn made_up_entities_are_as_many_as_asked_for_and_always_the_same() {
        let contracts = crate::embedded::contracts();
        let store = |generated| store(contracts, &Given::new(), generated).expect("fits");
        let (none, some) = (store(0), store(50));
        let more = some.tables[0].rows.len() - none.tables[0].rows.len();
        assert_eq!(more, 50);
        assert_eq!(format!("{:?}", store(50)), format!("{some:?}"));
    }
}
