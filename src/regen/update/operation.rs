//! Aliases and the success status.

use super::parameters::{listed_words, presence};
use super::pass::{Known, Pass, Voice, origin, pointer};
use crate::contract::{FactId, Operation};
use crate::docs::Page;
use crate::docs::matching::is_alias;
use crate::docs::page::{BodyKind, Request};
use crate::docs::path::{self, canonical};
use crate::docs::section::Subject;
use crate::regen::derive::with_names_of;
use crate::regen::emit::{Yaml, entry};
use crate::spec::escape;

impl Pass<'_> {
    /// Further request lines of its pages that mean the operation.
    pub(super) fn aliases(&mut self, operation: &Operation, pages: &[&Page]) {
        let ours: Vec<String> = operation.paths().map(|path| canonical(path.as_str())).collect();
        let mut gone = Vec::new();
        for (index, alias) in operation.aliases.iter().enumerate() {
            let known = Known {
                fact: FactId::of(&self.contract.api, operation, "alias", Some(alias.path.as_str())),
                before: Some(alias.path.to_string()),
                spec: alias.origin.clone(),
            };
            let form = canonical(alias.path.as_str());
            let voices = presence(pages, Subject::Request, |page| line_of(page, &operation.method, &form));
            let may_go = voices.iter().any(|(_, page, _)| Self::may_drop(&alias.source, page));
            if !may_go && voices.iter().all(|(listed, ..)| !listed) {
                continue;
            }
            let Some(decided) = self.decide(&known, &voices, |listed| listed_words(*listed), |listed| *listed) else {
                continue;
            };
            gone.push(index);
            self.changed(&known, None, &decided);
        }
        self.remove_aliases(operation, &gone);
        let mut added: Vec<String> = Vec::new();
        for request in pages.iter().flat_map(|page| page.requests.iter().flatten()) {
            let form = canonical(&request.path);
            let own = Request { method: operation.method.clone(), path: operation.path.to_string(), line: 0 };
            let elsewhere = self.index.is_described(&operation.method, &form);
            if elsewhere || ours.contains(&form) || added.contains(&form) || !is_alias(&own, request) {
                continue;
            }
            added.push(form.clone());
            self.add_alias(operation, &form, pages);
        }
    }

    fn add_alias(&mut self, operation: &Operation, form: &str, pages: &[&Page]) {
        let alias = with_names_of(operation.path.as_str(), form);
        let known = Known {
            fact: FactId::of(&self.contract.api, operation, "alias", Some(&alias)),
            before: None,
            spec: operation.origin.clone(),
        };
        let voices = presence(pages, Subject::Request, |page| line_of(page, &operation.method, form));
        let Some(decided) = self.decide(&known, &voices, |listed| listed_words(*listed), |listed| !listed) else {
            return;
        };
        let holder = pointer(operation);
        match self.spot(&format!("{holder}/x-entra-aliases")) {
            Some(list) => self.edits.add_item(list, list.children.len().checked_sub(1), &Yaml::text(&alias)),
            None if !self.is_fresh(&holder, "x-entra-aliases") => return,
            None => {
                let names = ["operationId", "tags", "summary", "description", "x-entra-source", "x-entra-licence"];
                self.add_behind(&holder, &names, &entry("x-entra-aliases", Yaml::row([&alias])));
            }
        }
        if !Self::may_drop(&operation.source, decided.page) {
            let below = format!("/x-entra-aliases/{}", operation.aliases.len());
            self.cite(&holder, &below, &operation.source, decided.page);
        }
        self.changed(&known, Some(alias), &decided);
    }

    fn remove_aliases(&mut self, operation: &Operation, gone: &[usize]) {
        let holder = pointer(operation);
        let Some(list) = self.spot(&format!("{holder}/x-entra-aliases")).filter(|_| !gone.is_empty()) else { return };
        match gone.len() == list.children.len() {
            true => self.remove_entry(&holder, "x-entra-aliases"),
            false => {
                self.edits.remove(list, gone);
                gone.iter().for_each(|index| self.forget(&holder, &format!("/x-entra-aliases/{index}")));
            }
        }
    }

    /// The status of success: what the section says, and what its examples show.
    pub(super) fn success(&mut self, operation: &Operation, pages: &[&Page]) {
        let described = operation.success.status;
        let known = Known {
            fact: FactId::of(&self.contract.api, operation, "success", None),
            before: Some(described.to_string()),
            spec: operation.success.origin.clone(),
        };
        let mut voices: Vec<Voice<'_, Vec<u16>>> = Vec::new();
        for page in pages {
            let stated: Vec<u16> =
                page.success.iter().flatten().copied().filter(|status| is_success(*status)).collect();
            let shown = self.shown(operation, page);
            if !stated.is_empty() {
                voices.push((stated.clone(), page, origin(page, page.lines.success.unwrap_or(1))));
            }
            // An example shows one of several statuses.
            voices.extend(
                shown
                    .into_iter()
                    .filter(|(status, _)| !stated.contains(status))
                    .map(|(status, line)| (vec![status], *page, origin(page, line))),
            );
        }
        let show = |statuses: &Vec<u16>| statuses.iter().map(u16::to_string).collect::<Vec<_>>().join(" or ");
        let Some(decided) = self.decide(&known, &voices, show, |stated| stated.contains(&described)) else { return };
        let [status] = decided.value.as_slice() else {
            let message = format!("the page states {}, and a description has one success", show(&decided.value));
            self.leave(&known.fact, decided.origin, known.spec, message);
            return;
        };
        let holder = pointer(operation);
        let Some(answer) = self.spot(&format!("{holder}/responses/{described}")) else { return };
        self.edits.rename(answer, &status.to_string());
        let carries = !matches!(status, 204 | 205);
        if !carries && answer.get("content").is_some() {
            self.remove_entry(&format!("{holder}/responses/{described}"), "content");
        }
        self.move_exception(&holder, &format!("/responses/{described}"), &format!("/responses/{status}"));
        self.cite_success(&holder, *status, operation, decided.page);
        let shows_body = pages
            .iter()
            .flat_map(|page| page.examples.iter().flatten())
            .any(|example| example.response.as_ref().is_some_and(|response| response.body_kind == BodyKind::Json));
        if carries && operation.success.shape.is_none() && shows_body {
            let message = "the answer carries JSON now: describe its schema by hand".to_owned();
            self.note("answer_undescribed", &known.fact, decided.origin.clone(), Some(&known.spec), message);
        }
        self.changed(&known, Some(status.to_string()), &decided);
    }

    fn cite_success(&mut self, holder: &str, status: u16, operation: &Operation, page: &Page) {
        let named = self
            .spot(holder)
            .and_then(|spot| spot.get("x-entra-sources"))
            .is_some_and(|exceptions| exceptions.get(&format!("/responses/{}", operation.success.status)).is_some());
        if !named {
            self.cite(holder, &format!("/responses/{status}"), &operation.success.source, page);
        }
    }

    /// What an exception says is of another place now.
    fn move_exception(&mut self, holder: &str, from: &str, to: &str) {
        let exceptions = self.spot(holder).and_then(|spot| spot.get("x-entra-sources"));
        if let Some(exception) = exceptions.and_then(|exceptions| exceptions.get(from)) {
            self.edits.rename(exception, to);
        }
    }

    /// The statuses that the examples of this operation show, with their lines.
    fn shown(&self, operation: &Operation, page: &Page) -> Vec<(u16, usize)> {
        let examples = page.examples.iter().flatten().filter(|example| {
            example.request.as_ref().is_some_and(|request| {
                request.method.as_deref() == Some(operation.method.as_str())
                    && request
                        .url
                        .as_deref()
                        .is_some_and(|url| operation.paths().any(|path| path::fits(path.as_str(), url)))
            })
        });
        let statuses = examples.filter_map(|example| {
            let response = example.response.as_ref()?;
            Some((response.status.filter(|status| is_success(*status))?, response.line))
        });
        statuses.collect()
    }
}

fn is_success(status: u16) -> bool {
    (200..300).contains(&status)
}

/// The line of a request that is this method and path.
fn line_of(page: &Page, method: &str, form: &str) -> Option<usize> {
    let is_it = |request: &&Request| request.method == method && canonical(&request.path) == form;
    page.requests.iter().flatten().find(is_it).map(|request| request.line)
}

/// A token of a pointer, for whoever builds one from a name.
pub(super) fn token(name: &str) -> String {
    escape(name)
}
