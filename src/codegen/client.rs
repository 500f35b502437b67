//! Progenitor, run so that its panics become one line that says where.

use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};

use openapiv3::OpenAPI;
use proc_macro2::TokenStream;
use progenitor::{GenerationSettings, Generator, HooksMode, InterfaceStyle, TagStyle, TypeImpl};
use quote::quote;
use serde_json::Value;

use crate::contract::{Contract, Shape};
use crate::spec::{Document, Node};

/// Runs the generator over a whole description.
pub(super) fn generate(document: &Document, contract: &Contract) -> Result<syn::File, String> {
    let json = document.root.to_json();
    let tokens = run(&json, contract).map_err(|reason| blame(document, contract, &json, &reason))?;
    syn::parse2(tokens).map_err(|error| format!("{}: the generator's output is not Rust: {error}", document.file))
}

fn settings(contract: &Contract) -> GenerationSettings {
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Builder)
        .with_tag(TagStyle::Merged)
        .with_hooks(HooksMode::Expected)
        .with_inner_type(quote! { ::entra_risk::client::Session })
        .with_derive("PartialEq")
        .with_map_type("::std::collections::BTreeMap");
    for (name, shape) in &contract.shapes {
        // Modules one below the version's use it, and so do those of what versions share.
        let replacement = format!("super::{name}");
        match shape {
            Shape::Enum { .. } => {
                settings.with_replacement(name, replacement, [TypeImpl::Display, TypeImpl::FromStr].into_iter());
            }
            Shape::List { .. } => {
                settings.with_replacement(name, replacement, std::iter::empty());
            }
            _ => {}
        }
    }
    settings
}

/// One run. The generator panics on what it does not expect; the panic is its message.
fn run(json: &Value, contract: &Contract) -> Result<TokenStream, String> {
    let description: OpenAPI = serde_json::from_value(json.clone()).map_err(|error| error.to_string())?;
    let hook = take_hook();
    set_hook(Box::new(|_| {}));
    let result = catch_unwind(AssertUnwindSafe(|| Generator::new(&settings(contract)).generate_tokens(&description)));
    set_hook(hook);
    match result {
        Ok(Ok(tokens)) => Ok(tokens),
        Ok(Err(error)) => Err(error.to_string()),
        Err(panic) => Err(panic
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
            .unwrap_or_else(|| "the generator gave up without a reason".to_owned())),
    }
}

/// The generator names no place when it gives up: try the components without operations, then
/// the operations one at a time.
fn blame(document: &Document, contract: &Contract, json: &Value, reason: &str) -> String {
    let mut alone = json.clone();
    alone["paths"] = serde_json::json!({});
    if let Err(reason) = run(&alone, contract) {
        return blame_component(document, contract, &alone, &reason);
    }
    for (path, method, node) in document.operations() {
        alone["paths"] = serde_json::json!({ path: { method: json["paths"][path][method] } });
        if let Err(reason) = run(&alone, contract) {
            return format!("{}:{}: {method} {path}: {REFUSED}: {reason}", document.file, node.line);
        }
    }
    format!("{}:1: {REFUSED}: {reason}", document.file)
}

/// The component without which the rest can be read.
fn blame_component(document: &Document, contract: &Contract, json: &Value, reason: &str) -> String {
    let sections = document.root.get("components").into_iter().flat_map(Node::entries);
    let components = sections.flat_map(|(section, _, node)| node.entries().map(move |entry| (section, entry)));
    for (section, (name, line, _)) in components {
        let mut without = json.clone();
        if let Some(section) = without["components"][section].as_object_mut() {
            section.remove(name);
        }
        // Others may refer to it: reading is the question, not generating.
        if serde_json::from_value::<OpenAPI>(without).is_ok()
            && serde_json::from_value::<OpenAPI>(json.clone()).is_err()
        {
            return format!("{}:{line}: {name}: {REFUSED}: {reason}", document.file);
        }
        let mut only = json.clone();
        only["components"] = serde_json::json!({ section: { name: json["components"][section][name] } });
        if run(&only, contract).is_err_and(|alone| alone == reason) {
            return format!("{}:{line}: {name}: {REFUSED}: {reason}", document.file);
        }
    }
    format!("{}:1: {REFUSED}: {reason}", document.file)
}

const REFUSED: &str = "the client generator refuses it";
