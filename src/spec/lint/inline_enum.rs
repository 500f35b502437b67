//! Enums without a name.

use std::collections::HashSet;
use std::ptr;

use super::Rule;

pub(super) const RULE: Rule = Rule {
    id: "inline_enum",
    reason: "only a named enum becomes an open one; an inline one fails the whole answer at the first new member",
    check: |lint, findings| {
        let named: HashSet<_> = lint.schemas().map(|(_, _, schema)| ptr::from_ref(schema)).collect();
        for place in lint.places.schemas.iter().filter(|place| !named.contains(&ptr::from_ref(place.node))) {
            if place.node.get("enum").is_some() {
                findings.push(lint.finding(
                    place.node.line,
                    &place.subject,
                    "an enum is inline",
                    "name it under components/schemas",
                ));
            }
        }
    },
};
