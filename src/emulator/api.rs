//! One contract, prepared for serving: what each operation answers and changes. Built once at
//! the start, so that a request looks nothing up by name.

use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::header::{HeaderName, HeaderValue};

use super::change::{Change, LogPlan};
use super::routes::Routes;
use super::seed::{self, Undocumented};
use super::state::Store;
use super::view::View;
use crate::contract::{Contract, Exchange, Operation, Shape, ValueSource};

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
    /// The entity whose members are answered.
    pub(super) owner: Option<Owner>,
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

/// The entity that the members of a nested set belong to.
pub(super) struct Owner {
    pub(super) table: usize,
    /// The path parameter that names it.
    pub(super) parameter: String,
    /// How an item is made of an entity that nothing was written down of yet.
    pub(super) log: Option<LogPlan>,
}

impl Owner {
    fn new(contract: &Contract, operation: &Operation, store: &Store) -> Option<Self> {
        let of = operation.of.as_ref()?;
        let ValueSource::Path(parameter) = &of.id else { return None };
        let table = store.tables.iter().position(|table| table.set == of.set)?;
        let set = &contract.served_set(operation)?.name;
        let logs =
            contract.operations.iter().flat_map(|operation| &operation.effects).filter(|effect| effect.set == of.set);
        let log = logs.filter_map(|effect| effect.log.as_ref()).find(|log| log.set == *set);
        Some(Self { table, parameter: parameter.clone(), log: log.and_then(|log| LogPlan::new(log, store, table)) })
    }
}

impl Api {
    pub(super) fn new(contract: &Contract, store: &Store) -> Self {
        let extra = seed::undocumented(contract);
        let plan = |operation| Plan::new(contract, operation, store, &extra);
        let plans = contract.operations.iter().map(plan).collect();
        Self { contract: contract.clone(), routes: Routes::new(contract), plans }
    }
}

impl Plan {
    fn new(contract: &Contract, operation: &Operation, store: &Store, extra: &Undocumented) -> Self {
        let changes: Vec<_> =
            operation.effects.iter().filter_map(|effect| Change::new(contract, effect, store)).collect();
        let exchange = contract.exchanges.iter().find(|exchange| exchange.operation == operation.id);
        let shape = operation.success.shape.as_ref();
        let view = |shape: &Shape| {
            let set = contract.entity_set(shape)?;
            View::new(contract, shape, &store.tables, extra.get(&set.name).map(Vec::as_slice).unwrap_or_default())
        };
        let by_key = operation.path.parameters().next().is_some();
        let page = shape.and_then(|shape| view(contract.page_of(shape)?));
        let entity = || shape.filter(|_| by_key).and_then(view);
        let served = page.map(Answer::Page).or_else(|| entity().map(Answer::Entity));
        let status = operation.success.status;
        let answer = served.unwrap_or_else(|| fixed(contract, shape, exchange));
        let owner = Owner::new(contract, operation, store);
        Self { status: StatusCode::from_u16(status).unwrap_or(StatusCode::OK), answer, owner, changes }
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
