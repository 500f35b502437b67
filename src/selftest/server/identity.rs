//! Servers that let in whom they should not, or keep out whom they should not.

use super::world::{World, refusal, with_header};
use super::{Defect, as_is, on};
use crate::rules::ProbeToken;
use crate::selftest::mutant::Operator::{Alter, Narrow, Widen};
use crate::wire::{Message, Passage};

pub(super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "no-token-accepted",
        operator: Widen,
        breaks: "a request without a token is taken for one with every permission",
        aims: &["bad_request_accepted"],
        facts: &["convention[unauthenticated]", "header[Authorization]"],
        request: |world, request| match request.header("authorization") {
            None => as_permitted(world, request),
            Some(_) => Passage::On,
        },
        answer: as_is,
    },
    Defect {
        name: "other-scheme-accepted",
        operator: Widen,
        breaks: "credentials of another scheme than Bearer are not looked at",
        aims: &["bad_request_accepted"],
        facts: &["convention[unauthenticated]", "header[Authorization]"],
        request: |world, request| match request.header("authorization") {
            Some(value) if !value.starts_with("Bearer ") => as_permitted(world, request),
            _ => Passage::On,
        },
        answer: as_is,
    },
    Defect {
        name: "missing-permission-accepted",
        operator: Widen,
        breaks: "a token without the permission will do",
        aims: &["bad_request_accepted"],
        facts: &["convention[forbidden]", "permission"],
        request: |world, request| passed(world, request, ProbeToken::NoPermission),
        answer: as_is,
    },
    Defect {
        name: "expired-token-accepted",
        operator: Widen,
        breaks: "a token that was good once will do for ever",
        aims: &["bad_request_accepted"],
        facts: &["convention[unauthenticated]"],
        request: |world, request| passed(world, request, ProbeToken::Expired),
        answer: as_is,
    },
    Defect {
        name: "token-for-another-accepted",
        operator: Widen,
        breaks: "a token that was made for another service will do",
        aims: &["bad_request_accepted"],
        facts: &["convention[unauthenticated]"],
        request: |world, request| passed(world, request, ProbeToken::WrongAudience),
        answer: as_is,
    },
    Defect {
        name: "personal-account-accepted",
        operator: Widen,
        breaks: "a personal account may do what it is not supported for",
        aims: &["bad_request_accepted"],
        facts: &["permission[delegatedPersonal]"],
        request: |world, request| passed(world, request, ProbeToken::Personal),
        answer: as_is,
    },
    Defect {
        name: "user-without-permission-accepted",
        operator: Widen,
        breaks: "a signed-in user needs no permission",
        aims: &["bad_request_accepted"],
        facts: &["permission[delegatedWork]"],
        request: |world, request| passed(world, request, ProbeToken::Delegated),
        answer: as_is,
    },
    Defect {
        name: "user-without-role-accepted",
        operator: Widen,
        breaks: "a signed-in user needs no role in the directory",
        aims: &["bad_request_accepted"],
        facts: &["role"],
        request: |world, request| passed(world, request, ProbeToken::NoRole),
        answer: as_is,
    },
    Defect {
        name: "made-up-token-accepted",
        operator: Widen,
        breaks: "a token that nobody issued will do",
        aims: &["bad_request_accepted"],
        facts: &["convention[unknown-token]"],
        request: |world, request| match request.header("authorization") {
            // What a server issued has the three parts of a signed token.
            Some(value) if value.starts_with("Bearer ") && value.matches('.').count() != 2 => {
                as_permitted(world, request)
            }
            _ => Passage::On,
        },
        answer: as_is,
    },
    Defect {
        name: "second-authorization-accepted",
        operator: Widen,
        breaks: "of two credentials the better one counts",
        aims: &["bad_request_accepted"],
        facts: &["convention[one-credential]"],
        request: |world, request| {
            let n = request.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("authorization")).count();
            if n > 1 { as_permitted(world, request) } else { Passage::On }
        },
        answer: as_is,
    },
    Defect {
        name: "scheme-in-small-letters-refused",
        operator: Narrow,
        breaks: "the scheme of a token must have a capital",
        aims: &["equal_request_refused"],
        facts: &["convention[letter-case]"],
        request: |_, request| match request.header("authorization") {
            Some(value) if value.starts_with("bearer ") => Passage::Answer(refusal(401)),
            _ => Passage::On,
        },
        answer: as_is,
    },
    Defect {
        name: "unauthenticated-is-403",
        operator: Alter,
        breaks: "a request without a token is answered 403 instead of 401",
        aims: &["bad_request_accepted"],
        facts: &["convention[unauthenticated]"],
        request: on,
        answer: |_, _, mut answer| {
            answer.status = if answer.status == 401 { 403 } else { answer.status };
            answer
        },
    },
    Defect {
        name: "forbidden-is-401",
        operator: Alter,
        breaks: "a missing permission is answered 401 instead of 403",
        aims: &["bad_request_accepted"],
        facts: &["convention[forbidden]"],
        request: on,
        answer: |_, _, mut answer| {
            answer.status = if answer.status == 403 { 401 } else { answer.status };
            answer
        },
    },
    Defect {
        name: "refused-and-acted",
        operator: Widen,
        breaks: "who has no permission is refused, and what was asked is done all the same",
        aims: &["refusal_changes_state"],
        facts: &["convention[refusal-changes-nothing]"],
        request: |world, request| match world.is_from(request, ProbeToken::NoPermission) && world.acts(request) {
            true => Passage::Instead(vec![permitted(world, request), request.clone()]),
            false => Passage::On,
        },
        answer: as_is,
    },
    Defect {
        name: "optional-header-refused",
        operator: Narrow,
        breaks: "a request with an optional header is refused",
        aims: &["optional_header_refused"],
        facts: &[],
        request: |world, request| {
            let headers = world.operation(request).map(|operation| operation.headers.as_slice()).unwrap_or_default();
            let sent = headers.iter().any(|header| !header.required && request.header(&header.name).is_some());
            if sent { Passage::Answer(refusal(400)) } else { Passage::On }
        },
        answer: as_is,
    },
    Defect {
        name: "permitted-is-refused",
        operator: Narrow,
        breaks: "a token with the documented permission does not do",
        aims: &["example_not_answered"],
        facts: &["permission[application]"],
        request: |world, request| match request.header("authorization") {
            Some(value) if value.ends_with(&world.token) => Passage::Answer(refusal(403)),
            _ => Passage::On,
        },
        answer: as_is,
    },
];

/// Takes a token of a kind that must not suffice for one that does.
fn passed(world: &World, request: &Message, kind: ProbeToken) -> Passage {
    if world.is_from(request, kind) { as_permitted(world, request) } else { Passage::On }
}

fn permitted(world: &World, request: &Message) -> Message {
    with_header(request, "Authorization", Some(&format!("Bearer {}", world.token)))
}

fn as_permitted(world: &World, request: &Message) -> Passage {
    Passage::Instead(vec![permitted(world, request)])
}
