//! What a service declares of itself in `$metadata` (CSDL, the XML of OData 4): types, bound
//! actions and functions, entity sets and singletons, as plain data with lines.
//!
//! Reads a whole document (`<edmx:Edmx>`) and fragments of one, elements of a schema that stand
//! side by side without a root. What is declared badly is a finding, and the rest is read; what
//! is no CSDL at all is an error. This module must not know files, descriptions, nor what is
//! compared with what.

mod declared;
mod flaws;
mod lookup;
mod read;
mod text;

pub use declared::{Call, Kind, Leads, Member, Parameter, Property, Returns, Root, Structured, Type, TypeRef};
pub use flaws::FLAWS;
pub use lookup::{Base, Inherited};
pub use read::read;
pub use text::MetadataError;

use std::collections::{BTreeMap, HashMap};

use crate::contract::Origin;
use crate::finding::Finding;

/// Everything that one document declares.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    /// The file, as it was named to the reader.
    pub file: String,
    /// Whether it says of itself where requests begin: it has an entity container. What such a
    /// document lacks, the service does not have; a fragment is merely silent.
    pub is_whole: bool,
    /// Types, in the order of the document.
    pub types: Vec<Type>,
    /// Actions and functions, in the order of the document.
    pub calls: Vec<Call>,
    /// Entity sets, singletons and imports, in the order of the document.
    pub roots: Vec<Root>,
    /// What is declared badly.
    pub findings: Vec<Finding>,
    /// Namespaces by the other names that the document gives them.
    aliases: BTreeMap<String, String>,
    index: Index,
}

/// Where things are, by what they are looked for by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Index {
    /// Types by qualified name.
    types: HashMap<String, usize>,
    /// Types by their names without namespace, in lower case.
    simple: HashMap<String, Vec<usize>>,
    /// Actions and functions by their names without namespace.
    calls: HashMap<String, Vec<usize>>,
}

impl Metadata {
    /// A place in the document.
    #[must_use]
    pub fn at(&self, line: usize) -> Origin {
        Origin { file: self.file.clone(), line }
    }
}
