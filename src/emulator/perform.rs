//! Does what an admitted request asks for: checks its body, changes the state, all or nothing,
//! and makes the answer. It knows no HTTP but statuses.

use std::sync::{Arc, PoisonError};

use serde_json::Value;

use super::answer::Done;
use super::api::{Answer, Change, Plan};
use super::body::{UNKNOWN_PROPERTY, check};
use super::json::{self, JsonError};
use super::list::Wanted;
use super::refusal::{Outcome, Refusal};
use super::seed;
use super::service::{Admitted, Service};
use super::state::{Cell, Key, Store};
use super::{clock, state};
use crate::contract::{Body, Contract, Effect, Missing, Operation, ValueSource};
use crate::odata::{QueryOption, format_instant};

/// Checks the body of a request. `None` if the operation takes none, or it is left out.
pub(super) fn read_body(contract: &Contract, operation: &Operation, bytes: &[u8]) -> Outcome<Option<Value>> {
    let Some(body) = &operation.body else { return Ok(None) };
    if bytes.is_empty() {
        return match body.required {
            true => Err(Refusal::bad_request("The request has no body.").convention(contract, "malformed-body")),
            false => Ok(None),
        };
    }
    let value = json::parse(bytes).map_err(|error| match error {
        JsonError::Malformed(why) => {
            Refusal::bad_request(format!("The body is not JSON: {why}.")).convention(contract, "malformed-body")
        }
        JsonError::Duplicate(name) => {
            let name: String = name.chars().take(64).collect();
            let message = format!("The body has the property '{name}' twice in one object.");
            Refusal::bad_request(message).convention(contract, "duplicate-property")
        }
    })?;
    wrong(contract, operation, body, &value)?;
    Ok(Some(value))
}

fn wrong(contract: &Contract, operation: &Operation, body: &Body, value: &Value) -> Outcome<()> {
    check(contract, &body.shape, value).map_err(|wrong| {
        let refusal = Refusal::bad_request(wrong.sentence());
        match (wrong.kind, wrong.property()) {
            (UNKNOWN_PROPERTY, _) => refusal.convention(contract, UNKNOWN_PROPERTY),
            (_, None) => refusal.convention(contract, "malformed-body"),
            (kind, property) => {
                refusal.of(contract, operation, kind, property, wrong.origin.as_ref().unwrap_or(&body.origin))
            }
        }
    })
}

impl Service {
    /// Changes the state and answers.
    pub(super) fn perform(&self, admitted: &Admitted<'_>, body: Option<&Value>) -> Outcome<Done> {
        let plan = admitted.plan;
        if !plan.changes.is_empty() {
            let mut store = self.store.write().unwrap_or_else(PoisonError::into_inner);
            self.change(admitted, plan, body, &mut store)?;
        }
        let mut headers = Vec::new();
        let body = match &plan.answer {
            Answer::Fixed { headers: documented, body } => {
                headers.extend(documented.iter().cloned());
                body.clone()
            }
            Answer::Page(view) => {
                let wanted = self.wanted(admitted, view, &admitted.options)?;
                let store = self.store.read().unwrap_or_else(PoisonError::into_inner);
                Some(wanted.page(view, &store.tables[view.table], &self.place(admitted)))
            }
            Answer::Entity(view) => {
                let wanted = self.wanted(admitted, view, &admitted.options)?;
                let id = admitted.parameters.last().map_or("", |(_, value)| value);
                let store = self.store.read().unwrap_or_else(PoisonError::into_inner);
                let row = store.tables[view.table].get(id).ok_or_else(|| absent(id))?;
                Some(wanted.entity(view, row, &self.place(admitted)))
            }
        };
        Ok(Done { status: plan.status, headers, body })
    }

    fn wanted<'a>(
        &self,
        admitted: &Admitted<'_>,
        view: &super::view::View,
        options: &'a [QueryOption<'a>],
    ) -> Outcome<Wanted<'a>> {
        let mut wanted = Wanted::read(view, options, self.page_size)?;
        wanted.all_members = admitted.all_members;
        Ok(wanted)
    }

    /// Applies every effect of an operation; where one is refused, nothing has changed.
    fn change(&self, admitted: &Admitted<'_>, plan: &Plan, body: Option<&Value>, store: &mut Store) -> Outcome<()> {
        let effects = || admitted.operation.effects.iter().zip(&plan.changes);
        for (effect, change) in effects() {
            self.possible(admitted, effect, change, body, store)?;
        }
        let now: Arc<str> = format_instant(clock::now()).into();
        for (effect, change) in effects() {
            for id in ids(admitted, effect, body) {
                let table = &mut store.tables[change.table];
                if let Some(row) = table.get_mut(id) {
                    alter(row, change, &now);
                } else if effect.missing == Missing::Create {
                    let mut row = seed::bare(&admitted.api.contract, &change.shape, table, id);
                    alter(&mut row, change, &now);
                    table.rows.insert(Key::of(id), row);
                }
            }
        }
        Ok(())
    }

    /// Refuses the call if an identity may not be missing, or there is no room for new ones.
    fn possible(
        &self,
        admitted: &Admitted<'_>,
        effect: &Effect,
        change: &Change,
        body: Option<&Value>,
        store: &Store,
    ) -> Outcome<()> {
        let table = &store.tables[change.table];
        if effect.missing == Missing::Ignore {
            return Ok(());
        }
        let mut n_new = 0;
        for id in ids(admitted, effect, body).filter(|id| table.get(id).is_none()) {
            match (effect.missing, &effect.ids) {
                (Missing::Ignore, _) => {}
                (Missing::Create, _) => n_new += 1,
                (Missing::Refuse, source) => {
                    let refusal = match source {
                        ValueSource::Path(_) => absent(id),
                        ValueSource::Body(_) => Refusal::bad_request(format!("'{}' does not exist.", shortened(id))),
                    };
                    let (contract, operation) = (&admitted.api.contract, admitted.operation);
                    return Err(refusal.of(contract, operation, "missing", None, &effect.origin));
                }
            }
        }
        if n_new > 0 && table.rows.len() + n_new > self.capacity {
            let message =
                format!("The set '{}' is full: the emulator keeps {} of its members.", table.set, self.capacity);
            return Err(Refusal::new(hyper::StatusCode::INSUFFICIENT_STORAGE, "QuotaExceeded", message));
        }
        Ok(())
    }
}

fn alter(row: &mut state::Row, change: &Change, now: &Arc<str>) {
    for (place, value) in &change.becomes {
        match (&row[*place], value) {
            // Writing the very same text again would cost more than looking.
            (Cell::Text(held), Cell::Text(value)) if Arc::ptr_eq(held, value) => {}
            _ => row[*place].clone_from(value),
        }
    }
    for place in &change.touches {
        row[*place] = Cell::Text(now.clone());
    }
}

/// The identities that an effect is about.
fn ids<'a>(admitted: &'a Admitted<'_>, effect: &'a Effect, body: Option<&'a Value>) -> impl Iterator<Item = &'a str> {
    let (one, many) = match &effect.ids {
        ValueSource::Path(name) => {
            let found = admitted.parameters.iter().find(|(parameter, _)| parameter == name);
            (found.map(|(_, value)| value.as_ref()), None)
        }
        ValueSource::Body(name) => match body.and_then(|body| body.get(name)) {
            Some(Value::Array(ids)) => (None, Some(ids)),
            Some(Value::String(id)) => (Some(id.as_str()), None),
            _ => (None, None),
        },
    };
    one.into_iter().chain(many.into_iter().flatten().filter_map(Value::as_str))
}

fn absent(id: &str) -> Box<Refusal> {
    let message =
        format!("Resource '{}' does not exist or one of its queried references is not present.", shortened(id));
    Refusal::not_found(message)
}

fn shortened(text: &str) -> String {
    text.chars().take(64).collect()
}
