//! A permission that hardly any page has, one slip from one that many have.

use std::collections::HashMap;

use super::context::Detail as _;
use super::mentions::{Uses, one_slip};
use super::{Check, Rule};
use crate::contract::{FactId, Origin};
use crate::finding::Severity;

pub(super) const RULE: Rule = Rule {
    id: "docs/permission_unknown",
    severity: Severity::Error,
    reason: "an administrator cannot consent to a permission that does not exist",
    check: Check::Corpus(|corpus, findings| {
        let uses = corpus.uses(|page| &page.permissions);
        let mut by_length: HashMap<usize, Vec<&str>> = HashMap::new();
        for name in uses.keys() {
            by_length.entry(name.len()).or_default().push(name);
        }
        by_length.values_mut().for_each(|names| names.sort_unstable());
        let mut places: HashMap<&str, &Origin> = HashMap::new();
        for mention in corpus.pages.iter().flat_map(|page| &page.permissions) {
            places.entry(&mention.name).or_insert(&mention.origin);
        }
        for page in corpus.pages {
            let mut said: Vec<(&str, usize)> = Vec::new();
            for mention in &page.permissions {
                let rare = uses[mention.name.as_str()];
                let lengths = mention.name.len().saturating_sub(1)..=mention.name.len() + 1;
                let mut near = lengths.filter_map(|length| by_length.get(&length)).flatten();
                let twin = near.find(|name| outweighs(uses[**name], rare) && one_slip(name, &mention.name));
                let Some(twin) = twin else { continue };
                if said.contains(&(&mention.name, mention.origin.line)) {
                    continue;
                }
                said.push((&mention.name, mention.origin.line));
                let often = uses[*twin];
                let message = match (rare.n_pages, often.n_pages) {
                    (1, 1) => format!("'{}' stands here alone, '{twin}' elsewhere on this page", mention.name),
                    (1, pages) => format!("'{}' stands on no other page, '{twin}' on {pages}", mention.name),
                    (few, many) => format!("'{}' stands on {few} pages, '{twin}' on {many}", mention.name),
                };
                let finding = corpus.finding(page, &mention.origin, message, &format!("write {twin}"));
                let fact = page.api.as_deref().filter(|_| !page.operation.is_empty());
                let fact = fact.map(|api| FactId::about(api, &page.operation, "permission", None));
                findings.push(finding.against(places[*twin].clone()).on(fact));
            }
        }
    }),
};

/// Whether a name is so much better known that the other one is a slip. A slip is copied, too:
/// to the page of the other version, or from a page to its sister.
fn outweighs(known: Uses, rare: Uses) -> bool {
    match known.n_pages {
        0 => false,
        1 => rare.n_pages == 1 && known.page == rare.page && known.n_mentions > rare.n_mentions,
        pages => pages >= 2 * rare.n_pages,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Sound, fires, fires_among, quiet, quiet_among};
    use super::RULE;

    const WORK: &str = "|Delegated (work or school account)|Widget.ReadWrite.All|";

    fn other(name: &str) -> Sound {
        Sound::named(name).with("widget_paint", name)
    }

    #[test]
    fn a_slip_is_found_by_what_other_pages_have() {
        let page = Sound::page().with(WORK, "|Delegated (work or school account)|Widget.ReadWriteAll|");
        let page = page.with("|Application|Widget.ReadWrite.All|", "|Application|Not supported.|");
        fires_among(&RULE, &page, &[&other("a"), &other("b")], &["Widget.ReadWriteAll"]);
        let within = Sound::page().with(WORK, "|Delegated (work or school account)|Widget.ReadWriteAll|");
        let twice = within.with("|Not supported.|", "|Widget.ReadWrite.All|");
        fires(&RULE, &twice, &["Widget.ReadWriteAll"]);
    }

    #[test]
    fn a_slip_that_was_copied_is_found_on_both_pages() {
        let slip = |page: Sound| {
            let page = page.with(WORK, "|Delegated (work or school account)|Widget.ReadWriteAll|");
            page.with("|Application|Widget.ReadWrite.All|", "|Application|Not supported.|")
        };
        let (copy, others) = (slip(other("copy")), [other("a"), other("b"), other("c"), other("d")]);
        let others: Vec<&Sound> = others.iter().chain([&copy]).collect();
        fires_among(&RULE, &slip(Sound::page()), &others, &["Widget.ReadWriteAll"]);
    }

    #[test]
    fn a_permission_that_is_only_rare_is_none() {
        let page = Sound::page().with(WORK, "|Delegated (work or school account)|Gadget.ReadWrite.All|");
        quiet_among(&RULE, &page, &[&other("a"), &other("b")]);
        let page = Sound::page().with(WORK, "|Delegated (work or school account)|Widget.ReadWriteAll|");
        quiet(&RULE, &page);
    }
}
