//! A type that no page describes, and that is nearly one that a page describes.

use std::collections::{HashMap, HashSet};

use super::context::Detail as _;
use super::mentions::{Corpus, Mention, Mentions, one_slip};
use super::{Check, Rule};
use crate::finding::{Finding, Severity};

/// With fewer resource pages than this, a type may well be described elsewhere.
const ENOUGH: usize = 50;

pub(super) const RULE: Rule = Rule {
    id: "docs/odata_type_unknown",
    severity: Severity::Warning,
    reason: "tools look the type of an example up to check and to generate code, and find nothing",
    check: Check::Corpus(|corpus, findings| {
        let known = Known::of(corpus);
        for page in corpus.pages {
            let mut seen: HashSet<(&str, usize)> = HashSet::new();
            for mention in page.types.iter().filter(|mention| !known.has(&mention.name)) {
                if seen.insert((&mention.name, mention.origin.line)) {
                    findings.extend(known.judge(corpus, page, mention));
                }
            }
        }
    }),
};

struct Known<'a> {
    /// Names of resources, with the page and line that have each first.
    names: HashMap<&'a str, (usize, usize)>,
    /// The same by their length, to look for near ones.
    by_length: HashMap<usize, Vec<&'a str>>,
    /// Whether the pages describe nearly all types that they use.
    complete: bool,
}

impl<'a> Known<'a> {
    fn of(corpus: &Corpus<'a>) -> Self {
        let mut names = HashMap::new();
        for (index, page) in corpus.pages.iter().enumerate() {
            for (name, line) in &page.resources {
                names.entry(name.as_str()).or_insert((index, *line));
            }
        }
        let mut by_length: HashMap<usize, Vec<&str>> = HashMap::new();
        for name in names.keys() {
            by_length.entry(name.len()).or_default().push(name);
        }
        by_length.values_mut().for_each(|names| names.sort_unstable());
        let used: HashSet<String> = corpus
            .pages
            .iter()
            .flat_map(|page| &page.types)
            .filter(|mention| mention.annotated)
            .map(|mention| mention.name.to_ascii_lowercase())
            .collect();
        let described = used.iter().filter(|name| names.contains_key(name.as_str())).count();
        let n_resources = corpus.pages.iter().filter(|page| page.is_resource).count();
        Self { names, by_length, complete: n_resources >= ENOUGH && described * 10 >= used.len() * 9 }
    }

    fn has(&self, name: &str) -> bool {
        self.names.contains_key(name.to_ascii_lowercase().as_str())
    }

    fn judge(&self, corpus: &Corpus<'_>, page: &Mentions, mention: &Mention) -> Option<Finding> {
        // Types of values in bodies are often derived ones without a page.
        if !mention.annotated {
            return None;
        }
        let twin = self.twin(&mention.name.to_ascii_lowercase());
        let quoted = format!("the type '{}' of microsoft.graph", mention.name);
        if let Some((twin, index, line)) = twin {
            let by = crate::contract::Origin { file: corpus.pages[index].page.clone(), line };
            let message = format!("{quoted} is described by no page; '{twin}' is, as {by} shows");
            let finding = corpus.finding(page, &mention.origin, message, &format!("name the type {twin}"));
            return Some(finding.against(by));
        }
        if !self.complete {
            return None;
        }
        let message = format!("{quoted} is described by no page, nor linked to");
        let finding = corpus.finding(page, &mention.origin, message, "name a type that is described");
        Some(finding.of_severity(Severity::Note))
    }

    /// A described type whose plural this is, or that is one slip away.
    fn twin(&self, name: &str) -> Option<(&'a str, usize, usize)> {
        let lengths = name.len().saturating_sub(2)..=name.len() + 2;
        let mut near = lengths.filter_map(|length| self.by_length.get(&length)).flatten();
        let found = near.find(|known| is_plural(name, known) || slipped(name, known))?;
        let (page, line) = self.names[found];
        Some((found, page, line))
    }
}

fn is_plural(many: &str, one: &str) -> bool {
    one.len() >= 4
        && (many.strip_suffix('s') == Some(one)
            || many.strip_suffix("es") == Some(one)
            || many.strip_suffix("ies").is_some_and(|stem| one.strip_suffix('y') == Some(stem)))
}

/// Short names are often near each other, and names that differ in a digit are versions.
fn slipped(name: &str, known: &str) -> bool {
    let digits = |name: &str| name.bytes().filter(u8::is_ascii_digit).count();
    let singular = is_plural(known, name);
    known.len() >= 10 && !singular && digits(name) == digits(known) && one_slip(name, known)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Sound, fires, quiet};
    use super::RULE;

    #[test]
    fn a_plural_and_a_slip_are_found_by_what_the_page_links_to() {
        let page = Sound::page().with("\"microsoft.graph.widget\"", "\"microsoft.graph.widgets\"");
        fires(&RULE, &page, &["\"@odata.type\": \"microsoft.graph.widgets\""]);
        let page = Sound::page().with("resources/widget.md", "resources/shop-paintedwidget.md");
        let page = page.with("\"microsoft.graph.widget\"", "\"#microsoft.graph.shop.paintdWidget\"");
        fires(&RULE, &page, &["paintdWidget"]);
    }

    #[test]
    fn primitives_and_types_of_which_nothing_is_known_are_none() {
        for name in ["string", "Edm.Stream", "microsoft.graph.gadget", "#microsoft.graph.shop.Widget"] {
            quiet(&RULE, &Sound::page().with("\"microsoft.graph.widget\"", &format!("\"{name}\"")));
        }
    }
}
