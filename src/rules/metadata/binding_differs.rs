//! What an action is called on.

use super::join::What;
use super::{Judgement, Rule};
use crate::finding::Severity;

/// The rule.
pub const RULE: Rule = Rule {
    id: "metadata/binding_differs",
    severity: Severity::Error,
    reason: "an action on all of a collection is described as one on a single item, or the other way round",
    judge: |pair| match &pair.what {
        What::Binding { call, on_collection } => {
            let declared = call.binding().map_or("nothing", |binding| &binding.of.text);
            let described = if *on_collection { "called on the collection" } else { "called on one item" };
            pair.differs(&format!("{} {}", call.word(), call.name), &format!("bound to {declared}"), described)
        }
        _ => Judgement::Silent,
    },
};
