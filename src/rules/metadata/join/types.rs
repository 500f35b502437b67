//! The types of metadata and of descriptions, and which fit which.

use super::Pair;
use crate::contract::{Contract, Shape};
use crate::finding::Severity;
use crate::metadata::{Kind, Metadata, TypeRef};
use crate::rules::metadata::Judgement;

/// Whether a described type is the declared one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rules::metadata) enum Fit {
    /// It is, or is narrower in a way that metadata has no word for.
    Same,
    /// Both are strings in JSON, and one side says more than the other.
    Loose,
    /// It is not.
    Different,
    /// The declared type is not in this document, so that nobody can tell.
    Unknown,
}

impl Fit {
    /// The judgement of a rule of types.
    pub(in crate::rules::metadata) fn judge(
        self,
        pair: &Pair<'_>,
        words: &str,
        declared: &str,
        described: &str,
    ) -> Judgement {
        match (self, pair.differs(words, declared, described)) {
            (Self::Same, _) => Judgement::Agrees,
            (Self::Unknown, _) => Judgement::Silent,
            (Self::Loose, Judgement::Differs { message, remedy, .. }) => {
                Judgement::Differs { severity: Some(Severity::Warning), message, remedy }
            }
            (Self::Different | Self::Loose, differs) => differs,
        }
    }
}

pub(super) fn fit(contract: &Contract, metadata: &Metadata, shape: &Shape, of: &TypeRef) -> Fit {
    match (contract.resolve(shape), of.is_collection) {
        (Shape::Any, _) => Fit::Same,
        (Shape::List { of: item, .. }, true) => fit(contract, metadata, item, &of.item()),
        (Shape::List { .. }, false) | (_, true) => Fit::Different,
        (resolved, false) => match metadata.underlying(of).strip_prefix("Edm.") {
            Some(primitive) => primitive_fit(resolved, primitive),
            None => named_fit(resolved, schema_name(contract, shape), metadata, of),
        },
    }
}

fn primitive_fit(shape: &Shape, primitive: &str) -> Fit {
    let format = match shape {
        Shape::Text { format, .. } => Some(format.as_deref().unwrap_or("string")),
        _ => None,
    };
    let same = match primitive {
        "String" => match (shape, format) {
            (Shape::Enum { .. }, _) => return Fit::Loose,
            // Metadata has types of its own for these; other formats narrow a string.
            (_, Some("date-time" | "date" | "time" | "duration" | "byte" | "binary" | "base64url")) => false,
            (_, format) => format.is_some(),
        },
        "Guid" | "Duration" | "TimeOfDay" if format == Some("string") => return Fit::Loose,
        "Guid" => format == Some("uuid"),
        "DateTimeOffset" => format == Some("date-time"),
        "Date" => format == Some("date"),
        "TimeOfDay" => format == Some("time"),
        "Duration" => format == Some("duration"),
        "Binary" | "Stream" => matches!(format, Some("byte" | "binary" | "base64url")),
        "Boolean" => matches!(shape, Shape::Boolean),
        "Byte" | "SByte" | "Int16" | "Int32" | "Int64" => matches!(shape, Shape::Integer { .. }),
        "Double" | "Single" | "Decimal" => matches!(shape, Shape::Number),
        // The abstract ones take anything, as do those of geography, which JSON has as objects.
        "Untyped" | "PrimitiveType" | "ComplexType" | "EntityType" => true,
        geography if geography.starts_with("Geo") => matches!(shape, Shape::Object { .. }),
        _ => return Fit::Unknown,
    };
    if same { Fit::Same } else { Fit::Different }
}

fn named_fit(shape: &Shape, schema: Option<&str>, metadata: &Metadata, of: &TypeRef) -> Fit {
    // An inline schema has no name that could be another one.
    let same_name = schema.is_none_or(|schema| schema.eq_ignore_ascii_case(of.simple()));
    let is_declared_enum = metadata.find(&of.name).map(|named| matches!(named.kind, Kind::Enumeration(_)));
    match (shape, is_declared_enum) {
        (Shape::Object { .. }, Some(false)) | (Shape::Enum { .. }, Some(true)) if same_name => Fit::Same,
        (Shape::Text { format: None, .. }, Some(true)) => Fit::Loose,
        // A whole document declares what it speaks of.
        (_, None) if metadata.is_whole => Fit::Different,
        (Shape::Object { .. } | Shape::Enum { .. }, None) if same_name => Fit::Unknown,
        (Shape::Text { format: None, .. }, None) => Fit::Unknown,
        _ => Fit::Different,
    }
}

/// The name of the object or enumeration that a shape stands for.
pub(super) fn schema_name<'a>(contract: &'a Contract, shape: &'a Shape) -> Option<&'a str> {
    let mut shape = shape;
    // A chain of references is never longer than the number of named shapes.
    for _ in 0..=contract.shapes.len() {
        let Shape::Named { name } = shape else { return None };
        match contract.shapes.get(name) {
            Some(next @ Shape::Named { .. }) => shape = next,
            _ => return Some(name),
        }
    }
    None
}
