//! OpenAPI descriptions and transcripts, read into a [`Contract`] with the line of every fact.
//!
//! Works on texts that are handed in: this module must not open files, nor know what a client
//! or a server does with a contract. `build.rs` compiles it too, so that one piece of code
//! decides what a usable description is.

mod effect;
mod fit;
mod index;
mod read;
mod source;
mod transcript;
mod yaml;

pub mod lint;

pub use fit::{Misfit, misfits};
pub use transcript::parse as parse_transcript;
pub use yaml::{Content, Duplicate, Node, YamlError, escape};

use std::fmt;

use index::Index;

use crate::contract::{Contract, Exchange};
use crate::finding::{Finding, Severity};

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
    /// Keys that stand twice; none unless [`Document::parse_with_duplicates`] read it.
    pub duplicates: Vec<Duplicate>,
    /// Where the long mappings of `root` have their entries.
    index: Index,
}

impl Document {
    /// Reads the text of a description.
    ///
    /// # Errors
    /// YAML that cannot be parsed, or has a key twice.
    pub fn parse(text: &str, file: &str) -> Result<Self, SpecError> {
        Self::of(text, file, |text| Node::parse(text).map(|root| (root, Vec::new())))
    }

    /// Reads the text of a description in which keys may stand twice, so that the lint can name
    /// them beside whatever else is wrong.
    ///
    /// # Errors
    /// YAML that cannot be parsed.
    pub fn parse_with_duplicates(text: &str, file: &str) -> Result<Self, SpecError> {
        Self::of(text, file, Node::parse_with_duplicates)
    }

    fn of<F>(text: &str, file: &str, parse: F) -> Result<Self, SpecError>
    where
        F: FnOnce(&str) -> Result<(Node, Vec<Duplicate>), YamlError>,
    {
        let sha256 = sha256(text);
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let (root, duplicates) = parse(text).map_err(|error| SpecError::new(file, error.line, "", error.reason))?;
        if !matches!(root.content, Content::Map(_)) {
            return Err(SpecError::new(
                file,
                root.line,
                "",
                "this is no description: its keys are openapi, info, paths",
            ));
        }
        let index = Index::of(&root);
        Ok(Self { file: file.to_owned(), root, sha256, duplicates, index })
    }

    /// The API version as in URLs: `beta`.
    #[must_use]
    pub fn api(&self) -> &str {
        self.root.at("/info/version").and_then(Node::text).unwrap_or_default()
    }

    /// The node at a JSON pointer; as [`Node::at`] of the root, but also quick where there are
    /// thousands of paths and components.
    #[must_use]
    pub fn at(&self, pointer: &str) -> Option<&Node> {
        self.index.find(&self.root, pointer)
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
                Some(reference) => node = self.at(reference.strip_prefix('#')?)?,
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

    /// Every error that [`Document::contract`] could give.
    pub(crate) fn defects(&self) -> Vec<SpecError> {
        read::defects(self)
    }
}

/// The Rust variant of an enum member; `None` where the member has neither letter nor digit.
/// Kept apart from the variant that holds any other member, and from keywords.
#[must_use]
pub fn variant(member: &str) -> Option<String> {
    use heck::ToPascalCase as _;
    let name: String = member.to_pascal_case().chars().filter(char::is_ascii_alphanumeric).collect();
    match name.as_str() {
        "" => None,
        "Other" | "Self" => Some(format!("{name}Member")),
        name if name.starts_with(|c: char| c.is_ascii_digit()) => Some(format!("N{name}")),
        name => Some(name.to_owned()),
    }
}

/// The transcripts beside a description.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Transcripts {
    /// Their folder, for people.
    pub folder: String,
    /// Those that can be read.
    pub exchanges: Vec<Exchange>,
    /// What is wrong with the others.
    pub broken: Vec<SpecError>,
}

impl Transcripts {
    /// No transcripts yet.
    #[must_use]
    pub fn new(folder: &str) -> Self {
        Self { folder: folder.to_owned(), ..Self::default() }
    }

    /// Reads one more; `name` is the stem of its file.
    pub fn add(&mut self, text: &str, name: &str, file: &str) {
        match parse_transcript(text.strip_prefix('\u{feff}').unwrap_or(text), name, file) {
            Ok(exchange) => self.exchanges.push(exchange),
            Err(error) => self.broken.push(error),
        }
    }
}

/// A description and its transcripts as one contract, or what keeps them from being one.
///
/// # Errors
/// Every finding of the lint, if one of them is an error.
pub fn contract(document: &Document, transcripts: Transcripts) -> Result<Contract, Vec<Finding>> {
    let findings = lint::lint_with(document, &transcripts);
    if findings.iter().any(|finding| finding.severity == Severity::Error) {
        return Err(findings);
    }
    let mut contract = document.contract().map_err(|error| vec![lint::unusable(error)])?;
    contract.exchanges = transcripts.exchanges;
    Ok(contract)
}

/// Methods that a path item of OpenAPI 3.0 can have.
pub(crate) const METHODS: &[&str] = &["get", "put", "post", "delete", "options", "head", "patch", "trace"];

fn sha256(text: &str) -> String {
    use sha2::Digest as _;
    sha2::Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}
