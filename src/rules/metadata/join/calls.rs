//! What is given to a call and what is answered.

use super::operations::subject;
use super::types::{self, Fit};
use super::walk::Place;
use super::{Join, Said, What, resources};
use crate::contract::{self, FactId, Operation, Shape};
use crate::metadata::{Call, Parameter, TypeRef};

impl<'a> Join<'a> {
    /// A call that was found: its method, parameters and answer.
    pub(super) fn call(&mut self, operation: &'a Operation, call: &'a Call) {
        let said = Said::at(&operation.source, &operation.origin);
        let fact = FactId::of(&self.contract.api, operation, "method", None);
        let method = What::Method { call, described: &operation.method };
        self.pair(&subject(operation), fact, call.line, said, method);
        match call.is_action {
            true => self.body(operation, call),
            false => self.arguments(operation, call),
        }
        let line = call.returns.as_ref().map_or(call.line, |returns| returns.line);
        self.returns(operation, line, call.returns.as_ref().map(|returns| &returns.of));
    }

    /// The parameters of an action are the properties of the body.
    fn body(&mut self, operation: &'a Operation, call: &'a Call) {
        let properties: &[contract::Property] =
            match operation.body.as_ref().map(|body| self.contract.resolve(&body.shape)) {
                Some(Shape::Object { properties, open, .. }) if !properties.is_empty() || !open => properties,
                None => &[],
                // Whatever may stand in it, the description does not say.
                Some(_) => return,
            };
        for property in properties {
            let declared = call.given().iter().find(|parameter| parameter.name == property.name);
            self.parameter(operation, call, &property.name, Some(Some(property)), declared);
        }
        for parameter in call.given() {
            if !properties.iter().any(|property| property.name == parameter.name) {
                self.parameter(operation, call, &parameter.name, None, Some(parameter));
            }
        }
    }

    /// The parameters of a function stand in the path: `between(from={from},to={to})`.
    fn arguments(&mut self, operation: &'a Operation, call: &'a Call) {
        let inside = operation.path.as_str().rsplit_once('(').map_or("", |(_, inside)| inside.trim_end_matches(')'));
        let names = inside.split(',').filter_map(|argument| argument.split('=').next()).map(str::trim);
        let names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
        for name in &names {
            let declared = call.given().iter().find(|parameter| parameter.name == *name);
            self.parameter(operation, call, name, Some(None), declared);
        }
        for parameter in call.given() {
            if !names.contains(&parameter.name.as_str()) {
                self.parameter(operation, call, &parameter.name, None, Some(parameter));
            }
        }
    }

    fn parameter(
        &mut self,
        operation: &'a Operation,
        call: &'a Call,
        name: &'a str,
        described: Option<Option<&'a contract::Property>>,
        declared: Option<&'a Parameter>,
    ) {
        let fit = match (described.flatten(), declared) {
            (Some(property), Some(parameter)) => {
                types::fit(self.contract, self.metadata, &property.shape, &parameter.of)
            }
            _ => Fit::Unknown,
        };
        let body = operation.body.as_ref().map_or(&operation.origin, |body| &body.origin);
        let said = match described {
            Some(Some(property)) => Said::at(&property.source, &property.origin),
            Some(None) => Said::at(&operation.source, &operation.origin),
            None => Said::nothing(body),
        };
        let fact = FactId::of(&self.contract.api, operation, "body", Some(name));
        let line = declared.map_or(call.line, |parameter| parameter.line);
        self.pair(&subject(operation), fact, line, said, What::Parameter { name, described, declared, fit });
    }

    /// What reading a place answers. What adding to it answers is OData's affair.
    pub(super) fn reading(&mut self, operation: &'a Operation, place: &Place) {
        if operation.method == "GET" {
            self.returns(operation, place.line, Some(&place.of));
        }
    }

    fn returns(&mut self, operation: &'a Operation, line: usize, declared: Option<&TypeRef>) {
        let contract = self.contract;
        let shape = operation.success.shape.as_ref();
        let fit = match (declared, shape) {
            (None, None) => Fit::Same,
            (Some(of), Some(shape)) => answer_fit(self, shape, of),
            _ => Fit::Different,
        };
        let described = match shape.map(|shape| (shape, value_of(contract, shape))) {
            None => "nothing".to_owned(),
            Some((shape, Some(value)))
                if types::schema_name(contract, value).is_none() || contract.page_of(shape).is_some() =>
            {
                value.describe(contract)
            }
            Some((shape, _)) => shape.describe(contract),
        };
        let declared = declared.map_or_else(|| "nothing".to_owned(), |of| of.text.clone());
        let fact = FactId::of(&contract.api, operation, "success", None);
        let said = Said::at(&operation.success.source, &operation.success.origin);
        self.pair(&subject(operation), fact, line, said, What::Returns { declared, described, fit });
    }

    /// Actions on entities of the description that no operation of it calls.
    pub(super) fn other_calls(&mut self) {
        let contract = self.contract;
        let called = std::mem::take(&mut self.called);
        for (name, shape) in &contract.shapes {
            let Shape::Object { set: Some(_), properties, .. } = shape else { continue };
            let Some(named) = self.metadata.named(name) else { continue };
            let reader = contract.operations.iter().find(|operation| {
                operation.method == "GET" && resources::served(contract, operation) == Some((name, true))
            });
            for call in
                self.metadata.calls.iter().filter(|call| call.is_action && !called.contains(&std::ptr::from_ref(*call)))
            {
                let Some(binding) = call.binding() else { continue };
                if !self.metadata.find(&binding.of.name).is_some_and(|on| std::ptr::eq(on, named)) {
                    continue;
                }
                let fact = match reader {
                    Some(list) => {
                        let item = if binding.of.is_collection { "" } else { "/{id}" };
                        FactId(format!("{} POST {}{item}/{}#path", contract.api, list.path, call.name))
                    }
                    None => FactId::about(&contract.api, name, "action", Some(&call.name)),
                };
                let Some(origin) = reader.map(|list| &list.origin).or(properties.first().map(|first| &first.origin))
                else {
                    continue;
                };
                self.pair(name, fact, call.line, Said::nothing(origin), What::OtherCall { call });
            }
        }
    }
}

/// OData puts a list, or a value that is no object, into a property of the answer.
fn value_of<'a>(contract: &'a contract::Contract, shape: &'a Shape) -> Option<&'a Shape> {
    let Shape::Object { properties, set: None, .. } = contract.resolve(shape) else { return None };
    properties.iter().find(|property| property.name == "value").map(|property| &property.shape)
}

fn answer_fit(join: &Join<'_>, shape: &Shape, of: &TypeRef) -> Fit {
    let value = value_of(join.contract, shape);
    let is_primitive = join.metadata.underlying(of).starts_with("Edm.");
    match value.filter(|_| of.is_collection || is_primitive) {
        Some(value) => types::fit(join.contract, join.metadata, value, of),
        None => types::fit(join.contract, join.metadata, shape, of),
    }
}
