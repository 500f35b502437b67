//! The types that replace generated ones: open enums and bounded lists, and the module they
//! live in.

use heck::{ToPascalCase as _, ToSnakeCase as _};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::client::Surface;
use crate::contract::{Contract, Shape};
use crate::spec::variant;

/// The Rust module of an API version: `beta`, `v1_0`.
pub(super) fn module(contract: &Contract) -> String {
    contract.api.replace('.', "_")
}

pub(super) fn ident(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}

/// The generator ignores a replacement whose name it does not meet: see that it met all.
pub(super) fn verify(contract: &Contract, surface: &Surface) -> Result<(), String> {
    for (name, shape) in &contract.shapes {
        let replaced = matches!(shape, Shape::Enum { .. } | Shape::List { .. });
        if replaced && name.to_pascal_case() != *name {
            return Err(format!("{}:1: {name}: enums and lists need a PascalCase name", contract.file));
        }
        if replaced && surface.types.contains(name) {
            return Err(format!("{}:1: {name}: the generator did not take our type for it", contract.file));
        }
    }
    Ok(())
}

/// Open enums: every known member, and any other as it came.
pub(super) fn enums(contract: &Contract) -> TokenStream {
    let enums = contract.shapes.iter().filter_map(|(name, shape)| {
        let Shape::Enum { members, source, .. } = shape else { return None };
        let doc = format!("`{name}` of {}.", source.page);
        let variants = members.iter().filter_map(|member| {
            let variant = ident(&variant(member)?);
            Some(quote! { #variant = #member })
        });
        let name = ident(name);
        Some(quote! { crate::client::open_enum! { #[doc = #doc] #name { #(#variants),* } } })
    });
    quote! { #(#enums)* }
}

/// Lists with their documented bounds.
pub(super) fn lists(contract: &Contract) -> Result<TokenStream, String> {
    let mut lists = Vec::new();
    for (name, shape) in &contract.shapes {
        let Shape::List { of, min, max, bound, .. } = shape else { continue };
        let item = match contract.resolve(of) {
            Shape::Text { format: Some(format), .. } if format == "uuid" => quote! { ::uuid::Uuid },
            Shape::Text { .. } => quote! { ::std::string::String },
            _ => return Err(format!("{}:1: {name}: a named list holds strings or ids", contract.file)),
        };
        let max = max.unwrap_or(usize::MAX);
        let says = bound.as_ref().map_or_else(String::new, |bound| format!(" ({}: {})", bound.rests, bound.page));
        let doc = format!("A list of {min} to {max} items{says}.");
        let name = ident(name);
        lists.push(quote! {
            #[doc = #doc]
            pub type #name = crate::client::Bounded<#item, #min, #max>;
        });
    }
    Ok(quote! { #(#lists)* })
}

/// What progenitor calls a method for an operation id or parameter name.
pub(super) fn method(name: &str) -> String {
    name.to_snake_case()
}

/// What progenitor calls the builder of an operation.
pub(super) fn builder(id: &str) -> String {
    id.to_pascal_case()
}
