//! One action on members of a set, as its contract has it: how it is called with so many identities,
//! what it makes of a member, and by which reads that can be seen.

use serde_json::{Map, Value, json};

use super::group::Offer;
use super::{Id, IdForm};
use crate::contract::{Contract, Effect, EntitySet, Missing, Operation, Shape, ValueSource};

/// How many identities an action takes that are not bounded by its contract. An assumption: the
/// documented bound of its neighbours.
const UNBOUNDED: usize = 60;

/// An action that takes identities.
#[derive(Debug, Clone, Copy)]
pub struct Action {
    /// The version that it is of.
    pub contract: &'static Contract,
    /// The operation.
    pub operation: &'static Operation,
    /// What it makes of a member, where that is described.
    pub effect: Option<&'static Effect>,
    /// How many identities one call takes.
    pub most: usize,
    /// What identities look like.
    pub form: IdForm,
    ids: Place,
}

/// Where identities go.
#[derive(Debug, Clone, Copy)]
enum Place {
    Body(&'static str),
    Path(&'static str),
}

impl Action {
    /// The action of an operation; `None` if it takes no identities.
    #[must_use]
    pub fn new(offer: Offer) -> Option<Self> {
        let Offer { contract, operation } = offer;
        let effect = operation.effects.first();
        let (ids, shape) = match effect.map(|effect| &effect.ids) {
            Some(ValueSource::Body(name)) => (Place::Body(name), Some(in_body(contract, operation, name)?)),
            Some(ValueSource::Path(name)) => (Place::Path(name), None),
            // Nothing is said of what it does: whom it does it to stands in its path.
            None => (Place::Path(operation.path.parameters().next()?), None),
        };
        let shape = shape.or_else(|| match ids {
            Place::Path(name) => operation.parameters.iter().find(|(known, _)| known == name).map(|(_, shape)| shape),
            Place::Body(_) => None,
        });
        let (most, item) = match (ids, shape.map(|shape| contract.resolve(shape))) {
            (Place::Body(_), Some(Shape::List { of, max, .. })) => {
                (max.unwrap_or(UNBOUNDED), Some(contract.resolve(of)))
            }
            (_, shape) => (1, shape),
        };
        let form = match item {
            Some(Shape::Text { format: Some(format), .. }) if format == "uuid" => IdForm::Guid,
            _ => IdForm::Text,
        };
        Some(Self { contract, operation, effect, most: most.max(1), form, ids })
    }

    /// The arguments of a call for these identities. A call of an action that takes one at a time has
    /// exactly one.
    #[must_use]
    pub fn arguments<'a>(&self, ids: impl IntoIterator<Item = &'a Id>) -> Map<String, Value> {
        let mut texts = ids.into_iter().map(|id| Value::String(id.to_string()));
        let mut arguments = Map::new();
        match self.ids {
            Place::Body(name) if self.most > 1 => {
                arguments.insert("body".to_owned(), json!({name: texts.collect::<Vec<_>>()}));
            }
            Place::Body(name) => {
                arguments.insert("body".to_owned(), json!({name: texts.next()}));
            }
            Place::Path(name) => {
                arguments.insert(name.to_owned(), texts.next().unwrap_or_default());
            }
        }
        arguments
    }

    /// The reads by which its effect can be seen; `None` where no effect is described, or no read of
    /// its set.
    #[must_use]
    pub fn members(&self) -> Option<Members> {
        Members::of(self.contract, &self.effect?.set)
    }

    /// Whether it may be done to members that the set does not hold.
    #[must_use]
    pub fn creates(&self) -> bool {
        self.effect.is_some_and(|effect| effect.missing == Missing::Create)
    }

    /// The other actions on the same set that take each identity as given, and are not to be undone by
    /// chance: `confirm-compromised` for `dismiss`.
    pub fn contradictions(&self) -> impl Iterator<Item = (&'static Operation, &'static Effect)> + use<> {
        let set = self.effect.map(|effect| effect.set.as_str());
        let (filters, id) = (self.operation.command.filters, self.operation.id.as_str());
        let of_set = move |effect: &&Effect| Some(effect.set.as_str()) == set;
        let others =
            self.contract.operations.iter().filter(move |other| filters && other.id != id && !other.command.filters);
        others.filter_map(move |other| Some((other, other.effects.first().filter(of_set)?)))
    }
}

fn in_body(contract: &'static Contract, operation: &'static Operation, name: &str) -> Option<&'static Shape> {
    let Shape::Object { properties, .. } = contract.resolve(&operation.body.as_ref()?.shape) else { return None };
    properties.iter().find(|property| property.name == name).map(|property| &property.shape)
}

/// The reads of a set.
#[derive(Debug, Clone, Copy)]
pub struct Members {
    /// The version that they are of.
    pub contract: &'static Contract,
    /// The set.
    pub set: &'static EntitySet,
    /// Reads a page of it.
    pub list: Option<&'static Operation>,
    /// Reads one member.
    pub get: Option<&'static Operation>,
    /// The form of a member.
    pub shape: &'static Shape,
}

impl Members {
    /// The reads of a set of this name; `None` if there is none.
    #[must_use]
    pub fn of(contract: &'static Contract, set: &str) -> Option<Self> {
        let mut found: Option<Self> = None;
        for operation in contract.operations.iter().filter(|operation| !operation.acts() && operation.of.is_none()) {
            let Some(answer) = operation.success.shape.as_ref() else { continue };
            let page = contract.page_of(answer);
            let shape = page.unwrap_or(answer);
            let Some(known) = contract.entity_set(shape).filter(|known| known.name == set) else { continue };
            let members = found.get_or_insert(Self { contract, set: known, list: None, get: None, shape });
            let place = if page.is_some() { &mut members.list } else { &mut members.get };
            place.get_or_insert(operation);
        }
        found
    }

    /// How many members a page holds at most; `None` where nobody says, and nothing is asked for then.
    #[must_use]
    pub fn page(&self) -> Option<i64> {
        let top = self.option("$top")?;
        match self.contract.resolve(top) {
            Shape::Integer { max, .. } => *max,
            _ => None,
        }
    }

    /// Whether a page may be asked for with this query option.
    #[must_use]
    pub fn takes(&self, option: &str) -> bool {
        self.option(option).is_some()
    }

    fn option(&self, name: &str) -> Option<&'static Shape> {
        let query = &self.list?.query;
        query.iter().find(|option| option.name == name).map(|option| &option.shape)
    }

    /// What identities of its members look like.
    #[must_use]
    pub fn form(&self) -> IdForm {
        let parameter = self.get.and_then(|get| get.parameters.first()).map(|(_, shape)| self.contract.resolve(shape));
        match parameter {
            Some(Shape::Text { format: Some(format), .. }) if format == "uuid" => IdForm::Guid,
            _ => IdForm::Text,
        }
    }
}
