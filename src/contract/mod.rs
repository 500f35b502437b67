//! What an API promises, as plain data: operations, permissions, bodies, effects, documented
//! exchanges, and the flat list of facts that they amount to.
//!
//! The same types carry what the description says (`openapi/*.yaml`), what the documentation
//! says and what the emulator serves. This module must not know where a contract came from
//! (YAML, Markdown), what an HTTP library is, or how anything is printed; it does no IO.
//!
//! `build.rs` compiles this module too, so it depends on `serde` and `serde_json` only.

mod convention;
mod exchange;
mod fact;
mod operation;
mod path;
mod shape;

pub use convention::Convention;
pub use exchange::{Exchange, Message, Stated, Statement};
pub use fact::{Fact, FactId, Origin, Rests, Source};
pub use operation::{
    Alias, Becomes, Body, Clouds, Command, Effect, Given, GivenValue, Header, Licence, Log, Missing, Operation, Owner,
    Permissions, Processing, Query, Refused, Reply, Role, ValueSource,
};
pub use path::{MatchedPath, Template};
pub use shape::{EntitySet, Property, Shape};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Everything that one version of one API promises.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contract {
    /// The API version as it stands in URLs: `beta`, `v1.0`.
    pub api: String,
    /// The file that the contract was read from, relative to the package, for people.
    pub file: String,
    /// SHA-256 of that file, as `sha256sum` prints it.
    pub sha256: String,
    /// The roots at which the API is offered, the first being the default.
    pub servers: Vec<Server>,
    /// Every operation, in the order of the description.
    pub operations: Vec<Operation>,
    /// Named schemas: bodies, entities, enums, errors.
    pub shapes: BTreeMap<String, Shape>,
    /// What Graph's general pages and the HTTP standards promise of every operation.
    pub conventions: Vec<Convention>,
    /// Documented exchanges, each read from its own transcript and never from the description.
    pub exchanges: Vec<Exchange>,
}

/// A root at which an API is offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Server {
    /// The name of the cloud, as on the command line: `global`, `us-l4`, `us-l5`.
    pub cloud: String,
    /// The URL with the version: `https://graph.microsoft.com/beta`.
    pub url: String,
    /// Who says so.
    pub source: Source,
    /// Where the description says so.
    pub origin: Origin,
}

impl Contract {
    /// Where an API version stands among others: stable ones (`v1.0`) first, whatever may still
    /// change behind them. The first one in which there is an operation is the one that is meant
    /// where nobody says.
    #[must_use]
    pub fn order(&self) -> impl Ord + use<> {
        let is_stable = self.api.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        (!is_stable, self.api.clone())
    }

    /// The operation with this id.
    #[must_use]
    pub fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.id == id)
    }

    /// The operation that answers `method` at `path` (without the version), and the values of
    /// its path parameters. Literal segments win over parameters.
    #[must_use]
    pub fn route(&self, method: &str, path: &str) -> Option<(&Operation, MatchedPath)> {
        self.matching(path).into_iter().find(|(operation, _)| operation.method == method)
    }

    /// Every operation at `path`, whatever its method; those with most literal segments first.
    #[must_use]
    pub fn matching(&self, path: &str) -> Vec<(&Operation, MatchedPath)> {
        let mut found: Vec<_> = self
            .operations
            .iter()
            .flat_map(|operation| {
                operation.paths().filter_map(move |template| Some((operation, template.matches(path)?)))
            })
            .collect();
        found.sort_by_key(|(_, matched)| matched.parameters.len());
        let fewest = found.first().map(|(_, matched)| matched.parameters.len());
        found.retain(|(_, matched)| Some(matched.parameters.len()) == fewest);
        found
    }

    /// Resolves a shape that only names another one; any other shape is returned as it is.
    #[must_use]
    pub fn resolve<'a>(&'a self, shape: &'a Shape) -> &'a Shape {
        let mut shape = shape;
        // A chain of references is never longer than the number of named shapes.
        for _ in 0..=self.shapes.len() {
            match shape {
                Shape::Named { name } => match self.shapes.get(name) {
                    Some(next) => shape = next,
                    None => return shape,
                },
                _ => return shape,
            }
        }
        shape
    }

    /// The entity set whose members this shape describes, if it describes an entity.
    #[must_use]
    pub fn entity_set<'a>(&'a self, shape: &'a Shape) -> Option<&'a EntitySet> {
        match self.resolve(shape) {
            Shape::Object { set, .. } => set.as_ref(),
            _ => None,
        }
    }

    /// If `shape` is a page of entities (`{"value": [entity, …]}`), the shape of one of them.
    #[must_use]
    pub fn page_of<'a>(&'a self, shape: &'a Shape) -> Option<&'a Shape> {
        let Shape::Object { properties, .. } = self.resolve(shape) else {
            return None;
        };
        let value = properties.iter().find(|property| property.name == "value")?;
        let Shape::List { of, .. } = self.resolve(&value.shape) else {
            return None;
        };
        self.entity_set(of).map(|_| &**of)
    }

    /// The entity set that an operation answers members of, be it a page of them or one.
    #[must_use]
    pub fn served_set<'a>(&'a self, operation: &'a Operation) -> Option<&'a EntitySet> {
        let shape = operation.success.shape.as_ref()?;
        self.entity_set(self.page_of(shape).unwrap_or(shape))
    }

    /// The entity that the members of a nested set belong to; `None` for any other set.
    #[must_use]
    pub fn owner(&self, set: &str) -> Option<&Owner> {
        let of = |operation: &&Operation| self.served_set(operation).is_some_and(|served| served.name == set);
        self.operations.iter().filter(|operation| operation.of.is_some()).find(of)?.of.as_ref()
    }

    /// Every fact of the contract, in a stable order. Ids are unique.
    #[must_use]
    pub fn facts(&self) -> Vec<Fact> {
        fact::flatten(self)
    }
}
