//! Does what an admitted request asks for: checks its body, changes the state, all or nothing,
//! and makes the answer. It knows no HTTP but statuses.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use super::answer::Done;
use super::api::{Answer, Api, Plan};
use super::body::{UNKNOWN_PROPERTY, check};
use super::change::{Change, Occasion};
use super::json::{self, Json, JsonError};
use super::list::{Members, Place, Wanted};
use super::refusal::{Outcome, Refusal};
use super::service::{Admitted, Service};
use super::state::{Cell, Key, Pending, Store};
use super::view::View;
use crate::contract::{Body, Contract, Effect, Missing, Operation, ValueSource};
use crate::odata::{Instant, QueryOption};

/// Checks the body of a request. `None` if the operation takes none, or it is left out.
pub(super) fn read_body<'a>(contract: &Contract, operation: &Operation, bytes: &'a [u8]) -> Outcome<Option<Json<'a>>> {
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

fn wrong(contract: &Contract, operation: &Operation, body: &Body, value: &Json<'_>) -> Outcome<()> {
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
    pub(super) fn perform(&self, admitted: &Admitted<'_>, body: Option<&Json<'_>>) -> Outcome<Done> {
        let plan = admitted.plan;
        self.settle();
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
                let table = &store.tables[view.table];
                let mut place = self.place(admitted);
                let members = match owned(admitted, view, &store, &mut place)? {
                    Some(members) => members,
                    None => Members::All(&table.rows),
                };
                Some(wanted.page(view, table, &members, &place))
            }
            Answer::Entity(view) => {
                let wanted = self.wanted(admitted, view, &admitted.options)?;
                let id = admitted.parameters.last().map_or("", |(_, value)| value);
                let store = self.store.read().unwrap_or_else(PoisonError::into_inner);
                let mut place = self.place(admitted);
                let key = Key::of(id);
                let members = owned(admitted, view, &store, &mut place)?;
                let table = &store.tables[view.table];
                let row = match &members {
                    None => table.rows.get(&key),
                    Some(members) => members.get(table, &key),
                };
                Some(wanted.entity(view, row.ok_or_else(|| absent(id))?, &place))
            }
        };
        Ok(Done { status: plan.status, headers, body })
    }

    fn wanted<'a>(&self, admitted: &Admitted<'_>, view: &View, options: &'a [QueryOption<'a>]) -> Outcome<Wanted<'a>> {
        let mut wanted = Wanted::read(view, options, self.page_size)?;
        wanted.all_members = admitted.all_members;
        Ok(wanted)
    }

    /// Applies every effect of an operation; where one is refused, nothing has changed.
    fn change(&self, admitted: &Admitted<'_>, plan: &Plan, body: Option<&Json<'_>>, store: &mut Store) -> Outcome<()> {
        let effects = || admitted.operation.effects.iter().zip(&plan.changes);
        let mut keys = Vec::with_capacity(plan.changes.len());
        for (effect, change) in effects() {
            let of_effect: Vec<_> = ids(admitted, effect, body).map(|id| (id, Key::of(id))).collect();
            self.possible(admitted, effect, change, &of_effect, store)?;
            keys.push(of_effect);
        }
        let actor = admitted.caller.as_ref().map_or(&Cell::Null, |caller| &caller.id);
        let now = self.clock.now();
        if self.settle_after > 0 {
            self.postpone(admitted, body, store, now, actor);
            return Ok(());
        }
        let occasion = Occasion { now, actor, bounds: self.bounds };
        for ((effect, change), keys) in effects().zip(keys) {
            let create = effect.missing == Missing::Create;
            for (id, key) in keys {
                change.apply(&admitted.api.contract, store, id, key, create, &occasion);
            }
        }
        Ok(())
    }

    /// Keeps every effect of an operation for later. What a member still waits for is done first,
    /// so that changes keep their order and no member has more than one.
    fn postpone(
        &self,
        admitted: &Admitted<'_>,
        body: Option<&Json<'_>>,
        store: &mut Store,
        now: Instant,
        actor: &Cell,
    ) {
        let place = |api: &Api| api.contract.operations.iter().position(|known| known.id == admitted.operation.id);
        let api = self.apis.iter().position(|api| api.contract.api == admitted.api.contract.api);
        let (Some(api), Some(operation)) = (api, place(admitted.api)) else { return };
        for (nth, (effect, change)) in admitted.operation.effects.iter().zip(&admitted.plan.changes).enumerate() {
            for id in ids(admitted, effect, body) {
                let key = Key::of(id);
                if let Some(waiting) = store.take_pending(change.table, &key) {
                    self.settle_one(store, &waiting, now);
                }
                match store.tables[change.table].rows.get_mut(&key) {
                    Some(row) => change.announce(row),
                    None if effect.missing != Missing::Create => continue,
                    None => {}
                }
                let due = now.saturating_add(self.settle_after);
                let pending = Pending { due, effect: (api, operation, nth), id: id.into(), actor: actor.clone() };
                store.postpone(change.table, pending);
            }
        }
        self.due.store(store.next_due(), Ordering::Relaxed);
    }

    /// Does what is due. Looked at before each request, so that no timer runs.
    pub(super) fn settle(&self) {
        if self.settle_after == 0 || self.due.load(Ordering::Relaxed) > self.clock.now() {
            return;
        }
        let mut store = self.store.write().unwrap_or_else(PoisonError::into_inner);
        while let Some(pending) = store.take_due(self.clock.now()) {
            self.settle_one(&mut store, &pending, pending.due);
        }
        self.due.store(store.next_due(), Ordering::Relaxed);
    }

    fn settle_one(&self, store: &mut Store, pending: &Pending, now: Instant) {
        let (api, operation, nth) = pending.effect;
        let Api { contract, plans, .. } = &self.apis[api];
        let (effect, change) = (&contract.operations[operation].effects[nth], &plans[operation].changes[nth]);
        let occasion = Occasion { now, actor: &pending.actor, bounds: self.bounds };
        let key = Key::of(&pending.id);
        change.apply(contract, store, &pending.id, key, effect.missing == Missing::Create, &occasion);
    }

    /// Refuses the call if an identity may not be missing or be in its present state, or if
    /// there is no room for new ones.
    fn possible(
        &self,
        admitted: &Admitted<'_>,
        effect: &Effect,
        change: &Change,
        keys: &[(&str, Key)],
        store: &Store,
    ) -> Outcome<()> {
        let table = &store.tables[change.table];
        let (contract, operation) = (&admitted.api.contract, admitted.operation);
        if !change.refuses.is_empty() {
            for (id, key) in keys {
                let Some(refused) = table.rows.get(key).and_then(|row| change.refuses(row)) else { continue };
                let refused = &effect.refuses[refused];
                let message =
                    format!("'{}' cannot be changed: {} is {}.", shortened(id), refused.property, refused.value);
                let refusal = Refusal::bad_request(message);
                return Err(refusal.of(contract, operation, "refuse", Some(&refused.property), &refused.origin));
            }
        }
        if effect.missing == Missing::Ignore {
            return Ok(());
        }
        let mut n_new = 0;
        for (id, _) in keys.iter().filter(|(_, key)| !table.rows.contains_key(key)) {
            match (effect.missing, &effect.ids) {
                (Missing::Ignore, _) => {}
                (Missing::Create, _) => n_new += 1,
                (Missing::Refuse, source) => {
                    let refusal = match source {
                        ValueSource::Path(_) => absent(id),
                        ValueSource::Body(_) => Refusal::bad_request(format!("'{}' does not exist.", shortened(id))),
                    };
                    return Err(refusal.of(contract, operation, "missing", None, &effect.origin));
                }
            }
        }
        if n_new > 0 && table.rows.len() + store.n_pending() + n_new > self.capacity {
            let message =
                format!("The set '{}' is full: the emulator keeps {} of its members.", table.set, self.capacity);
            return Err(Refusal::new(hyper::StatusCode::INSUFFICIENT_STORAGE, "QuotaExceeded", message));
        }
        Ok(())
    }
}

/// The members that belong to the entity in the path; `None` for a set that is not nested.
fn owned<'a>(
    admitted: &Admitted<'_>,
    view: &View,
    store: &'a Store,
    place: &mut Place<'_>,
) -> Outcome<Option<Members<'a>>> {
    let Some(owner) = &admitted.plan.owner else { return Ok(None) };
    let parameter = admitted.parameters.iter().find(|(name, _)| *name == owner.parameter);
    let id = parameter.map_or("", |(_, value)| value);
    let table = &store.tables[owner.table];
    let entity = table.get(id).ok_or_else(|| absent(id))?;
    place.owner = Some((table.set.clone(), table.id(entity).to_owned()));
    let items = &store.tables[view.table];
    let group = items.group(&Key::of(id));
    Ok(Some(match (group, &owner.log) {
        (Some(rows), _) => Members::All(rows),
        // Nothing was written down yet: the entity is as it always was.
        (None, Some(log)) => Members::One(log.item(items, entity, &Cell::Null)),
        (None, None) => Members::None,
    }))
}

/// The identities that an effect is about.
fn ids<'a>(
    admitted: &'a Admitted<'_>,
    effect: &'a Effect,
    body: Option<&'a Json<'a>>,
) -> impl Iterator<Item = &'a str> {
    let (one, many) = match &effect.ids {
        ValueSource::Path(name) => {
            let found = admitted.parameters.iter().find(|(parameter, _)| parameter == name);
            (found.map(|(_, value)| value.as_ref()), None)
        }
        ValueSource::Body(name) => match body.and_then(|body| body.get(name)) {
            Some(Json::List(ids)) => (None, Some(ids)),
            Some(Json::Text(id)) => (Some(id.as_ref()), None),
            _ => (None, None),
        },
    };
    one.into_iter().chain(many.into_iter().flatten().filter_map(Json::as_str))
}

fn absent(id: &str) -> Box<Refusal> {
    let message =
        format!("Resource '{}' does not exist or one of its queried references is not present.", shortened(id));
    Refusal::not_found(message)
}

fn shortened(text: &str) -> String {
    text.chars().take(64).collect()
}
