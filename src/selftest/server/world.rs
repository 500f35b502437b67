//! What a defect may know: the contract, two tokens, and what went past it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value, json};

use crate::contract::{Contract, Operation, Shape, ValueSource};
use crate::rules::ProbeToken;
use crate::selftest::suite::Served;
use crate::wire::{Answer, Head, Message};

pub(super) struct World {
    pub(super) contract: Contract,
    /// With every permission.
    pub(super) token: String,
    /// Those that must not suffice.
    probes: BTreeMap<ProbeToken, String>,
    /// The property of answers that is concerned, where one is.
    pub(super) property: String,
    /// Identities that requests named so far.
    named: Mutex<BTreeSet<String>>,
    /// The last action: its path and body.
    last: Mutex<Option<(String, Vec<u8>)>>,
    n_actions: AtomicUsize,
}

impl World {
    pub(super) fn new(contract: &Contract, served: &Served, property: &str) -> Self {
        Self {
            contract: contract.clone(),
            token: served.token.clone(),
            probes: served.probes.clone(),
            property: property.to_owned(),
            named: Mutex::default(),
            last: Mutex::default(),
            n_actions: AtomicUsize::new(0),
        }
    }

    /// Whether a request comes with a token of a kind that must not suffice.
    pub(super) fn is_from(&self, request: &Message, kind: ProbeToken) -> bool {
        let token = self.probes.get(&kind);
        token.is_some_and(|token| request.header("authorization").is_some_and(|value| value.ends_with(token)))
    }

    /// Remembers whom a request names.
    pub(super) fn learn(&self, request: &Message) {
        if let Some((_, items)) = self.list(request) {
            let mut named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
            named.extend(items.iter().filter_map(Value::as_str).map(str::to_owned));
        }
    }

    /// Identities that requests named so far.
    pub(super) fn named(&self) -> Vec<Value> {
        let named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
        named.iter().map(|id| Value::String(id.clone())).collect()
    }

    /// How many actions were counted before this one.
    pub(super) fn count(&self) -> usize {
        self.n_actions.fetch_add(1, Ordering::Relaxed)
    }

    /// Whether the action before this one was the same.
    pub(super) fn is_repeated(&self, request: &Message) -> bool {
        let this = (path(request).to_owned(), request.body.clone());
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let repeated = last.as_ref() == Some(&this);
        *last = Some(this);
        repeated
    }

    /// The operation that a request calls.
    pub(super) fn operation(&self, request: &Message) -> Option<&Operation> {
        self.contract.route(method(request), self.below(request)?).map(|(operation, _)| operation)
    }

    /// The operation that takes the path, whatever the method.
    pub(super) fn operation_at(&self, request: &Message) -> Option<&Operation> {
        self.contract.matching(self.below(request)?).first().map(|(operation, _)| *operation)
    }

    /// The path below the version.
    pub(super) fn below<'m>(&self, request: &'m Message) -> Option<&'m str> {
        path(request).strip_prefix('/')?.strip_prefix(self.contract.api.as_str())
    }

    /// Whether a request calls an operation that changes something.
    pub(super) fn acts(&self, request: &Message) -> bool {
        self.operation(request).is_some_and(|operation| !operation.effects.is_empty())
    }

    /// The list of identities in the body of an action: its property and its items.
    pub(super) fn list(&self, request: &Message) -> Option<(String, Vec<Value>)> {
        let effect = self.operation(request)?.effects.first()?;
        let ValueSource::Body(name) = &effect.ids else { return None };
        let body: Value = serde_json::from_slice(&request.body).ok()?;
        Some((name.clone(), body.get(name)?.as_array()?.clone()))
    }

    /// Most items of that list.
    pub(super) fn limit(&self, request: &Message) -> Option<usize> {
        let operation = self.operation(request)?;
        let ValueSource::Body(name) = &operation.effects.first()?.ids else { return None };
        let Shape::Object { properties, .. } = self.contract.resolve(&operation.body.as_ref()?.shape) else {
            return None;
        };
        let property = properties.iter().find(|property| property.name == *name)?;
        match self.contract.resolve(&property.shape) {
            Shape::List { max, .. } => *max,
            _ => None,
        }
    }

    /// The request with another list.
    pub(super) fn with_list(&self, request: &Message, items: Vec<Value>) -> Option<Message> {
        let (name, _) = self.list(request)?;
        let mut body = Map::new();
        body.insert(name, Value::Array(items));
        Some(Message { body: Value::Object(body).to_string().into_bytes(), ..request.clone() })
    }

    /// The documented answer of the operation that takes the path.
    pub(super) fn success(&self, request: &Message) -> Answer {
        let operation = self.operation(request).or_else(|| self.operation_at(request));
        let exchange = operation
            .and_then(|operation| self.contract.exchanges.iter().find(|exchange| exchange.operation == operation.id));
        let status = operation.map_or(200, |operation| operation.success.status);
        let body = exchange.and_then(|exchange| exchange.response.body.as_ref());
        let mut answer = plain(status, body.map(ToString::to_string).unwrap_or_default());
        if body.is_some() {
            answer.headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
        }
        answer
    }
}

/// The value of a query option, decoded.
pub(super) fn option(request: &Message, name: &str) -> Option<String> {
    let (_, query) = target(request).split_once('?')?;
    let found = url::form_urlencoded::parse(query.as_bytes()).find(|(option, _)| option == name);
    found.map(|(_, value)| value.into_owned())
}

/// An answer with the id that every answer carries.
pub(super) fn plain(status: u16, body: String) -> Answer {
    let headers = vec![("request-id".to_owned(), "00000000-0000-4000-8000-000000000001".to_owned())];
    Answer { status, headers, body: body.into_bytes(), after: None }
}

/// A refusal in the form of OData.
pub(super) fn refusal(status: u16) -> Answer {
    let body = json!({"error": {"code": "Refused", "message": "It is refused."}});
    let mut answer = plain(status, body.to_string());
    answer.headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
    answer
}

pub(super) fn method(request: &Message) -> &str {
    match &request.head {
        Head::Request { method, .. } => method,
        Head::Response { .. } => "",
    }
}

pub(super) fn target(request: &Message) -> &str {
    match &request.head {
        Head::Request { target, .. } => target,
        Head::Response { .. } => "",
    }
}

pub(super) fn path(request: &Message) -> &str {
    let target = target(request);
    target.split_once('?').map_or(target, |(path, _)| path)
}

/// The request with another target.
pub(super) fn aimed(request: &Message, target: String) -> Message {
    Message { head: Head::Request { method: method(request).to_owned(), target }, ..request.clone() }
}

/// The request with another value of a header, or without it.
pub(super) fn with_header(request: &Message, name: &str, value: Option<&str>) -> Message {
    let mut request = request.clone();
    request.headers.retain(|(header, _)| !header.eq_ignore_ascii_case(name));
    request.headers.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    request
}
