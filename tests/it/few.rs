//! Few operations, for tests that ask something of many servers, or of every byte: the
//! risky users of beta. What holds for the whole surface is asked in `conformance/run.rs`.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use entra_risk::contract::{Contract, Operation, Shape};

static FEW: LazyLock<Contract> = LazyLock::new(|| {
    let mut contract = entra_risk::embedded::contract("beta").expect("this build has beta").clone();
    let is_one = |operation: &Operation| {
        operation.path.as_str().starts_with("/riskyUsers") && !operation.path.as_str().ends_with("/confirmSafe")
    };
    contract.operations.retain(is_one);
    let Contract { operations, exchanges, .. } = &mut contract;
    exchanges.retain(|exchange| operations.iter().any(|operation| operation.id == exchange.operation));
    let used = reached(&contract);
    contract.shapes.retain(|name, _| used.contains(name));
    contract
});

/// Six operations.
pub(crate) fn few() -> &'static Contract {
    &FEW
}

/// A description of these operations, older than that of this build.
#[cfg(feature = "cli")]
pub(crate) const TEXT: &str = include_str!("fixtures/few/beta.yaml");

/// Their transcripts: names of files and texts.
#[cfg(feature = "cli")]
pub(crate) fn transcripts() -> Vec<(String, String)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi/exchanges/beta");
    let read = |exchange: &entra_risk::contract::Exchange| {
        let name = format!("{}.http", exchange.name);
        let text = std::fs::read_to_string(folder.join(&name)).expect("a transcript");
        (name, text)
    };
    few().exchanges.iter().map(read).collect()
}

/// Names of the shapes that operations lead to, and those of errors.
fn reached(contract: &Contract) -> BTreeSet<String> {
    let mut found: BTreeSet<String> =
        contract.shapes.keys().filter(|name| name.starts_with("ODataError")).cloned().collect();
    for operation in &contract.operations {
        let shapes = [operation.body.as_ref().map(|body| &body.shape), operation.success.shape.as_ref()];
        shapes.into_iter().flatten().for_each(|shape| reach(contract, shape, &mut found));
    }
    found
}

fn reach(contract: &Contract, shape: &Shape, found: &mut BTreeSet<String>) {
    match shape {
        Shape::Named { name } if found.insert(name.clone()) => reach(contract, &contract.shapes[name], found),
        Shape::Object { properties, .. } => {
            properties.iter().for_each(|property| reach(contract, &property.shape, found));
        }
        Shape::List { of, .. } => reach(contract, of, found),
        _ => {}
    }
}
