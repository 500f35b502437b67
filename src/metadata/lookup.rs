//! Finding types and calls by the names that others use for them.

use super::{Call, Index, Kind, Metadata, Property, Root, Structured, Type, TypeRef};

/// Where the types that a type inherits from end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base<'a> {
    /// All of them are in the document.
    Known,
    /// This one is not.
    Absent(&'a str),
}

/// What a structured type has, with what it inherits.
#[derive(Debug, Clone)]
pub struct Inherited<'a> {
    /// The type, then those that it inherits from.
    pub line: Vec<(&'a Type, &'a Structured)>,
    /// Where they end.
    pub base: Base<'a>,
}

impl<'a> Inherited<'a> {
    /// A property or relationship, the type's own first.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&'a Property> {
        self.properties().find(|property| property.name == name)
    }

    /// Every property and relationship, the type's own first.
    pub fn properties(&self) -> impl Iterator<Item = &'a Property> + '_ {
        self.line.iter().flat_map(|(_, structured)| &structured.properties)
    }

    /// The key and its line.
    #[must_use]
    pub fn key(&self) -> Option<(&'a [String], usize)> {
        let keyed = self.line.iter().find(|(_, structured)| !structured.key.is_empty());
        keyed.map(|(_, structured)| (structured.key.as_slice(), structured.key_line))
    }

    /// Whether values may have properties that are not declared.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.line.iter().any(|(_, structured)| structured.is_open)
    }
}

impl Metadata {
    pub(super) fn indexed(mut self) -> Self {
        let mut index = Index::default();
        for (at, named) in self.types.iter().enumerate() {
            index.types.entry(qualified(&named.namespace, &named.name)).or_insert(at);
            index.simple.entry(named.name.to_ascii_lowercase()).or_default().push(at);
        }
        for (at, call) in self.calls.iter().enumerate() {
            index.calls.entry(call.name.clone()).or_default().push(at);
        }
        self.index = index;
        self
    }

    /// The type that a qualified name stands for: by its namespace, by an alias of it, or in a
    /// fragment, whose namespace nobody knows, by the name alone.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Type> {
        let (prefix, simple) = name.rsplit_once('.').unwrap_or(("", name));
        let namespace = self.aliases.get(prefix).map_or(prefix, String::as_str);
        let found = self.index.types.get(&qualified(namespace, simple)).or_else(|| self.index.types.get(simple));
        found.and_then(|at| self.types.get(*at))
    }

    /// The type that a description calls by this name: descriptions write `RiskyUser` for
    /// `riskyUser`, and have no namespaces. Where several fit, the shortest namespace is the main
    /// one.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Type> {
        let all = self.index.simple.get(&name.to_ascii_lowercase())?.iter().filter_map(|at| self.types.get(*at));
        all.min_by_key(|named| named.namespace.len())
    }

    /// A type with what it inherits; `None` for types without properties.
    #[must_use]
    pub fn inherited<'a>(&'a self, named: &'a Type) -> Option<Inherited<'a>> {
        let mut inherited = Inherited { line: Vec::new(), base: Base::Known };
        let mut next = Some(named);
        while let Some(named) = next.take() {
            let Kind::Structured(structured) = &named.kind else { break };
            // A type that inherits from itself ends where it began.
            if inherited.line.iter().any(|(seen, _)| std::ptr::eq(*seen, named)) {
                break;
            }
            inherited.line.push((named, structured));
            if let Some(base) = structured.base.as_deref() {
                next = self.find(base);
                if next.is_none() {
                    inherited.base = Base::Absent(base);
                }
            }
        }
        (!inherited.line.is_empty()).then_some(inherited)
    }

    /// Actions and functions of a name, with or without their namespace.
    pub fn calls<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Call> + use<'a> {
        let (prefix, simple) = name.rsplit_once('.').unwrap_or(("", name));
        let namespace = self.aliases.get(prefix).map_or(prefix, String::as_str).to_owned();
        let all = self.index.calls.get(simple).into_iter().flatten().filter_map(|at| self.calls.get(*at));
        all.filter(move |call| namespace.is_empty() || call.namespace.is_empty() || call.namespace == namespace)
    }

    /// What a path may begin with.
    #[must_use]
    pub fn root(&self, name: &str) -> Option<&Root> {
        self.roots.iter().find(|root| root.name == name)
    }

    /// The primitive type that a definition stands for; any other type as it is.
    #[must_use]
    pub fn underlying<'a>(&'a self, of: &'a TypeRef) -> &'a str {
        match self.find(&of.name).map(|named| &named.kind) {
            Some(Kind::Definition(underlying)) => &underlying.name,
            _ => &of.name,
        }
    }
}

fn qualified(namespace: &str, name: &str) -> String {
    if namespace.is_empty() { name.to_owned() } else { format!("{namespace}.{name}") }
}
