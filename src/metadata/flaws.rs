//! What the reader finds wrong with a document that it can read.

use crate::finding::Severity;

/// Id, severity and reason of every finding of the reader.
pub const FLAWS: &[(&str, Severity, &str)] = &[
    (ATTRIBUTE_MISSING, Severity::Error, "a declaration without a name or a type declares nothing"),
    (ELEMENT_UNKNOWN, Severity::Warning, "what is not CSDL is not read, and may have been meant to say something"),
    (NAME_REPEATED, Severity::Error, "of two declarations of one name only the first is believed"),
    (VALUE_UNREADABLE, Severity::Error, "a value that is not of its kind is taken for the default"),
];

pub(super) const ATTRIBUTE_MISSING: &str = "metadata/attribute_missing";
pub(super) const ELEMENT_UNKNOWN: &str = "metadata/element_unknown";
pub(super) const NAME_REPEATED: &str = "metadata/name_repeated";
pub(super) const VALUE_UNREADABLE: &str = "metadata/value_unreadable";
