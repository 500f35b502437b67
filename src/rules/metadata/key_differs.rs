//! The property that identifies an entity.

use super::join::What;
use super::{Judgement, Rule};
use crate::finding::Severity;

/// The rule.
pub const RULE: Rule = Rule {
    id: "metadata/key_differs",
    severity: Severity::Error,
    reason: "entities are told apart by another property than the service's",
    judge: |pair| match &pair.what {
        What::Key { declared: [only], described } if only == described => Judgement::Agrees,
        What::Key { declared: [], described } => pair.differs("key", "nothing", described),
        What::Key { declared, described } => pair.differs("key", &declared.join(", "), described),
        _ => Judgement::Silent,
    },
};
