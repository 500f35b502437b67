//! One element: what it declares, and what its children stand in.

use std::borrow::Cow;

use quick_xml::XmlVersion;
use quick_xml::events::BytesStart;

use super::Reading;
use crate::finding::Severity;
use crate::metadata::text::MetadataError;
use crate::metadata::{
    Call, Kind, Leads, Member, Parameter, Property, Returns, Root, Structured, Type, TypeRef, flaws,
};

/// What an element stands in. A declaration that is being read is the last one of its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inside {
    Top,
    Edmx,
    Reference,
    Schema,
    Structured,
    Key,
    Enumeration,
    Call,
    Container,
    /// Something whose content declares nothing.
    Skipped,
}

/// The attributes without a prefix: the others are not CSDL's.
pub(super) struct Attributes<'e>(Vec<(&'e str, Cow<'e, str>)>);

impl<'e> Attributes<'e> {
    pub(super) fn read(start: &'e BytesStart<'_>) -> Result<Self, String> {
        let mut all = Vec::new();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| error.to_string())?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| error.to_string())?;
            if let Ok(name) = std::str::from_utf8(attribute.key.into_inner()) {
                all.push((name, value));
            }
        }
        Ok(Self(all))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(other, _)| *other == name).map(|(_, value)| value.trim())
    }

    fn owned(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }
}

impl Reading<'_> {
    /// Takes an element in, and says what its children stand in.
    pub(super) fn element(
        &mut self,
        inside: Inside,
        name: &str,
        attributes: &Attributes<'_>,
    ) -> Result<Inside, MetadataError> {
        if matches!(name, "Annotation" | "Annotations") {
            return Ok(Inside::Skipped);
        }
        // Elements of a schema, and of its container, stand at the top of a fragment.
        Ok(match (inside, name) {
            (Inside::Top, "Edmx") => self.edmx(attributes)?,
            (Inside::Edmx, "DataServices") => Inside::Edmx,
            (Inside::Top | Inside::Edmx, "Reference") => Inside::Reference,
            (Inside::Reference, "Include") => self.include(attributes),
            (Inside::Reference, "IncludeAnnotations") => Inside::Skipped,
            (Inside::Top | Inside::Edmx, "Schema") => self.schema(attributes),
            (Inside::Top | Inside::Schema, "EntityType" | "ComplexType") => self.structured(name, attributes),
            (Inside::Top | Inside::Schema, "EnumType") => {
                self.named_type(name, attributes, Kind::Enumeration(Vec::new()), Inside::Enumeration)
            }
            (Inside::Top | Inside::Schema, "TypeDefinition") => match self.of(name, "UnderlyingType", attributes) {
                Some(underlying) => self.named_type(name, attributes, Kind::Definition(underlying), Inside::Skipped),
                None => Inside::Skipped,
            },
            (Inside::Top | Inside::Schema, "Action" | "Function") => self.call(name, attributes),
            (Inside::Top | Inside::Schema, "Term") => Inside::Skipped,
            (Inside::Top | Inside::Schema, "EntityContainer") => {
                self.metadata.is_whole = true;
                Inside::Container
            }
            (Inside::Top | Inside::Container, "EntitySet" | "Singleton" | "ActionImport" | "FunctionImport") => {
                self.root(name, attributes)
            }
            (Inside::Structured, "Property" | "NavigationProperty") => self.property(name, attributes),
            (Inside::Structured, "Key") => self.key(),
            (Inside::Key, "PropertyRef") => self.key_part(attributes),
            (Inside::Enumeration, "Member") => self.member(attributes),
            (Inside::Call, "Parameter") => self.parameter(attributes),
            (Inside::Call, "ReturnType") => self.returns(attributes),
            (Inside::Top, _) => return Err(self.refuse(format!("<{name}> is no element of OData metadata"))),
            _ => {
                let line = self.lines.line;
                self.unknown.entry(name.to_owned()).or_insert((line, 0)).1 += 1;
                Inside::Skipped
            }
        })
    }

    fn edmx(&self, attributes: &Attributes<'_>) -> Result<Inside, MetadataError> {
        match attributes.get("Version") {
            Some(version) if !version.starts_with("4.") && version != "4" => {
                Err(self.refuse(format!("it is metadata of OData version '{version}'; what is read is version 4")))
            }
            _ => Ok(Inside::Edmx),
        }
    }

    fn include(&mut self, attributes: &Attributes<'_>) -> Inside {
        if let (Some(namespace), Some(alias)) = (attributes.owned("Namespace"), attributes.owned("Alias")) {
            self.metadata.aliases.insert(alias, namespace);
        }
        Inside::Skipped
    }

    fn schema(&mut self, attributes: &Attributes<'_>) -> Inside {
        self.namespace = attributes.owned("Namespace").unwrap_or_default();
        self.alias = attributes.owned("Alias");
        if let Some(alias) = self.alias.clone() {
            self.metadata.aliases.entry(alias).or_insert_with(|| self.namespace.clone());
        }
        Inside::Schema
    }

    fn structured(&mut self, element: &str, attributes: &Attributes<'_>) -> Inside {
        let kind = Kind::Structured(Structured {
            is_entity: element == "EntityType",
            is_open: self.flag(element, "OpenType", false, attributes),
            base: attributes.get("BaseType").map(|base| self.unaliased(base)),
            ..Structured::default()
        });
        self.named_type(element, attributes, kind, Inside::Structured)
    }

    fn named_type(&mut self, element: &str, attributes: &Attributes<'_>, kind: Kind, inside: Inside) -> Inside {
        let Some(name) = self.name(element, attributes) else { return Inside::Skipped };
        let namespace = self.current_namespace();
        self.metadata.types.push(Type { namespace, name, line: self.lines.line, kind });
        inside
    }

    fn call(&mut self, element: &str, attributes: &Attributes<'_>) -> Inside {
        let Some(name) = self.name(element, attributes) else { return Inside::Skipped };
        let call = Call {
            namespace: self.current_namespace(),
            name,
            is_action: element == "Action",
            is_bound: self.flag(element, "IsBound", false, attributes),
            line: self.lines.line,
            ..Call::default()
        };
        self.metadata.calls.push(call);
        Inside::Call
    }

    fn root(&mut self, element: &str, attributes: &Attributes<'_>) -> Inside {
        let Some(name) = self.name(element, attributes) else { return Inside::Skipped };
        let leads = match element {
            "EntitySet" => self
                .of(element, "EntityType", attributes)
                .map(|of| Leads::To(TypeRef { text: format!("Collection({})", of.name), is_collection: true, ..of })),
            "Singleton" => self.of(element, "Type", attributes).map(Leads::To),
            import => self.of(element, import.trim_end_matches("Import"), attributes).map(|of| Leads::Import(of.name)),
        };
        let line = self.lines.line;
        self.metadata.roots.extend(leads.map(|leads| Root { name, leads, line }));
        Inside::Skipped
    }

    fn property(&mut self, element: &str, attributes: &Attributes<'_>) -> Inside {
        let (name, of) = (self.name(element, attributes), self.of(element, "Type", attributes));
        let is_nullable = self.flag(element, "Nullable", true, attributes);
        let is_navigation = element == "NavigationProperty";
        if let (Some(name), Some(of), line) = (name, of, self.lines.line)
            && let Some(structured) = self.last_structured()
        {
            structured.properties.push(Property { name, of, is_nullable, is_navigation, line });
        }
        Inside::Skipped
    }

    fn key(&mut self) -> Inside {
        let line = self.lines.line;
        if let Some(structured) = self.last_structured() {
            structured.key_line = line;
        }
        Inside::Key
    }

    fn key_part(&mut self, attributes: &Attributes<'_>) -> Inside {
        if let Some(name) = self.name("PropertyRef", attributes)
            && let Some(structured) = self.last_structured()
        {
            structured.key.push(name);
        }
        Inside::Skipped
    }

    fn member(&mut self, attributes: &Attributes<'_>) -> Inside {
        let line = self.lines.line;
        if let Some(value) = attributes.get("Value")
            && value.parse::<i64>().is_err()
        {
            let message = format!("Value is '{value}', which is no whole number");
            self.flaw(flaws::VALUE_UNREADABLE, Severity::Error, line, "Member", message);
        }
        if let Some(name) = self.name("Member", attributes)
            && let Some(Type { kind: Kind::Enumeration(members), .. }) = self.metadata.types.last_mut()
        {
            members.push(Member { name, line });
        }
        Inside::Skipped
    }

    fn parameter(&mut self, attributes: &Attributes<'_>) -> Inside {
        let (name, of) = (self.name("Parameter", attributes), self.of("Parameter", "Type", attributes));
        let is_nullable = self.flag("Parameter", "Nullable", true, attributes);
        if let (Some(name), Some(of), line) = (name, of, self.lines.line)
            && let Some(call) = self.metadata.calls.last_mut()
        {
            call.parameters.push(Parameter { name, of, is_nullable, line });
        }
        Inside::Skipped
    }

    fn returns(&mut self, attributes: &Attributes<'_>) -> Inside {
        let of = self.of("ReturnType", "Type", attributes);
        if let (Some(of), line) = (of, self.lines.line)
            && let Some(call) = self.metadata.calls.last_mut()
        {
            call.returns = Some(Returns { of, line });
        }
        Inside::Skipped
    }

    fn last_structured(&mut self) -> Option<&mut Structured> {
        match &mut self.metadata.types.last_mut()?.kind {
            Kind::Structured(structured) => Some(structured),
            _ => None,
        }
    }

    /// The namespace that a declaration is in: none at the top of a fragment.
    fn current_namespace(&self) -> String {
        let in_schema = self.open.iter().any(|(inside, _)| *inside == Inside::Schema);
        if in_schema { self.namespace.clone() } else { String::new() }
    }

    fn name(&mut self, element: &str, attributes: &Attributes<'_>) -> Option<String> {
        self.required(element, "Name", attributes)
    }

    fn of(&mut self, element: &str, attribute: &str, attributes: &Attributes<'_>) -> Option<TypeRef> {
        let text = self.required(element, attribute, attributes)?;
        let mut of = TypeRef::parse(&text);
        of.name = self.unaliased(&of.name);
        Some(of)
    }

    /// A name with the schema's own alias replaced: several schemas may have the same one.
    fn unaliased(&self, name: &str) -> String {
        match (name.rsplit_once('.'), &self.alias) {
            (Some((prefix, simple)), Some(alias)) if prefix == alias => format!("{}.{simple}", self.namespace),
            _ => name.to_owned(),
        }
    }

    fn required(&mut self, element: &str, attribute: &str, attributes: &Attributes<'_>) -> Option<String> {
        let value = attributes.owned(attribute).filter(|value| !value.is_empty());
        if value.is_none() {
            let message = format!("<{element}> has no {attribute}; it is not read");
            self.flaw(flaws::ATTRIBUTE_MISSING, Severity::Error, self.lines.line, element, message);
        }
        value
    }

    fn flag(&mut self, element: &str, attribute: &str, default: bool, attributes: &Attributes<'_>) -> bool {
        match attributes.get(attribute) {
            None => default,
            Some("true") => true,
            Some("false") => false,
            Some(other) => {
                let message = format!("{attribute} is '{other}', which is neither true nor false");
                self.flaw(flaws::VALUE_UNREADABLE, Severity::Error, self.lines.line, element, message);
                default
            }
        }
    }
}
