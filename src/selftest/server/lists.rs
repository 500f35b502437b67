//! Servers that do something else with the identities that they are sent.

use serde_json::Value;

use super::world::{World, refusal};
use super::{Defect, as_is, on};
use crate::selftest::mutant::Operator::{Alter, Drop, Narrow, Widen};
use crate::wire::{Message, Passage};

pub(super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "list-above-limit-accepted",
        operator: Widen,
        breaks: "a list that is longer than the limit is taken, and what is beyond is not looked at",
        aims: &["bad_request_accepted"],
        facts: &["limit"],
        request: |world, request| match world.limit(request) {
            Some(limit) => sent(world, request, |items| items.truncate(limit)),
            None => Passage::On,
        },
        answer: as_is,
    },
    Defect {
        name: "limit-is-one-less",
        operator: Narrow,
        breaks: "a list of the greatest length is refused",
        aims: &["limit_not_reached"],
        facts: &["limit"],
        request: |world, request| match (world.list(request), world.limit(request)) {
            (Some((_, items)), Some(limit)) if items.len() == limit => Passage::Answer(refusal(400)),
            _ => Passage::On,
        },
        answer: as_is,
    },
    Defect {
        name: "full-list-capped",
        operator: Alter,
        breaks: "of a list of the greatest length the last account is not changed",
        aims: &["limit_not_reached"],
        facts: &["limit"],
        request: |world, request| match (world.list(request), world.limit(request)) {
            (Some((_, items)), Some(limit)) if items.len() == limit => sent(world, request, |items| drop(items.pop())),
            _ => Passage::On,
        },
        answer: as_is,
    },
    Defect {
        name: "empty-list-accepted",
        operator: Widen,
        breaks: "a list of nobody is taken",
        aims: &["bad_request_accepted"],
        facts: &["minimum"],
        request: |world, request| match world.list(request) {
            Some((_, items)) if items.is_empty() => Passage::Answer(world.success(request)),
            _ => Passage::On,
        },
        answer: as_is,
    },
    Defect {
        name: "malformed-ids-accepted",
        operator: Widen,
        breaks: "what is no id is left out instead of refused",
        aims: &["bad_request_accepted"],
        facts: &["format"],
        request: |world, request| match world.list(request) {
            Some((_, items)) if items.iter().all(|item| !is_guid(item)) && !items.is_empty() => {
                Passage::Answer(world.success(request))
            }
            _ => Passage::On,
        },
        answer: as_is,
    },
    Defect {
        name: "refused-state-is-500",
        operator: Alter,
        breaks: "an account in a state that is refused is answered 500",
        aims: &["refused_state_accepted"],
        facts: &["refuse"],
        request: on,
        answer: |world, request, mut answer| {
            let refuses = world
                .operation(request)
                .is_some_and(|operation| operation.effects.iter().any(|effect| !effect.refuses.is_empty()));
            let permitted = request.header("authorization").is_some_and(|value| value.ends_with(&world.token));
            let sound = world.list(request).is_some_and(|(_, items)| {
                !items.is_empty()
                    && items.len() <= world.limit(request).unwrap_or(usize::MAX)
                    && items.iter().all(is_guid)
            });
            if refuses && permitted && sound && (400..500).contains(&answer.status) {
                answer.status = 500;
            }
            answer
        },
    },
    Defect {
        name: "one-id-acted-on",
        operator: Narrow,
        breaks: "only the first of several accounts is changed",
        aims: &["effect_missing"],
        facts: &["effect"],
        request: |world, request| sent(world, request, |items| items.truncate(1)),
        answer: as_is,
    },
    Defect {
        name: "last-id-forgotten",
        operator: Drop,
        breaks: "the last of several accounts is not changed",
        aims: &["effect_missing"],
        facts: &["effect"],
        request: |world, request| {
            sent(world, request, |items| {
                if items.len() > 1 {
                    items.pop();
                }
            })
        },
        answer: as_is,
    },
    Defect {
        name: "bystander-changed",
        operator: Widen,
        breaks: "accounts that an earlier request named are changed too",
        aims: &["bystander_changed"],
        facts: &["effect"],
        request: |world, request| match (world.list(request), world.limit(request)) {
            (Some((_, items)), limit) => {
                let others = world.named().into_iter().filter(|id| !items.contains(id) && is_guid(id));
                let room = limit.unwrap_or(usize::MAX).saturating_sub(items.len());
                let more: Vec<Value> = items.iter().cloned().chain(others.take(room)).collect();
                world.with_list(request, more).map_or(Passage::On, |request| Passage::Instead(vec![request]))
            }
            _ => Passage::On,
        },
        answer: as_is,
    },
    Defect {
        name: "nothing-acted-on",
        operator: Drop,
        breaks: "the success is answered, and nothing happens",
        aims: &["effect_missing"],
        facts: &["effect"],
        request: |world, request| match world.acts(request) && request.header("authorization").is_some() {
            true => Passage::Answer(world.success(request)),
            false => Passage::On,
        },
        answer: as_is,
    },
    Defect {
        name: "first-action-only",
        operator: Narrow,
        breaks: "only the first action since the start has an effect",
        aims: &["effect_missing"],
        facts: &["effect"],
        request: |world, request| match world.acts(request) && world.count() > 0 {
            true => Passage::Answer(world.success(request)),
            false => Passage::On,
        },
        answer: as_is,
    },
];

/// The request with another list, where it has one.
fn sent(world: &World, request: &Message, change: impl Fn(&mut Vec<Value>)) -> Passage {
    let Some((_, mut items)) = world.list(request) else { return Passage::On };
    let before = items.len();
    change(&mut items);
    match items.len() == before {
        true => Passage::On,
        false => world.with_list(request, items).map_or(Passage::On, |request| Passage::Instead(vec![request])),
    }
}

fn is_guid(value: &Value) -> bool {
    value.as_str().is_some_and(|text| uuid::Uuid::parse_str(text).is_ok())
}
