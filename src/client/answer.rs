//! Calls by operation id: JSON arguments in, JSON out. The generated dispatcher is built on it.

use http::HeaderMap;
use progenitor_client::ResponseValue;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::Error;

/// The success of a dispatched call.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers of the answer.
    pub headers: HeaderMap,
    /// The typed answer as JSON again; `None` where none is documented.
    pub body: Option<Value>,
}

impl Answer {
    /// An answer that consists of its status.
    pub(crate) fn empty(value: &ResponseValue<()>) -> Self {
        Self { status: value.status().as_u16(), headers: value.headers().clone(), body: None }
    }

    /// An answer with a typed body.
    pub(crate) fn json<T: Serialize>(value: &ResponseValue<T>) -> Self {
        let body = serde_json::to_value(value.as_ref()).ok();
        Self { status: value.status().as_u16(), headers: value.headers().clone(), body }
    }
}

/// The arguments of a dispatched call; every one must be taken.
pub struct Arguments<'a> {
    operation: &'static str,
    given: &'a Map<String, Value>,
    taken: Vec<&'static str>,
}

impl<'a> Arguments<'a> {
    /// Arguments by their documented names.
    pub(crate) fn new(operation: &'static str, given: &'a Map<String, Value>) -> Self {
        Self { operation, given, taken: Vec::new() }
    }

    /// An argument in the form that the call takes.
    ///
    /// # Errors
    /// It has another form.
    pub fn take<T: DeserializeOwned>(&mut self, name: &'static str) -> Result<Option<T>, Error> {
        self.taken.push(name);
        self.given
            .get(name)
            .map(|value| {
                T::deserialize(value).map_err(|error| Error::invalid(self.operation, format!("'{name}': {error}")))
            })
            .transpose()
    }

    /// Refuses arguments that the call does not have: they would not be sent.
    pub(crate) fn finish(self) -> Result<(), Error> {
        match self.given.keys().find(|name| !self.taken.contains(&name.as_str())) {
            None => Ok(()),
            Some(name) => Err(Error::invalid(
                self.operation,
                format!("there is no argument '{name}'; it has {}", self.taken.join(", ")),
            )),
        }
    }
}
