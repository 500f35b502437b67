//! Rust code from a description: the typed client, open enums, bounded lists, the dispatcher
//! and the tables. Runs in `build.rs` only.
//!
//! Takes a document that passed the lint and gives text; must not read or write files. Names
//! and types are never derived a second time: what progenitor generated is parsed, and what
//! this module adds refers to what was found there.

mod client;
mod dispatch;
mod types;
mod versions;

use quote::quote;

use crate::contract::Contract;
use crate::spec::Document;

pub use versions::{reexports, versions};

/// Generates the module of one API version.
///
/// # Errors
/// One line that names the operation for which the generator gave up, or what it generated
/// otherwise than this module can use.
pub fn generate(document: &Document, contract: &Contract) -> Result<String, String> {
    let mut generated = client::generate(document, contract)?;
    let surface = client::Surface::read(&generated)?;
    types::verify(contract, &surface)?;
    client::close_constructors(&mut generated)?;
    client::drop_version_header(&mut generated, contract)?;
    client::make_awaitable(&mut generated, contract, &surface)?;
    let (enums, lists) = (types::enums(contract), types::lists(contract)?);
    let dispatch = dispatch::generate(contract, &surface)?;
    let api = &contract.api;
    let tokens = quote! {
        /// The API version as in URLs.
        pub const API: &str = #api;
        #generated
        #enums
        #lists
        #dispatch
    };
    let file =
        syn::parse2(tokens).map_err(|error| format!("{}:1: the generated code is not Rust: {error}", contract.file))?;
    Ok(prettyplease::unparse(&file))
}
