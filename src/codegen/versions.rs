//! What is above the API versions: their modules, one client over all of them, and the clouds.

use heck::ToPascalCase as _;
use proc_macro2::TokenStream;
use quote::quote;

use super::shared::SHARED;
use super::types::{ident, module};
use crate::contract::Contract;

/// Declares the generated modules inside the client.
///
/// # Errors
/// Descriptions that offer different clouds, or whose versions have one name in Rust.
pub fn versions(contracts: &[Contract]) -> Result<String, String> {
    distinct(contracts)?;
    let names: Vec<_> = contracts.iter().map(|contract| ident(&module(contract))).collect();
    let apis: Vec<_> = contracts.iter().map(|contract| &contract.api).collect();
    let docs = apis.iter().map(|api| format!("The client of `{api}` on this session."));
    let (modules, clouds) = (declared(contracts, ""), clouds(contracts)?);
    let tokens = quote! {
        #modules
        #clouds

        impl Session {
            #(
                #[doc = #docs]
                #[must_use]
                pub fn #names(&self) -> #names::Client {
                    #names::Client::on(self, &self.version_url(#names::API))
                }
            )*
        }

        fn connect(session: &Session, api: &str) -> Option<AnyClient> {
            match api {
                #(#apis => Some(session.#names().into()),)*
                _ => None,
            }
        }
    };
    rust(tokens)
}

/// Declares generated modules whose files are in `folder` of the build's output, for other code than
/// the library: its tests have descriptions that the library does not know.
///
/// # Errors
/// Versions that have one name in Rust.
pub fn modules(contracts: &[Contract], folder: &str) -> Result<String, String> {
    distinct(contracts)?;
    rust(declared(contracts, folder))
}

fn rust(tokens: TokenStream) -> Result<String, String> {
    let file = syn::parse2(tokens).map_err(|error| format!("the generated code is not Rust: {error}"))?;
    Ok(prettyplease::unparse(&file))
}

/// The modules of versions, and the private one of what these share: each version names what it has
/// of it.
fn declared(contracts: &[Contract], folder: &str) -> TokenStream {
    let one = |name: &str, head: TokenStream| {
        let (name, file) = (ident(name), format!("{folder}/{name}.rs"));
        quote! {
            #[allow(missing_docs, unused_mut, unused_qualifications, unreachable_pub, clippy::all, clippy::pedantic)]
            #head mod #name { include!(concat!(env!("OUT_DIR"), #file)); }
        }
    };
    let versions = contracts.iter().map(|contract| {
        let doc = format!("Generated from `{}`: the operations of `{}`.", contract.file, contract.api);
        one(&module(contract), quote! { #[doc = #doc] pub })
    });
    let shared = one(SHARED, TokenStream::new());
    quote! { #(#versions)* #shared }
}

/// Refuses versions that would be one module, or that have the name of another one.
fn distinct(contracts: &[Contract]) -> Result<(), String> {
    let mut seen = vec![(SHARED.to_owned(), None)];
    for contract in contracts {
        let (name, api) = (module(contract), &contract.api);
        if let Some((_, other)) = seen.iter().find(|(known, _)| *known == name) {
            let other = other.map_or_else(String::new, |other: &str| format!(", as '{other}' is"));
            return Err(format!(
                "{}:1: info: '{api}' is the module '{name}' in Rust{other}: rename one",
                contract.file
            ));
        }
        seen.push((name, Some(api.as_str())));
    }
    Ok(())
}

/// Lists the generated modules with their text, for the test that shows what users get.
#[must_use]
pub fn sources(contracts: &[Contract]) -> String {
    let names = contracts.iter().map(module).chain([SHARED.to_owned(), "versions".to_owned()]);
    let entries = names.map(|name| {
        let file = format!("/{name}.rs");
        quote! { (#name, include_str!(concat!(env!("OUT_DIR"), #file))) }
    });
    quote! { [#(#entries),*] }.to_string()
}

/// Names the generated modules at the root of the library.
#[must_use]
pub fn reexports(contracts: &[Contract]) -> String {
    contracts.iter().map(|contract| format!("pub use client::{};\n", module(contract))).collect()
}

fn clouds(contracts: &[Contract]) -> Result<TokenStream, String> {
    let of = |contract: &Contract| -> Result<Vec<(String, String)>, String> {
        let root = |server: &crate::contract::Server| {
            let root = server.url.strip_suffix(&format!("/{}", contract.api));
            root.map(|root| (server.cloud.clone(), root.to_owned()))
        };
        let roots: Option<Vec<_>> = contract.servers.iter().map(root).collect();
        roots.ok_or_else(|| format!("{}:1: servers: every root ends in the version", contract.file))
    };
    let first = match contracts.first() {
        Some(contract) => of(contract)?,
        None => return Err("there is no description".to_owned()),
    };
    for contract in &contracts[1..] {
        if of(contract)? != first {
            return Err(format!("{}:1: servers: all versions are offered in the same clouds", contract.file));
        }
    }
    let variants: Vec<_> = first.iter().map(|(cloud, _)| ident(&cloud.to_pascal_case())).collect();
    let names: Vec<_> = first.iter().map(|(cloud, _)| cloud).collect();
    let roots: Vec<_> = first.iter().map(|(_, root)| root).collect();
    let docs = first.iter().map(|(_, root)| format!("`{root}`"));
    Ok(quote! {
        /// The clouds in which the API is offered. Tokens of one are of no use in another.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Cloud { #(#[doc = #docs] #variants),* }

        impl Cloud {
            /// Every cloud, the default first.
            pub const ALL: &'static [Self] = &[#(Self::#variants),*];

            /// The name on the command line.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { #(Self::#variants => #names),* }
            }

            /// The root of Graph in this cloud, without a version.
            #[must_use]
            pub fn root(self) -> &'static str {
                match self { #(Self::#variants => #roots),* }
            }
        }
    })
}
