//! Request bodies: properties, what is required, limits.

use super::operation::token;
use super::parameters::{listed_words, presence};
use super::pass::{Decided, Known, Pass, Voice, origin, pointer};
use crate::contract::{FactId, Operation, Property, Shape};
use crate::docs::Page;
use crate::docs::page::BodyProperty;
use crate::docs::section::Subject;
use crate::regen::emit::{Yaml, entry};
use crate::regen::kind::{Kind, reference};
use crate::regen::layout::Spot;
use crate::regen::names;

impl<'a> Pass<'a> {
    /// The table of body properties, against the schema of the body.
    pub(super) fn body(&mut self, operation: &'a Operation, pages: &[&Page]) {
        // A name in prose is no complete list; a table has types.
        let tables: Vec<&Page> =
            pages.iter().copied().filter(|page| body(page).any(|property| property.kind.is_some())).collect();
        let speaking: Vec<&Page> = pages.iter().copied().filter(|page| page.body.is_some()).collect();
        let Some(described) = &operation.body else {
            if operation.method != "GET" {
                self.new_body(operation, &tables);
            }
            return;
        };
        let media = format!("{}/requestBody", pointer(operation));
        let media = self.resolve(&media);
        let schema = self.resolve(&format!("{media}/content/{}/schema", token(&described.content_type)));
        let Shape::Object { properties, .. } = self.contract.resolve(&described.shape) else { return };
        let mut gone = Vec::new();
        for property in properties {
            if self.is_gone(operation, property, &tables) {
                gone.push(property.name.clone());
                continue;
            }
            self.property_type(operation, property, &schema, &speaking);
            self.property_required(operation, property, &schema, &speaking);
            self.limit(operation, property, &schema, &speaking);
        }
        let mut seen: Vec<&str> = properties.iter().map(|property| property.name.as_str()).collect();
        for stated in tables.iter().flat_map(|page| body(page)) {
            if !seen.contains(&stated.name.as_str()) {
                seen.push(&stated.name);
                self.new_property(operation, stated, &schema, &tables);
            }
        }
        self.remove_properties(&schema, &gone);
    }

    fn fact(&self, operation: &Operation, kind: &str, property: &str) -> FactId {
        FactId::of(&self.contract.api, operation, kind, Some(property))
    }

    fn is_gone(&mut self, operation: &Operation, property: &Property, tables: &[&Page]) -> bool {
        let known = Known {
            fact: self.fact(operation, "body", &property.name),
            before: Some(property.shape.describe(self.contract)),
            spec: property.origin.clone(),
        };
        let voices = presence(tables, Subject::Body, |page| {
            body(page).find(|stated| stated.name == property.name).map(|stated| stated.line)
        });
        let may_go = voices.iter().any(|(_, page, _)| Self::may_drop(&property.source, page));
        if !may_go && voices.iter().all(|(listed, ..)| !listed) {
            return false;
        }
        match self.decide(&known, &voices, |listed| listed_words(*listed), |listed| *listed) {
            Some(decided) => {
                self.changed(&known, None, &decided);
                true
            }
            None => false,
        }
    }

    fn property_type(&mut self, operation: &Operation, property: &Property, schema: &str, pages: &[&Page]) {
        let known = Known {
            fact: self.fact(operation, "body", &property.name),
            before: Some(property.shape.describe(self.contract)),
            spec: property.origin.clone(),
        };
        let voices: Vec<Voice<'_, Kind>> = stated(pages, &property.name)
            .filter_map(|(page, stated)| {
                let kind = self.kind(stated.kind.as_deref()?);
                (kind != Kind::Any).then(|| (kind, page, origin(page, stated.line)))
            })
            .collect();
        let contract = self.contract;
        let Some(decided) = self.decide(&known, &voices, words, |kind| kind.agrees(&property.shape, contract)) else {
            return;
        };
        if let Some(spot) = self.spot(&format!("{schema}/properties/{}", token(&property.name))) {
            self.set_kind(spot, &decided.value);
            self.changed(&known, Some(words(&decided.value)), &decided);
        }
    }

    fn property_required(&mut self, operation: &Operation, property: &Property, schema: &str, pages: &[&Page]) {
        let word = |required: &bool| if *required { "required".to_owned() } else { "optional".to_owned() };
        let known = Known {
            fact: self.fact(operation, "bodyRequired", &property.name),
            before: Some(word(&property.required)),
            spec: property.origin.clone(),
        };
        let voices: Vec<Voice<'_, bool>> = stated(pages, &property.name)
            .filter_map(|(page, stated)| Some((stated.required?, page, origin(page, stated.line))))
            .collect();
        let Some(decided) = self.decide(&known, &voices, word, |required| *required == property.required) else {
            return;
        };
        match decided.value {
            true => self.require(schema, &property.name),
            false => self.unrequire(schema, std::slice::from_ref(&property.name)),
        }
        self.changed(&known, Some(word(&decided.value)), &decided);
    }

    fn require(&mut self, schema: &str, name: &str) {
        match self.spot(&format!("{schema}/required")) {
            Some(list) => self.edits.add_item(list, list.children.len().checked_sub(1), &Yaml::text(name)),
            None if !self.is_fresh(schema, "required") => {}
            None if !self.is_fresh(schema, "properties") => {}
            None => {
                let Some(spot) = self.spot(schema) else { return };
                let after = spot
                    .children
                    .iter()
                    .rposition(|child| matches!(child.key.as_deref(), Some("type" | "description")));
                self.edits.add_entry(spot, after, &entry("required", Yaml::row([name])));
            }
        }
    }

    fn unrequire(&mut self, schema: &str, names: &[String]) {
        self.later.unrequired.entry(schema.to_owned()).or_default().extend_from_slice(names);
    }

    /// The greatest number of items. That a page states none says nothing.
    fn limit(&mut self, operation: &Operation, property: &Property, schema: &str, pages: &[&Page]) {
        let Shape::List { of, max, bound, bound_origin, .. } = self.contract.resolve(&property.shape) else { return };
        let known = Known {
            fact: self.fact(operation, "limit", &property.name),
            before: max.map(|max| max.to_string()),
            spec: bound_origin.as_ref().unwrap_or(&property.origin).clone(),
        };
        let voices: Vec<Voice<'_, usize>> = stated(pages, &property.name)
            .filter_map(|(page, stated)| {
                let limit = stated.limit?;
                Some((limit.most, page, origin(page, limit.line)))
            })
            .collect();
        let source = bound.as_ref().unwrap_or(&property.source);
        // What was assumed so far is documented by a page that says the same.
        let firm = bound.as_ref().is_none_or(|bound| bound.rests != crate::contract::Rests::Assumption);
        let Some(decided) = self.decide(&known, &voices, usize::to_string, |most| firm && Some(*most) == *max) else {
            return;
        };
        let place = format!("{schema}/properties/{}", token(&property.name));
        let list = self.resolve(&place);
        let is_named = list.starts_with("/components/schemas/") && list.matches('/').count() == 3;
        if is_named && self.n_references(&list) > 1 {
            let message = format!("the page says {}; the list is shared by operations", decided.value);
            self.leave(&known.fact, decided.origin, known.spec, message);
            return;
        }
        let most = Yaml::Integer(i64::try_from(decided.value).unwrap_or(i64::MAX));
        if is_named {
            let Some(spot) = self.spot(&list) else { return };
            match spot.get("maxItems") {
                Some(_) if Some(decided.value) == *max => {}
                Some(old) => self.edits.set(old, &most),
                None => {
                    let after = spot
                        .children
                        .iter()
                        .rposition(|child| matches!(child.key.as_deref(), Some("type" | "minItems")));
                    self.edits.add_entry(spot, after, &entry("maxItems", most));
                }
            }
            self.cite(&list, "", source, decided.page);
        } else {
            self.name_list(operation, property, &place, of, most, &decided);
        }
        self.changed(&known, Some(decided.value.to_string()), &decided);
    }

    /// Only a list with a name has a type that keeps its bound.
    fn name_list(
        &mut self,
        operation: &Operation,
        property: &Property,
        place: &str,
        of: &Shape,
        most: Yaml,
        decided: &Decided<'_, usize>,
    ) {
        let items = match self.contract.resolve(of) {
            Shape::Text { format: Some(format), .. } if format == "uuid" => Kind::Uuid,
            _ => Kind::Text,
        };
        let name = names::schema(&operation.id, &property.name);
        let Some(spot) = self.spot(place).filter(|_| !self.has_schema(&name)) else { return };
        self.edits.set(spot, &reference("schemas", &name));
        let schema = vec![
            entry("type", Yaml::text("array")),
            entry("maxItems", most),
            entry("items", items.schema()),
            entry("x-entra-source", self.source(decided.page)),
        ];
        self.add_schema(&name, schema);
    }

    fn new_property(&mut self, operation: &Operation, stated: &BodyProperty, schema: &str, tables: &[&Page]) {
        let known = Known {
            fact: self.fact(operation, "body", &stated.name),
            before: None,
            spec: operation.body.as_ref().map_or(&operation.origin, |body| &body.origin).clone(),
        };
        let voices = presence(tables, Subject::Body, |page| {
            body(page).find(|other| other.name == stated.name).map(|other| other.line)
        });
        let Some(decided) = self.decide(&known, &voices, |listed| listed_words(*listed), |listed| !listed) else {
            return;
        };
        let kind = stated.kind.as_deref().map_or(Kind::Any, |words| self.kind(words));
        self.add_property(schema, &stated.name, &kind);
        if stated.required == Some(true) {
            self.require(schema, &stated.name);
        }
        self.changed(&known, Some(words(&kind)), &decided);
    }

    /// A body that the description does not have yet.
    fn new_body(&mut self, operation: &Operation, tables: &[&Page]) {
        let known = Known {
            fact: FactId::of(&self.contract.api, operation, "body", None),
            before: None,
            spec: operation.origin.clone(),
        };
        let voices: Vec<Voice<'_, Vec<&str>>> = tables
            .iter()
            .map(|page| {
                let names = body(page).map(|property| property.name.as_str()).collect();
                (names, *page, origin(page, body(page).next().map_or(1, |property| property.line)))
            })
            .collect();
        let Some(decided) = self.decide(&known, &voices, |names| names.join(", "), Vec::is_empty) else { return };
        let name = names::schema(&operation.id, "Request");
        if self.has_schema(&name) {
            return;
        }
        let (mut properties, mut required) = (Vec::new(), Vec::new());
        let mut seen: Vec<&str> = Vec::new();
        for property in body(decided.page) {
            if seen.contains(&property.name.as_str()) {
                continue;
            }
            seen.push(&property.name);
            let kind = property.kind.as_deref().map_or(Kind::Any, |words| self.kind(words));
            properties.push(entry(&property.name, kind.schema()));
            required.extend((property.required == Some(true)).then_some(&property.name));
        }
        let mut schema = vec![entry("type", Yaml::text("object"))];
        if !required.is_empty() {
            schema.push(entry("required", Yaml::row(required)));
        }
        schema.push(entry("properties", Yaml::Map(properties)));
        schema.push(entry("x-entra-source", self.source(decided.page)));
        self.add_schema(&name, schema);
        let media = Yaml::Map(vec![entry("schema", reference("schemas", &name))]);
        let content = Yaml::Map(vec![entry("application/json", media)]);
        let body = Yaml::Map(vec![entry("required", Yaml::Bool(true)), entry("content", content)]);
        let before = ["operationId", "summary", "description", "x-entra-source", "security", "parameters"];
        self.add_behind(&pointer(operation), &before, &entry("requestBody", body));
        self.changed(&known, Some(decided.value.join(", ")), &decided);
    }

    /// Adds a property behind the others of a schema.
    pub(super) fn add_property(&mut self, schema: &str, name: &str, kind: &Kind) {
        let new = entry(name, kind.schema());
        match self.spot(&format!("{schema}/properties")) {
            Some(properties) => self.edits.add_entry(properties, properties.children.len().checked_sub(1), &new),
            None if !self.is_fresh(schema, "properties") => {}
            None => {
                let Some(spot) = self.spot(schema) else { return };
                let after =
                    spot.children.iter().rposition(|child| matches!(child.key.as_deref(), Some("type" | "required")));
                self.edits.add_entry(spot, after, &entry("properties", Yaml::mapping(vec![new])));
            }
        }
    }

    /// Removes properties, from the list of required ones too.
    pub(super) fn remove_properties(&mut self, schema: &str, names: &[String]) {
        let Some(spot) = self.spot(&format!("{schema}/properties")).filter(|_| !names.is_empty()) else { return };
        let gone: Vec<usize> = (0..spot.children.len())
            .filter(|&index| spot.children[index].key.as_ref().is_some_and(|key| names.contains(key)))
            .collect();
        match gone.len() == spot.children.len() {
            true => self.remove_entry(schema, "properties"),
            false => {
                self.edits.remove(spot, &gone);
                names.iter().for_each(|name| self.forget(schema, &format!("/properties/{}", token(name))));
            }
        }
        self.unrequire(schema, names);
    }

    /// Gives a schema another type. Where only type and format differ, its description and
    /// everything else stays.
    pub(super) fn set_kind(&mut self, spot: &Spot, kind: &Kind) {
        let simple = match kind {
            Kind::Text => Some(("string", None)),
            Kind::Uuid => Some(("string", Some("uuid"))),
            Kind::DateTime => Some(("string", Some("date-time"))),
            Kind::Boolean => Some(("boolean", None)),
            Kind::Integer(format) => Some(("integer", *format)),
            Kind::Number => Some(("number", None)),
            _ => None,
        };
        let at = |key: &str| spot.children.iter().position(|child| child.key.as_deref() == Some(key));
        let bounds = ["items", "properties", "enum", "minItems", "maxItems", "minimum", "maximum", "minLength"];
        let (Some((word, format)), Some(old), None) = (simple, at("type"), bounds.into_iter().find_map(at)) else {
            return self.edits.set(spot, &kind.schema());
        };
        self.edits.set_text(&spot.children[old], word);
        match (format, at("format")) {
            (Some(format), Some(old)) => self.edits.set_text(&spot.children[old], format),
            (Some(format), None) => self.edits.add_entry(spot, Some(old), &entry("format", Yaml::text(format))),
            (None, Some(old)) => self.edits.remove(spot, &[old]),
            (None, None) => {}
        }
    }

    /// The type that words name, with the schemas of this description.
    pub(super) fn kind(&self, words: &str) -> Kind {
        let named = |name: &str| names::type_name(name).filter(|name| self.has_schema(name));
        crate::regen::kind::of_words(words, &named)
    }
}

fn body(page: &Page) -> impl Iterator<Item = &BodyProperty> {
    page.body.iter().flatten()
}

fn stated<'p>(pages: &[&'p Page], name: &str) -> impl Iterator<Item = (&'p Page, &'p BodyProperty)> {
    pages.iter().flat_map(move |page| {
        body(page).filter(move |property| property.name == name).map(move |property| (*page, property))
    })
}

/// A type in the words of facts.
pub(super) fn words(kind: &Kind) -> String {
    match kind {
        Kind::Any => "any".to_owned(),
        Kind::Text => "string".to_owned(),
        Kind::Uuid => "uuid".to_owned(),
        Kind::DateTime => "date-time".to_owned(),
        Kind::Boolean => "boolean".to_owned(),
        Kind::Integer(_) => "integer".to_owned(),
        Kind::Number => "number".to_owned(),
        Kind::List(of) => format!("list of {}", words(of)),
        Kind::Named(name) => name.clone(),
        Kind::Object(_) => "object".to_owned(),
    }
}
