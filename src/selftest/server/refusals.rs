//! Servers that take what they must refuse, or refuse in another way.

use serde_json::Value;

use super::world::{World, method, plain, with_header};
use super::{Defect, as_is, on};
use crate::contract::Shape;
use crate::selftest::mutant::Operator::{Alter, Drop, Widen};
use crate::wire::{Answer, Message, Passage};

pub(super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "wrong-content-type-accepted",
        operator: Widen,
        breaks: "a body of another media type is read as JSON",
        aims: &["bad_request_accepted"],
        facts: &["convention[wrong-content-type]", "contentType"],
        request: |world, request| retyped(world, request, request.header("content-type").is_some()),
        answer: as_is,
    },
    Defect {
        name: "no-content-type-accepted",
        operator: Widen,
        breaks: "a body without a media type is read as JSON",
        aims: &["bad_request_accepted"],
        facts: &["convention[wrong-content-type]", "contentType"],
        request: |world, request| retyped(world, request, request.header("content-type").is_none()),
        answer: as_is,
    },
    Defect {
        name: "no-body-accepted",
        operator: Widen,
        breaks: "an action without a body is taken",
        aims: &["bad_request_accepted"],
        facts: &["convention[malformed-body]"],
        request: |world, request| taken(world, request, |_, request| request.body.is_empty()),
        answer: as_is,
    },
    Defect {
        name: "malformed-json-accepted",
        operator: Widen,
        breaks: "a body that is no JSON is taken",
        aims: &["bad_request_accepted"],
        facts: &["convention[malformed-body]"],
        request: |world, request| {
            taken(world, request, |_, request| !request.body.is_empty() && json(request).is_none())
        },
        answer: as_is,
    },
    Defect {
        name: "malformed-json-is-500",
        operator: Alter,
        breaks: "a body that is no JSON is answered 500",
        aims: &["bad_request_accepted"],
        facts: &["convention[malformed-body]"],
        request: on,
        answer: |_, request, mut answer| {
            if !request.body.is_empty() && json(request).is_none() {
                answer.status = 500;
            }
            answer
        },
    },
    Defect {
        name: "list-for-object-accepted",
        operator: Widen,
        breaks: "a list in the place of the object is taken",
        aims: &["bad_request_accepted"],
        facts: &["convention[malformed-body]"],
        request: |world, request| taken(world, request, |_, request| json(request).is_some_and(|body| body.is_array())),
        answer: as_is,
    },
    Defect {
        name: "unknown-property-accepted",
        operator: Widen,
        breaks: "a property that is not documented is left out instead of refused",
        aims: &["bad_request_accepted"],
        facts: &["convention[unknown-property]"],
        request: |world, request| {
            taken(world, request, |world, request| {
                properties(world, request)
                    .is_some_and(|(known, body)| body.keys().any(|name| !known.iter().any(|(known, _)| known == name)))
            })
        },
        answer: as_is,
    },
    Defect {
        name: "duplicate-property-accepted",
        operator: Widen,
        breaks: "of a property that is there twice one is taken",
        aims: &["bad_request_accepted"],
        facts: &["convention[duplicate-property]"],
        request: |world, request| {
            taken(world, request, |world, request| {
                let text = String::from_utf8_lossy(&request.body).into_owned();
                properties(world, request).is_some_and(|(known, _)| {
                    known.iter().any(|(name, _)| text.matches(&format!("\"{name}\"")).count() > 1)
                })
            })
        },
        answer: as_is,
    },
    Defect {
        name: "required-property-not-needed",
        operator: Widen,
        breaks: "a body without what it must have is taken",
        aims: &["bad_request_accepted"],
        facts: &["convention[malformed-body]", "body"],
        request: |world, request| {
            taken(world, request, |world, request| {
                properties(world, request).is_some_and(|(known, body)| {
                    known.iter().any(|(name, required)| *required && !body.contains_key(name))
                })
            })
        },
        answer: as_is,
    },
    Defect {
        name: "wrong-type-accepted",
        operator: Widen,
        breaks: "text, null and numbers are taken where a list of ids belongs",
        aims: &["bad_request_accepted"],
        facts: &["convention[malformed-body]", "body"],
        request: |world, request| {
            taken(world, request, |world, request| {
                let odd = |value: &Value| match value {
                    Value::Array(items) => items.iter().any(|item| !item.is_string()),
                    _ => true,
                };
                properties(world, request)
                    .is_some_and(|(known, body)| known.iter().any(|(name, _)| body.get(name).is_some_and(odd)))
            })
        },
        answer: as_is,
    },
    Defect {
        name: "bad-request-is-500",
        operator: Alter,
        breaks: "whatever is wrong with a body is answered 500",
        aims: &["bad_request_accepted"],
        facts: &[
            "convention[malformed-body]",
            "convention[wrong-content-type]",
            "convention[unknown-property]",
            "convention[duplicate-property]",
        ],
        request: on,
        answer: |_, _, mut answer| {
            answer.status = if matches!(answer.status, 400 | 411 | 413 | 415 | 422) { 500 } else { answer.status };
            answer
        },
    },
    Defect {
        name: "error-empty",
        operator: Drop,
        breaks: "a refusal has no body",
        aims: &["refusal_unlike_odata"],
        facts: &["convention[odata-error]"],
        request: on,
        answer: |_, _, answer| refused(answer, |_| Vec::new()),
    },
    Defect {
        name: "error-html",
        operator: Alter,
        breaks: "a refusal is a page for people",
        aims: &["refusal_unlike_odata"],
        facts: &["convention[odata-error]"],
        request: on,
        answer: |_, _, answer| refused(answer, |_| b"<html>No.</html>".to_vec()),
    },
    Defect {
        name: "error-without-code",
        operator: Drop,
        breaks: "a refusal has no error.code",
        aims: &["refusal_unlike_odata"],
        facts: &["convention[odata-error]"],
        request: on,
        answer: |_, _, answer| refused(answer, |body| without(body, "code")),
    },
    Defect {
        name: "error-without-message",
        operator: Drop,
        breaks: "a refusal has no error.message",
        aims: &["refusal_unlike_odata"],
        facts: &["convention[odata-error]"],
        request: on,
        answer: |_, _, answer| refused(answer, |body| without(body, "message")),
    },
    Defect {
        name: "wrong-method-accepted",
        operator: Widen,
        breaks: "a method that the path does not have succeeds",
        aims: &["wrong_method_accepted"],
        facts: &["convention[wrong-method]"],
        request: |world, request| match (world.operation(request), world.operation_at(request)) {
            (None, Some(_)) => Passage::Answer(world.success(request)),
            _ => Passage::On,
        },
        answer: as_is,
    },
    Defect {
        name: "405-without-allow",
        operator: Drop,
        breaks: "the answer to a wrong method does not say which are right",
        aims: &["wrong_method_accepted"],
        facts: &["convention[wrong-method]"],
        request: on,
        answer: |_, _, mut answer| {
            answer.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("allow"));
            answer
        },
    },
    Defect {
        name: "405-allows-another",
        operator: Alter,
        breaks: "the answer to a wrong method names another as right",
        aims: &["wrong_method_accepted"],
        facts: &["convention[wrong-method]"],
        request: on,
        answer: |_, _, mut answer| {
            let allow = answer.headers.iter_mut().filter(|(name, _)| name.eq_ignore_ascii_case("allow"));
            allow.for_each(|(_, value)| *value = "TRACE".to_owned());
            answer
        },
    },
    Defect {
        name: "wrong-method-is-404",
        operator: Alter,
        breaks: "a wrong method is answered 404",
        aims: &["wrong_method_accepted"],
        facts: &["convention[wrong-method]"],
        request: on,
        answer: |_, _, mut answer| {
            answer.status = if answer.status == 405 { 404 } else { answer.status };
            answer
        },
    },
    Defect {
        name: "unknown-path-accepted",
        operator: Widen,
        breaks: "a path that does not exist succeeds",
        aims: &["unknown_path_accepted"],
        facts: &["convention[unknown-path]"],
        request: |world, request| match world.operation_at(request) {
            // The greeting of a run is of the root.
            None if method(request) != "GET" || world.below(request).is_some_and(|path| path.len() > 1) => {
                Passage::Answer(plain(204, String::new()))
            }
            _ => Passage::On,
        },
        answer: as_is,
    },
    Defect {
        name: "unknown-path-is-500",
        operator: Alter,
        breaks: "a path that does not exist is answered 500",
        aims: &["unknown_path_accepted"],
        facts: &["convention[unknown-path]"],
        request: on,
        answer: |world, request, mut answer| {
            if world.operation_at(request).is_none() {
                answer.status = 500;
            }
            answer
        },
    },
];

/// Takes a request of another media type for the documented one.
fn retyped(world: &World, request: &Message, when: bool) -> Passage {
    match world.operation(request).and_then(|operation| operation.body.as_ref()) {
        Some(body) if when => Passage::Instead(vec![with_header(request, "Content-Type", Some(&body.content_type))]),
        _ => Passage::On,
    }
}

/// Answers success where a call with a permitted token and a bad body comes by.
fn taken(world: &World, request: &Message, is_bad: fn(&World, &Message) -> bool) -> Passage {
    let permitted = request.header("authorization").is_some_and(|value| value.ends_with(&world.token));
    match permitted && world.acts(request) && is_bad(world, request) {
        true => Passage::Answer(world.success(request)),
        false => Passage::On,
    }
}

fn json(request: &Message) -> Option<Value> {
    serde_json::from_slice(&request.body).ok()
}

/// Properties by name, and whether each must be there.
type Described = Vec<(String, bool)>;

/// The described properties of a body, and whether each must be there; and the body.
fn properties(world: &World, request: &Message) -> Option<(Described, serde_json::Map<String, Value>)> {
    let body = world.operation(request)?.body.as_ref()?;
    let Shape::Object { properties, .. } = world.contract.resolve(&body.shape) else { return None };
    let known = properties.iter().map(|property| (property.name.clone(), property.required)).collect();
    let Value::Object(body) = json(request)? else { return None };
    Some((known, body))
}

/// A refusal with another body.
fn refused(mut answer: Answer, body: impl Fn(&[u8]) -> Vec<u8>) -> Answer {
    if (400..600).contains(&answer.status) {
        answer.body = body(&answer.body);
    }
    answer
}

/// An OData error without one of its properties.
fn without(body: &[u8], name: &str) -> Vec<u8> {
    let Ok(mut value) = serde_json::from_slice::<Value>(body) else { return body.to_vec() };
    if let Some(error) = value.get_mut("error").and_then(Value::as_object_mut) {
        error.remove(name);
    }
    value.to_string().into_bytes()
}
