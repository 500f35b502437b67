//! What of a contract is looked for again and again, by what it is looked for by.

use std::collections::{HashMap, HashSet};

use super::examples;
use crate::contract::{Contract, Exchange, Operation};
use crate::docs::page::{Example, Request};
use crate::docs::path;

pub(super) struct Known<'a> {
    /// Request lines of all operations.
    lines: HashSet<String>,
    /// Operations by method, number of segments and first segment.
    operations: HashMap<(&'a str, usize, String), Vec<&'a Operation>>,
    /// Transcripts by operation.
    exchanges: HashMap<&'a str, Vec<&'a Exchange>>,
}

impl<'a> Known<'a> {
    pub(super) fn new(contract: &'a Contract) -> Self {
        let mut known = Self { lines: HashSet::new(), operations: HashMap::new(), exchanges: HashMap::new() };
        for operation in &contract.operations {
            for path in operation.paths() {
                known.lines.insert(format!("{} {}", operation.method, path::canonical(path.as_str())));
                let (n_segments, first) = outline(path.as_str());
                known.operations.entry((&operation.method, n_segments, first)).or_default().push(operation);
            }
        }
        for exchange in &contract.exchanges {
            known.exchanges.entry(&exchange.operation).or_default().push(exchange);
        }
        known
    }

    /// Whether an operation has this request line.
    pub(super) fn has(&self, line: &Request) -> bool {
        self.lines.contains(&request_key(line))
    }

    /// The operation that an example shows.
    pub(super) fn shown_by(&self, example: &'a Example) -> Option<&'a Operation> {
        let (_, method, url) = examples::request(example)?;
        let (n_segments, first) = outline(url);
        let of = |first: String| self.operations.get(&(method, n_segments, first)).into_iter().flatten();
        of(first).chain(of("{}".to_owned())).find(|operation| shows(example, operation)).copied()
    }

    /// The transcripts of an operation.
    pub(super) fn exchanges_of(&self, operation: &Operation) -> impl Iterator<Item = &'a Exchange> {
        self.exchanges.get(operation.id.as_str()).into_iter().flatten().copied()
    }
}

/// Whether an example shows an operation.
pub(super) fn shows(example: &Example, operation: &Operation) -> bool {
    examples::request(example).is_some_and(|(_, method, url)| {
        method == operation.method && operation.paths().any(|path| path::fits(path.as_str(), url))
    })
}

/// Method and path in one form.
pub(super) fn request_key(line: &Request) -> String {
    format!("{} {}", line.method, path::canonical(&line.path))
}

/// Number of segments, and the first.
fn outline(path: &str) -> (usize, String) {
    let form = path::canonical(path);
    (form.split('/').count(), form.split('/').nth(1).unwrap_or_default().to_owned())
}
