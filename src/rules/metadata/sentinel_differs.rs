//! Members behind unknownFutureValue.

use super::join::What;
use super::{Judgement, Rule};
use crate::finding::Severity;

/// The rule.
pub const RULE: Rule = Rule {
    id: "metadata/sentinel_differs",
    severity: Severity::Error,
    reason: "members behind the sentinel are sent only to those who ask for them (Graph, best practices)",
    judge: |pair| match &pair.what {
        What::Sentinel { described, declared, .. } if described == declared => Judgement::Agrees,
        What::Sentinel { name, declared, described } => {
            pair.differs(&format!("place of member {name}"), side(*declared), side(*described))
        }
        _ => Judgement::Silent,
    },
};

fn side(is_behind: bool) -> &'static str {
    if is_behind { "behind the sentinel" } else { "before the sentinel" }
}
