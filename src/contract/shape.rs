//! The form of a JSON value, as far as Graph's descriptions need it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Contract, Origin, Source};

/// The form of a JSON value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Shape {
    /// The form that another name stands for.
    Named {
        /// A key of [`Contract::shapes`].
        name: String,
    },
    /// An object.
    Object {
        /// Its known properties, in order.
        properties: Vec<Property>,
        /// Whether it may hold others.
        open: bool,
        /// The entity set that it is a member of.
        set: Option<EntitySet>,
    },
    /// A list.
    List {
        /// The form of each item.
        of: Box<Shape>,
        /// Fewest items.
        min: usize,
        /// Most items.
        max: Option<usize>,
        /// Who states the bounds.
        bound: Option<Source>,
        /// Where our description states them.
        bound_origin: Option<Origin>,
    },
    /// A string.
    Text {
        /// `uuid`, `date-time` or another format of OpenAPI.
        format: Option<String>,
        /// Fewest characters.
        min_length: usize,
    },
    /// A string out of an open list: the service may add members.
    Enum {
        /// The members that are known.
        members: Vec<String>,
        /// Who lists them.
        source: Source,
        /// Who lists a member that the source of all does not.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        other_sources: BTreeMap<String, Source>,
        /// Where our description lists them.
        origin: Origin,
    },
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer {
        /// The least.
        min: Option<i64>,
        /// The greatest.
        max: Option<i64>,
    },
    /// Any number.
    Number,
    /// Anything.
    Any,
}

/// One property of an object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Property {
    /// Its name.
    pub name: String,
    /// The form of its value.
    pub shape: Shape,
    /// Whether it must be there.
    pub required: bool,
    /// Whether `null` may stand for its value.
    pub nullable: bool,
    /// Who says so.
    pub source: Source,
    /// Where our description says so.
    pub origin: Origin,
}

/// The collection that an entity belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntitySet {
    /// Its name: `riskyUsers`.
    pub name: String,
    /// The property that identifies a member.
    pub key: String,
}

impl Shape {
    /// A few words for people: `list of uuid`, `riskLevel`, `boolean`.
    #[must_use]
    pub fn describe(&self, contract: &Contract) -> String {
        match self {
            Self::Named { name } => match contract.resolve(self) {
                Self::Object { .. } | Self::Enum { .. } | Self::Named { .. } => name.clone(),
                resolved => resolved.describe(contract),
            },
            Self::Object { .. } => "object".to_owned(),
            Self::List { of, .. } => format!("list of {}", of.describe(contract)),
            Self::Text { format, .. } => format.clone().unwrap_or_else(|| "string".to_owned()),
            Self::Enum { .. } => "enum".to_owned(),
            Self::Boolean => "boolean".to_owned(),
            Self::Integer { .. } => "integer".to_owned(),
            Self::Number => "number".to_owned(),
            Self::Any => "any".to_owned(),
        }
    }
}
