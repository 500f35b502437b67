//! Rust code from descriptions: the typed client, open enums, bounded lists, the dispatcher, and
//! the types that versions share. Runs in `build.rs` only.
//!
//! Takes documents that passed the lint and gives text; must not read or write files. Names
//! and types are never derived a second time: what progenitor generated is parsed, and what
//! this module adds refers to what was found there.

mod client;
mod dispatch;
mod reshape;
mod shared;
mod surface;
mod types;
mod versions;

use quote::quote;

use crate::contract::Contract;
use crate::spec::Document;
use shared::{Group, Module};
use surface::Surface;

pub use versions::{modules, reexports, sources, versions};

/// A generated file.
pub struct File {
    /// The module that it is the content of.
    pub module: String,
    /// Its text.
    pub code: String,
}

/// Generates the module of each API version, and that of the types which are equal in several.
///
/// # Errors
/// One line that names the operation for which the generator gave up, or what it generated
/// otherwise than this module can use.
pub fn generate(described: &[(Document, Contract)]) -> Result<Vec<File>, String> {
    let enums = types::united(described.iter().map(|(_, contract)| contract));
    let modules = described.iter().map(|(document, contract)| module(document, contract, &enums));
    shared::files(modules.collect::<Result<_, _>>()?)
}

fn module(document: &Document, contract: &Contract, enums: &types::Members) -> Result<Module, String> {
    let mut generated = client::generate(document, contract)?;
    let surface = Surface::read(&generated)?;
    types::verify(contract, &surface)?;
    reshape::close_constructors(&mut generated)?;
    reshape::close_send(&mut generated)?;
    reshape::drop_type_builders(&mut generated)?;
    reshape::make_awaitable(&mut generated, contract, &surface)?;
    let mut own: Vec<Group> = types::enums(contract, enums)?;
    own.extend(types::lists(contract)?);
    let mut types = shared::take_types(&mut generated)?;
    types::add_pages(contract, &surface, &mut types)?;
    let dispatch = dispatch::generate(contract, &surface)?;
    let api = &contract.api;
    let code = quote! {
        /// The API version as in URLs.
        pub const API: &str = #api;
        #generated
        #dispatch
    };
    let code =
        syn::parse2(code).map_err(|error| format!("{}:1: the generated code is not Rust: {error}", contract.file))?;
    Ok(Module { name: types::module(contract), own, types, code })
}

/// The text of a generated file.
fn text(file: &syn::File) -> String {
    // The generator's examples are neither compiled nor awaited as ours are.
    prettyplease::unparse(file)
        .replace("```ignore", "```text")
        .replace("    .send()\n    .await;\n```", "    .await;\n```")
}
