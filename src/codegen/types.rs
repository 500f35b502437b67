//! The types that replace generated ones, open enums and bounded lists, and what is added to
//! generated ones; the names of modules, methods and builders.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToPascalCase as _, ToSnakeCase as _};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::shared::Group;
use super::surface::Surface;
use crate::contract::{Contract, Shape};
use crate::spec::variant;

/// The Rust module of an API version: `beta`, `v1` of `v1.0`, `v1_1` of `v1.1`.
pub(super) fn module(contract: &Contract) -> String {
    let api = &contract.api;
    api.strip_suffix(".0").filter(|major| is_major(major)).unwrap_or(api).replace('.', "_")
}

/// `v` and a number.
fn is_major(text: &str) -> bool {
    text.strip_prefix('v').is_some_and(|n| !n.is_empty() && n.bytes().all(|byte| byte.is_ascii_digit()))
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

/// Members of enums by name.
pub(super) type Members = BTreeMap<String, Vec<String>>;

/// The members that an enum has in any version. It takes what it does not know anyway, so that the
/// versions can share one, and whatever is made of it.
pub(super) fn united<'a>(contracts: impl Iterator<Item = &'a Contract>) -> Members {
    let mut all = Members::new();
    for (name, shape) in contracts.flat_map(|contract| &contract.shapes) {
        let Shape::Enum { members, .. } = shape else { continue };
        let known = all.entry(name.clone()).or_default();
        for member in members {
            if !known.contains(member) {
                known.push(member.clone());
            }
        }
    }
    // Members that Rust cannot tell apart stay in their versions.
    let are_apart = |members: &[String]| {
        let mut seen = BTreeSet::new();
        members.iter().filter_map(|member| variant(member)).all(|variant| seen.insert(variant))
    };
    all.retain(|_, members| are_apart(members));
    all
}

/// Open enums: every known member, and any other as it came.
pub(super) fn enums(contract: &Contract, united: &Members) -> Result<Vec<Group>, String> {
    let mut groups = Vec::new();
    for (name, shape) in &contract.shapes {
        let Shape::Enum { members, source, .. } = shape else { continue };
        let doc = format!("`{name}` of {}.", source.page);
        let variants = united.get(name).unwrap_or(members).iter().filter_map(|member| {
            let variant = ident(&variant(member)?);
            Some(quote! { #variant = #member })
        });
        let of = ident(name);
        let code = quote! { ::entra_risk::open_enum! { #[doc = #doc] #of { #(#variants),* } } };
        groups.push(group(contract, name, code)?);
    }
    Ok(groups)
}

/// Lists with their documented bounds.
pub(super) fn lists(contract: &Contract) -> Result<Vec<Group>, String> {
    let mut groups = Vec::new();
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
        let of = ident(name);
        let code = quote! {
            #[doc = #doc]
            pub type #of = ::entra_risk::client::Bounded<#item, #min, #max>;
        };
        groups.push(group(contract, name, code)?);
    }
    Ok(groups)
}

fn group(contract: &Contract, name: &str, code: TokenStream) -> Result<Group, String> {
    let item = syn::parse2(code).map_err(|error| format!("{}:1: {name}: {error}", contract.file))?;
    Ok(Group { name: name.to_owned(), items: vec![item] })
}

/// Makes pages of entities known as such, whichever operation answers them: told by their shape.
pub(super) fn add_pages(contract: &Contract, surface: &Surface, types: &mut [Group]) -> Result<(), String> {
    for name in contract.shapes.keys() {
        let shape = Shape::Named { name: name.clone() };
        let Some(Shape::Named { name: item }) = contract.page_of(&shape) else { continue };
        let Some(group) = types.iter_mut().find(|group| group.name == *name) else { continue };
        if page_type(contract, &shape, surface).is_err() {
            continue;
        }
        let fields = &surface.fields[name];
        let (next, value) = (&fields[NEXT_LINK], &fields["value"]);
        let (name, item) = (ident(name), ident(item));
        group.items.push(syn::parse_quote! {
            impl ::entra_risk::client::Page for #name {
                type Item = #item;
                fn next_link(&self) -> Option<&str> { self.#next.as_deref() }
                fn into_items(self) -> Vec<Self::Item> { self.#value }
            }
        });
    }
    Ok(())
}

/// The struct of a page, which has the next link where we look for it.
pub(super) fn page_type(contract: &Contract, shape: &Shape, surface: &Surface) -> Result<syn::Ident, String> {
    let Shape::Named { name } = shape else {
        return Err(format!("{}:1: a page of entities needs a name", contract.file));
    };
    match surface.fields.get(name) {
        Some(fields) if fields.contains_key(NEXT_LINK) && fields.contains_key("value") => Ok(ident(name)),
        _ => Err(format!("{}:1: {name}: a page of entities has value and {NEXT_LINK}", contract.file)),
    }
}

/// OData's name for the address of the next page.
const NEXT_LINK: &str = "@odata.nextLink";

/// What progenitor calls a method for an operation id or parameter name.
pub(super) fn method(name: &str) -> String {
    name.to_snake_case()
}

/// What progenitor calls the builder of an operation.
pub(super) fn builder(id: &str) -> String {
    id.to_pascal_case()
}
