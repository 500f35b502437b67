//! Descriptions made from pages, and brought up to date with pages.

mod binary;
mod derive;
mod restore;
mod update;

use std::sync::LazyLock;

use entra_risk::contract::{Contract, FactId, Origin};
use entra_risk::docs::render::render;
use entra_risk::docs::{self, Page};
use entra_risk::regen::{Conditions, Update, update};
use entra_risk::spec::{Document, SpecError};

pub(super) const BETA: &str = include_str!("../fixtures/few/beta.yaml");

static CONTRACT: LazyLock<Contract> = LazyLock::new(|| {
    let document = Document::parse(BETA, "spec.yaml").expect("YAML");
    let mut contract = document.contract().expect("a contract");
    contract.exchanges.clone_from(&crate::few::few().exchanges);
    contract
});

/// The contract of a description of few operations.
fn contract() -> &'static Contract {
    &CONTRACT
}

static PAGES: LazyLock<Vec<Page>> = LazyLock::new(|| pages_with(&|_, text| text));

/// Pages that say what our description says, in our own words, named as its sources are.
fn pages() -> &'static [Page] {
    &PAGES
}

/// The same with other texts: by path and text.
fn pages_with(change: &dyn Fn(&str, String) -> String) -> Vec<Page> {
    let contract = contract();
    render(contract)
        .into_iter()
        .map(|rendered| {
            let text = change(&rendered.path, rendered.text);
            let mut page = read(&rendered.path, &text);
            let operation = contract.operations.iter().find(|operation| {
                page.requests.iter().flatten().any(|request| request.path == operation.path.as_str())
            });
            let source = operation.map_or("beta/resources/riskyuser.md", |operation| &operation.source.page);
            page.page = source.split(" (").next().unwrap_or_default().to_owned();
            page
        })
        .collect()
}

fn read(path: &str, text: &str) -> Page {
    docs::read(path, text, &|_| None)
}

/// An update without conditions.
fn updated(text: &str, pages: &[Page]) -> Result<Update, SpecError> {
    accepting(text, pages, &|_, _| false)
}

fn accepting(text: &str, pages: &[Page], accepted: &dyn Fn(&FactId, &Origin) -> bool) -> Result<Update, SpecError> {
    let exchanges = &contract().exchanges;
    let conditions = Conditions { exchanges, accepted, doubts: &[], revision: None, prune: false };
    update(text, "spec.yaml", pages, &conditions)
}
