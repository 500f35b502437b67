//! What is made of the generator's output: what would go round the session is closed, what nobody
//! needs is left out, and a call is sent by awaiting it.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};

use super::surface::{Surface, items_mut};
use super::types::{builder, ident, page_type};
use crate::contract::Contract;

/// The generated constructors make an HTTP client of their own, which follows redirects and
/// uses proxies: remove the one, and keep the other for our session.
pub(super) fn close_constructors(file: &mut syn::File) -> Result<(), String> {
    let mut closed = 0;
    for item in &mut file.items {
        let syn::Item::Impl(block) = item else { continue };
        block.items.retain(|item| !matches!(item, syn::ImplItem::Fn(function) if function.sig.ident == "new"));
        for item in &mut block.items {
            if let syn::ImplItem::Fn(function) = item
                && function.sig.ident == "new_with_client"
            {
                function.vis = syn::parse_quote! { pub(crate) };
                closed += 1;
            }
        }
    }
    match closed {
        1 => Ok(()),
        _ => Err("progenitor generated no constructor 'new_with_client': its version changed".to_owned()),
    }
}

/// Makes awaiting the only way to send a call: the generated `send` has neither the call's id
/// nor our error, and its own error shows whatever the service answered.
pub(super) fn close_send(file: &mut syn::File) -> Result<(), String> {
    let mut closed = 0;
    for item in items_mut(file, "builder")? {
        let syn::Item::Impl(block) = item else { continue };
        for item in &mut block.items {
            if let syn::ImplItem::Fn(function) = item
                && function.sig.ident == "send"
            {
                function.vis = syn::Visibility::Inherited;
                closed += 1;
            }
        }
    }
    if closed == 0 {
        return Err("progenitor generated no 'send': its version changed".to_owned());
    }
    for item in &mut file.items {
        let syn::Item::Impl(block) = item else { continue };
        for item in &mut block.items {
            if let syn::ImplItem::Fn(function) = item {
                function.attrs.iter_mut().for_each(forget_send);
            }
        }
    }
    Ok(())
}

/// The generated documentation shows how to send a call.
fn forget_send(attribute: &mut syn::Attribute) {
    if let syn::Meta::NameValue(meta) = &mut attribute.meta
        && let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = &mut meta.value
    {
        *text = syn::LitStr::new(&text.value().replace("    .send()\n", ""), text.span());
    }
}

/// Leaves out the builders of types, two thirds of the code for types: fields are public, and a
/// type of which nothing is required has a default. A call's body is then the type itself.
pub(super) fn drop_type_builders(file: &mut syn::File) -> Result<(), String> {
    let mut bodies = Vec::new();
    let types = items_mut(file, "types")?;
    types.retain(|item| !matches!(item, syn::Item::Mod(module) if module.ident == "builder"));
    types.retain_mut(|item| {
        let syn::Item::Impl(block) = item else { return true };
        let before = block.items.len();
        block.items.retain(|item| !matches!(item, syn::ImplItem::Fn(function) if function.sig.ident == "builder"));
        before == block.items.len() || !block.items.is_empty()
    });
    types.iter_mut().for_each(derive_default);
    for item in items_mut(file, "builder")? {
        match item {
            syn::Item::Struct(builder) => {
                for field in &mut builder.fields {
                    if let Some(kind) = without_builder(&field.ty)? {
                        field.ty = kind;
                        bodies.push(builder.ident.clone());
                    }
                }
            }
            syn::Item::Impl(block) if bodies.iter().any(|name| names(&block.self_ty, name)) => {
                block
                    .items
                    .retain(|item| !matches!(item, syn::ImplItem::Fn(function) if function.sig.ident == "body_map"));
                start_without_body(block)?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// `Result<types::builder::X, String>` as `Result<types::X, String>`.
fn without_builder(kind: &syn::Type) -> Result<Option<syn::Type>, String> {
    let text = kind.to_token_stream().to_string();
    match text.contains("types :: builder ::") {
        true => syn::parse_str(&text.replace("types :: builder ::", "types ::")).map(Some).map_err(|e| e.to_string()),
        false => Ok(None),
    }
}

fn names(kind: &syn::Type, name: &syn::Ident) -> bool {
    matches!(kind, syn::Type::Path(path) if path.path.segments.last().is_some_and(|segment| segment.ident == *name))
}

/// An empty builder is no body: none was given.
fn start_without_body(block: &mut syn::ItemImpl) -> Result<(), String> {
    for item in &mut block.items {
        let syn::ImplItem::Fn(function) = item else { continue };
        if function.sig.ident == "new"
            && let Some(syn::Stmt::Expr(syn::Expr::Struct(made), _)) = function.block.stmts.first_mut()
            && let Some(body) =
                made.fields.iter_mut().find(|field| matches!(&field.member, syn::Member::Named(name) if name == "body"))
        {
            body.expr = syn::parse_quote! { Err("body was not initialized".to_string()) };
            return Ok(());
        }
    }
    Err("progenitor generated a call with a body in another way: its version changed".to_owned())
}

/// What may be absent in whole can be made from nothing.
fn derive_default(item: &mut syn::Item) {
    let syn::Item::Struct(found) = item else { return };
    let is_optional = |field: &syn::Field| match &field.ty {
        syn::Type::Path(path) => {
            path.path.segments.last().is_some_and(|segment| ["Option", "Map"].iter().any(|name| segment.ident == name))
        }
        _ => false,
    };
    if matches!(found.fields, syn::Fields::Named(_)) && found.fields.iter().all(is_optional) {
        found.attrs.push(syn::parse_quote! { #[derive(Default)] });
    }
}

/// Gives every builder `IntoFuture` with our error, and listings `pages()`. Inside the module
/// of the builders, since their fields are private to it.
pub(super) fn make_awaitable(file: &mut syn::File, contract: &Contract, surface: &Surface) -> Result<(), String> {
    let mut added = TokenStream::new();
    for operation in &contract.operations {
        surface.builder(contract, operation)?;
        let name = builder(&operation.id);
        let answer = &surface.answers[&name];
        let (name, id) = (ident(&name), &operation.id);
        added.extend(quote! {
            impl<'a> ::std::future::IntoFuture for #name<'a> {
                type Output = ::std::result::Result<ResponseValue<#answer>, ::entra_risk::client::Error>;
                type IntoFuture = ::std::pin::Pin<Box<dyn ::std::future::Future<Output = Self::Output> + Send + 'a>>;
                fn into_future(self) -> Self::IntoFuture {
                    Box::pin(async move {
                        let call = ::entra_risk::client::generated::call(#id);
                        let client = self.client.for_call(&call);
                        let result = #name { client: &client, ..self }.send().await;
                        result.map_err(|error| ::entra_risk::client::generated::failed(error, &call))
                    })
                }
            }
        });
        let Some(page) = operation.success.shape.as_ref().filter(|shape| contract.page_of(shape).is_some()) else {
            continue;
        };
        let page = page_type(contract, page, surface)?;
        added.extend(quote! {
            impl<'a> #name<'a> {
                /// The pages of the listing, one call each, in order. Follows the service's own
                /// links, and only on the host of the session.
                pub fn pages(self) -> ::entra_risk::client::Pages<'a, types::#page> {
                    ::entra_risk::client::generated::pages(&self.client.inner, #id, self.into_future())
                }
            }
        });
    }
    let added: syn::File = syn::parse2(added).map_err(|error| error.to_string())?;
    items_mut(file, "builder")?.extend(added.items);
    Ok(())
}
