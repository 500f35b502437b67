//! Examples that no transcript has yet. They are reported: a transcript is copied by a person.

use serde_json::Value;

use super::pass::{Pass, origin};
use crate::contract::{Exchange, FactId, Operation};
use crate::docs::Page;
use crate::docs::page::{BodyKind, Example};
use crate::docs::path::{self, canonical};

impl Pass<'_> {
    pub(super) fn examples(&mut self, operation: &Operation, pages: &[&Page]) {
        for page in pages {
            for example in page.examples.iter().flatten() {
                let Some(request) = &example.request else { continue };
                let (Some(method), Some(url)) = (&request.method, &request.url) else { continue };
                let shows = *method == operation.method && operation.paths().any(|path| path::fits(path.as_str(), url));
                if !shows || self.conditions.exchanges.iter().any(|exchange| is_recorded(exchange, example)) {
                    continue;
                }
                let name = example.name.as_deref().unwrap_or("(without a name)");
                let fact = FactId::of(&self.contract.api, operation, "exchange", Some(name));
                let message = "no transcript has this example".to_owned();
                self.note("example_new", &fact, origin(page, example.line), Some(&operation.origin), message);
            }
        }
    }
}

/// Whether a transcript has the example: the same name, or the same request.
fn is_recorded(exchange: &Exchange, example: &Example) -> bool {
    let Some(request) = &example.request else { return false };
    let body = request.body.as_deref().filter(|_| request.body_kind == BodyKind::Json);
    let body: Option<Value> = body.and_then(|body| serde_json::from_str(body).ok());
    let query = |url: &str| url.split_once('?').map(|(_, query)| query.to_owned());
    let url = request.url.as_deref().unwrap_or_default();
    example.name.as_deref() == Some(exchange.name.as_str())
        || request.method.as_deref() == Some(exchange.method.as_str())
            && canonical(url) == canonical(&exchange.url)
            && query(url) == query(&exchange.url)
            && body == exchange.request.body
}
