//! What was generated, by name: read from the generator's output, never derived a second time.

use std::collections::BTreeMap;

use super::types::builder;
use crate::contract::{Contract, Operation};

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

/// What is in a generated module.
pub(super) fn items<'a>(file: &'a syn::File, module: &str) -> Result<&'a [syn::Item], String> {
    file.items
        .iter()
        .find_map(|item| match item {
            syn::Item::Mod(found) if found.ident == module => found.content.as_ref().map(|(_, items)| items.as_slice()),
            _ => None,
        })
        .ok_or_else(|| format!("progenitor generated no module '{module}': its version changed"))
}

/// What is in a generated module, to be changed.
pub(super) fn items_mut<'a>(file: &'a mut syn::File, module: &str) -> Result<&'a mut Vec<syn::Item>, String> {
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
