//! One contract, prepared for serving: what each operation answers and changes. Built once at
//! the start, so that a request looks nothing up by name.

use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::header::{HeaderName, HeaderValue};

use super::routes::Routes;
use super::seed;
use super::state::{Cell, Store};
use super::view::View;
use crate::contract::{Contract, Effect, Exchange, Operation, Shape};

/// One version of an API.
pub(super) struct Api {
    pub(super) contract: Contract,
    pub(super) routes: Routes,
    /// In the order of the contract's operations.
    pub(super) plans: Vec<Plan>,
}

/// What to do for one operation.
pub(super) struct Plan {
    pub(super) status: StatusCode,
    pub(super) answer: Answer,
    /// In the order of the operation's effects.
    pub(super) changes: Vec<Change>,
}

/// What an operation answers.
pub(super) enum Answer {
    /// A page of the members of a set.
    Page(View),
    /// The member that the last path parameter names.
    Entity(View),
    /// Always the same.
    Fixed { headers: Vec<(HeaderName, HeaderValue)>, body: Option<Bytes> },
}

/// One effect, tied to the table that it changes.
pub(super) struct Change {
    pub(super) table: usize,
    pub(super) becomes: Vec<(usize, Cell)>,
    pub(super) touches: Vec<usize>,
    /// The shape of a member that does not exist yet.
    pub(super) shape: Shape,
}

impl Api {
    pub(super) fn new(contract: &Contract, store: &Store) -> Self {
        let plans = contract.operations.iter().map(|operation| Plan::new(contract, operation, store)).collect();
        Self { contract: contract.clone(), routes: Routes::new(contract), plans }
    }
}

impl Plan {
    fn new(contract: &Contract, operation: &Operation, store: &Store) -> Self {
        let changes: Vec<_> =
            operation.effects.iter().filter_map(|effect| Change::new(contract, effect, store)).collect();
        let exchange = contract.exchanges.iter().find(|exchange| exchange.operation == operation.id);
        let shape = operation.success.shape.as_ref();
        let view = |shape: &Shape| {
            let set = contract.entity_set(shape)?;
            View::new(contract, shape, &store.tables, &seed::undocumented(contract, &set.name))
        };
        let by_key = operation.path.parameters().next().is_some();
        let page = shape.and_then(|shape| view(contract.page_of(shape)?));
        let entity = || shape.filter(|_| by_key).and_then(view);
        let served = page.map(Answer::Page).or_else(|| entity().map(Answer::Entity));
        // An answer out of the state, or one with an effect, has the status of the contract; any
        // other is the documented answer and nothing else.
        let status = match exchange {
            Some(exchange) if served.is_none() && changes.is_empty() => exchange.status,
            _ => operation.success.status,
        };
        let answer = served.unwrap_or_else(|| fixed(contract, shape, exchange));
        Self { status: StatusCode::from_u16(status).unwrap_or(StatusCode::OK), answer, changes }
    }
}

impl Change {
    fn new(contract: &Contract, effect: &Effect, store: &Store) -> Option<Self> {
        let table = store.tables.iter().position(|table| table.set == effect.set)?;
        let shape = contract
            .shapes
            .values()
            .find(|shape| contract.entity_set(shape).is_some_and(|set| set.name == effect.set))?;
        let Shape::Object { properties, .. } = contract.resolve(shape) else {
            return None;
        };
        let becomes = effect.becomes.iter().filter_map(|becomes| {
            let property = properties.iter().find(|property| property.name == becomes.property)?;
            let value = match (contract.resolve(&property.shape), serde_json::from_str(&becomes.value)) {
                (Shape::Text { .. } | Shape::Enum { .. }, _) | (_, Err(_)) => Cell::Text(becomes.value.as_str().into()),
                (_, Ok(value)) => Cell::from_json(&value),
            };
            Some((store.tables[table].column(&becomes.property)?, value))
        });
        let touches = effect.touches.iter().filter_map(|name| store.tables[table].column(name));
        Some(Self { table, becomes: becomes.collect(), touches: touches.collect(), shape: shape.clone() })
    }
}

/// The documented answer, or a made-up one where no exchange shows it.
fn fixed(contract: &Contract, shape: Option<&Shape>, exchange: Option<&Exchange>) -> Answer {
    let shown = exchange.and_then(|exchange| exchange.response.body.clone());
    let body = shape.map(|shape| shown.unwrap_or_else(|| seed::plausible(contract, shape, "value", 0)));
    let headers = exchange.map(|exchange| exchange.response.headers.as_slice()).unwrap_or_default();
    let headers = headers.iter().filter(|(name, _)| !OURS.iter().any(|ours| name.eq_ignore_ascii_case(ours)));
    let headers = headers.filter_map(|(name, value)| Some((name.parse().ok()?, value.parse().ok()?))).collect();
    Answer::Fixed { headers, body: body.map(|body| Bytes::from(body.to_string())) }
}

/// Headers that the emulator, or HTTP, writes anew for each answer.
const OURS: [&str; 7] =
    ["content-type", "content-length", "transfer-encoding", "connection", "date", "request-id", "client-request-id"];
