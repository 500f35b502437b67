//! The catalogue of conformance rules: what is tried on a client or server, and how the result
//! is judged. One rule a file, named for what is wrong when it fires.
//!
//! Rules are pure. They make cases from a contract and its transcripts, and judge what was
//! seen; they must not send anything, read a clock, or know how a report looks.

pub mod client;
pub mod docs;
pub mod documents;
pub mod drift;
mod facts;
mod message;
pub mod metadata;
pub mod server;
mod shape;

pub use facts::{Facts, Subject};
pub(crate) use message::{BASIC, UNKNOWN};
pub use message::{Credential, Form, ProbeToken, Reply, Request};

use crate::verdict::{Check, Side, Verdict};

/// A rule: its name, the witness it examines, and why it exists.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// The stem of its file, and the segment of check ids.
    pub id: &'static str,
    /// The witness.
    pub side: Side,
    /// Why its checks exist, in a sentence for `explain`.
    pub reason: &'static str,
}

/// Every rule, listed once.
pub const RULES: &[&Rule] = &[
    &client::statement_contradicted::RULE,
    &client::member_unknown::RULE,
    &client::request_differs::RULE,
    &client::header_not_sent::RULE,
    &client::answer_misread::RULE,
    &client::bound_not_kept::RULE,
    &server::example_not_answered::RULE,
    &server::no_content_has_content::RULE,
    &server::request_id_missing::RULE,
    &server::correlation_lost::RULE,
    &server::header_twice::RULE,
    &server::effect_missing::RULE,
    &server::bystander_changed::RULE,
    &server::history_missing::RULE,
    &server::refused_state_accepted::RULE,
    &server::missing_entity_mishandled::RULE,
    &server::optional_header_refused::RULE,
    &server::repeat_refused::RULE,
    &server::limit_not_reached::RULE,
    &server::entity_malformed::RULE,
    &server::newer_member_shown::RULE,
    &server::query_ignored::RULE,
    &server::page_lost::RULE,
    &server::member_refused::RULE,
    &server::alias_unknown::RULE,
    &server::equal_request_refused::RULE,
    &server::bad_query_accepted::RULE,
    &server::head_has_body::RULE,
    &server::bad_request_accepted::RULE,
    &server::refusal_unlike_odata::RULE,
    &server::refusal_changes_state::RULE,
    &server::wrong_method_accepted::RULE,
    &server::unknown_path_accepted::RULE,
];

/// A check and the judgement that decides it.
pub struct Asserted<S> {
    /// The check.
    pub check: Check,
    /// Decides it by what was seen.
    pub judge: Judge<S>,
}

/// Decides a check by what was seen.
pub type Judge<S> = Box<dyn Fn(&S) -> Verdict + Send + Sync>;

impl<S> Asserted<S> {
    fn new(check: Check, judge: impl Fn(&S) -> Verdict + Send + Sync + 'static) -> Self {
        Self { check, judge: Box::new(judge) }
    }
}
