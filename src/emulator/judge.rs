//! Whether a request was as documented: each respect in which it was not, and not only the
//! first. It looks at the request alone; neither the state nor any fault matters to it.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::http::request::Parts;

use super::api::{Answer, Api};
use super::list::Wanted;
use super::perform::read_body;
use super::record::{Verdict, Violation};
use super::refusal::Refusal;
use super::service::{self, Located, Service};
use crate::contract::{Contract, Rests};

/// What the contracts say, found by the ids of facts. Made when the first request is wrong.
#[derive(Default)]
pub(super) struct Judge {
    facts: OnceLock<HashMap<String, Said>>,
    roots: OnceLock<HashSet<String>>,
}

/// What a fact says, and who says so.
struct Said {
    value: String,
    page: String,
    rests: Rests,
}

impl Judge {
    pub(super) fn violation(&self, apis: &[Api], located: Option<&Located<'_>>, refusal: Refusal) -> Violation {
        let facts = self.facts.get_or_init(|| index(apis));
        let (fact, origin) = refusal.violated.map_or((None, None), |(fact, origin)| (Some(fact), origin));
        let said = fact.as_ref().and_then(|fact| facts.get(fact));
        let source = located.map(|located| &located.operation.source);
        Violation {
            says: said.map(|said| said.value.clone()),
            page: said.map(|said| &said.page).or(source.map(|source| &source.page)).cloned(),
            rests: said.map(|said| said.rests).or(source.map(|source| source.rests)),
            origin: origin.or_else(|| located.map(|located| located.operation.origin.clone())),
            status: refusal.status.as_u16(),
            message: refusal.message,
            fact,
        }
    }

    /// Whether a path without operation lies below one that the contracts describe, in any of
    /// their versions: then it is a mistake, and otherwise another API.
    pub(super) fn is_near(&self, apis: &[Api], path: &str) -> bool {
        let roots = self.roots.get_or_init(|| apis.iter().flat_map(|api| roots(&api.contract)).collect());
        let segments: Vec<_> = path.split('/').filter(|part| !part.is_empty()).map(str::to_ascii_lowercase).collect();
        let below = |segments: &[String]| (1..=segments.len()).any(|n| roots.contains(&segments[..n].join("/")));
        below(&segments) || segments.get(1..).is_some_and(below)
    }
}

fn index(apis: &[Api]) -> HashMap<String, Said> {
    let facts = apis.iter().flat_map(|api| api.contract.facts());
    facts
        .map(|fact| (fact.id.0, Said { value: fact.value, page: fact.source.page, rests: fact.source.rests }))
        .collect()
}

/// The collections of a contract: paths that answer a page, and those on whose members actions
/// have an effect. Of what else is above an action nothing is known.
fn roots(contract: &Contract) -> impl Iterator<Item = String> {
    contract.operations.iter().flat_map(|operation| {
        let is_page = operation.success.shape.as_ref().is_some_and(|shape| contract.page_of(shape).is_some());
        let literal = operation.paths().filter(|path| path.parameters().next().is_none());
        literal.filter_map(move |path| {
            let path = path.as_str().trim_matches('/').to_ascii_lowercase();
            match path.rsplit_once('/') {
                _ if is_page => Some(path),
                Some((collection, _)) if !operation.effects.is_empty() => Some(collection.to_owned()),
                _ => None,
            }
        })
    })
}

impl Service {
    /// Everything about a request that is not as documented. The body is none where it was not
    /// taken from the connection.
    pub(super) fn judge(&self, parts: &Parts, body: Option<&Bytes>) -> (Verdict, Vec<Violation>) {
        let judge = &self.watch.judge;
        let located = match self.locate(parts) {
            Ok(located) => located,
            Err(refusal) => {
                let is_outside =
                    refusal.status == StatusCode::NOT_FOUND && !judge.is_near(&self.apis, parts.uri.path());
                let verdict = if is_outside { Verdict::Outside } else { Verdict::Wrong };
                return (verdict, vec![judge.violation(&self.apis, None, *refusal)]);
            }
        };
        // What only the emulator cannot do, or not now, is nobody's mistake.
        let mut wrong = self.wrong(&located, parts, body);
        wrong.retain(|refusal| refusal.status.is_client_error());
        let violations: Vec<_> =
            wrong.into_iter().map(|refusal| judge.violation(&self.apis, Some(&located), refusal)).collect();
        let verdict = if violations.is_empty() { Verdict::Documented } else { Verdict::Wrong };
        (verdict, violations)
    }

    fn wrong(&self, located: &Located<'_>, parts: &Parts, body: Option<&Bytes>) -> Vec<Refusal> {
        let Located { api, operation, plan, .. } = *located;
        let mut wrong = Vec::new();
        let mut note = |refused: Option<Box<Refusal>>| wrong.extend(refused.map(|refusal| *refusal));
        note(self.permit(api, operation, parts).err());
        note(service::headers(api, operation, parts).err());
        for (name, raw) in &located.parameters {
            note(service::parameter(api, operation, name, raw).err());
        }
        match service::options(api, operation, plan, parts.uri.query().unwrap_or_default()) {
            Ok(options) => {
                if let Answer::Page(view) | Answer::Entity(view) = &plan.answer {
                    note(Wanted::read(view, &options, self.page_size).err());
                }
            }
            Err(refusal) => note(Some(refusal)),
        }
        note(service::content_type(api, operation, parts).err());
        if let Some(body) = body {
            note(read_body(&api.contract, operation, body).err());
        }
        wrong
    }
}
