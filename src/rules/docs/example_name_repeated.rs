//! Two examples of one name.

use std::collections::HashMap;

use super::context::Detail as _;
use super::mentions::{Mention, Mentions};
use super::{Check, Rule};
use crate::finding::Severity;

pub(super) const RULE: Rule = Rule {
    id: "docs/example_name_repeated",
    severity: Severity::Warning,
    reason: "snippets are stored by the name of their example: one of the two overwrites the other",
    check: Check::Corpus(|corpus, findings| {
        let mut first: HashMap<(&str, &str), (&Mentions, &Mention)> = HashMap::new();
        for page in corpus.pages {
            for mention in &page.examples {
                let key = (page.api.as_deref().unwrap_or_default(), mention.name.as_str());
                let Some((other, earlier)) = first.get(&key) else {
                    first.insert(key, (page, mention));
                    continue;
                };
                let within = std::ptr::eq(*other, page);
                // Two versions of a page are read as two pages.
                if !within && file(&other.page) == file(&page.page) {
                    continue;
                }
                let place = if within { "on this page".to_owned() } else { format!("on {}", other.page) };
                let message = format!(
                    "the example is named '{}', and so is one {place}, line {}",
                    mention.name, earlier.origin.line
                );
                let severity = if within { Severity::Warning } else { Severity::Note };
                let finding = corpus.finding(page, &mention.origin, message, "give the example a name of its own");
                findings.push(finding.against(earlier.origin.clone()).of_severity(severity));
            }
        }
    }),
};

fn file(page: &str) -> &str {
    page.rsplit('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Sound, fires, fires_among, quiet_among};
    use super::RULE;

    const AGAIN: &str = "### Request\n<!-- {\"blockType\": \"request\", \"name\": \"widget_paint\"} -->\n```http\n\
                         POST https://graph.microsoft.com/beta/widgets/8/paint\n```\n";

    #[test]
    fn a_name_twice_is_found_on_a_page_and_on_two() {
        let page = Sound::page().and(AGAIN);
        let without = page.with("|colour|String|The colour. Required.|", "|colour|String|The colour.|");
        fires(&RULE, &without, &["<!-- {\"blockType\": \"request\""]);
        let other = Sound::named("beta/api/gadget-paint.md");
        fires_among(&RULE, &Sound::page(), &[&other], &["<!-- {\n  \"blockType\": \"request\""]);
    }

    #[test]
    fn other_versions_of_the_api_or_of_the_page_are_none() {
        quiet_among(&RULE, &Sound::page(), &[&Sound::named("old/beta/api/widget-paint.md")]);
        let v1 = Sound::named("v1.0/api/gadget-paint.md").with("com/beta/", "com/v1.0/");
        quiet_among(&RULE, &Sound::page(), &[&v1]);
    }
}
