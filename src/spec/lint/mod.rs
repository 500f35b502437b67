//! What a description must keep to so that the generator, the emulator and the suite read it as
//! it was meant: the catalogue of rules, one a file.
//!
//! `build.rs` refuses a description that breaks one of them, since the generator would panic,
//! or worse, silently generate something else (measured for progenitor 0.15). Rules look at a
//! [`Document`]; they must not change it, and must not know who asks.

mod authorization_declared;
mod cloud_repeated;
mod collection_option_not_string;
mod combined_schema;
mod component_nullable;
mod content_forbidden;
mod dangling_reference;
mod duplicate_key;
mod effect_unfounded;
mod error_answers_differ;
mod example_misfit;
mod example_unpaired;
mod extension_unusable;
mod inline_enum;
mod inline_success_schema;
mod list_unnamed;
mod member_unusable;
mod method_unusable;
mod name_collision;
mod name_unusable;
mod operation_id_missing;
mod operation_unknown;
mod operation_unshown;
mod page_without_link;
mod parameter_form_unusable;
mod parameter_unguarded;
mod pattern_unusable;
mod places;
mod reference_elsewhere;
mod reference_overlaid;
mod required_key_missing;
mod response_closed;
mod security_missing;
mod several_media_types;
mod source_missing;
mod transcript_unreadable;
mod type_unusable;
mod unknown_key;
mod version_unusable;
mod yaml_unusable;

use places::Places;

use super::{Document, Node, SpecError, Transcripts};
use crate::contract::Origin;
use crate::finding::{Finding, Severity};

/// One rule: its name, why it exists, and what it finds.
pub struct Rule {
    /// The stem of its file and its id in findings; named for what is wrong.
    pub id: &'static str,
    /// Why this must not be.
    pub reason: &'static str,
    check: fn(&Lint<'_>, &mut Vec<Finding>),
}

/// Rules that say what is missing rather than wrong.
const WARNINGS: &[&str] = &["operation_unshown"];

impl Rule {
    /// How much its findings matter, where they do not say otherwise.
    #[must_use]
    pub fn severity(&self) -> Severity {
        if WARNINGS.contains(&self.id) { Severity::Warning } else { Severity::Error }
    }
}

/// Every rule.
pub const RULES: &[&Rule] = &[
    &yaml_unusable::RULE,
    &duplicate_key::RULE,
    &version_unusable::RULE,
    &unknown_key::RULE,
    &dangling_reference::RULE,
    &required_key_missing::RULE,
    &cloud_repeated::RULE,
    &reference_elsewhere::RULE,
    &reference_overlaid::RULE,
    &operation_id_missing::RULE,
    &name_unusable::RULE,
    &name_collision::RULE,
    &method_unusable::RULE,
    &authorization_declared::RULE,
    &collection_option_not_string::RULE,
    &parameter_unguarded::RULE,
    &parameter_form_unusable::RULE,
    &several_media_types::RULE,
    &inline_success_schema::RULE,
    &error_answers_differ::RULE,
    &response_closed::RULE,
    &inline_enum::RULE,
    &member_unusable::RULE,
    &component_nullable::RULE,
    &list_unnamed::RULE,
    &page_without_link::RULE,
    &type_unusable::RULE,
    &pattern_unusable::RULE,
    &combined_schema::RULE,
    &security_missing::RULE,
    &source_missing::RULE,
    &effect_unfounded::RULE,
    &content_forbidden::RULE,
    &example_misfit::RULE,
    &example_unpaired::RULE,
    &transcript_unreadable::RULE,
    &operation_unknown::RULE,
    &operation_unshown::RULE,
    // Looks at what the others found.
    &extension_unusable::RULE,
];

/// Everything that is wrong with a description, in the order of its lines.
#[must_use]
pub fn lint(document: &Document) -> Vec<Finding> {
    run(document, None)
}

/// Everything that is wrong with a description and the transcripts beside it.
#[must_use]
pub fn lint_with(document: &Document, transcripts: &Transcripts) -> Vec<Finding> {
    run(document, Some(transcripts))
}

/// What keeps a text from being a description at all, as [`Document::parse_with_duplicates`]
/// tells it.
#[must_use]
pub fn unusable(error: SpecError) -> Finding {
    yaml_unusable::finding(error)
}

fn run(document: &Document, transcripts: Option<&Transcripts>) -> Vec<Finding> {
    let (mut findings, places) = (Vec::new(), Places::of(document));
    for rule in RULES {
        (rule.check)(&Lint { document, places: &places, transcripts, rule }, &mut findings);
    }
    findings.sort_by(|a, b| a.origin.cmp(&b.origin));
    findings
}

/// What a rule works with.
struct Lint<'a> {
    document: &'a Document,
    places: &'a Places<'a>,
    transcripts: Option<&'a Transcripts>,
    rule: &'static Rule,
}

impl<'a> Lint<'a> {
    fn finding(&self, line: usize, subject: &str, message: impl Into<String>, remedy: &str) -> Finding {
        Finding {
            rule: self.rule.id.to_owned(),
            severity: self.rule.severity(),
            origin: Origin { file: self.document.file.clone(), line },
            subject: subject.to_owned(),
            message: message.into(),
            remedy: remedy.to_owned(),
            other: None,
            fact: None,
        }
    }

    /// Operations with a name for people: `post /riskyUsers/dismiss`.
    fn operations(&self) -> impl Iterator<Item = (String, &'a Node)> {
        self.document.operations().map(|(path, method, node)| (format!("{method} {path}"), node))
    }

    /// Parameters of every operation, references followed: operation, name, parameter.
    fn parameters(&self) -> impl Iterator<Item = (String, &'a str, &'a Node)> {
        let document = self.document;
        self.operations().flat_map(move |(subject, operation)| {
            operation
                .get("parameters")
                .into_iter()
                .flat_map(Node::items)
                .filter_map(|item| document.follow(item))
                .map(move |node| (subject.clone(), node.str("name").unwrap_or_default(), node))
        })
    }

    /// Examples of a media type, parameter or header, with their names; `example` has none.
    fn examples(&self, holder: &'a Node) -> Vec<(&'a str, &'a Node)> {
        let mut found: Vec<_> = holder.get("example").map(|value| ("", value)).into_iter().collect();
        let named = holder.get("examples").into_iter().flat_map(Node::entries);
        found.extend(
            named.filter_map(|(name, _, example)| Some((name.as_str(), self.document.follow(example)?.get("value")?))),
        );
        found
    }

    /// Named schemas.
    fn schemas(&self) -> impl Iterator<Item = (&'a str, usize, &'a Node)> {
        let schemas = self.document.root.at("/components/schemas");
        schemas.into_iter().flat_map(Node::entries).map(|(name, line, node)| (name.as_str(), *line, node))
    }
}
