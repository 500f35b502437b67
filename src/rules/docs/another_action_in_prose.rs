//! The prose about the body names the action of a sister page.

use std::collections::HashMap;

use super::{Check, Rule};
use crate::finding::{Finding, Severity};

pub(super) const RULE: Rule = Rule {
    id: "docs/another_action_in_prose",
    severity: Severity::Warning,
    reason: "the sentence was copied from the page of another action, and tells the reader to do the opposite",
    check: Check::Corpus(|corpus, findings| {
        // Below one resource: its actions, and the page of each.
        let mut sisters: HashMap<(&str, String), usize> = HashMap::new();
        for (index, page) in corpus.pages.iter().enumerate() {
            if let Some((parent, action)) = page.operation.strip_prefix("POST ").and_then(|path| path.rsplit_once('/'))
            {
                sisters.entry((parent, action.to_ascii_lowercase())).or_insert(index);
            }
        }
        for page in corpus.pages.iter().filter(|page| !page.verbs.is_empty()) {
            let Some((parent, own)) = page.operation.strip_prefix("POST ").and_then(|path| path.rsplit_once('/'))
            else {
                continue;
            };
            for verb in &page.verbs {
                let named = verb.name.to_ascii_lowercase();
                let contained = own.to_ascii_lowercase().contains(&named);
                let Some(sister) = sisters.get(&(parent, named)).filter(|_| !contained) else { continue };
                let sister = &corpus.pages[*sister];
                let message = format!(
                    "the request body is said to be for '{}', which is {} ({}); this page is about {}",
                    verb.name, sister.operation, sister.page, page.operation
                );
                let finding = corpus.finding(page, &verb.origin, message, "name the action of this page");
                findings.push(Finding { ..finding });
            }
        }
    }),
};

#[cfg(test)]
mod tests {
    use super::super::testing::{Sound, fires_among, quiet_among};
    use super::RULE;

    const LEAD: &str = "In the request body, provide a JSON object with the following parameters.";

    #[test]
    fn the_verb_of_a_sister_page_is_found() {
        let sister = Sound::named("beta/api/widget-strip.md").with("/paint", "/strip");
        let sister = sister.with("7/paint", "7/strip").with("widget_paint", "widget_strip");
        let page = Sound::page().with(LEAD, "Name the colour to strip in the request body.");
        fires_among(&RULE, &page, &[&sister], &["to strip"]);
    }

    #[test]
    fn the_pages_own_verb_and_one_of_nobody_are_none() {
        let sister = Sound::named("beta/api/widget-strip.md").with("/paint", "/strip");
        let sister = sister.with("7/paint", "7/strip").with("widget_paint", "widget_strip");
        for verb in ["paint", "use"] {
            let page = Sound::page().with(LEAD, &format!("Name the colour to {verb} in the request body."));
            quiet_among(&RULE, &page, &[&sister]);
        }
    }
}
