//! The example spells its path with other capitals than the template.

use super::context::Detail as _;
use super::route::Fit;
use super::{Check, Rule};
use crate::finding::Severity;

pub(super) const RULE: Rule = Rule {
    id: "docs/letter_case_differs",
    severity: Severity::Note,
    reason: "the service takes both, but a client or proxy that compares paths does not",
    check: Check::Page(|page, findings| {
        for sent in page.sent() {
            let Some((index, Fit::Case(ours, theirs))) = &sent.fit else { continue };
            let template = &page.requests()[*index];
            let message = format!("the example spells '{theirs}' what the template spells '{ours}'");
            let finding = page.finding_of(sent, sent.is.line, message, "spell it in one way");
            findings.push(finding.against(page.at(template.line)).on(page.fact("request", None)));
        }
    }),
};

#[cfg(test)]
mod tests {
    use super::super::testing::{Sound, fires, quiet};
    use super::RULE;

    #[test]
    fn other_capitals_are_noted() {
        fires(&RULE, &Sound::page().with("beta/widgets/7", "beta/Widgets/7"), &["beta/Widgets"]);
    }

    #[test]
    fn capitals_of_values_do_not_matter() {
        quiet(&RULE, &Sound::page().with("beta/widgets/7", "beta/widgets/ABC"));
    }
}
