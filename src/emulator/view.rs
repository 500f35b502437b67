//! How one version of an API sees an entity set: which properties, in which order, of which
//! kind, and how a member is written as JSON.

use std::sync::Arc;

use super::state::{Cell, Row, Table, write_text};
use crate::contract::{Contract, Property, Shape};
use crate::odata::{Column, Kind};

/// An entity shape of one contract, tied to the table that holds its members.
#[derive(Debug)]
pub(super) struct View {
    /// The table in the store.
    pub(super) table: usize,
    /// Name of the set.
    pub(super) set: String,
    /// The properties, in the order of the contract.
    pub(super) columns: Vec<Column>,
    /// The place of each property in the table.
    pub(super) places: Vec<usize>,
    /// Each property's name as JSON, with its colon.
    names: Vec<Vec<u8>>,
    /// For each property, the members of its enumeration that only an asking client sees.
    late: Vec<Vec<Arc<str>>>,
    /// Whether other properties than these may be answered.
    pub(super) open: bool,
}

/// The member that ends what every client of an evolvable enumeration knows (Graph's best
/// practices); those behind it are answered as this one unless asked for.
pub(super) const SENTINEL: &str = "unknownFutureValue";

impl View {
    /// Ties an entity shape to the table of its set. `None` if it is not an entity.
    pub(super) fn new(contract: &Contract, shape: &Shape, tables: &[Table], extra: &[Property]) -> Option<Self> {
        let Shape::Object { properties, open, set: Some(set) } = contract.resolve(shape) else {
            return None;
        };
        let table = tables.iter().position(|table| table.set == set.name)?;
        let mut view = Self {
            table,
            set: set.name.clone(),
            columns: Vec::new(),
            places: Vec::new(),
            names: Vec::new(),
            late: Vec::new(),
            open: *open,
        };
        for property in properties.iter().chain(extra) {
            let mut name = Vec::new();
            write_text(&property.name, &mut name);
            name.push(b':');
            view.names.push(name);
            view.places.push(tables[table].column(&property.name)?);
            view.late.push(late(contract, &property.shape));
            view.columns.push(Column { name: property.name.clone(), kind: kind(contract, &property.shape) });
        }
        Some(view)
    }

    /// Appends a member's properties, without braces; `selected` are places in the columns.
    pub(super) fn write(&self, row: &Row, selected: Option<&[usize]>, all_members: bool, json: &mut Vec<u8>) {
        let count = selected.map_or(self.columns.len(), <[usize]>::len);
        for nth in 0..count {
            let column = selected.map_or(nth, |selected| selected[nth]);
            if nth > 0 {
                json.push(b',');
            }
            json.extend_from_slice(&self.names[column]);
            match &row[self.places[column]] {
                Cell::Text(text) if !all_members && self.late[column].contains(text) => write_text(SENTINEL, json),
                cell => cell.write(json),
            }
        }
    }
}

fn kind(contract: &Contract, shape: &Shape) -> Kind {
    let named = match shape {
        Shape::Named { name } => Some(name.clone()),
        _ => None,
    };
    match contract.resolve(shape) {
        Shape::Text { format, .. } => match format.as_deref() {
            Some("uuid") => Kind::Guid,
            Some("date-time") => Kind::Instant,
            _ => Kind::Text,
        },
        Shape::Enum { members, .. } => Kind::Enum { name: named, members: members.clone() },
        Shape::Boolean => Kind::Boolean,
        Shape::Integer { .. } | Shape::Number => Kind::Number,
        Shape::Object { .. } | Shape::List { .. } | Shape::Any | Shape::Named { .. } => Kind::Other,
    }
}

fn late(contract: &Contract, shape: &Shape) -> Vec<Arc<str>> {
    let Shape::Enum { members, .. } = contract.resolve(shape) else {
        return Vec::new();
    };
    let behind = members.iter().skip_while(|member| *member != SENTINEL).skip(1);
    behind.map(|member| member.as_str().into()).collect()
}
