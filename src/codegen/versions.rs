//! What is above the API versions: their modules, one client over all of them, and the clouds.

use heck::ToPascalCase as _;
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
    let mut modules = vec![shared()];
    let (mut variants, mut apis, mut names) = (Vec::new(), Vec::new(), Vec::new());
    for contract in contracts {
        let name = ident(&module(contract));
        let file = format!("/{name}.rs");
        let doc = format!("Generated from `{}`: the operations of `{}`.", contract.file, contract.api);
        let open = format!("The client of `{}` on this session.", contract.api);
        modules.push(quote! {
            #[doc = #doc]
            #[allow(missing_docs, unused_mut, unused_qualifications, unreachable_pub, clippy::all, clippy::pedantic)]
            pub mod #name { include!(concat!(env!("OUT_DIR"), #file)); }
            impl Session {
                #[doc = #open]
                #[must_use]
                pub fn #name(&self) -> #name::Client {
                    #name::Client::on(self, &self.version_url(#name::API))
                }
            }
        });
        variants.push(ident(&contract.api.to_pascal_case()));
        apis.push(&contract.api);
        names.push(name);
    }
    let clouds = clouds(contracts)?;
    let docs = apis.iter().map(|api| format!("`{api}`"));
    let tokens = quote! {
        #(#modules)*
        #clouds

        /// A client of some API version, for calls by operation id.
        #[derive(Debug, Clone)]
        #[non_exhaustive]
        pub enum AnyClient { #(#[doc = #docs] #variants(#names::Client)),* }

        impl AnyClient {
            /// The client of an API version as in URLs; `None` if this build has none.
            #[must_use]
            pub fn connect(session: &Session, api: &str) -> Option<Self> {
                match api {
                    #(#apis => Some(Self::#variants(session.#names())),)*
                    _ => None,
                }
            }

            /// Calls an operation by its id, with arguments by their documented names and the
            /// body under `body`.
            ///
            /// # Errors
            /// As the call itself; an unknown operation or argument sends nothing.
            pub async fn dispatch(
                &self,
                operation: &str,
                arguments: &::serde_json::Map<String, ::serde_json::Value>,
            ) -> ::std::result::Result<Answer, Error> {
                match self {
                    #(Self::#variants(client) => #names::dispatch(client, operation, arguments).await,)*
                }
            }
        }
    };
    let file = syn::parse2(tokens).map_err(|error| format!("the generated code is not Rust: {error}"))?;
    Ok(prettyplease::unparse(&file))
}

/// The module of what versions share. Private: each version names what it has of it.
fn shared() -> proc_macro2::TokenStream {
    let (name, file) = (ident(SHARED), format!("/{SHARED}.rs"));
    quote! {
        #[allow(missing_docs, unused_qualifications, unreachable_pub, clippy::all, clippy::pedantic)]
        mod #name { include!(concat!(env!("OUT_DIR"), #file)); }
    }
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

fn clouds(contracts: &[Contract]) -> Result<proc_macro2::TokenStream, String> {
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
