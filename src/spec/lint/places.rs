//! Every place of a description that holds a schema: collected once for all rules.

use std::collections::HashSet;

use super::super::{Content, Document, METHODS};
use super::Node;

/// A node and the operation or component that it belongs to, for people.
#[derive(Clone)]
pub(super) struct Place<'a> {
    pub(super) subject: String,
    pub(super) node: &'a Node,
}

/// The places of a document, none twice: references are not followed.
pub(super) struct Places<'a> {
    /// What has a `schema` and may have examples of it: media types, parameters, headers.
    pub(super) holders: Vec<Place<'a>>,
    /// Every schema, those inside others too.
    pub(super) schemas: Vec<Place<'a>>,
}

impl<'a> Places<'a> {
    pub(super) fn of(document: &'a Document) -> Self {
        let mut places = Self { holders: Vec::new(), schemas: Vec::new() };
        for (path, _, item) in document.root.get("paths").into_iter().flat_map(Node::entries) {
            item.get("parameters").into_iter().flat_map(Node::items).for_each(|node| places.holder(path, node));
            for (method, _, operation) in item.entries().filter(|(key, _, _)| METHODS.contains(&key.as_str())) {
                places.operation(&format!("{method} {path}"), operation);
            }
        }
        for (section, _, node) in document.root.get("components").into_iter().flat_map(Node::entries) {
            for (name, _, node) in node.entries() {
                match section.as_str() {
                    "schemas" => places.schema(name, node),
                    "parameters" | "headers" => places.holder(name, node),
                    "requestBodies" | "responses" => places.message(name, node),
                    _ => {}
                }
            }
        }
        places
    }

    fn operation(&mut self, subject: &str, operation: &'a Node) {
        operation.get("parameters").into_iter().flat_map(Node::items).for_each(|node| self.holder(subject, node));
        operation.get("requestBody").into_iter().for_each(|node| self.message(subject, node));
        let answers = operation.get("responses").into_iter().flat_map(Node::entries);
        answers.for_each(|(_, _, node)| self.message(subject, node));
    }

    /// A request body or an answer.
    fn message(&mut self, subject: &str, message: &'a Node) {
        for key in ["content", "headers"] {
            let entries = message.get(key).into_iter().flat_map(Node::entries);
            entries.for_each(|(_, _, node)| self.holder(subject, node));
        }
    }

    fn holder(&mut self, subject: &str, node: &'a Node) {
        self.holders.push(Place { subject: subject.to_owned(), node });
        node.get("schema").into_iter().for_each(|schema| self.schema(subject, schema));
    }

    /// The parser keeps nesting within bounds.
    fn schema(&mut self, subject: &str, node: &'a Node) {
        self.schemas.push(Place { subject: subject.to_owned(), node });
        for (name, _, property) in node.get("properties").into_iter().flat_map(Node::entries) {
            self.schema(&format!("{subject}.{name}"), property);
        }
        for key in ["items", "additionalProperties", "not"] {
            let below = node.get(key).filter(|below| matches!(below.content, Content::Map(_)));
            below.into_iter().for_each(|below| self.schema(subject, below));
        }
        for key in ["allOf", "anyOf", "oneOf"] {
            node.get(key).into_iter().flat_map(Node::items).for_each(|part| self.schema(subject, part));
        }
    }
}

/// A schema that something leads to.
pub(super) struct Reached<'a> {
    pub(super) subject: String,
    pub(super) node: &'a Node,
    /// Whether it is a component, and not within one.
    pub(super) named: bool,
}

/// Every schema that request bodies or answers lead to, none twice.
pub(super) fn reached<'a>(document: &'a Document, messages: impl Iterator<Item = &'a Node>) -> Vec<Reached<'a>> {
    let (mut names, mut waiting, mut found) = (HashSet::new(), Vec::new(), Vec::new());
    for message in messages {
        let content = document.follow(message).and_then(|message| message.get("content"));
        let media = content.into_iter().flat_map(Node::entries);
        waiting.extend(media.filter_map(|(name, _, media)| Some((name.as_str(), media.get("schema")?))));
        while let Some((subject, node)) = waiting.pop() {
            let mut inside = Places { holders: Vec::new(), schemas: Vec::new() };
            inside.schema(subject, node);
            for (index, Place { subject, node }) in inside.schemas.into_iter().enumerate() {
                let Some(name) = node.str("$ref").and_then(|reference| reference.strip_prefix(SCHEMAS)) else {
                    // The first is the component itself, unless it stands in the content.
                    let named = index == 0 && names.contains(subject.as_str());
                    found.push(Reached { subject, node, named });
                    continue;
                };
                if names.insert(name)
                    && let Some(schema) = document.at(&format!("/components/schemas/{name}"))
                {
                    waiting.push((name, schema));
                }
            }
        }
    }
    found
}

const SCHEMAS: &str = "#/components/schemas/";
