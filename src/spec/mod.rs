//! OpenAPI descriptions and transcripts, read into a [`Contract`] with the line of every fact.
//!
//! Works on texts that are handed in: this module must not open files, nor know what a client
//! or a server does with a contract. `build.rs` compiles it too, so that one piece of code
//! decides what a usable description is.

mod read;
mod source;
mod transcript;
mod yaml;

pub mod lint;

pub use transcript::parse as parse_transcript;
pub use yaml::{Content, Node, YamlError, escape};

use std::fmt;

use crate::contract::Contract;

/// Why a description or transcript cannot be used: one line for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecError {
    /// The file, as it was named to the reader.
    pub file: String,
    /// 1-based line.
    pub line: usize,
    /// The operation or component, or nothing.
    pub subject: String,
    /// What is wrong and what to do.
    pub reason: String,
}

impl SpecError {
    pub(crate) fn new(file: &str, line: usize, subject: &str, reason: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, subject: subject.to_owned(), reason: reason.into() }
    }
}

impl fmt::Display for SpecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.file, self.line)?;
        if !self.subject.is_empty() {
            write!(f, "{}: ", self.subject)?;
        }
        f.write_str(&self.reason)
    }
}

impl std::error::Error for SpecError {}

/// A description with positions.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The file, as it was named to the reader.
    pub file: String,
    /// The whole tree.
    pub root: Node,
    /// SHA-256 of the text, as `sha256sum` prints it.
    pub sha256: String,
}

impl Document {
    /// Reads the text of a description.
    ///
    /// # Errors
    /// YAML that cannot be parsed, or has a key twice.
    pub fn parse(text: &str, file: &str) -> Result<Self, SpecError> {
        let sha256 = sha256(text);
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let root = Node::parse(text).map_err(|error| SpecError::new(file, error.line, "", error.reason))?;
        Ok(Self { file: file.to_owned(), root, sha256 })
    }

    /// Every operation: path, method, node.
    pub fn operations(&self) -> impl Iterator<Item = (&str, &str, &Node)> {
        self.root.get("paths").into_iter().flat_map(Node::entries).flat_map(|(path, _, item)| {
            item.entries()
                .filter(|(method, _, _)| METHODS.contains(&method.as_str()))
                .map(move |(method, _, operation)| (path.as_str(), method.as_str(), operation))
        })
    }

    /// Follows `$ref` into the same document, a few steps at most.
    #[must_use]
    pub fn follow<'a>(&'a self, node: &'a Node) -> Option<&'a Node> {
        let mut node = node;
        for _ in 0..16 {
            match node.str("$ref") {
                Some(reference) => node = self.root.at(reference.strip_prefix('#')?)?,
                None => return Some(node),
            }
        }
        None
    }

    /// Reads the contract. The document has passed [`lint::lint`] without errors.
    ///
    /// # Errors
    /// An extension with a value that has no meaning.
    pub fn contract(&self) -> Result<Contract, SpecError> {
        read::contract(self)
    }
}

/// Methods that a path item of OpenAPI 3.0 can have.
pub(crate) const METHODS: &[&str] = &["get", "put", "post", "delete", "options", "head", "patch", "trace"];

fn sha256(text: &str) -> String {
    use sha2::Digest as _;
    sha2::Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}
