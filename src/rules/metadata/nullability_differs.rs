//! Whether null may stand for a value.

use super::join::{Pair, What};
use super::{Judgement, Rule};
use crate::contract::Shape;
use crate::finding::Severity;

/// The rule.
///
/// Metadata that does not say whether null may stand says that it may. Of a list, it says so of the
/// items alone, and a key is never null: these are not looked at. Nor is a schema that has a name,
/// beside which OpenAPI 3.0 has no place for null. That a description has no null
/// where the metadata has it is worth a note, since pages seldom speak of it, and a warning where
/// the property must be there: then a reader who believes the description cannot read the answer.
pub const RULE: Rule = Rule {
    id: "metadata/nullability_differs",
    severity: Severity::Warning,
    reason: "a value is null, or left out, where the other side does not allow it",
    judge: |pair| match &pair.what {
        What::Property { name, described: Some(ours), declared: Some(theirs), is_key: false, .. }
            if !theirs.of.is_collection && !theirs.is_navigation =>
        {
            match (theirs.is_nullable, ours.nullable) {
                (true, false) if matches!(ours.shape, Shape::Named { .. }) => Judgement::Silent,
                (true, false) if ours.required => differs(pair, name, Severity::Warning, "may be null", "never null"),
                (true, false) => differs(pair, name, Severity::Note, "may be null", "never null"),
                (false, true) => differs(pair, name, Severity::Warning, "never null", "may be null"),
                _ => Judgement::Agrees,
            }
        }
        What::Parameter { name, described: Some(Some(ours)), declared: Some(theirs), .. }
            if !theirs.of.is_collection && !theirs.is_nullable =>
        {
            match ours.required && !ours.nullable {
                true => Judgement::Agrees,
                false => differs(pair, name, Severity::Warning, "must be given", "may be left out, or null"),
            }
        }
        _ => Judgement::Silent,
    },
};

fn differs(pair: &Pair<'_>, name: &str, severity: Severity, declared: &str, described: &str) -> Judgement {
    match pair.differs(&format!("null for {name}"), declared, described) {
        Judgement::Differs { message, remedy, .. } => Judgement::Differs { severity: Some(severity), message, remedy },
        other => other,
    }
}
