//! Objects and enumerations, and the types of the same name.

use super::types::{self, Fit};
use super::walk::{has_all, is_plain_entity};
use super::{Join, Said, What};
use crate::contract::{EntitySet, FactId, Property, Shape};
use crate::metadata::{Base, Kind, Member, Type};

/// The member behind which those stand that only who asks for them is sent.
const SENTINEL: &str = "unknownFutureValue";

impl<'a> Join<'a> {
    pub(super) fn schemas(&mut self) {
        let contract = self.contract;
        for (name, shape) in &contract.shapes {
            match (shape, self.metadata.named(name)) {
                (Shape::Object { properties, set, .. }, Some(named)) => {
                    self.object(name, properties, set.as_ref(), named);
                }
                (Shape::Enum { members, source, other_sources, origin }, Some(named)) => {
                    let of = |member: &str| Said::at(other_sources.get(member).unwrap_or(source), origin);
                    self.enumeration(name, members, &of, named);
                }
                (Shape::Object { properties, set: Some(_), .. }, None) if self.metadata.is_whole => {
                    if let Some(first) = properties.first() {
                        let fact = self.property_fact(name, &first.name);
                        let what = What::Type { name };
                        self.pair(name, fact, 0, Said::at(&first.source, &first.origin), what);
                    }
                }
                _ => {}
            }
        }
    }

    fn object(&mut self, schema: &'a str, properties: &'a [Property], set: Option<&'a EntitySet>, named: &'a Type) {
        let Some(first) = properties.first() else { return };
        let said = Said::at(&first.source, &first.origin);
        self.spoken.insert(schema);
        let Some(inherited) = self.metadata.inherited(named) else {
            let fact = self.property_fact(schema, &first.name);
            self.pair(schema, fact, named.line, said, What::Kind { declared: kind(named), described: "an object" });
            return;
        };
        let key = inherited.key();
        let (declared, line) = key.unwrap_or((&[], named.line));
        // A type that is not here may have the key.
        if let Some(set) = set.filter(|_| key.is_some() || inherited.base == Base::Known) {
            let fact = self.property_fact(schema, &set.key);
            self.pair(schema, fact, line, said, What::Key { declared, described: &set.key });
        }
        // Annotations are OData's, not the type's.
        let properties: Vec<&Property> = properties.iter().filter(|property| !property.name.starts_with('@')).collect();
        for property in &properties {
            let declared = inherited.property(&property.name);
            // What is not among a type's own may be inherited from one that is not here.
            let is_inherited = match inherited.base {
                Base::Known => false,
                Base::Absent(base) if is_plain_entity(base) => property.name == set.map_or("id", |set| &set.key),
                Base::Absent(_) => true,
            };
            if declared.is_none() && is_inherited {
                continue;
            }
            let fit = declared
                .map_or(Fit::Unknown, |other| types::fit(self.contract, self.metadata, &property.shape, &other.of));
            let is_key = key.is_some_and(|(key, _)| key.contains(&property.name));
            let what = What::Property {
                name: &property.name,
                described: Some(property),
                declared,
                fit,
                is_open: !has_all(&inherited),
                is_key,
            };
            let line = declared.map_or(named.line, |other| other.line);
            self.pair(
                schema,
                self.property_fact(schema, &property.name),
                line,
                Said::at(&property.source, &property.origin),
                what,
            );
        }
        // A relationship is answered only to those who ask for it.
        for declared in inherited.properties().filter(|declared| !declared.is_navigation) {
            if properties.iter().any(|property| property.name == declared.name) {
                continue;
            }
            let what = What::Property {
                name: &declared.name,
                described: None,
                declared: Some(declared),
                fit: Fit::Unknown,
                is_open: false,
                is_key: false,
            };
            let fact = self.property_fact(schema, &declared.name);
            self.pair(schema, fact, declared.line, Said::nothing(&first.origin), what);
        }
    }

    /// `said` is who lists a member.
    fn enumeration<'b>(
        &mut self,
        schema: &'a str,
        members: &'a [String],
        said: &dyn Fn(&str) -> Said<'b>,
        named: &'a Type,
    ) {
        self.spoken.insert(schema);
        let about = |member: &str| FactId::about(&self.contract.api, schema, "member", Some(member));
        let Kind::Enumeration(declared) = &named.kind else {
            let Some(first) = members.first() else { return };
            let what = What::Kind { declared: kind(named), described: "an enumeration" };
            self.pair(schema, about(first), named.line, said(first), what);
            return;
        };
        let ours = members.iter().position(|member| member.eq_ignore_ascii_case(SENTINEL));
        let theirs = declared.iter().position(|member| member.name.eq_ignore_ascii_case(SENTINEL));
        let mut pairs = Vec::new();
        for (at, name) in members.iter().enumerate() {
            let same = |other: &&Member| other.name == *name;
            let alike = |other: &&Member| other.name.eq_ignore_ascii_case(name);
            let place = declared.iter().position(|other| same(&other));
            let met = declared.iter().find(same).or_else(|| declared.iter().find(alike));
            let line = met.map_or(named.line, |met| met.line);
            let what = What::Member { name, is_described: true, declared: met.map(|met| met.name.as_str()) };
            pairs.push((about(name), line, said(name), what));
            if let (Some(place), Some(ours), Some(theirs)) = (place, ours, theirs) {
                let what = What::Sentinel { name, described: at > ours, declared: place > theirs };
                pairs.push((about(name), line, said(name), what));
            }
        }
        for member in declared {
            if !members.iter().any(|other| other.eq_ignore_ascii_case(&member.name)) {
                let what = What::Member { name: &member.name, is_described: false, declared: Some(&member.name) };
                pairs.push((about(&member.name), member.line, Said::nothing(said(&member.name).origin), what));
            }
        }
        for (fact, line, said, what) in pairs {
            self.pair(schema, fact, line, said, what);
        }
    }

    fn property_fact(&self, schema: &str, property: &str) -> FactId {
        FactId::about(&self.contract.api, schema, "property", Some(property))
    }
}

fn kind(named: &Type) -> &'static str {
    match &named.kind {
        Kind::Structured(structured) if structured.is_entity => "an entity type",
        Kind::Structured(_) => "a complex type",
        Kind::Enumeration(_) => "an enumeration",
        Kind::Definition(_) => "a primitive type",
    }
}
