//! What a document can declare.

/// A named type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Type {
    /// Its namespace; empty in a fragment.
    pub namespace: String,
    /// Its name: `riskyUser`.
    pub name: String,
    /// 1-based line on which it begins.
    pub line: usize,
    /// What kind of type it is.
    pub kind: Kind,
}

/// What kind of type a type is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// An entity type or a complex type.
    Structured(Structured),
    /// An enumeration.
    Enumeration(Vec<Member>),
    /// Another name for a primitive type.
    Definition(TypeRef),
}

/// A type with properties.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Structured {
    /// Whether its values have an identity.
    pub is_entity: bool,
    /// Whether values may have properties that are not declared.
    pub is_open: bool,
    /// The type that it inherits from, as it is written.
    pub base: Option<String>,
    /// The properties that identify an entity; empty where a base type says it.
    pub key: Vec<String>,
    /// The line of the key.
    pub key_line: usize,
    /// Its own properties, relationships included.
    pub properties: Vec<Property>,
}

/// A property of a structured type, or a relationship.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// Its name.
    pub name: String,
    /// The type of its values.
    pub of: TypeRef,
    /// Whether `null` may stand for a value.
    pub is_nullable: bool,
    /// Whether it leads to other entities, and is answered only to those who ask for it.
    pub is_navigation: bool,
    /// 1-based line.
    pub line: usize,
}

/// A member of an enumeration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// 1-based line.
    pub line: usize,
}

/// The type that something has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TypeRef {
    /// As it is written: `Collection(graph.riskyUser)`.
    pub text: String,
    /// The type, or that of each item: `graph.riskyUser`.
    pub name: String,
    /// Whether it is a list.
    pub is_collection: bool,
}

/// An action or a function.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Call {
    /// Its namespace; empty in a fragment.
    pub namespace: String,
    /// Its name: `dismiss`.
    pub name: String,
    /// Whether it may change something; a function only answers.
    pub is_action: bool,
    /// Whether the first parameter is what it is called on.
    pub is_bound: bool,
    /// Its parameters, what it is called on included.
    pub parameters: Vec<Parameter>,
    /// What it answers, if anything.
    pub returns: Option<Returns>,
    /// 1-based line.
    pub line: usize,
}

/// A parameter of an action or a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its type.
    pub of: TypeRef,
    /// Whether `null` may stand for its value.
    pub is_nullable: bool,
    /// 1-based line.
    pub line: usize,
}

/// What an action or a function answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returns {
    /// Its type.
    pub of: TypeRef,
    /// 1-based line.
    pub line: usize,
}

/// Something that a path begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// Its name: `identityProtection`.
    pub name: String,
    /// What is there.
    pub leads: Leads,
    /// 1-based line.
    pub line: usize,
}

/// What the first segment of a path leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leads {
    /// Entities, or one.
    To(TypeRef),
    /// An action or a function that is called on nothing, by its name.
    Import(String),
}

impl Call {
    /// What it is called on.
    #[must_use]
    pub fn binding(&self) -> Option<&Parameter> {
        self.parameters.first().filter(|_| self.is_bound)
    }

    /// The parameters that a caller gives.
    #[must_use]
    pub fn given(&self) -> &[Parameter] {
        self.parameters.get(usize::from(self.is_bound)..).unwrap_or_default()
    }

    /// `action` or `function`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        if self.is_action { "action" } else { "function" }
    }
}

impl TypeRef {
    /// Reads a type as documents write it.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        let item = text.strip_prefix("Collection(").and_then(|rest| rest.strip_suffix(')'));
        Self { text: text.to_owned(), name: item.unwrap_or(text).trim().to_owned(), is_collection: item.is_some() }
    }

    /// The type of one item.
    #[must_use]
    pub fn item(&self) -> Self {
        Self { text: self.name.clone(), name: self.name.clone(), is_collection: false }
    }

    /// The name of a type of the standard, without its namespace: `String`.
    #[must_use]
    pub fn primitive(&self) -> Option<&str> {
        self.name.strip_prefix("Edm.")
    }

    /// The name without namespace.
    #[must_use]
    pub fn simple(&self) -> &str {
        self.name.rsplit('.').next().unwrap_or(&self.name)
    }
}
