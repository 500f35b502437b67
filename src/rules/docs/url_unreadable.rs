//! The URL of an example is not balanced.

use super::template_unreadable::wrong_path;
use super::{Check, Rule};
use crate::finding::Severity;

pub(super) const RULE: Rule = Rule {
    id: "docs/url_unreadable",
    severity: Severity::Warning,
    reason: "an example is there to be copied, and its URL cannot be called",
    check: Check::Page(|page, findings| {
        for sent in page.all_sent() {
            let Some(url) = sent.is.url.as_deref() else { continue };
            let Some(wrong) = wrong_path(url).or_else(|| scheme(url)) else { continue };
            let message = format!("the URL of the example {wrong}: {url}");
            findings.push(page.finding_of(sent, sent.is.line, message, "correct the URL"));
        }
    }),
};

/// A scheme or host that is written twice or not at all.
fn scheme(url: &str) -> Option<&'static str> {
    let path = url.split('?').next().unwrap_or_default();
    if path.matches("://").count() > 1 && !path.contains('(') && !path.contains('\'') {
        return Some("has two schemes");
    }
    let scheme = path.split('/').next().unwrap_or_default();
    let misspelled = scheme.starts_with("http") && !matches!(scheme, "http:" | "https:");
    misspelled.then_some("has a misspelled scheme")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Sound, fires, quiet};
    use super::RULE;

    #[test]
    fn brackets_and_schemes_are_checked() {
        let url = "https://graph.microsoft.com/beta/widgets/7/paint";
        for wrong in
            ["https://graph.microsoft.com/beta/widgets/{7/paint", "https://https://graph.microsoft.com/beta/widgets"]
        {
            fires(&RULE, &Sound::page().with(url, wrong), &[wrong]);
        }
    }

    #[test]
    fn quotes_and_queries_may_hold_anything() {
        quiet(&RULE, &Sound::page().with("widgets/7/paint", "widgets/7/paint?$filter=startswith(name, '(')"));
        quiet(&RULE, &Sound::page().with("widgets/7", "widgets('a(b')"));
    }
}
