//! The example calls a path that the request section does not have.

use super::context::Detail as _;
use super::route::Fit;
use super::{Check, Rule};
use crate::finding::Severity;

pub(super) const RULE: Rule = Rule {
    id: "docs/example_path_fits_no_template",
    severity: Severity::Warning,
    reason: "the example and the request section name different paths, and only one of them can be there",
    check: Check::Page(|page, findings| {
        let one_fits = page.sent().any(|sent| matches!(&sent.fit, Some((_, fit)) if *fit != Fit::No));
        for sent in page.sent() {
            let Some((index, Fit::No)) = &sent.fit else { continue };
            // A step before or after the operation, that nobody declared to be an example of it.
            if one_fits && page.kind(sent.annotation) != Some("request") {
                continue;
            }
            // What belongs to the resource may be read behind it.
            if one_fits && sent.is.method.as_deref() == Some("GET") && page.leads_on(sent) {
                continue;
            }
            let template = &page.requests()[*index];
            let count = page.requests().len();
            let message = format!(
                "the example calls {}, which fits {} {} {}",
                sent.is.url.as_deref().unwrap_or_default(),
                if count == 1 { "not the template" } else { "no template, such as" },
                template.method,
                template.path
            );
            let finding = page.finding_of(sent, sent.is.line, message, "correct the example, or document its path too");
            findings.push(finding.against(page.at(template.line)).on(page.fact("request", None)));
        }
    }),
};

#[cfg(test)]
mod tests {
    use super::super::testing::{Sound, fires, quiet};
    use super::RULE;

    #[test]
    fn another_path_is_found() {
        fires(&RULE, &Sound::page().with("beta/widgets/7/paint", "beta/widgets/7/colour"), &["/colour"]);
        fires(&RULE, &Sound::page().with("beta/widgets/7/paint", "beta/widgets/paint"), &["widgets/paint"]);
    }

    #[test]
    fn what_belongs_to_the_resource_may_be_read_behind_it() {
        let get = Sound::page().with("POST /widgets/{id}/paint", "POST /widgets/{id}/paint\nGET /widgets/{id}");
        let more = |path: &str| {
            let annotation = "<!-- {\"blockType\": \"request\", \"name\": \"more\"} -->";
            format!("### Request\n{annotation}\n```http\nGET https://graph.microsoft.com/beta/{path}\n```\n")
        };
        quiet(&RULE, &get.and(&more("widgets/7/parts")));
        fires(&RULE, &get.and(&more("gadgets/7")), &["gadgets/7"]);
    }

    #[test]
    fn other_spellings_other_hosts_and_undeclared_steps_are_none() {
        for url in ["widgets('7')/microsoft.graph.paint", "widgets/{widget-id}/paint", "shop/widgets/7/paint"] {
            quiet(&RULE, &Sound::page().with("beta/widgets/7/paint", &format!("beta/{url}")));
        }
        quiet(&RULE, &Sound::page().with("https://graph.microsoft.com/beta/widgets/7/paint", "https://up.example/7"));
        quiet(
            &RULE,
            &Sound::page().and("## Next\n### Request\n```http\nGET https://graph.microsoft.com/beta/shops\n```\n"),
        );
    }
}
