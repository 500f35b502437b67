//! The example calls with another method than the request section shows.

use super::context::Detail as _;
use super::route::Fit;
use super::{Check, Rule};
use crate::finding::Severity;

pub(super) const RULE: Rule = Rule {
    id: "docs/method_contradicts_example",
    severity: Severity::Error,
    reason: "whoever copies the example and whoever reads the request section send different methods, and one of the \
             two is refused",
    check: Check::Page(|page, findings| {
        let agrees = |method: &str, fit: &Option<(usize, Fit)>| matches!(fit, Some((index, fit)) if *fit != Fit::No && page.requests()[*index].method == method);
        let one_agrees = page.sent().any(|sent| agrees(sent.is.method.as_deref().unwrap_or_default(), &sent.fit));
        for sent in page.sent() {
            let (Some(method), Some((index, fit))) = (sent.is.method.as_deref(), &sent.fit) else { continue };
            let template = &page.requests()[*index];
            if *fit == Fit::No || template.method == method {
                continue;
            }
            // Reading back what another example of the page has written is a second step.
            if method == "GET" && one_agrees && sent.is.body.is_none() {
                continue;
            }
            let message = format!(
                "the example sends {method} {}, the request section says {} {}",
                sent.is.url.as_deref().unwrap_or_default(),
                template.method,
                template.path
            );
            let finding = page.finding_of(sent, sent.is.line, message, "show one method in both places");
            findings.push(finding.against(page.at(template.line)).on(page.fact("request", None)));
        }
    }),
};

#[cfg(test)]
mod tests {
    use super::super::testing::{Sound, fires, quiet};
    use super::RULE;

    #[test]
    fn another_method_is_found_at_the_example() {
        let page = Sound::page().with("POST https://graph.microsoft.com", "PATCH https://graph.microsoft.com");
        fires(&RULE, &page, &["PATCH https"]);
    }

    #[test]
    fn a_second_step_and_two_operations_are_none() {
        quiet(
            &RULE,
            &Sound::page().with("POST /widgets/{id}/paint", "POST /widgets/{id}/paint\nPUT /widgets/{id}/paint"),
        );
        let step = "## Next\n### Request\n```http\nGET https://graph.microsoft.com/beta/widgets/7/paint\n```\n";
        quiet(&RULE, &Sound::page().and(step));
    }
}
