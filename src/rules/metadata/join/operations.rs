//! Operations: where their paths lead, and what is called and answered there.

use super::resources::{self, Resource};
use super::walk::{self, Place, Walk};
use super::{Join, Lost, Said, What};
use crate::contract::{FactId, Operation};
use crate::metadata::Call;

/// What the paths of an operation lead to.
#[derive(Default)]
struct Reached<'a> {
    /// Each once: aliases mean the same, and may lead elsewhere.
    places: Vec<Place>,
    call: Option<&'a Call>,
    /// Paths whose last segment is nothing that its type has.
    lacks: Vec<Lack<'a>>,
    /// Whether anything was compared.
    spoken: bool,
}

/// A path that names no action or function of what it leads to.
struct Lack<'a> {
    fact: FactId,
    said: Said<'a>,
    path: &'a str,
    lost: Lost,
    line: usize,
}

impl<'a> Join<'a> {
    pub(super) fn operations(&mut self) {
        let contract = self.contract;
        for operation in &contract.operations {
            let mut reached = self.paths(operation);
            if reached.call.is_none()
                && reached.places.is_empty()
                && reached.lacks.is_empty()
                && operation.method != "GET"
            {
                self.by_resource(operation, &mut reached);
            }
            self.lacks(operation, &mut reached);
            if let Some(call) = reached.call {
                self.called.insert(call);
                let on = call.binding().map_or("nothing", |binding| &binding.of.text).to_owned();
                self.call_pair(operation, call.line, on, Some(call));
                self.call(operation, call);
                reached.spoken = true;
            }
            for place in reached.places.iter().filter(|_| reached.call.is_none()) {
                self.reading(operation, place);
            }
            // Its paths may lie outside, and what it answers may be declared all the same.
            let answers = resources::served(contract, operation).map(|(schema, _)| schema);
            if !reached.spoken && !answers.is_some_and(|schema| self.spoken.contains(schema)) {
                self.joined.operations_unspoken.push(operation.id.clone());
            }
        }
    }

    /// An action that no path leads to is missing once; one that some do, by the others.
    fn lacks(&mut self, operation: &'a Operation, reached: &mut Reached<'a>) {
        let is_found = reached.call.is_some() || !reached.places.is_empty();
        let mut is_said = false;
        for Lack { fact, said, path, lost, line } in std::mem::take(&mut reached.lacks) {
            if is_found {
                self.pair(&subject(operation), fact, line, said, What::Path { path, lost: Some(lost) });
            } else if !std::mem::replace(&mut is_said, true) {
                self.call_pair(operation, line, lost.on, None);
            }
            reached.spoken = true;
        }
    }

    fn paths(&mut self, operation: &'a Operation) -> Reached<'a> {
        let mut reached = Reached::default();
        let api = &self.contract.api;
        let canonical =
            (FactId::of(api, operation, "path", None), &operation.path, Said::at(&operation.source, &operation.origin));
        let aliases = operation.aliases.iter().map(|alias| {
            let fact = FactId::of(api, operation, "alias", Some(alias.path.as_str()));
            (fact, &alias.path, Said::at(&alias.source, &alias.origin))
        });
        let subject = subject(operation);
        for (fact, path, said) in std::iter::once(canonical).chain(aliases) {
            let path = path.as_str();
            let (line, lost) = match walk::walk(self.metadata, &operation.method, path) {
                Walk::Unspoken => continue,
                Walk::To(place) => {
                    let line = place.line;
                    if !reached.places.iter().any(|other| other.of == place.of) {
                        reached.places.push(place);
                    }
                    (line, None)
                }
                Walk::Call(call) => {
                    reached.call.get_or_insert(call);
                    (call.line, None)
                }
                Walk::Misbound { call, on_collection } => {
                    reached.call.get_or_insert(call);
                    self.pair(&subject, fact, call.line, said, What::Binding { call, on_collection });
                    reached.spoken = true;
                    continue;
                }
                Walk::Lost { lost, line, is_last: true } if operation.method != "GET" => {
                    reached.lacks.push(Lack { fact, said, path, lost, line });
                    continue;
                }
                Walk::Lost { lost, line, .. } => (line, Some(lost)),
            };
            reached.spoken = true;
            self.pair(&subject, fact, line, said, What::Path { path, lost });
        }
        reached
    }

    /// For fragments, which do not say where paths begin.
    fn by_resource(&mut self, operation: &'a Operation, reached: &mut Reached<'a>) {
        let Some((name, resource)) = resources::of(self.contract, self.metadata, operation) else { return };
        let (call, on_collection) = match resource {
            Resource::Unspoken => return,
            Resource::Named(call, on_collection) => (call, Some(on_collection)),
            Resource::Known(on, on_collection) => {
                let Some(inherited) = self.metadata.inherited(on) else { return };
                let many = on_collection.unwrap_or(true);
                match walk::bound(self.metadata, &operation.method, &inherited, name, many) {
                    Some(call) => (call, on_collection),
                    None if walk::has_all(&inherited) => {
                        self.call_pair(operation, on.line, on.name.clone(), None);
                        reached.spoken = true;
                        return;
                    }
                    None => return,
                }
            }
        };
        reached.call = Some(call);
        if let (Some(on_collection), Some(binding)) = (on_collection, call.binding())
            && binding.of.is_collection != on_collection
        {
            let fact = FactId::of(&self.contract.api, operation, "path", None);
            let said = Said::at(&operation.source, &operation.origin);
            self.pair(&subject(operation), fact, call.line, said, What::Binding { call, on_collection });
        }
    }

    fn call_pair(&mut self, operation: &'a Operation, line: usize, on: String, found: Option<&'a Call>) {
        let name = operation.path.as_str().rsplit('/').next().unwrap_or_default();
        let fact = FactId::of(&self.contract.api, operation, "path", None);
        let said = Said::at(&operation.source, &operation.origin);
        self.pair(&subject(operation), fact, line, said, What::Call { name, on, found });
    }
}

pub(super) fn subject(operation: &Operation) -> String {
    format!("{} {}", operation.method, operation.path)
}
