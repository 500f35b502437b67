//! Servers that answer a good request in another way.

use serde_json::{Map, Value};

use super::world::{World, refusal};
use super::{Defect, as_is, on};
use crate::selftest::mutant::Operator::{Alter, Drop, Narrow, Widen};
use crate::wire::{Answer, Message, Passage};

pub(super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "200-for-204",
        operator: Alter,
        breaks: "an action is answered 200",
        aims: &["example_not_answered"],
        facts: &["success"],
        request: on,
        answer: |_, _, mut answer| {
            answer.status = if answer.status == 204 { 200 } else { answer.status };
            answer
        },
    },
    Defect {
        name: "204-for-200",
        operator: Alter,
        breaks: "a read is answered 204, without what was asked for",
        aims: &["example_not_answered", "entity_malformed"],
        facts: &["success"],
        request: on,
        answer: |_, _, mut answer| {
            if answer.status == 200 {
                answer.status = 204;
                answer.body.clear();
            }
            answer
        },
    },
    Defect {
        name: "body-after-204",
        operator: Widen,
        breaks: "bytes follow the head of a 204",
        aims: &["no_content_has_content"],
        facts: &["convention[no-content]"],
        request: on,
        answer: |_, _, mut answer| {
            if answer.status == 204 {
                answer.after = Some(b"{}".to_vec());
            }
            answer
        },
    },
    Defect {
        name: "204-of-a-media-type",
        operator: Widen,
        breaks: "a 204 declares a media type",
        aims: &["no_content_has_content"],
        facts: &["convention[no-content]"],
        request: on,
        answer: |_, _, mut answer| {
            if answer.status == 204 {
                answer.headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
            }
            answer
        },
    },
    Defect {
        name: "answer-of-other-media-type",
        operator: Alter,
        breaks: "JSON is answered as plain text",
        aims: &["example_not_answered"],
        facts: &[],
        request: on,
        answer: |_, _, mut answer| {
            let types = answer.headers.iter_mut().filter(|(name, _)| name.eq_ignore_ascii_case("content-type"));
            types.for_each(|(_, value)| *value = "text/plain".to_owned());
            answer
        },
    },
    Defect {
        name: "request-id-missing",
        operator: Drop,
        breaks: "no answer carries a request-id",
        aims: &["request_id_missing"],
        facts: &["convention[request-id]"],
        request: on,
        answer: |_, _, answer| without(answer, "request-id"),
    },
    Defect {
        name: "request-id-empty",
        operator: Alter,
        breaks: "the request-id of every answer is empty",
        aims: &["request_id_missing"],
        facts: &["convention[request-id]"],
        request: on,
        answer: |_, _, answer| {
            let mut answer = without(answer, "request-id");
            answer.headers.push(("request-id".to_owned(), String::new()));
            answer
        },
    },
    Defect {
        name: "client-request-id-lost",
        operator: Drop,
        breaks: "the caller's id does not come back",
        aims: &["correlation_lost"],
        facts: &["convention[echo-client-request-id]"],
        request: on,
        answer: |_, _, answer| without(answer, "client-request-id"),
    },
    Defect {
        name: "client-request-id-changed",
        operator: Alter,
        breaks: "another id than the caller's comes back",
        aims: &["correlation_lost"],
        facts: &["convention[echo-client-request-id]"],
        request: on,
        answer: |_, _, answer| {
            let mut answer = without(answer, "client-request-id");
            answer.headers.push(("client-request-id".to_owned(), "00000000-0000-4000-8000-00000000000f".to_owned()));
            answer
        },
    },
    Defect {
        name: "alias-forbidden",
        operator: Narrow,
        breaks: "a further path of an operation is refused",
        aims: &["alias_unknown"],
        facts: &["alias"],
        request: |world, request| match is_alias(world, request) {
            true => Passage::Answer(refusal(403)),
            false => Passage::On,
        },
        answer: as_is,
    },
    Defect {
        name: "alias-missing",
        operator: Drop,
        breaks: "a further path of an operation does not exist",
        aims: &["alias_unknown"],
        facts: &["alias"],
        request: |world, request| match is_alias(world, request) {
            true => Passage::Answer(refusal(404)),
            false => Passage::On,
        },
        answer: as_is,
    },
    Defect {
        name: "another-entity-answered",
        operator: Alter,
        breaks: "a read of one entity answers another one",
        aims: &["entity_malformed"],
        facts: &[],
        request: on,
        answer: |world, _, answer| {
            entities(world, answer, |key, entity| {
                entity.insert(key.to_owned(), "00000000-0000-4000-8000-00000000000e".into());
            })
        },
    },
    Defect {
        name: "property-missing",
        operator: Drop,
        breaks: "the last property of every entity is not answered",
        aims: &["entity_malformed"],
        facts: &[],
        request: on,
        answer: |world, _, answer| {
            entities(world, answer, |key, entity| {
                let last = entity.keys().rfind(|name| *name != key && !name.contains('@')).cloned();
                last.map(|last| entity.remove(&last));
            })
        },
    },
    Defect {
        name: "properties-mistyped",
        operator: Alter,
        breaks: "true and false are answered as text",
        aims: &["entity_malformed"],
        facts: &[],
        request: on,
        answer: |world, _, answer| {
            entities(world, answer, |_, entity| {
                let flags = entity.values_mut().filter(|value| value.is_boolean());
                flags.for_each(|value| *value = value.to_string().into());
            })
        },
    },
    Defect {
        name: "dates-mistyped",
        operator: Alter,
        breaks: "moments are answered in another form",
        aims: &["entity_malformed"],
        facts: &[],
        request: on,
        answer: |world, _, answer| {
            entities(world, answer, |_, entity| {
                for value in entity.values_mut() {
                    let is_date = |text: &str| chrono::DateTime::parse_from_rfc3339(text).is_ok();
                    if value.as_str().is_some_and(is_date) {
                        *value = "yesterday".into();
                    }
                }
            })
        },
    },
    Defect {
        name: "answer-is-no-json",
        operator: Alter,
        breaks: "a read answers half of its JSON",
        aims: &["entity_malformed"],
        facts: &[],
        request: on,
        answer: |_, _, mut answer| {
            if answer.status == 200 {
                answer.body.truncate(answer.body.len() / 2);
            }
            answer
        },
    },
];

/// One property is not answered.
pub(super) const PROPERTY_MISSING: Defect = Defect {
    name: "",
    operator: Drop,
    breaks: "",
    aims: &[],
    facts: &[],
    request: on,
    answer: |world, _, answer| entities(world, answer, |_, entity| drop(entity.remove(&world.property))),
};

/// One property is answered in a form that no property has.
pub(super) const PROPERTY_MISTYPED: Defect = Defect {
    answer: |world, _, answer| {
        entities(world, answer, |_, entity| {
            entity.insert(world.property.clone(), serde_json::json!([[]]));
        })
    },
    ..PROPERTY_MISSING
};

fn without(mut answer: Answer, header: &str) -> Answer {
    answer.headers.retain(|(name, _)| !name.eq_ignore_ascii_case(header));
    answer
}

/// Whether the path is a further one of its operation.
fn is_alias(world: &World, request: &Message) -> bool {
    let Some((operation, below)) = world.operation(request).zip(world.below(request)) else { return false };
    operation.path.matches(below).is_none()
}

/// Changes every entity of an answer. The key of the entity comes with it.
pub(super) fn entities(world: &World, mut answer: Answer, change: impl Fn(&str, &mut Map<String, Value>)) -> Answer {
    let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body) else { return answer };
    let keys: Vec<String> = world
        .contract
        .shapes
        .values()
        .filter_map(|shape| Some(world.contract.entity_set(shape)?.key.clone()))
        .collect();
    let each = |value: &mut Value| {
        let Some(entity) = value.as_object_mut() else { return };
        if let Some(key) = keys.iter().find(|key| entity.contains_key(*key)) {
            change(key, entity);
        }
    };
    match body.get_mut("value").and_then(Value::as_array_mut) {
        Some(items) => items.iter_mut().for_each(each),
        None => each(&mut body),
    }
    answer.body = body.to_string().into_bytes();
    answer
}
