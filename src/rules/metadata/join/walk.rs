//! A path, followed through the declarations: entity sets and singletons, relationships, keys,
//! casts, and the action or function at its end.

use super::Lost;
use crate::metadata::{Base, Call, Inherited, Leads, Metadata, TypeRef};

/// What a path leads to.
pub(super) enum Walk<'a> {
    /// Entities or a value.
    To(Place),
    /// An action or a function.
    Call(&'a Call),
    /// One that is called on a list where the path has one item, or the other way round.
    Misbound { call: &'a Call, on_collection: bool },
    /// Nothing.
    Lost {
        lost: Lost,
        line: usize,
        /// Whether it is the last segment that is lacking, and of a type.
        is_last: bool,
    },
    /// Nobody can tell: the path leaves this document.
    Unspoken,
}

/// Where a path has got to.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) of: TypeRef,
    pub(super) line: usize,
}

/// Follows a path. Of calls with one name, those are preferred that the method can make.
pub(super) fn walk<'a>(metadata: &'a Metadata, method: &str, path: &str) -> Walk<'a> {
    let mut segments = path.trim_matches('/').split('/').peekable();
    let first = segments.next().unwrap_or_default();
    let mut place = match metadata.root(first).map(|root| (&root.leads, root.line)) {
        Some((Leads::To(of), line)) => Place { of: of.clone(), line },
        Some((Leads::Import(name), line)) => {
            match (metadata.calls(name).find(|call| !call.is_bound), segments.peek()) {
                (Some(call), None) => return Walk::Call(call),
                (Some(Call { returns: Some(returns), .. }), _) => Place { of: returns.of.clone(), line },
                _ => return Walk::Unspoken,
            }
        }
        None if metadata.is_whole => return lost(first, "the service".to_owned(), 0, false),
        None => return Walk::Unspoken,
    };
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match step(metadata, method, place, segment) {
            Step::To(next) => place = next,
            Step::Calls(call, on_collection) if is_last => {
                let fits = call.binding().is_some_and(|binding| binding.of.is_collection == on_collection);
                return if fits { Walk::Call(call) } else { Walk::Misbound { call, on_collection } };
            }
            Step::Calls(Call { returns: Some(returns), .. }, _) => {
                place = Place { of: returns.of.clone(), line: returns.line };
            }
            Step::Lacks(on, line) => return lost(segment, on, line, is_last),
            Step::Calls(..) | Step::Unspoken => return Walk::Unspoken,
        }
    }
    Walk::To(place)
}

enum Step<'a> {
    To(Place),
    Calls(&'a Call, bool),
    Lacks(String, usize),
    Unspoken,
}

fn step<'a>(metadata: &'a Metadata, method: &str, place: Place, segment: &str) -> Step<'a> {
    // `$count`, `$ref` and `$value` are of OData, not of a type.
    if segment.starts_with('$') {
        return Step::Unspoken;
    }
    let Some(named) = metadata.find(&place.of.name) else {
        return match metadata.is_whole {
            true => Step::Lacks(place.of.text, place.line),
            false => Step::Unspoken,
        };
    };
    if segment.starts_with('{') {
        return match place.of.is_collection {
            true => Step::To(Place { of: place.of.item(), ..place }),
            false => Step::Lacks(named.name.clone(), named.line),
        };
    }
    let Some(inherited) = metadata.inherited(named) else { return Step::Unspoken };
    if let Some(property) = inherited.property(segment).filter(|_| !place.of.is_collection) {
        return Step::To(Place { of: property.of.clone(), line: property.line });
    }
    if let Some(call) = bound(metadata, method, &inherited, segment, place.of.is_collection) {
        return Step::Calls(call, place.of.is_collection);
    }
    if segment.contains('.') && metadata.find(segment).is_some() {
        let is_collection = place.of.is_collection;
        return Step::To(Place { of: TypeRef { name: segment.to_owned(), is_collection, ..place.of }, ..place });
    }
    match has_all(&inherited) {
        true => Step::Lacks(named.name.clone(), named.line),
        false => Step::Unspoken,
    }
}

/// The action or function of a name that is called on a type or on what it inherits from: one
/// that fits in all, or else what comes nearest.
pub(super) fn bound<'a>(
    metadata: &'a Metadata,
    method: &str,
    on: &Inherited<'a>,
    segment: &str,
    on_collection: bool,
) -> Option<&'a Call> {
    let name = segment.split('(').next().unwrap_or(segment);
    let wants_action = method != "GET";
    let fitness = |call: &&Call| {
        let on_same = call.binding().is_some_and(|binding| binding.of.is_collection == on_collection);
        (on_same, call.is_action == wants_action)
    };
    // Of equals the last would win, and the first declaration counts.
    let calls: Vec<&Call> = metadata.calls(name).filter(|call| is_bound_to(metadata, call, on)).collect();
    calls.into_iter().rev().max_by_key(fitness)
}

fn is_bound_to(metadata: &Metadata, call: &Call, on: &Inherited<'_>) -> bool {
    let Some(binding) = call.binding() else { return false };
    match (metadata.find(&binding.of.name), on.base) {
        (Some(named), _) => on.line.iter().any(|(of, _)| std::ptr::eq(*of, named)),
        (None, Base::Absent(base)) => base == binding.of.name,
        (None, Base::Known) => false,
    }
}

/// Whether everything that a type has is in the document. What inherits from Graph's `entity`,
/// which has an id and nothing else, needs no more.
pub(super) fn has_all(inherited: &Inherited<'_>) -> bool {
    let base_is_known = match inherited.base {
        Base::Known => true,
        Base::Absent(base) => is_plain_entity(base),
    };
    base_is_known && !inherited.is_open()
}

/// Whether a type is the one that every entity of Graph inherits from.
pub(super) fn is_plain_entity(name: &str) -> bool {
    name.rsplit('.').next() == Some("entity")
}

fn lost<'a>(segment: &str, on: String, line: usize, is_last: bool) -> Walk<'a> {
    Walk::Lost { lost: Lost { segment: segment.to_owned(), on }, line, is_last }
}
