//! Servers that list, page, filter and choose in another way.

use serde_json::Value;

use super::successes::entities;
use super::world::{World, aimed, method, option, path, refusal, target};
use super::{Defect, as_is, on};
use crate::contract::Shape;
use crate::selftest::mutant::Operator::{Alter, Drop, Narrow, Widen};
use crate::wire::{Answer, Message, Passage};

const NEXT: &str = "@odata.nextLink";

pub(super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "query-ignored",
        operator: Drop,
        breaks: "query options are not looked at",
        aims: &["query_ignored"],
        facts: &["query"],
        request: |_, request| match target(request).contains('?') {
            true => Passage::Instead(vec![aimed(request, path(request).to_owned())]),
            false => Passage::On,
        },
        answer: as_is,
    },
    Defect {
        name: "next-link-missing",
        operator: Drop,
        breaks: "a page does not name the next one",
        aims: &["page_lost"],
        facts: &["convention[page-size]"],
        request: on,
        answer: |_, _, answer| {
            page(answer, |page| {
                page.remove(NEXT);
            })
        },
    },
    Defect {
        name: "next-link-elsewhere",
        operator: Alter,
        breaks: "the next page is said to be on another server",
        aims: &["page_lost"],
        facts: &["convention[paging]"],
        request: on,
        answer: |_, _, answer| {
            page(answer, |page| {
                if let Some(link) = page.get_mut(NEXT) {
                    *link = "http://127.0.0.2:9/elsewhere".into();
                }
            })
        },
    },
    Defect {
        name: "page-overlaps",
        operator: Widen,
        breaks: "the first entity of a page is on it twice",
        aims: &["page_lost"],
        facts: &["convention[paging]"],
        request: on,
        answer: |_, _, answer| {
            page(answer, |page| {
                if let Some(items) = page.get_mut("value").and_then(Value::as_array_mut) {
                    items.extend(items.first().cloned());
                }
            })
        },
    },
    Defect {
        name: "entity-between-pages",
        operator: Narrow,
        breaks: "the last entity of a page with a successor is on neither",
        aims: &["page_lost"],
        facts: &["convention[paging]"],
        request: on,
        answer: |_, _, answer| {
            page(answer, |page| {
                if page.contains_key(NEXT) {
                    page.get_mut("value").and_then(Value::as_array_mut).map(Vec::pop);
                }
            })
        },
    },
    Defect {
        name: "unknown-option-accepted",
        operator: Widen,
        breaks: "a query option that is not known is left out instead of refused",
        aims: &["bad_query_accepted"],
        facts: &["convention[bad-query]"],
        request: |world, request| {
            let known = world.operation(request).map(|operation| operation.query.as_slice()).unwrap_or_default();
            let query = target(request).split_once('?').map(|(_, query)| query).unwrap_or_default();
            let names = url::form_urlencoded::parse(query.as_bytes());
            let unknown = names.into_iter().any(|(name, _)| {
                name.starts_with('$') && name != "$skiptoken" && !known.iter().any(|known| known.name == name)
            });
            match unknown {
                true => Passage::Instead(vec![aimed(request, path(request).to_owned())]),
                false => Passage::On,
            }
        },
        answer: as_is,
    },
    Defect {
        name: "bad-option-accepted",
        operator: Widen,
        breaks: "a query option whose value makes no sense is left out instead of refused",
        aims: &["bad_query_accepted"],
        facts: &["convention[bad-query]"],
        request: on,
        answer: |world, request, answer| match answer.status == 400 && target(request).contains('?') {
            true => world.success(request),
            false => answer,
        },
    },
    Defect {
        name: "member-refused",
        operator: Narrow,
        breaks: "a filter by any member but the first of an enumeration is refused",
        aims: &["member_refused"],
        facts: &["member"],
        request: |world, request| match filtered(world, request).is_some_and(|place| place > 0) {
            true => Passage::Answer(refusal(400)),
            false => Passage::On,
        },
        answer: as_is,
    },
    Defect {
        name: "newer-member-shown",
        operator: Widen,
        breaks: "members behind the sentinel are answered to everybody",
        aims: &["newer_member_shown"],
        facts: &["convention[evolvable-enum]"],
        request: on,
        answer: |world, request, answer| match request.header("prefer") {
            None => shown(world, answer),
            Some(_) => answer,
        },
    },
    Defect {
        name: "history-missing",
        operator: Drop,
        breaks: "the lists that belong to an entity are empty",
        aims: &["history_missing"],
        facts: &["log"],
        request: on,
        answer: |world, request, answer| {
            let nested = world.operation(request).is_some_and(|operation| operation.of.is_some());
            if nested {
                page(answer, |page| drop(page.insert("value".to_owned(), Value::Array(Vec::new()))))
            } else {
                answer
            }
        },
    },
    Defect {
        name: "head-with-body",
        operator: Widen,
        breaks: "an answer to HEAD has a body",
        aims: &["head_has_body"],
        facts: &["convention[head]"],
        request: on,
        answer: |_, request, mut answer| {
            if method(request) == "HEAD" {
                answer.after = Some(b"{}".to_vec());
            }
            answer
        },
    },
    Defect {
        name: "header-twice",
        operator: Widen,
        breaks: "an answer has two request ids",
        aims: &["header_twice"],
        facts: &["convention[one-header]"],
        request: on,
        answer: |_, _, mut answer| {
            answer.headers.push(("request-id".to_owned(), "00000000-0000-4000-8000-000000000002".to_owned()));
            answer
        },
    },
    Defect {
        name: "second-read-fails",
        operator: Narrow,
        breaks: "the second read and all that follow are answered 500",
        aims: &["example_not_answered"],
        facts: &[],
        request: |world, request| match method(request) == "GET" && world.operation(request).is_some() {
            true if world.count() > 0 => Passage::Answer(refusal(500)),
            _ => Passage::On,
        },
        answer: as_is,
    },
];

/// Changes an answer that is a page.
fn page(mut answer: Answer, change: impl Fn(&mut serde_json::Map<String, Value>)) -> Answer {
    let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body) else { return answer };
    if let Some(page) = body.as_object_mut().filter(|page| page.get("value").is_some_and(Value::is_array)) {
        change(page);
        answer.body = body.to_string().into_bytes();
    }
    answer
}

/// Answers the last member of each enumeration that has some behind its sentinel.
fn shown(world: &World, answer: Answer) -> Answer {
    let newest = |shape: &Shape| match world.contract.resolve(shape) {
        Shape::Enum { members, .. } => {
            let sentinel = members.iter().position(|member| member == "unknownFutureValue")?;
            members[sentinel + 1..].last().cloned()
        }
        _ => None,
    };
    entities(world, answer, |_, entity| {
        for shape in world.contract.shapes.values() {
            let Shape::Object { properties, set: Some(_), .. } = shape else { continue };
            for property in properties {
                if let (Some(value), Some(newest)) = (entity.get_mut(&property.name), newest(&property.shape)) {
                    *value = newest.into();
                }
            }
        }
    })
}

/// The place in its enumeration of the member that a request filters by.
fn filtered(world: &World, request: &Message) -> Option<usize> {
    let filter = option(request, "$filter")?;
    let (_, member) = filter.strip_suffix('\'')?.split_once('\'')?;
    let places = world.contract.shapes.values().filter_map(|shape| match shape {
        Shape::Enum { members, .. } => members.iter().position(|known| known == member),
        _ => None,
    });
    places.max()
}
