//! What a page of the documentation gets wrong by itself: the catalogue of rules, one a file,
//! named for what is wrong when it fires.
//!
//! A rule fires only where both sides of a contradiction are read for certain. What pages leave
//! out or shorten is no contradiction, nor is a placeholder of another name, an alias of a path,
//! or a permission that a list of permissions lacks. Rules are pure: they look at a page that was
//! read, or at what many pages mention; they must not read files or know how a report looks.

mod context;
mod json;
mod mentions;
mod route;
#[cfg(test)]
mod testing;

mod annotation_dangling;
mod annotation_of_other_kind;
mod annotation_unparsable;
mod another_action_in_prose;
mod body_not_expected;
mod body_property_undocumented;
mod body_without_meaning;
mod collection_flag_contradicts_response;
mod content_length_wrong;
mod content_type_missing;
mod duplicate_json_key;
mod example_json_invalid;
mod example_name_repeated;
mod example_of_other_version;
mod example_path_fits_no_template;
mod fence_unclosed;
mod function_parameters_differ;
mod header_of_other_workload;
mod letter_case_differs;
mod message_unreadable;
mod method_contradicts_example;
mod no_content_has_body;
mod no_content_has_entity_headers;
mod no_content_promises_body;
mod odata_type_unknown;
mod permission_row_malformed;
mod permission_row_missing;
mod permission_row_repeated;
mod permission_unknown;
mod prose_in_request;
mod reason_phrase_wrong;
mod required_property_not_sent;
mod status_contradicts_example;
mod table_delimiter_wrong;
mod template_unreadable;
mod url_unreadable;

pub use context::PageContext;
pub use mentions::{Mention, Mentions};

use mentions::Corpus;

use crate::docs::Page;
use crate::finding::{Finding, Severity};

/// One rule: its name, how much it matters, why it exists, and what it finds.
pub struct Rule {
    /// `docs/` and the stem of its file; its id in findings.
    pub id: &'static str,
    /// How much a finding of it matters, unless the finding says otherwise.
    pub severity: Severity,
    /// Why this must not be, in a sentence for people.
    pub reason: &'static str,
    check: Check,
}

impl Rule {
    /// Whether it compares pages with each other: on one page alone it may find nothing.
    #[must_use]
    pub fn needs_other_pages(&self) -> bool {
        matches!(self.check, Check::Corpus(_))
    }
}

/// The rules that cannot say of so many pages that there is nothing.
#[must_use]
pub fn undecided(n_pages: usize) -> std::collections::BTreeSet<String> {
    let rules = RULES.iter().filter(|rule| n_pages < 2 && rule.needs_other_pages());
    rules.map(|rule| rule.id.to_owned()).collect()
}

/// What a rule looks at.
enum Check {
    /// One page.
    Page(fn(&PageContext<'_>, &mut Vec<Finding>)),
    /// What all pages mention.
    Corpus(fn(&Corpus<'_>, &mut Vec<Finding>)),
}

/// Every rule, listed once.
pub const RULES: &[&Rule] = &[
    &method_contradicts_example::RULE,
    &example_path_fits_no_template::RULE,
    &function_parameters_differ::RULE,
    &letter_case_differs::RULE,
    &example_of_other_version::RULE,
    &template_unreadable::RULE,
    &url_unreadable::RULE,
    &message_unreadable::RULE,
    &prose_in_request::RULE,
    &example_json_invalid::RULE,
    &duplicate_json_key::RULE,
    &content_length_wrong::RULE,
    &content_type_missing::RULE,
    &body_not_expected::RULE,
    &body_without_meaning::RULE,
    &body_property_undocumented::RULE,
    &required_property_not_sent::RULE,
    &header_of_other_workload::RULE,
    &another_action_in_prose::RULE,
    &status_contradicts_example::RULE,
    &reason_phrase_wrong::RULE,
    &no_content_has_body::RULE,
    &no_content_has_entity_headers::RULE,
    &no_content_promises_body::RULE,
    &collection_flag_contradicts_response::RULE,
    &odata_type_unknown::RULE,
    &permission_unknown::RULE,
    &permission_row_missing::RULE,
    &permission_row_malformed::RULE,
    &permission_row_repeated::RULE,
    &annotation_unparsable::RULE,
    &annotation_dangling::RULE,
    &annotation_of_other_kind::RULE,
    &example_name_repeated::RULE,
    &fence_unclosed::RULE,
    &table_delimiter_wrong::RULE,
];

/// What one page contradicts by itself, in the order of its lines. What needs other pages to
/// know is found by [`corpus`].
#[must_use]
pub fn lint(page: &Page) -> Vec<Finding> {
    examine(page).0
}

/// What a page mentions, to be kept for [`corpus`] when the page itself is gone.
#[must_use]
pub fn mentions(page: &Page) -> Mentions {
    mentions::of(&PageContext::new(page, RULES[0]))
}

/// Both [`lint`] and [`mentions`], in one look at the page.
#[must_use]
pub fn examine(page: &Page) -> (Vec<Finding>, Mentions) {
    let mut findings = Vec::new();
    let mut context = PageContext::new(page, RULES[0]);
    for rule in RULES {
        if let Check::Page(check) = rule.check {
            context.rule = rule;
            check(&context, &mut findings);
        }
    }
    findings.sort_by(|a, b| (&a.origin, &a.rule).cmp(&(&b.origin, &b.rule)));
    (findings, mentions::of(&context))
}

/// What pages contradict together: names that stand on one of them alone, and are one slip from
/// a name that others have. One page is a corpus, too.
#[must_use]
pub fn corpus(pages: &[Mentions]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut corpus = Corpus::new(pages, RULES[0]);
    for rule in RULES {
        if let Check::Corpus(check) = rule.check {
            corpus.rule = rule;
            check(&corpus, &mut findings);
        }
    }
    findings.sort_by(|a, b| (&a.origin, &a.rule).cmp(&(&b.origin, &b.rule)));
    findings
}
