//! What an operation does to entities, and whose members it answers: `x-entra-effect` and
//! `x-entra-of`.

use super::read::{Reader, Result};
use super::{Node, escape};
use crate::contract::{Becomes, Effect, Given, GivenValue, Log, Missing, Owner, Processing, Refused, ValueSource};

impl Reader<'_> {
    pub(super) fn effects(&self) -> Result<Vec<Effect>> {
        let items = self.node.get("x-entra-effect").into_iter().flat_map(Node::items);
        items.enumerate().map(|(index, node)| self.effect(node, &format!("/x-entra-effect/{index}"))).collect()
    }

    fn effect(&self, node: &Node, below: &str) -> Result<Effect> {
        let Some(set) = node.str("set") else {
            return self.fail(node.line, "an effect names its entity set: 'set: riskyUsers'");
        };
        let Some((key, ids)) = matched(node) else {
            return self.fail(node.line, "an effect says whom it meets: 'match: {id: body.userIds}'");
        };
        let Some(missing) = node.str("missing").and_then(Missing::parse) else {
            return self.fail(node.line, "'missing' is create, ignore or refuse");
        };
        let mut becomes = Vec::new();
        for (property, line, value) in node.get("becomes").into_iter().flat_map(Node::entries) {
            let Some(text) = value.str("value") else {
                return self.fail(*line, format!("'{property}' becomes {{value: …}}"));
            };
            let source = match value.get("source") {
                Some(source) => self.document.read_source(source)?,
                None => self.source(&format!("{below}/becomes/{}", escape(property)), *line)?,
            };
            becomes.push(Becomes {
                property: property.clone(),
                value: text.to_owned(),
                source,
                origin: self.document.origin(*line),
            });
        }
        Ok(Effect {
            set: set.to_owned(),
            key: key.to_owned(),
            ids,
            missing,
            missing_source: self.source(&format!("{below}/missing"), node.line)?,
            becomes,
            touches: node
                .get("touch")
                .into_iter()
                .flat_map(Node::items)
                .filter_map(Node::text)
                .map(str::to_owned)
                .collect(),
            refuses: self.refuses(node, below)?,
            processing: self.processing(node, below)?,
            log: self.log(node, below)?,
            source: self.source(below, node.line)?,
            origin: self.document.origin(node.line),
        })
    }

    fn refuses(&self, node: &Node, below: &str) -> Result<Vec<Refused>> {
        let entries = node.get("refuse").into_iter().flat_map(Node::entries);
        entries
            .map(|(property, line, node)| {
                let Some(value) = node.get("value") else {
                    return self.fail(*line, format!("'{property}' is refused where it is {{value: …}}"));
                };
                Ok(Refused {
                    property: property.clone(),
                    value: value.to_json(),
                    source: self.source(&format!("{below}/refuse/{}", escape(property)), *line)?,
                    origin: self.document.origin(*line),
                })
            })
            .collect()
    }

    fn processing(&self, node: &Node, below: &str) -> Result<Option<Processing>> {
        let Some(node) = node.get("processing") else { return Ok(None) };
        let Some(property) = node.text() else {
            return self.fail(node.line, "'processing' names a property: 'processing: isProcessing'");
        };
        let source = self.source(&format!("{below}/processing"), node.line)?;
        Ok(Some(Processing { property: property.to_owned(), source, origin: self.document.origin(node.line) }))
    }

    fn log(&self, node: &Node, below: &str) -> Result<Option<Log>> {
        let Some(node) = node.get("log") else { return Ok(None) };
        let (Some(set), Some(dated)) = (node.str("set"), node.str("dated")) else {
            return self.fail(
                node.line,
                "a log has the set that items go to and the property with their time: {set, dated, given}",
            );
        };
        let given = node.get("given").into_iter().flat_map(Node::entries).map(|(path, line, node)| match given(node) {
            Some(value) => Ok(Given { path: path.split('/').map(str::to_owned).collect(), value }),
            None => self.fail(
                *line,
                format!("'{path}' is given {{value: …}}, {{from: entity.PROPERTY}} or {{from: caller.id}}"),
            ),
        });
        Ok(Some(Log {
            set: set.to_owned(),
            dated: dated.to_owned(),
            given: given.collect::<Result<_>>()?,
            source: self.source(&format!("{below}/log"), node.line)?,
            origin: self.document.origin(node.line),
        }))
    }

    pub(super) fn of(&self) -> Result<Option<Owner>> {
        let Some(node) = self.node.get("x-entra-of") else { return Ok(None) };
        let (Some(set), Some((property, id @ ValueSource::Path(_)))) = (node.str("set"), matched(node)) else {
            return self.fail(node.line, "x-entra-of is {set: riskyUsers, match: {userId: path.id}}");
        };
        Ok(Some(Owner {
            set: set.to_owned(),
            property: property.to_owned(),
            id,
            source: self.source("/x-entra-of", node.line)?,
            origin: self.document.origin(node.line),
        }))
    }
}

/// `match: {id: body.userIds}`.
fn matched(node: &Node) -> Option<(&str, ValueSource)> {
    let (key, _, source) = node.get("match")?.entries().next()?;
    Some((key, ValueSource::parse(source.text()?)?))
}

fn given(node: &Node) -> Option<GivenValue> {
    match (node.get("value"), node.str("from").and_then(|from| from.split_once('.'))) {
        (Some(value), None) => Some(GivenValue::Fixed(value.to_json())),
        (None, Some(("caller", "id"))) => Some(GivenValue::Caller),
        (None, Some(("entity", property))) if !property.is_empty() => Some(GivenValue::Entity(property.to_owned())),
        _ => None,
    }
}
