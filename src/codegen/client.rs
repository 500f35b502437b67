//! Progenitor, run so that its panics become one line, and a look at what it generated.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};

use openapiv3::OpenAPI;
use proc_macro2::TokenStream;
use progenitor::{GenerationSettings, Generator, HooksMode, InterfaceStyle, TagStyle, TypeImpl};
use quote::quote;
use serde_json::Value;

use super::types::{builder, ident};
use crate::contract::{Contract, Operation, Shape};
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
        .with_inner_type(quote! { crate::client::Session })
        .with_derive("PartialEq")
        .with_map_type("::std::collections::BTreeMap");
    let module = super::types::module(contract);
    for (name, shape) in &contract.shapes {
        let replacement = format!("crate::client::{module}::{name}");
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

/// What was generated, by name.
pub(super) struct Surface {
    /// For each builder its setters, and the type that each takes.
    pub(super) builders: BTreeMap<String, BTreeMap<String, syn::Type>>,
    /// The type that each builder's `send` answers with success.
    pub(super) answers: BTreeMap<String, syn::Type>,
    /// Names of generated types.
    pub(super) types: Vec<String>,
    /// For each generated struct its fields, by the name in JSON.
    pub(super) fields: BTreeMap<String, BTreeMap<String, syn::Ident>>,
}

impl Surface {
    /// Reads the names and types of a generated file.
    pub(super) fn read(file: &syn::File) -> Result<Self, String> {
        let (mut builders, mut answers) = (BTreeMap::new(), BTreeMap::new());
        for item in items(file, "builder")? {
            let syn::Item::Impl(block) = item else { continue };
            let syn::Type::Path(path) = &*block.self_ty else { continue };
            let Some(name) = path.path.segments.last().map(|segment| segment.ident.to_string()) else { continue };
            let setters: &mut BTreeMap<String, syn::Type> = builders.entry(name.clone()).or_default();
            for item in &block.items {
                let syn::ImplItem::Fn(function) = item else { continue };
                if let Some(kind) = taken(function) {
                    setters.insert(function.sig.ident.to_string(), kind);
                }
                if function.sig.ident == "send" {
                    let answer = answered(function).ok_or_else(|| {
                        format!("{name}::send answers another type than expected: progenitor changed")
                    })?;
                    answers.insert(name.clone(), answer);
                }
            }
        }
        let types = items(file, "types")?
            .iter()
            .filter_map(|item| match item {
                syn::Item::Struct(item) => Some(item.ident.to_string()),
                syn::Item::Enum(item) => Some(item.ident.to_string()),
                _ => None,
            })
            .collect();
        let fields = items(file, "types")?
            .iter()
            .filter_map(|item| match item {
                syn::Item::Struct(item) => Some((item.ident.to_string(), renamed(item))),
                _ => None,
            })
            .collect();
        Ok(Self { builders, answers, types, fields })
    }

    /// The builder of an operation.
    pub(super) fn builder(
        &self,
        contract: &Contract,
        operation: &Operation,
    ) -> Result<&BTreeMap<String, syn::Type>, String> {
        let name = builder(&operation.id);
        self.builders
            .get(&name)
            .ok_or_else(|| format!("{}: {}: the generator made no builder '{name}'", operation.origin, contract.api))
    }
}

/// Fields of a struct by the name that serde gives them.
fn renamed(item: &syn::ItemStruct) -> BTreeMap<String, syn::Ident> {
    let mut fields = BTreeMap::new();
    for field in &item.fields {
        let Some(name) = field.ident.clone() else { continue };
        let mut wire = name.to_string();
        for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("serde")) {
            // Other serde arguments (default, skip_serializing_if) are skipped on purpose.
            let _ = attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("rename") {
                    wire = meta.value()?.parse::<syn::LitStr>()?.value();
                } else if meta.input.peek(syn::Token![=]) {
                    meta.value()?.parse::<syn::Expr>()?;
                }
                Ok(())
            });
        }
        fields.insert(wire, name);
    }
    fields
}

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
                type Output = ::std::result::Result<ResponseValue<#answer>, crate::client::Error>;
                type IntoFuture = ::std::pin::Pin<Box<dyn ::std::future::Future<Output = Self::Output> + Send + 'a>>;
                fn into_future(self) -> Self::IntoFuture {
                    Box::pin(async move {
                        let call = crate::client::Call::new(#id);
                        let client = self.client.for_call(&call);
                        let result = #name { client: &client, ..self }.send().await;
                        result.map_err(|error| crate::client::Error::of_call(error, &call))
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
                pub fn pages(self) -> crate::client::Pages<'a, types::#page> {
                    let client = self.client;
                    crate::client::Pages::new(&client.inner, #id, Box::pin(async move {
                        self.await.map(ResponseValue::into_inner)
                    }))
                }
            }
        });
    }
    let added: syn::File = syn::parse2(added).map_err(|error| error.to_string())?;
    items_mut(file, "builder")?.extend(added.items);
    Ok(())
}

/// The struct of a page, which has the next link where we look for it.
fn page_type(contract: &Contract, shape: &Shape, surface: &Surface) -> Result<syn::Ident, String> {
    let Shape::Named { name } = shape else {
        return Err(format!("{}:1: a page of entities needs a name", contract.file));
    };
    match surface.fields.get(name) {
        Some(fields) if fields.contains_key(NEXT_LINK) && fields.contains_key("value") => Ok(ident(name)),
        _ => Err(format!("{}:1: {name}: a page of entities has value and {NEXT_LINK}", contract.file)),
    }
}

/// OData's name for the address of the next page.
pub(super) const NEXT_LINK: &str = "@odata.nextLink";

fn items<'a>(file: &'a syn::File, module: &str) -> Result<&'a [syn::Item], String> {
    file.items
        .iter()
        .find_map(|item| match item {
            syn::Item::Mod(found) if found.ident == module => found.content.as_ref().map(|(_, items)| items.as_slice()),
            _ => None,
        })
        .ok_or_else(|| format!("progenitor generated no module '{module}': its version changed"))
}

fn items_mut<'a>(file: &'a mut syn::File, module: &str) -> Result<&'a mut Vec<syn::Item>, String> {
    file.items
        .iter_mut()
        .find_map(|item| match item {
            syn::Item::Mod(found) if found.ident == module => found.content.as_mut().map(|(_, items)| items),
            _ => None,
        })
        .ok_or_else(|| format!("progenitor generated no module '{module}': its version changed"))
}

/// The `T` of `send() -> Result<ResponseValue<T>, …>`.
fn answered(function: &syn::ImplItemFn) -> Option<syn::Type> {
    let syn::ReturnType::Type(_, kind) = &function.sig.output else { return None };
    first_argument(&first_argument(kind, "Result")?, "ResponseValue")
}

fn first_argument(kind: &syn::Type, of: &str) -> Option<syn::Type> {
    let syn::Type::Path(path) = kind else { return None };
    let segment = path.path.segments.last().filter(|segment| segment.ident == of)?;
    let syn::PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    match arguments.args.first()? {
        syn::GenericArgument::Type(kind) => Some(kind.clone()),
        _ => None,
    }
}

/// The `T` of a setter's bound `V: TryInto<T>`.
fn taken(function: &syn::ImplItemFn) -> Option<syn::Type> {
    let clause = function.sig.generics.where_clause.as_ref()?;
    clause.predicates.iter().find_map(|predicate| {
        let syn::WherePredicate::Type(bound) = predicate else { return None };
        bound.bounds.iter().find_map(|bound| {
            let syn::TypeParamBound::Trait(bound) = bound else { return None };
            let segment = bound.path.segments.last().filter(|segment| segment.ident == "TryInto")?;
            let syn::PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
            arguments.args.iter().find_map(|argument| match argument {
                syn::GenericArgument::Type(kind) => Some(kind.clone()),
                _ => None,
            })
        })
    })
}
