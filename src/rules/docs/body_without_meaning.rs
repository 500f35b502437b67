//! A `GET` or `DELETE` with a body.

use super::body_not_expected::denial;
use super::context::{Detail as _, quoted};
use super::message_unreadable::is_status;
use super::{Check, Rule};
use crate::docs::page::BodyKind;
use crate::finding::Severity;

pub(super) const RULE: Rule = Rule {
    id: "docs/body_without_meaning",
    severity: Severity::Warning,
    reason: "a body of GET or DELETE has no meaning in HTTP, and proxies and clients drop it",
    check: Check::Page(|page, findings| {
        // Where the page denies a body or documents one, another rule speaks, or nobody.
        if denial(page).is_some() || page.page.body.as_ref().is_some_and(|body| !body.is_empty()) {
            return;
        }
        for sent in page.sent().filter(|sent| sent.has_own_body) {
            let (Some(method @ ("GET" | "DELETE")), Some(at)) = (sent.is.method.as_deref(), sent.is.body_line) else {
                continue;
            };
            let json = matches!(sent.is.body_kind, BodyKind::Json | BodyKind::JsonInvalid);
            let body = sent.is.body.as_deref().unwrap_or_default();
            if !json || body.lines().any(|line| is_status(line.trim())) {
                continue;
            }
            let message = format!("the example sends {method} with a body, {}", quoted(body));
            let finding = page.finding_of(sent, at, message, "remove the body, or correct the method");
            findings.push(finding.against(page.at(sent.is.line)));
        }
    }),
};

#[cfg(test)]
mod tests {
    use super::super::testing::{Sound, fires, quiet};
    use super::RULE;

    #[test]
    fn a_get_with_a_body_is_found() {
        let section = Sound::page().with("## Request body", "## Remarks").with("POST /widgets", "GET /widgets");
        let page = section.with("POST https", "GET https");
        fires(&RULE, &page, &["{\n  \"colour\": \"red\"\n}\n```\n\n###"]);
    }

    #[test]
    fn other_methods_may_have_one() {
        let section = Sound::page().with("## Request body", "## Remarks");
        quiet(&RULE, &section);
    }
}
