//! What an action is called on, by what the description knows of it: for fragments, which do not
//! say where paths begin.

use super::types::schema_name;
use crate::contract::{Contract, Operation, Shape};
use crate::metadata::{Call, Metadata, Type};

/// What stands before the last segment of an operation's path.
pub(super) enum Resource<'a> {
    /// A type of the metadata; whether the path has many of them, where that is known.
    Known(&'a Type, Option<bool>),
    /// A call that is bound to a type of which the segment is the plural.
    Named(&'a Call, bool),
    /// The metadata does not have it, or nobody knows what it is.
    Unspoken,
}

/// The resource that an operation acts on, and the name of the action.
pub(super) fn of<'a>(
    contract: &'a Contract,
    metadata: &'a Metadata,
    operation: &'a Operation,
) -> Option<(&'a str, Resource<'a>)> {
    let (parent, name) = operation.path.as_str().rsplit_once('/')?;
    let is_read = |path: &str| reader(contract, path).is_some();
    // Posting to what can be read adds to it, and is no action.
    if name.is_empty() || name.starts_with(['{', '$']) || is_read(operation.path.as_str()) {
        return None;
    }
    let parents = || operation.paths().filter_map(|path| path.as_str().rsplit_once('/')).map(|(parent, _)| parent);
    let read = parents().find_map(|parent| reader(contract, parent));
    let schema =
        read.and_then(|operation| served(contract, operation)).map(|(schema, is_page)| (schema, Some(is_page)));
    let schema = schema.or_else(|| {
        let set = &operation.effects.first()?.set;
        let is_many = (parent.trim_start_matches('/') == set).then_some(true);
        Some((schema_of_set(contract, set)?, is_many.or(parent.ends_with('}').then_some(false))))
    });
    let resource = match schema {
        Some((schema, is_many)) => {
            metadata.named(schema).map_or(Resource::Unspoken, |named| Resource::Known(named, is_many))
        }
        None => parents().find_map(|parent| by_plural(metadata, parent, name)).unwrap_or(Resource::Unspoken),
    };
    Some((name, resource))
}

/// The operation that reads a path.
fn reader<'a>(contract: &'a Contract, path: &str) -> Option<&'a Operation> {
    let path = nameless(path);
    let reads = |operation: &&Operation| {
        operation.method == "GET" && operation.paths().any(|other| nameless(other.as_str()) == path)
    };
    contract.operations.iter().find(reads)
}

/// A path whose parameters have no names.
fn nameless(path: &str) -> String {
    let segments = path.split('/').map(|segment| if segment.starts_with('{') { "{}" } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

/// The schema that an operation answers values of, and whether it answers a page of them.
pub(super) fn served<'a>(contract: &'a Contract, operation: &'a Operation) -> Option<(&'a str, bool)> {
    let shape = operation.success.shape.as_ref()?;
    match contract.page_of(shape) {
        Some(item) => Some((schema_name(contract, item)?, true)),
        None => Some((schema_name(contract, shape)?, false)),
    }
}

fn schema_of_set<'a>(contract: &'a Contract, set: &str) -> Option<&'a str> {
    let is_of = |shape: &Shape| matches!(shape, Shape::Object { set: Some(of), .. } if of.name == set);
    contract.shapes.iter().find(|(_, shape)| is_of(shape)).map(|(name, _)| name.as_str())
}

/// A call whose type is named in the singular by the literal segment nearest to it.
fn by_plural<'a>(metadata: &'a Metadata, parent: &str, name: &str) -> Option<Resource<'a>> {
    let mut segments = parent.rsplit('/');
    let last = segments.next()?;
    let (set, on_collection) = if last.starts_with('{') { (segments.next()?, false) } else { (last, true) };
    let call =
        metadata.calls(name).find(|call| call.binding().is_some_and(|binding| is_plural(set, binding.of.simple())))?;
    Some(Resource::Named(call, on_collection))
}

fn is_plural(plural: &str, singular: &str) -> bool {
    let (plural, singular) = (plural.to_ascii_lowercase(), singular.to_ascii_lowercase());
    let with_ies = singular.strip_suffix('y').map(|stem| format!("{stem}ies"));
    plural == format!("{singular}s") || plural == format!("{singular}es") || with_ies == Some(plural)
}
