//! Servers that insist on one spelling of a request.

use super::world::{World, refusal};
use super::{Defect, as_is};
use crate::selftest::mutant::Operator::Narrow;
use crate::wire::{Message, Passage};

pub(super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "chunks-refused",
        breaks: "a body in chunks is refused",
        request: |_, request| refused(request.header("transfer-encoding").is_some()),
        ..INSISTENT
    },
    Defect {
        name: "wait-for-leave-refused",
        breaks: "a client that waits for leave to send its body is refused",
        request: |_, request| refused(request.header("expect").is_some()),
        ..INSISTENT
    },
    Defect {
        name: "charset-refused",
        breaks: "a media type with a charset is refused",
        request: |_, request| refused(request.header("content-type").is_some_and(|value| value.contains(';'))),
        ..INSISTENT
    },
    Defect {
        name: "media-type-in-capitals-refused",
        breaks: "a media type in capitals is refused",
        facts: &["convention[letter-case]"],
        request: |_, request| {
            let in_capitals = |value: &str| value.bytes().any(|byte| byte.is_ascii_uppercase());
            refused(request.header("content-type").is_some_and(in_capitals))
        },
        ..INSISTENT
    },
    Defect {
        name: "white-space-refused",
        breaks: "JSON that begins with white space is refused",
        request: |_, request| refused(request.body.first().is_some_and(u8::is_ascii_whitespace)),
        ..INSISTENT
    },
    Defect {
        name: "escapes-refused",
        breaks: "JSON with an escaped letter is refused",
        request: |_, request| refused(request.body.windows(2).any(|pair| pair == b"\\u")),
        ..INSISTENT
    },
    Defect {
        name: "chunks-forgotten",
        breaks: "a body in chunks is taken, and nothing is done",
        request: |world, request| match world.acts(request) && request.header("transfer-encoding").is_some() {
            true => Passage::Answer(world.success(request)),
            false => Passage::On,
        },
        ..INSISTENT
    },
    Defect {
        name: "repeat-refused",
        breaks: "the same action again is refused",
        aims: &["repeat_refused"],
        facts: &["convention[repeatable]"],
        request: |world, request| refused(world.acts(request) && world.is_repeated(request)),
        ..INSISTENT
    },
];

const INSISTENT: Defect = Defect {
    name: "",
    operator: Narrow,
    breaks: "",
    aims: &["equal_request_refused"],
    facts: &["convention[equal-request]"],
    request: |_: &World, _: &Message| Passage::On,
    answer: as_is,
};

fn refused(when: bool) -> Passage {
    if when { Passage::Answer(refusal(400)) } else { Passage::On }
}
